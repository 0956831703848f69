package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LiveHashTest {

    @Test
    void publishesChangesToTheNextLookUp() {
        LiveHash<String> live = new LiveHash<>(RendezvousHash.of(List.of(Member.of("a"))));
        assertEquals("a", live.nodeFor("key"));
        assertSame(live.join(Member.of("b")), live.snapshot());
        assertEquals(2, live.snapshot().members().size());
        live.leave("a");
        assertEquals("b", live.nodeFor("key"));
        assertEquals("b", live.nodeFor(7));
        assertEquals("b", live.nodeForHash(7));
    }

    @Test
    void staysAsItWasWhenAChangeIsRefused() {
        LiveHash<String> live = new LiveHash<>(RendezvousHash.of(List.of(Member.of("a"))));
        ConsistentHash<String> before = live.snapshot();
        assertThrows(IllegalArgumentException.class, () -> live.join(Member.of("a")));
        assertThrows(IllegalArgumentException.class, () -> live.leave("a"));
        assertSame(before, live.snapshot());
        live.join(Member.of("b"));
        assertEquals(2, live.snapshot().members().size(), "the refusals hold nothing up");
    }

    @Test
    void losesNoSimultaneousChangeAndServesReadersWhileOneIsComputed() throws Exception {
        LiveHash<String> live = new LiveHash<>(RendezvousHash.of(List.of(Member.of("a"))));
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch read = new CountDownLatch(1);
            List<Future<?>> changes = new ArrayList<>();
            changes.add(threads.submit(() -> live.update(placement -> {
                inside.countDown();
                assertTrue(await(read), "a reader waited for the change");
                return placement.with(Member.of("slow"));
            })));
            assertTrue(await(inside));
            assertEquals("a", live.nodeFor("key"));
            read.countDown();
            for (int thread = 0; thread < 4; thread++) {
                int number = thread;
                changes.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        live.join(Member.of("node-" + number + "-" + i));
                    }
                }));
            }
            for (Future<?> change : changes) {
                change.get(10, TimeUnit.SECONDS);
            }
            assertEquals(202, live.snapshot().members().size());
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
