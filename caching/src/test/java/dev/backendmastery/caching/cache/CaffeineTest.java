package dev.backendmastery.caching.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The industrial peer under the same kit: a clause that it breaks would be wrong, or worth a sentence. */
final class CaffeineTest extends LocalCacheContract {

    private final ManualTicker ticker = new ManualTicker();

    @Override
    protected LocalCache<String, String> create(Spec spec) {
        Caffeine<Object, Object> builder = Caffeine.newBuilder()
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .recordStats();
        if (spec.life() != null) {
            builder.expireAfterWrite(spec.life());
        }
        if (spec.idle() != null) {
            builder.expireAfterAccess(spec.idle());
        }
        Caffeine<String, String> typed;
        if (spec.weigher() == null) {
            typed = builder.maximumSize(spec.maximum()).evictionListener((key, value, cause) -> {});
        } else {
            typed = builder.maximumWeight(spec.maximum()).weigher(spec::weight);
        }
        if (spec.lifeOf() != null) {
            typed = typed.expireAfter(Expiry.writing((key, value) -> Objects.requireNonNull(spec.life(key, value))));
        }
        if (spec.listener() != null) {
            typed = typed.removalListener((key, value, cause) -> spec.tell(
                    Objects.requireNonNull(key), Objects.requireNonNull(value), RemovalCause.valueOf(cause.name())));
        }
        return new Adapter(typed.build());
    }

    @Override
    protected void elapse(Duration time) {
        ticker.advance(time);
    }

    @Override
    protected boolean clearsLoadsUnderWay() {
        return false;
    }

    /** Its policy may refuse a newcomer for one that was asked for more often. */
    @Override
    protected boolean admitsAll() {
        return false;
    }

    @Override
    protected boolean neverExceeds() {
        return false;
    }

    private record Adapter(com.github.benmanes.caffeine.cache.Cache<String, String> caffeine)
            implements LocalCache<String, String> {

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
        public @Nullable String compute(
                String key, BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> change) {
            return caffeine.asMap().compute(key, change);
        }

        @Override
        public Map<String, String> snapshot() {
            return Map.copyOf(caffeine.asMap());
        }

        @Override
        public void cleanUp() {
            caffeine.cleanUp();
        }

        @Override
        public int size() {
            return (int) caffeine.estimatedSize();
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
