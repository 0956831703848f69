package dev.backendmastery.core.lease;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class FencedResourceTest {

    private static Lease lease(long epoch) {
        return new Lease("n", "h", epoch, 0);
    }

    @Test
    @DisplayName("FR-1 refuses an older epoch and does not run its action")
    void refusesTheStale() throws Exception {
        FencedResource resource = new FencedResource();
        List<Long> written = new ArrayList<>();
        resource.run(lease(2), () -> written.add(2L));
        var refused = assertThrows(StaleEpochException.class, () -> resource.run(lease(1), () -> written.add(1L)));
        assertEquals(1, refused.epoch());
        assertEquals(2, refused.newest());
        assertEquals(List.of(2L), written);
        assertThrows(StaleEpochException.class, () -> new FencedResource(7).run(lease(6), () -> written.add(6L)));
    }

    @Test
    @DisplayName("FR-2 runs the same epoch again, and a newer one, and gives back what they give")
    void runsTheCurrent() throws Exception {
        FencedResource resource = new FencedResource();
        assertEquals(Long.MIN_VALUE, resource.newest());
        assertEquals("a", resource.run(lease(2), () -> "a"));
        assertEquals("b", resource.run(lease(2), () -> "b"));
        assertEquals("c", resource.run(lease(5), () -> "c"));
        assertEquals(5, resource.newest());
    }

    @Test
    @DisplayName("FR-3 fences off older epochs also if the newer one's action fails")
    void failure() {
        FencedResource resource = new FencedResource();
        assertThrows(
                IllegalStateException.class,
                () -> resource.run(lease(3), () -> {
                    throw new IllegalStateException("planned");
                }));
        assertThrows(StaleEpochException.class, () -> resource.run(lease(2), () -> "late"));
    }

    @Test
    @DisplayName("FR-4 runs one action at a time, in the order of their epochs")
    void oneAtATime() throws Exception {
        FencedResource resource = new FencedResource();
        List<Long> written = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int first = t;
                futures.add(pool.submit(() -> {
                    for (long epoch = first; epoch < 20_000; epoch += 4) {
                        long mine = epoch;
                        try {
                            resource.run(lease(mine), () -> written.add(mine));
                        } catch (StaleEpochException e) {
                            assertTrue(e.newest() > mine);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get(20, SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(written.stream().sorted().toList(), written);
    }
}
