package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class S3FifoCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.s3Fifo();
    }

    @Test
    @DisplayName("S3-1 what is not hit leaves by the small queue: a scan costs the main queue nothing")
    void aScanPasses() {
        BoundedCache<Integer, Integer> cache = ofSize(100);
        replay(cache, IntStream.range(0, 90));
        replay(cache, IntStream.range(0, 90));
        replay(cache, IntStream.range(1_000, 1_110)); // what was hit is in the main queue by now
        replay(cache, IntStream.range(2_000, 12_000));
        assertEquals(90, kept(cache, IntStream.range(0, 90).toArray()).size());
    }

    @Test
    @DisplayName(
            "S3-2 what comes back while its ghost is known belongs to the main queue, and a scan no longer moves it")
    void aGhostReturns() {
        BoundedCache<Integer, Integer> cache = ofSize(100);
        replay(cache, IntStream.range(0, 150)); // 0 to 49 have left by the small queue
        replay(cache, IntStream.range(0, 20)); // and 0 to 19 come back
        replay(cache, IntStream.range(1_000, 2_000));
        assertEquals(20, kept(cache, IntStream.range(0, 20).toArray()).size());
    }

    @Test
    @DisplayName("S3-2 ghosts are as many as the main queue is large, no more")
    void ghostsAreForgotten() {
        BoundedCache<Integer, Integer> cache = ofSize(100);
        replay(cache, IntStream.range(0, 100));
        replay(cache, IntStream.range(100, 300)); // the ghosts of 0 to 99 are gone
        replay(cache, IntStream.range(0, 20));
        replay(cache, IntStream.range(1_000, 1_300));
        assertEquals(List.of(), kept(cache, IntStream.range(0, 20).toArray()));
    }
}
