package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheContract;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class TieredCacheTest extends TieredCacheContract {

    @Override
    protected Tier open(RedisCache<String> far, URI tracking) {
        return tier(
                TieredCache.builder(far, tracking).heartbeat(HEARTBEAT, TIMEOUT).build());
    }

    @Override
    protected int silences() {
        return 3;
    }

    static Tier tier(TieredCache<String> cache) {
        return new ForwardingTier(cache);
    }

    private static final class ForwardingTier extends ForwardingCache implements Tier {
        private final TieredCache<String> cache;

        ForwardingTier(TieredCache<String> cache) {
            super(cache);
            this.cache = cache;
        }

        @Override
        public boolean isTracking() {
            return cache.isTracking();
        }

        @Override
        public boolean hasEnded() throws InterruptedException {
            return cache.tracking().awaitEnd(Duration.ofSeconds(5));
        }

        @Override
        public void close() {
            cache.close();
        }
    }

    @Test
    @DisplayName("TC-3, TC-4 every copy is right soon after many writers and readers have stopped")
    void manyWritersAndReaders() {
        String name = Shared.name();
        RedisCache<String> theirs =
                RedisCache.builder(Shared.CLIENT, name, Codec.strings()).build();
        RedisCache<String> far =
                RedisCache.builder(Shared.CLIENT, name, Codec.strings()).build();
        try (TieredCache<String> mine =
                TieredCache.builder(far, URI.create(Shared.SERVER.uri())).build()) {
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<?>> readers = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                readers.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        mine.get("k" + i % 5, key -> "loaded");
                    }
                }));
            }
            for (int i = 0; i < 2_000; i++) {
                switch (i % 50) {
                    case 48 -> theirs.clear();
                    case 49 -> theirs.remove("k" + i % 5);
                    default -> theirs.put("k" + i % 5, "v" + i);
                }
            }
            for (int i = 0; i < 5; i++) {
                theirs.put("k" + i, "last");
            }
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            int right = 0;
            while (right < 200 && System.nanoTime() < end) {
                String value = mine.getIfPresent("k" + right % 5);
                right = "last".equals(value) ? right + 1 : 0;
                LockSupport.parkNanos(500_000);
            }
            stop.set(true);
            readers.forEach(CompletableFuture::join);
            assertEquals(200, right, "look-ups in a row, over a tenth of a second");
        }
    }

    @Test
    void refusesBadSettings() {
        RedisCache<String> far =
                RedisCache.builder(Shared.CLIENT, "a", Codec.strings()).build();
        assertThrows(IllegalArgumentException.class, () -> TieredCache.builder(far, URI.create("http://localhost:1")));
        TieredCache.Builder<String> builder = TieredCache.builder(far, URI.create(Shared.SERVER.uri()));
        assertThrows(
                IllegalArgumentException.class, () -> builder.heartbeat(Duration.ofMillis(9), Duration.ofMillis(10)));
        assertThrows(IllegalArgumentException.class, () -> builder.heartbeat(Duration.ofSeconds(1), Duration.ZERO));
    }

    /** The kit of every cache, with the tracking and without. */
    @Nested
    final class AsACache extends CacheContract {

        private final List<TieredCache<String>> opened = new ArrayList<>();
        private final List<RedisCache<String>> fars = new ArrayList<>();

        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            RedisCache<String> far = RedisCache.builder(Shared.CLIENT, Shared.name(), Codec.strings())
                    .expireAfterWrite(life)
                    .build();
            TieredCache<String> cache =
                    TieredCache.builder(far, URI.create(Shared.SERVER.uri())).build();
            while (!cache.isTracking()) {
                Thread.onSpinWait();
            }
            opened.add(cache);
            fars.add(far);
            return cache;
        }

        @AfterEach
        void close() {
            opened.forEach(TieredCache::close);
        }

        @Override
        protected void elapse(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        protected boolean isBounded() {
            return false;
        }

        @Override
        protected int size(Cache<String, String> cache) {
            return RedisCacheTest.sizeOf(fars.get(fars.size() - 1));
        }
    }
}
