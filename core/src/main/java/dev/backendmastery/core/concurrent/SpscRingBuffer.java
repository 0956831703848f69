package dev.backendmastery.core.concurrent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RingBuffer} from one producer to one consumer.
 *
 * <p><b>Guarantee.</b> As {@link RingBuffer}. <b>Threads.</b> One producer and one consumer at a time; both are wait-free:
 * every call ends after a fixed number of steps. <b>Cost.</b> One release store a call. A side looks at the other's index only
 * when what it saw last is used up, so between two that keep their distance no cache line goes to and fro for each element.
 * 8 bytes a slot at most, and 500 for the indices. <b>Not for</b> two producers, which would overwrite each other:
 * {@link MpscRingBuffer}.
 * <b>Source.</b> Lamport, <i>Proving the Correctness of Multiprocess Programs</i>, 1977, with the cached indices of Lee, Bu and
 * Chandranmenon, <i>A Lock-Free, Cache-Efficient Shared Ring Buffer</i>, ANCS 2009.
 *
 * @param <E> elements, not null
 */
public final class SpscRingBuffer<E> extends Ring implements RingBuffer<E> {

    /** An empty buffer; {@code capacity} is a power of two from 1 to 2^30. */
    public SpscRingBuffer(int capacity) {
        super(capacity);
    }

    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        long index = (long) PRODUCER.get(this);
        if (index == (long) LIMIT.get(this)) {
            long limit = (long) CONSUMER.getAcquire(this) + slots.length;
            if (index == limit) {
                return false;
            }
            LIMIT.set(this, limit);
        }
        slots[(int) index & mask] = element;
        PRODUCER.setRelease(this, index + 1);
        return true;
    }

    @Override
    @SuppressWarnings("unchecked") // only offer() writes slots
    public @Nullable E poll() {
        long index = (long) CONSUMER.get(this);
        if (index == consumerLimit) {
            consumerLimit = (long) PRODUCER.getAcquire(this);
            if (index == consumerLimit) {
                return null;
            }
        }
        int slot = (int) index & mask;
        Object element = slots[slot];
        slots[slot] = null;
        CONSUMER.setRelease(this, index + 1);
        return (E) element;
    }
}
