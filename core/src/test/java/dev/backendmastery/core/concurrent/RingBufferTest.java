package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Both ring buffers. */
final class RingBufferTest {

    @Nested
    final class Spsc extends RingBufferContract {
        @Override
        protected <E> Ring<E> create(int capacity) {
            return ring(new SpscRingBuffer<>(capacity));
        }

        @Override
        protected int producers() {
            return 1;
        }
    }

    @Nested
    final class Mpsc extends RingBufferContract {
        @Override
        protected <E> Ring<E> create(int capacity) {
            return ring(new MpscRingBuffer<>(capacity));
        }

        @Override
        protected int producers() {
            return 3;
        }
    }

    private static <E> RingBufferContract.Ring<E> ring(RingBuffer<E> ring) {
        assertEquals(0, ring.size());
        return new RingBufferContract.Ring<>(ring::offer, ring::poll, ring::size);
    }

    @Test
    void drainsUpToALimitAndTakesWhatItWasGivenEvenIfThatThrows() {
        for (RingBuffer<Integer> ring : List.of(new SpscRingBuffer<Integer>(8), new MpscRingBuffer<Integer>(8))) {
            for (int i = 0; i < 8; i++) {
                ring.offer(i);
            }
            List<Integer> out = new ArrayList<>();
            assertEquals(3, ring.drain(out::add, 3));
            assertThrows(
                    IllegalStateException.class,
                    () -> ring.drain(
                            element -> {
                                throw new IllegalStateException("planned");
                            },
                            2));
            assertEquals(4, ring.drain(out::add, 100));
            assertEquals(List.of(0, 1, 2, 4, 5, 6, 7), out);
            assertEquals(0, ring.drain(out::add, 0));
            assertThrows(IllegalArgumentException.class, () -> ring.drain(out::add, -1));
        }
    }

    @Test
    void refusesACapacityThatIsNoPowerOfTwo() {
        for (int capacity : new int[] {0, -1, 3, 1_000, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> new SpscRingBuffer<>(capacity));
            assertThrows(IllegalArgumentException.class, () -> new MpscRingBuffer<>(capacity));
        }
        assertThrows(NullPointerException.class, () -> new SpscRingBuffer<Integer>(2).offer(nothing()));
    }

    @SuppressWarnings("NullAway") // what a caller without null checks does
    private static Integer nothing() {
        return null;
    }
}
