package dev.backendmastery.caching.cache;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where hits are noted until somebody who has the lock replays them: a few short arrays, one for some of the threads each.
 *
 * <p>A note costs one compare-and-set that other threads rarely touch. It is refused when the array is full, and lost when
 * another thread gets in between: a hit that is not noted is not worth waiting for. One thread loses none, and its notes come
 * back in their order.
 */
final class ReadBuffer<E> {

    private static final int SLOTS = 32;

    /** Counters two cache lines apart. */
    private static final int STRIDE = 32;

    private final int mask;
    private final AtomicIntegerArray noted;
    private final AtomicReferenceArray<@Nullable E> slots;

    ReadBuffer() {
        int stripes = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1) * 2;
        mask = stripes - 1;
        noted = new AtomicIntegerArray((stripes + 1) * STRIDE);
        slots = new AtomicReferenceArray<>(stripes * SLOTS);
    }

    /** Notes {@code entry}; false if there is no room, and then somebody should {@link #drain}. */
    boolean note(E entry) {
        int stripe = (int) Thread.currentThread().getId() & mask;
        int counter = (stripe + 1) * STRIDE;
        int n = noted.getAcquire(counter);
        if (n == SLOTS) {
            return false;
        }
        if (noted.compareAndSet(counter, n, n + 1)) {
            slots.setRelease(stripe * SLOTS + n, entry);
        }
        return true;
    }

    /** Hands all notes to {@code replay}, those of one thread in their order; one caller at a time. */
    void drain(Consumer<? super E> replay) {
        for (int stripe = 0; stripe <= mask; stripe++) {
            int counter = (stripe + 1) * STRIDE;
            int n = noted.getAcquire(counter);
            if (n == 0) {
                continue;
            }
            for (int i = stripe * SLOTS; i < stripe * SLOTS + n; i++) {
                E entry = slots.getAcquire(i);
                if (entry != null) { // else its writer is between counting and noting; the next drain may meet it
                    slots.setPlain(i, null);
                    replay.accept(entry);
                }
            }
            // What was noted beyond n meanwhile is given up with it.
            noted.setRelease(counter, 0);
        }
    }
}
