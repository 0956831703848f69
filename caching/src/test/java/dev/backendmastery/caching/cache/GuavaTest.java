package dev.backendmastery.caching.cache;

import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The elder peer under the same kit. */
final class GuavaTest extends LocalCacheContract {

    private final ManualTicker ticker = new ManualTicker();

    @Override
    protected LocalCache<String, String> create(Spec spec) {
        // One segment: with more, each has a part of the maximum of its own.
        CacheBuilder<Object, Object> builder = CacheBuilder.newBuilder()
                .concurrencyLevel(1)
                .recordStats()
                .ticker(new com.google.common.base.Ticker() {
                    @Override
                    public long read() {
                        return ticker.nanos();
                    }
                });
        if (spec.life() != null) {
            builder.expireAfterWrite(spec.life());
        }
        if (spec.idle() != null) {
            builder.expireAfterAccess(spec.idle());
        }
        CacheBuilder<String, String> typed;
        if (spec.weigher() == null) {
            typed = builder.maximumSize(spec.maximum()).removalListener(removal -> tell(spec, removal));
        } else {
            typed = builder.maximumWeight(spec.maximum()).weigher(spec::weight);
        }
        return new Adapter(typed.build());
    }

    private static void tell(Spec spec, com.google.common.cache.RemovalNotification<String, String> removal) {
        spec.tell(
                Objects.requireNonNull(removal.getKey()),
                Objects.requireNonNull(removal.getValue()),
                RemovalCause.valueOf(removal.getCause().name()));
    }

    @Override
    protected void elapse(Duration time) {
        ticker.advance(time);
    }

    @Override
    protected boolean removesLoadsUnderWay() {
        return false;
    }

    @Override
    protected boolean clearsLoadsUnderWay() {
        return false;
    }

    @Override
    protected boolean hasTimesOfTheirOwn() {
        return false;
    }

    @Override
    protected boolean neverExceeds() {
        return false;
    }

    private record Adapter(com.google.common.cache.Cache<String, String> guava) implements LocalCache<String, String> {

        @Override
        public @Nullable String getIfPresent(String key) {
            return guava.getIfPresent(key);
        }

        @Override
        public String get(String key, Function<? super String, ? extends String> loader) {
            Objects.requireNonNull(loader);
            try {
                return guava.get(key, () -> Objects.requireNonNull(loader.apply(key)));
            } catch (UncheckedExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void put(String key, String value) {
            guava.put(key, value);
        }

        @Override
        public void remove(String key) {
            guava.invalidate(key);
        }

        @Override
        public void clear() {
            guava.invalidateAll();
        }

        @Override
        public @Nullable String compute(
                String key, BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> change) {
            return guava.asMap().compute(key, change);
        }

        @Override
        public Map<String, String> snapshot() {
            return Map.copyOf(guava.asMap());
        }

        @Override
        public void cleanUp() {
            guava.cleanUp();
        }

        @Override
        public int size() {
            return (int) guava.size();
        }

        @Override
        public CacheStats stats() {
            var stats = guava.stats();
            return new CacheStats(
                    stats.hitCount(),
                    stats.missCount(),
                    stats.loadSuccessCount(),
                    stats.loadExceptionCount(),
                    stats.evictionCount(),
                    0);
        }
    }
}
