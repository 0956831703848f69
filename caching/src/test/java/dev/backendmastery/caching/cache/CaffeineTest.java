package dev.backendmastery.caching.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The industrial peer under the same kit: a clause that it breaks would be wrong, or worth a sentence. */
final class CaffeineTest extends CacheContract {

    private final ManualTicker ticker = new ManualTicker();

    @Override
    protected Cache<String, String> create(int maximumSize, Duration life) {
        return new Adapter(Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfterWrite(life)
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .recordStats()
                .build());
    }

    @Override
    protected void elapse(Duration time) {
        ticker.advance(time);
    }

    @Override
    protected int size(Cache<String, String> cache) {
        var caffeine = ((Adapter) cache).caffeine;
        caffeine.cleanUp();
        return (int) caffeine.estimatedSize();
    }

    @Override
    protected boolean clearsLoadsUnderWay() {
        return false;
    }

    private record Adapter(com.github.benmanes.caffeine.cache.Cache<String, String> caffeine)
            implements Cache<String, String> {

        @Override
        public @Nullable String getIfPresent(String key) {
            return caffeine.getIfPresent(key);
        }

        @Override
        public String get(String key, Function<? super String, ? extends String> loader) {
            return Objects.requireNonNull(caffeine.get(key, loader), "loader returned null");
        }

        @Override
        public void put(String key, String value) {
            caffeine.put(key, value);
            if (caffeine.policy().eviction().orElseThrow().getMaximum() == 0) {
                caffeine.cleanUp();
            }
        }

        @Override
        public void remove(String key) {
            caffeine.invalidate(key);
        }

        @Override
        public void clear() {
            caffeine.invalidateAll();
        }

        @Override
        public CacheStats stats() {
            var stats = caffeine.stats();
            return new CacheStats(
                    stats.hitCount(),
                    stats.missCount(),
                    stats.loadSuccessCount(),
                    stats.loadFailureCount(),
                    stats.evictionCount(),
                    0);
        }
    }
}
