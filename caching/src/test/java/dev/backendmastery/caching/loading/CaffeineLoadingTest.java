package dev.backendmastery.caching.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.backendmastery.core.kit.Kit;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The industrial peer under the same kit: what it holds, and what there is no way to ask of it. */
final class CaffeineLoadingTest {

    @Test
    void holdsWhatItHas() {
        assertEquals(new TreeSet<>(Set.of()), Kit.failedClauses(OnCaffeine.class));
    }

    static final class OnCaffeine extends LoadingCacheContract {
        @Override
        protected LoadingCache<String, String> create(Wanted wanted) {
            var builder = Caffeine.newBuilder()
                    .executor(wanted.executor)
                    .ticker(wanted.ticker::nanos)
                    .recordStats()
                    .expireAfter(Expiry.<String, String>writing(wanted.life));
            long refresh = wanted.refresh.apply("any", "any").toNanos();
            if (refresh < Long.MAX_VALUE) {
                builder.refreshAfterWrite(refresh, TimeUnit.NANOSECONDS);
            }
            Loader.Bulk<String, String> bulk = wanted.bulk;
            CacheLoader<String, String> loader = bulk == null
                    ? wanted.loader::load
                    : CacheLoader.bulk(keys -> {
                        try {
                            return bulk.loadAll(Set.copyOf(keys));
                        } catch (Exception e) {
                            throw new CompletionException(e);
                        }
                    });
            return new Adapter(builder.buildAsync(loader));
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
