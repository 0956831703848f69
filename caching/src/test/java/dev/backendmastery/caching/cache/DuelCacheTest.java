package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DuelCacheTest extends BoundedCacheContract {

    @Override
    <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
        return builder.duel();
    }

    /** A window of 150 keys that moves on by one every four requests: what was just used is used again, and then never. */
    private static int[] moving() {
        Random random = new Random(6);
        return IntStream.range(0, 300_000)
                .map(i -> 1_000_000 + i / 4 + random.nextInt(150))
                .toArray();
    }

    private static int s3Fifo(int[] requests) {
        return replay(BoundedCache.<Integer, Integer>builder().maximumSize(200).s3Fifo(), IntStream.of(requests));
    }

    @Test
    @DisplayName("DL-1 takes on promotion where recent use predicts the next: about what S3-FIFO has")
    void promotes() {
        int s3 = s3Fifo(moving());
        int duel = replay(ofSize(200), IntStream.of(moving()));
        assertTrue(duel >= 0.99 * s3, () -> duel + " hits, S3-FIFO " + s3);
    }

    @Test
    @DisplayName("DL-2 takes on the contest where frequency does: a scan takes no more than the small queue")
    void contests() {
        // A skewed core, and between its uses keys that come twice in the small queue's time and never again.
        Random random = new Random(5);
        int[] requests = IntStream.range(0, 300_000)
                .map(i ->
                        i % 3 == 0 ? (int) (300 * Math.pow(random.nextDouble(), 2)) : 1_000 + (i % 3 == 1 ? i : i - 13))
                .toArray();
        int s3 =
                replay(BoundedCache.<Integer, Integer>builder().maximumSize(200).s3Fifo(), IntStream.of(requests));
        int duel = replay(ofSize(200), IntStream.of(requests));
        assertTrue(duel > 1.02 * s3, () -> duel + " hits, S3-FIFO " + s3);
    }

    @Test
    @DisplayName("DL-3 keeps a part of a loop that is larger than the cache, nearly as large as the cache")
    void holds() {
        for (int maximum : new int[] {100, 250, 5_000}) {
            BoundedCache<Integer, Integer> cache = ofSize(maximum);
            int keys = 10 * maximum;
            replay(cache, IntStream.range(0, 30 * keys).map(i -> i % keys)); // learns
            int hits = replay(cache, IntStream.range(0, 10 * keys).map(i -> i % keys));
            double ratio = hits / (10.0 * keys);
            assertTrue(ratio > 0.1 * 0.93, () -> ratio + " of 0.1 at " + maximum);
        }
    }

    @Test
    @DisplayName("DL-4 comes back from a loop: what a rule was good for once does not bind it")
    void comesBack() {
        BoundedCache<Integer, Integer> cache = ofSize(200);
        replay(cache, IntStream.range(0, 100_000).map(i -> i % 800));
        int s3 = s3Fifo(moving());
        int hits = replay(cache, IntStream.of(moving()));
        assertTrue(hits >= 0.98 * s3, () -> hits + " hits after a loop, S3-FIFO " + s3 + " without");
    }

    @Test
    @DisplayName("DL-6 waits longer where a second use comes after the time of a small queue of a tenth")
    void waits() {
        // Each key comes twice, 30 new ones apart, and never again: 200 entries can have every second request.
        int[] requests = IntStream.range(0, 100_000)
                .map(i -> i % 2 == 0 ? i / 2 : Math.max(0, i / 2 - 30))
                .toArray();
        BoundedCache<Integer, Integer> cache = ofSize(200);
        replay(cache, IntStream.of(requests)); // learns
        int hits = replay(cache, IntStream.of(requests).map(key -> key + 100_000));
        assertTrue(hits > 0.9 * requests.length / 2, () -> hits + " hits of " + requests.length / 2);
    }

    @Test
    @DisplayName("DL-5 follows one key in 64 of a large cache, and all of a small one")
    void followsASample() {
        assertEquals(1, DuelPolicy.sampled(1));
        assertEquals(1, DuelPolicy.sampled(255));
        assertEquals(2, DuelPolicy.sampled(256));
        assertEquals(64, DuelPolicy.sampled(8_192));
        assertEquals(64, DuelPolicy.sampled(1 << 30));
    }
}
