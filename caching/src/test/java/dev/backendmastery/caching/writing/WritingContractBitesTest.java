package dev.backendmastery.caching.writing;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class WritingContractBitesTest {

    @Test
    void convictsEachFault() {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> verdicts = Stream.<Runnable>of(
                            () -> Kit.convicts(ReadsOnlyWhatIsWritten.class, "WR-1", "WR-6", "WR-10"),
                            () -> Kit.convicts(WritesInAnyOrder.class, "WR-2"),
                            () -> Kit.convicts(WritesLater.class, "WR-3"),
                            () -> Kit.convicts(WritesTwice.class, "WR-4"),
                            () -> Kit.convicts(WritesEachKeyAlone.class, "WR-4"),
                            () -> Kit.convicts(NoBound.class, "WR-5"),
                            () -> Kit.convicts(NeverTriesAgain.class, "WR-6", "WR-7"),
                            () -> Kit.convicts(FailsTheBatch.class, "WR-7"),
                            () -> Kit.convicts(DropsInSilence.class, "WR-7", "WR-8"),
                            () -> Kit.convicts(ForgetsAtTheEnd.class, "WR-8"),
                            () -> Kit.convicts(AcceptsAfterTheEnd.class, "WR-8"),
                            () -> Kit.convicts(CachesBeforeItWrites.class, "WR-9"),
                            () -> Kit.convicts(LoadsWhatIsRemoved.class, "WR-10"),
                            () -> Kit.convicts(WritesNulls.class, "WR-11"))
                    .<Future<?>>map(pool::submit)
                    .toList();
            assertAll(verdicts.stream().map(verdict -> verdict::get));
        } finally {
            pool.shutdownNow();
        }
    }

    /** A right one, for the faults to be planted in. */
    static class Right implements WritingCache<String, String> {
        final WritingCache<String, String> right;

        Right(WritingCache<String, String> right) {
            this.right = right;
        }

        @Override
        public @Nullable String getIfPresent(String key) {
            return right.getIfPresent(key);
        }

        @Override
        public @Nullable String get(String key, Function<? super String, ? extends String> loader) {
            return right.get(key, loader);
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
        public boolean flush(Duration timeout) throws InterruptedException {
            return right.flush(timeout);
        }

        @Override
        public int pending() {
            return right.pending();
        }

        @Override
        public WritingStats stats() {
            return right.stats();
        }

        @Override
        public int close(Duration timeout) throws InterruptedException {
            return right.close(timeout);
        }
    }

    /** Faults that are planted in what is wanted of a right one. */
    abstract static class Twisted extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            twist(wanted);
            return WriteBehindTest.builder(wanted).build();
        }

        abstract void twist(Wanted wanted);
    }

    static final class ReadsOnlyWhatIsWritten extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            Cache<String, String> cache = BoundedCache.<String, String>builder().lru();
            return new Right(WriteBehind.builder(cache, wanted.writer, wanted.deadLetters)
                    .maxPending(wanted.maxPending)
                    .maxBatch(wanted.maxBatch)
                    .linger(wanted.linger)
                    .putDeadline(wanted.putDeadline)
                    .retry(wanted.retry)
                    .build()) {
                @Override
                public @Nullable String getIfPresent(String key) {
                    return cache.getIfPresent(key);
                }
            };
        }
    }

    /** Hands what it is given to another thread, for all of which there is no order. */
    static final class WritesInAnyOrder extends Twisted {
        @Override
        void twist(Wanted wanted) {
            Writer<String, String> writer = wanted.writer;
            Cache<String, Change<String, String>> before =
                    BoundedCache.<String, Change<String, String>>builder().lru();
            wanted.writer = changes -> {
                writer.write(changes);
                for (Change<String, String> change : changes) {
                    Change<String, String> older = before.getIfPresent(change.key());
                    if (older != null
                            && change.value() != null
                            && change.value().contains(" 1")) {
                        writer.write(List.of(older));
                    }
                    before.put(change.key(), change);
                }
            };
        }
    }

    static final class WritesLater extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            Writer<String, String> writer = wanted.writer;
            wanted.writer = changes -> {
                if (changes.stream().anyMatch(change -> change.key().equals("k119"))) {
                    LockSupport.parkNanos(300_000_000);
                }
                writer.write(changes);
            };
            return new Right(WriteBehindTest.builder(wanted).build()) {
                private int changes;

                @Override
                public void put(String key, String value) {
                    changes++;
                    super.put(key, value);
                }

                @Override
                public boolean flush(Duration timeout) throws InterruptedException {
                    return changes == 120 || super.flush(timeout);
                }
            };
        }
    }

    static final class WritesTwice extends Twisted {
        @Override
        void twist(Wanted wanted) {
            Writer<String, String> writer = wanted.writer;
            wanted.writer = changes -> {
                writer.write(changes);
                writer.write(changes);
            };
        }
    }

    static final class WritesEachKeyAlone extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.maxBatch = 1;
        }
    }

    static final class NoBound extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.maxPending = 1_000_000;
        }
    }

    static final class NeverTriesAgain extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.retry = wanted.retry.withMaxAttempts(1);
        }
    }

    /** Takes a failed batch for one that is spent. */
    static final class FailsTheBatch extends Twisted {
        @Override
        void twist(Wanted wanted) {
            Writer<String, String> writer = wanted.writer;
            var poisoned = new ConcurrentHashMap<String, IllegalArgumentException>();
            wanted.writer = changes -> {
                IllegalArgumentException before = poisoned.get(changes.get(0).key());
                if (before != null) {
                    throw before;
                }
                try {
                    writer.write(changes);
                } catch (IllegalArgumentException | IllegalStateException e) {
                    if (changes.stream().anyMatch(change -> change.key().equals("poison"))) {
                        changes.forEach(change -> poisoned.put(change.key(), new IllegalArgumentException(e)));
                    }
                    throw e;
                }
            };
        }
    }

    static final class DropsInSilence extends Twisted {
        @Override
        void twist(Wanted wanted) {
            wanted.deadLetters = (change, reason) -> {};
        }
    }

    static final class ForgetsAtTheEnd extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            return new Right(WriteBehindTest.builder(wanted).build()) {
                @Override
                public int close(Duration timeout) throws InterruptedException {
                    super.close(Duration.ZERO);
                    return 0;
                }
            };
        }
    }

    static final class AcceptsAfterTheEnd extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            return new Right(WriteBehindTest.builder(wanted).build()) {
                @Override
                public void put(String key, String value) {
                    if (!key.equals("late")) {
                        super.put(key, value);
                    }
                }
            };
        }
    }

    static final class CachesBeforeItWrites extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            Cache<String, String> cache = BoundedCache.<String, String>builder().lru();
            return new Right(new WriteThrough<>(cache, wanted.writer)) {
                @Override
                public void put(String key, String value) {
                    try {
                        super.put(key, value);
                    } catch (WriteFailedException e) {
                        cache.put(key, value);
                        throw e;
                    }
                }
            };
        }

        @Override
        protected boolean isBehind() {
            return false;
        }
    }

    static final class LoadsWhatIsRemoved extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            return new Right(WriteBehindTest.builder(wanted).build()) {
                @Override
                public @Nullable String get(String key, Function<? super String, ? extends String> loader) {
                    String value = super.get(key, loader);
                    return value == null ? loader.apply(key) : value;
                }
            };
        }
    }

    static final class WritesNulls extends WritingContract {
        @Override
        protected WritingCache<String, String> create(Wanted wanted) {
            return new Right(WriteBehindTest.builder(wanted).build()) {
                @Override
                public void put(String key, String value) {
                    super.put(String.valueOf(key), value);
                }
            };
        }
    }
}
