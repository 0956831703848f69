package dev.backendmastery.core.concurrent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link RingBuffer} must hold. */
@DisplayName("A RingBuffer")
public abstract class RingBufferContract {

    /** What the kit asks of a buffer, so that other libraries' queues can be held to it. */
    protected record Ring<E>(Predicate<E> offer, Supplier<@Nullable E> poll, Supplier<Integer> size) {}

    /** An empty buffer for {@code capacity} elements, a power of two. */
    protected abstract <E> Ring<E> create(int capacity);

    /** How many producers there may be. */
    protected abstract int producers();

    private static final class Message {
        final int producer;
        final int number;
        /** Not final: only the hand-over makes it visible. */
        int payload;

        Message(int producer, int number) {
            this.producer = producer;
            this.number = number;
            this.payload = number * 31 + producer;
        }
    }

    @Test
    @DisplayName("RB-1 gives back what it was given, in order, as a queue does")
    void queue() {
        Random random = new Random(1);
        for (int capacity : new int[] {1, 2, 4, 64}) {
            Ring<Integer> ring = create(capacity);
            ArrayDeque<Integer> model = new ArrayDeque<>();
            for (int i = 0; i < 5_000; i++) {
                if (random.nextBoolean()) {
                    boolean fits = model.size() < capacity;
                    assertEquals(fits, ring.offer().test(i));
                    if (fits) {
                        model.add(i);
                    }
                } else {
                    assertEquals(model.poll(), ring.poll().get());
                }
                assertEquals(model.size(), ring.size().get());
            }
        }
    }

    /** All messages as they came out while the producers ran. */
    private List<Message> pass(int capacity, int each) throws Exception {
        Ring<Message> ring = create(capacity);
        int producers = producers();
        AtomicBoolean stopped = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(producers + 1);
        List<Message> out = new ArrayList<>();
        try {
            List<Future<?>> offering = new ArrayList<>();
            for (int p = 0; p < producers; p++) {
                int producer = p;
                offering.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        Message message = new Message(producer, i);
                        while (!ring.offer().test(message)) {
                            if (stopped.get()) {
                                return;
                            }
                            LockSupport.parkNanos(1);
                        }
                    }
                }));
            }
            Future<?> polling = pool.submit(() -> {
                long progress = System.nanoTime();
                // What was offered is there: half a second without anything means that it never comes.
                while (out.size() < producers * each && System.nanoTime() - progress < 500_000_000L) {
                    Message message = ring.poll().get();
                    if (message != null) {
                        out.add(message);
                        progress = System.nanoTime();
                    } else {
                        LockSupport.parkNanos(1);
                    }
                }
                stopped.set(true);
            });
            polling.get(20, SECONDS);
            for (Future<?> future : offering) {
                future.get(5, SECONDS);
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(5, SECONDS));
        }
        return out;
    }

    @Test
    @DisplayName("RB-2 loses nothing, doubles nothing and keeps each producer's order, under threads")
    void threads() throws Exception {
        for (int capacity : new int[] {1, 8, 1_024}) {
            int each = capacity == 1 ? 1_000 : 20_000;
            Map<Integer, Integer> next = new HashMap<>();
            List<Message> out = pass(capacity, each);
            assertEquals(producers() * each, out.size());
            for (Message message : out) {
                assertEquals(next.merge(message.producer, 1, Integer::sum) - 1, message.number);
            }
        }
    }

    @Test
    @DisplayName("RB-3 shows the consumer what the producer did before it offered")
    void visible() throws Exception {
        List<Message> out = pass(64, 20_000);
        assertFalse(out.isEmpty());
        for (Message message : out) {
            assertEquals(message.number * 31 + message.producer, message.payload);
        }
    }

    @Test
    @DisplayName("RB-4 is full at its capacity, neither before nor after, at any turn")
    void full() {
        Ring<Integer> ring = create(8);
        for (int turn = 0; turn < 50; turn++) {
            int number = 0;
            while (number < 100 && ring.offer().test(number)) {
                number++;
            }
            assertEquals(8, number);
            assertEquals(8, ring.size().get());
            for (int i = 0; i < turn % 8 + 1; i++) {
                assertEquals(i, ring.poll().get());
            }
            for (int i = 0; i < turn % 8 + 1; i++) {
                assertTrue(ring.offer().test(8 + i));
            }
            assertFalse(ring.offer().test(99));
            for (int i = 0; i < 8; i++) {
                assertNotNull(ring.poll().get());
            }
        }
    }

    @Test
    @DisplayName("RB-5 is empty only when it holds nothing")
    void empty() {
        Ring<Integer> ring = create(4);
        for (int turn = 0; turn < 50; turn++) {
            assertNull(ring.poll().get());
            assertEquals(0, ring.size().get());
            assertTrue(ring.offer().test(turn));
            assertEquals(turn, ring.poll().get());
        }
    }

    @Test
    @DisplayName("RB-6 holds on to nothing that was taken")
    void garbage() {
        Ring<Object> ring = create(4);
        List<WeakReference<Object>> taken = new ArrayList<>();
        int offered = 0;
        for (int i = 0; i < 4; i++) {
            Object element = new Object();
            taken.add(new WeakReference<>(element));
            offered += ring.offer().test(element) ? 1 : 0;
        }
        assertEquals(4, offered);
        for (int i = 0; i < 4; i++) {
            assertNotNull(ring.poll().get());
        }
        for (int i = 0; i < 100 && taken.stream().anyMatch(element -> element.get() != null); i++) {
            System.gc();
        }
        assertTrue(taken.stream().allMatch(element -> element.get() == null), "a taken element is still reachable");
        assertTrue(ring.offer().test(new Object()));
    }
}
