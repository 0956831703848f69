package dev.backendmastery.caching.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.backendmastery.core.kit.Kit;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The industrial peer under the same kit: what it holds, and what there is no way to ask of it. */
final class CaffeineLoadingTest {

    @Test
    void holdsWhatItHas() {
        Set<String> failed = new TreeSet<>(Kit.failedClauses(OnCaffeine.class));
        // By chance: a load that failed is in the map for a moment longer than its callers wait for it.
        failed.remove("LD-3");
        assertEquals(
                Set.of(
                        "LD-5", // it has no deadline
                        "LD-8", // nor a bound for a bulk call
                        "LD-10", // after a failed refresh every look-up tries again
                        "LD-11", // its refresh time is the same for all
                        "LD-12", // it refreshes each key alone
                        "LD-13", // and never early
                        "LD-14", // what is not there, or failed, is loaded by every look-up
                        "LD-15", // an expired value is gone
                        "LD-16", // it has no jitter
                        "LD-17"), // a load that waits for itself hangs
                failed);
    }

    static final class OnCaffeine extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            var builder = Caffeine.newBuilder()
                    .executor(Runnable::run)
                    .ticker(wanted.ticker::nanos)
                    .recordStats()
                    .expireAfter(Expiry.<String, String>writing(wanted.life));
            long refresh = wanted.refresh.apply("any", "any").toNanos();
            if (refresh < Long.MAX_VALUE) {
                builder.refreshAfterWrite(refresh - 1, TimeUnit.NANOSECONDS); // "after": not at that age, but past it
            }
            return new Adapter(builder.buildAsync(wanted.bulk == null ? new Loading(wanted) : new BulkLoading(wanted)));
        }
    }

    private static class Loading implements AsyncCacheLoader<String, String> {
        final LoadingCacheContract.Wanted wanted;

        Loading(LoadingCacheContract.Wanted wanted) {
            this.wanted = wanted;
        }

        final <T> CompletableFuture<T> run(Callable<T> load) {
            CompletableFuture<T> result = new CompletableFuture<>();
            wanted.executor.execute(() -> {
                try {
                    result.complete(load.call());
                } catch (Exception e) {
                    result.completeExceptionally(e);
                }
            });
            return result;
        }

        @Override
        @SuppressWarnings("NullAway") // it may be null, whatever the annotation says
        public CompletableFuture<String> asyncLoad(String key, Executor executor) {
            Loader.Bulk<String, String> bulk = wanted.bulk;
            return run(() -> bulk == null
                    ? wanted.loader.load(key)
                    : bulk.loadAll(Set.of(key)).get(key));
        }
    }

    private static final class BulkLoading extends Loading {

        BulkLoading(LoadingCacheContract.Wanted wanted) {
            super(wanted);
        }

        @Override
        public CompletableFuture<? extends Map<? extends String, ? extends String>> asyncLoadAll(
                Set<? extends String> keys, Executor executor) {
            Loader.Bulk<String, String> bulk = Objects.requireNonNull(wanted.bulk);
            return run(() -> bulk.loadAll(Set.copyOf(keys)));
        }
    }

    private record Adapter(AsyncLoadingCache<String, String> caffeine) implements LoadingCache<String, String> {

        private static LoadFailedException failure(Throwable failure) {
            Throwable cause = failure;
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            return new LoadFailedException("a key", cause);
        }

        @Override
        public @Nullable String get(String key) {
            try {
                return caffeine.get(key).join();
            } catch (CompletionException e) {
                throw failure(e);
            }
        }

        @Override
        public CompletableFuture<@Nullable String> getAsync(String key) {
            CompletableFuture<@Nullable String> view = new CompletableFuture<>();
            CompletionStage<String> load = caffeine.get(key);
            load.whenComplete((value, failure) -> {
                if (failure != null) {
                    view.completeExceptionally(failure(failure));
                } else {
                    view.complete(value);
                }
            });
            return view;
        }

        @Override
        public Map<String, String> getAll(Collection<? extends String> keys) {
            try {
                return caffeine.getAll(keys).join();
            } catch (CompletionException e) {
                throw failure(e);
            }
        }

        @Override
        public @Nullable String getIfPresent(String key) {
            return caffeine.synchronous().getIfPresent(key);
        }

        @Override
        public CompletableFuture<@Nullable String> refresh(String key) {
            return caffeine.synchronous().refresh(key);
        }

        @Override
        public CompletableFuture<Map<String, String>> refreshAll(Collection<? extends String> keys) {
            return caffeine.synchronous().refreshAll(keys);
        }

        @Override
        public void put(String key, String value) {
            caffeine.synchronous().put(key, value);
        }

        @Override
        public void remove(String key) {
            caffeine.synchronous().invalidate(key);
        }

        @Override
        public void clear() {
            caffeine.synchronous().invalidateAll();
        }

        @Override
        public LoadingStats stats() {
            var stats = caffeine.synchronous().stats();
            return new LoadingStats(
                    stats.hitCount(),
                    stats.missCount(),
                    stats.loadSuccessCount(),
                    stats.loadFailureCount(),
                    0,
                    stats.loadCount(),
                    0,
                    0);
        }
    }
}
