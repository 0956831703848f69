package dev.backendmastery.core.concurrent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RingBuffer} from one producer to one consumer.
 *
 * <p><b>Guarantee.</b> As {@link RingBuffer}. <b>Threads.</b> One producer and one consumer at a time; both are wait-free:
 * every call ends after a fixed number of steps. <b>Cost.</b> Two release stores a call. Neither side reads the other's index:
 * the slot itself says whether it is full, and the producer looks a quarter of the buffer ahead, so that it mostly writes
 * without reading, which no cache miss delays. 8 bytes a slot at most, and 500 for the indices. <b>Not for</b> two producers,
 * which would overwrite each other: {@link MpscRingBuffer}.
 * <b>Source.</b> Giacomoni, Moseley, Vachharajani: <i>FastForward for Efficient Pipeline Parallelism</i>, PPoPP 2008; the look
 * ahead is that of Nitsan Wakart's JCTools.
 *
 * @param <E> elements, not null
 */
public final class SpscRingBuffer<E> extends Ring implements RingBuffer<E> {

    private static final int MOST_AHEAD = 4_096;

    private final int step;

    /** An empty buffer; {@code capacity} is a power of two from 1 to 2^30. */
    public SpscRingBuffer(int capacity) {
        super(capacity);
        step = Math.min(capacity / 4, MOST_AHEAD);
        LIMIT.set(this, 0L);
    }

    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        long index = (long) PRODUCER.get(this);
        if (index >= (long) LIMIT.get(this) && !hasRoom(index)) {
            return false;
        }
        // The index first: who sees the element and takes it must not find the size negative.
        PRODUCER.setRelease(this, index + 1);
        SLOT.setRelease(slots, (int) index & mask, element);
        return true;
    }

    /** The consumer empties slots in order: if one further on is empty, so are those up to it. */
    private boolean hasRoom(long index) {
        if (SLOT.getAcquire(slots, (int) (index + step) & mask) == null) {
            LIMIT.set(this, index + step);
            return true;
        }
        return SLOT.getAcquire(slots, (int) index & mask) == null;
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
