package dev.backendmastery.caching.loading;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.resilience.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class LoadingCacheContractBitesTest {

    @Test
    void convictsEachFault() {
        // Side by side: some wait in vain for what a wrong implementation never does.
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> verdicts = Stream.<Runnable>of(
                            () -> Kit.convicts(KeepsTheFirstValue.class, "LD-1", "LD-4", "LD-18"),
                            () -> Kit.convicts(AFlightForEachCaller.class, "LD-2"),
                            () -> Kit.convicts(CopiesTheFailure.class, "LD-3"),
                            () -> Kit.convicts(LoadsUnderALock.class, "LD-3", "LD-4", "LD-17"),
                            () -> Kit.convicts(WaitsForEver.class, "LD-5", "LD-15"),
                            () -> Kit.convicts(RemembersLateResults.class, "LD-5"),
                            () -> Kit.convicts(RemembersOvertakenLoads.class, "LD-6"),
                            () -> Kit.convicts(OneLifeForAll.class, "LD-7"),
                            () -> Kit.convicts(LivesTooLong.class, "LD-2", "LD-7", "LD-15"),
                            () -> Kit.convicts(LoadsOneByOne.class, "LD-8"),
                            () -> Kit.convicts(RefreshesInTheForeground.class, "LD-9", "LD-10", "LD-11", "LD-12"),
                            () -> Kit.convicts(LosesTheOldValue.class, "LD-10", "LD-14", "LD-15"),
                            () -> Kit.convicts(NeverRests.class, "LD-10", "LD-15"),
                            () -> Kit.convicts(OneRefreshTimeForAll.class, "LD-11"),
                            () -> Kit.convicts(RefreshesEachAlone.class, "LD-12"),
                            () -> Kit.convicts(IgnoresBeta.class, "LD-13"),
                            () -> Kit.convicts(EarlyByALine.class, "LD-13"),
                            () -> Kit.convicts(ForgetsAbsence.class, "LD-14"),
                            () -> Kit.convicts(RemembersFailuresForEver.class, "LD-14"),
                            () -> Kit.convicts(NeverStale.class, "LD-15"),
                            () -> Kit.convicts(StaleForEver.class, "LD-15"),
                            () -> Kit.convicts(NoJitter.class, "LD-16"),
                            () -> Kit.convicts(LengthensToo.class, "LD-16"),
                            () -> Kit.convicts(WaitsForItself.class, "LD-17"),
                            () -> Kit.convicts(CountsNothing.class, "LD-18"))
                    .<Future<?>>map(pool::submit)
                    .toList();
            assertAll(verdicts.stream().map(verdict -> verdict::get));
        } finally {
            pool.shutdownNow();
        }
    }

    /** A right one, for the faults to be planted in. */
    static class Right implements LoadingCache<String, String>, AutoCloseable {
        final ReadThrough<String, String> right;

        Right(ReadThrough<String, String> right) {
            this.right = right;
        }

        @Override
        public @Nullable String get(String key) {
            return right.get(key);
        }

        @Override
        public CompletableFuture<@Nullable String> getAsync(String key) {
            return right.getAsync(key);
        }

        @Override
        public Map<String, String> getAll(Collection<? extends String> keys) {
            return right.getAll(keys);
        }

        @Override
        public @Nullable String getIfPresent(String key) {
            return right.getIfPresent(key);
        }

        @Override
        public CompletableFuture<@Nullable String> refresh(String key) {
            return right.refresh(key);
        }

        @Override
        public CompletableFuture<Map<String, String>> refreshAll(Collection<? extends String> keys) {
            return right.refreshAll(keys);
        }

        @Override
        public void put(String key, String value) {
            right.put(key, value);
        }

        @Override
        public void remove(String key) {
            right.remove(key);
        }

        @Override
        public void clear() {
            right.clear();
        }

        @Override
        public LoadingStats stats() {
            return right.stats();
        }

        @Override
        public void close() {
            right.close();
        }
    }

    /** Faults that are planted in what is wanted of a right one. */
    abstract static class Twisted extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            twist(wanted);
            return ReadThroughTest.builder(wanted).build();
        }

        abstract void twist(Wanted wanted);
    }

    static final class KeepsTheFirstValue extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            return new Right(ReadThroughTest.builder(wanted).build()) {
                @Override
                public void put(String key, String value) {
                    if (right.getIfPresent(key) == null) {
                        super.put(key, value);
                    }
                }
            };
        }
    }

    static final class AFlightForEachCaller extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            Cache<String, Loaded<String>> store = BoundedCache.<String, Loaded<String>>builder()
                    .maximumSize(20_000)
                    .ticker(wanted.ticker)
                    .lru();
            return new Right(ReadThroughTest.builder(wanted).store(store).build()) {
                /** So that what else the kit asks shows nothing but this fault. */
                private ReadThrough<String, String> of(String key) {
                    return "hot".equals(key)
                            ? ReadThroughTest.builder(wanted).store(store).build()
                            : right;
                }

                @Override
                public @Nullable String get(String key) {
                    return of(key).get(key);
                }

                @Override
                public CompletableFuture<@Nullable String> getAsync(String key) {
                    return of(key).getAsync(key);
                }
            };
        }
    }

    static final class CopiesTheFailure extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            return new Right(ReadThroughTest.builder(wanted).build()) {
                @Override
                public @Nullable String get(String key) {
                    try {
                        return super.get(key);
                    } catch (LoadTimeoutException e) {
                        throw e;
                    } catch (LoadFailedException e) {
                        if (e.getCause() instanceof IOException cause) {
                            throw new LoadFailedException(key, new IOException(cause.getMessage()));
                        }
                        throw e;
                    }
                }
            };
        }
    }

    static final class LoadsUnderALock extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            return new Right(ReadThroughTest.builder(wanted).build()) {
                @Override
                public synchronized @Nullable String get(String key) {
                    return super.get(key);
                }

                @Override
                public synchronized void put(String key, String value) {
                    super.put(key, value);
                }

                @Override
                public synchronized void remove(String key) {
                    super.remove(key);
                }
            };
        }
    }

    static final class WaitsForEver extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.deadline = Duration.ofDays(1);
        }
    }

    static final class RemembersLateResults extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            Loader<String, String> loader = wanted.loader;
            AtomicReference<@Nullable ReadThrough<String, String>> cache = new AtomicReference<>();
            wanted.loader = key -> {
                String value = loader.load(key);
                ReadThrough<String, String> made = cache.get();
                if (made != null && value != null && value.equals("late")) {
                    made.put(key, value);
                }
                return value;
            };
            ReadThrough<String, String> made = ReadThroughTest.builder(wanted).build();
            cache.set(made);
            return made;
        }
    }

    static final class RemembersOvertakenLoads extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            Cache<String, Loaded<String>> store = BoundedCache.<String, Loaded<String>>builder()
                    .maximumSize(20_000)
                    .ticker(wanted.ticker)
                    .lru();
            return new Right(ReadThroughTest.builder(wanted).store(store).build()) {
                @Override
                public void remove(String key) {
                    store.remove(Objects.requireNonNull(key));
                }
            };
        }
    }

    static final class OneLifeForAll extends Twisted {
        @Override
        void twist(Wanted wanted) {
            BiFunction<String, String, Duration> life = wanted.life;
            wanted.life = (key, value) -> life.apply("any", "any");
        }
    }

    static final class LivesTooLong extends Twisted {
        @Override
        void twist(Wanted wanted) {
            BiFunction<String, String, Duration> life = wanted.life;
            wanted.life = (key, value) -> life.apply(key, value).plusMillis(1);
        }
    }

    static final class LoadsOneByOne extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            return new Right(ReadThroughTest.builder(wanted).build()) {
                @Override
                public Map<String, String> getAll(Collection<? extends String> keys) {
                    Map<String, String> values = new LinkedHashMap<>();
                    for (String key : keys) {
                        String value = get(key);
                        if (value != null) {
                            values.put(key, value);
                        }
                    }
                    return values;
                }
            };
        }
    }

    static final class RefreshesInTheForeground extends Twisted {
        @Override
        void twist(Wanted wanted) {
            BiFunction<String, String, Duration> refresh = wanted.refresh;
            BiFunction<String, String, Duration> life = wanted.life;
            wanted.life = (key, value) -> {
                Duration due = refresh.apply(key, value);
                Duration end = life.apply(key, value);
                return due.compareTo(end) < 0 ? due : end;
            };
        }
    }

    static final class LosesTheOldValue extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            Loader<String, String> loader = wanted.loader;
            AtomicReference<@Nullable ReadThrough<String, String>> cache = new AtomicReference<>();
            wanted.loader = key -> {
                try {
                    return loader.load(key);
                } catch (Exception e) {
                    ReadThrough<String, String> made = cache.get();
                    if (made != null) {
                        made.remove(key);
                    }
                    throw e;
                }
            };
            ReadThrough<String, String> made = ReadThroughTest.builder(wanted).build();
            cache.set(made);
            return made;
        }
    }

    static final class NeverRests extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.backoff = Backoff.fixed(Duration.ZERO);
        }
    }

    static final class OneRefreshTimeForAll extends Twisted {
        @Override
        void twist(Wanted wanted) {
            BiFunction<String, String, Duration> refresh = wanted.refresh;
            wanted.refresh = (key, value) -> refresh.apply("any", "any");
        }
    }

    static final class RefreshesEachAlone extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.window = Duration.ZERO;
        }
    }

    static final class IgnoresBeta extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.beta = Math.signum(wanted.beta);
        }
    }

    /** Even in the remaining time where it should fall exponentially. */
    static final class EarlyByALine extends Twisted {
        @Override
        void twist(Wanted wanted) {
            var right = wanted.random;
            if (wanted.jitter == 0) {
                wanted.random = () -> 1 - Math.exp(-2 * right.getAsDouble());
            }
        }
    }

    static final class ForgetsAbsence extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.absent = Duration.ZERO;
        }
    }

    static final class RemembersFailuresForEver extends Twisted {
        @Override
        void twist(Wanted wanted) {
            if (!wanted.failures.apply(new IllegalStateException()).isZero()) {
                wanted.failures = failure -> Duration.ofDays(1);
            }
        }
    }

    static final class NeverStale extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.stale = Duration.ZERO;
        }
    }

    static final class StaleForEver extends Twisted {
        @Override
        void twist(Wanted wanted) {
            if (!wanted.stale.isZero()) {
                wanted.stale = Duration.ofDays(1);
            }
        }
    }

    static final class NoJitter extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.jitter = 0;
        }
    }

    static final class LengthensToo extends Twisted {
        @Override
        void twist(Wanted wanted) {
            if (wanted.jitter > 0) {
                BiFunction<String, String, Duration> life = wanted.life;
                wanted.life =
                        (key, value) -> life.apply(key, value).multipliedBy(11).dividedBy(10);
            }
        }
    }

    /** Its loader is called by a thread that does not know for which key. */
    static final class WaitsForItself extends Twisted {
        @Override
        void twist(Wanted wanted) {
            Loader<String, String> loader = wanted.loader;
            wanted.loader = key -> {
                CompletableFuture<String> value = new CompletableFuture<>();
                Thread thread = new Thread(() -> {
                    try {
                        value.complete(loader.load(key));
                    } catch (Exception e) {
                        value.completeExceptionally(e);
                    }
                });
                thread.setDaemon(true);
                thread.start();
                try {
                    return value.get();
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            };
        }
    }

    static final class CountsNothing extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            return new Right(ReadThroughTest.builder(wanted).build()) {
                @Override
                public LoadingStats stats() {
                    return new LoadingStats(0, 0, 0, 0, 0, 0, 0, 0);
                }
            };
        }
    }
}
