package dev.backendmastery.core.concurrent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RingBuffer} from one producer to one consumer.
 *
 * <p><b>Guarantee.</b> As {@link RingBuffer}. <b>Threads.</b> One producer and one consumer at a time; both are wait-free:
 * every call ends after a fixed number of steps. <b>Cost.</b> One release store a call; neither side reads the other's
 * index, only the slot. 8 bytes a slot at most, and 500 for the indices. <b>Not for</b> two producers, which would
 * overwrite each other: {@link MpscRingBuffer}.
 * <b>Source.</b> Giacomoni, Moseley, Vachharajani: <i>FastForward for Efficient Pipeline Parallelism</i>, PPoPP 2008.
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
        int slot = (int) index & mask;
        if (SLOT.getAcquire(slots, slot) != null) {
            return false; // the consumer has yet to empty it
        }
        // The index first: who sees the element and takes it must not find the size negative.
        PRODUCER.setRelease(this, index + 1);
        SLOT.setRelease(slots, slot, element);
        return true;
    }

    @Override
    @SuppressWarnings("unchecked") // only offer() writes slots
    public @Nullable E poll() {
        long index = (long) CONSUMER.get(this);
        int slot = (int) index & mask;
        Object element = SLOT.getAcquire(slots, slot);
        if (element == null) {
            return null;
        }
        CONSUMER.setRelease(this, index + 1);
        SLOT.setRelease(slots, slot, null);
        return (E) element;
    }
}
