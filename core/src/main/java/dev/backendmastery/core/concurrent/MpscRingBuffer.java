package dev.backendmastery.core.concurrent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RingBuffer} from any number of producers to one consumer.
 *
 * <p><b>Guarantee.</b> As {@link RingBuffer}; producers' offers are in the order in which they claimed their slots.
 * <b>Threads.</b> Any number of producers and one consumer at a time. Producers are lock-free: one may try again, but only
 * because another went ahead. The consumer is blocking in one case: where a producer has claimed the next slot and not filled
 * it yet, {@link #poll()} spins for those few instructions, or {@code null} would deny an element behind it that a finished
 * offer put there. <b>Cost.</b> One compare-and-set an offer; two release stores a poll. <b>Not for</b> producers of low
 * priority or on more threads than processors, if the consumer must not wait for them.
 * <b>Source.</b> The claim by compare-and-set up to a cached limit is that of Nitsan Wakart's JCTools.
 *
 * @param <E> elements, not null
 */
public final class MpscRingBuffer<E> extends Ring implements RingBuffer<E> {

    private static final int SPINS = 100;

    /** An empty buffer; {@code capacity} is a power of two from 1 to 2^30. */
    public MpscRingBuffer(int capacity) {
        super(capacity);
    }

    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        long index;
        do {
            index = (long) PRODUCER.getVolatile(this);
            if (index >= (long) LIMIT.getAcquire(this)) {
                long limit = (long) CONSUMER.getVolatile(this) + slots.length;
                if (index >= limit) {
                    return false;
                }
                // A lower limit than another producer's only makes the next one look again.
                LIMIT.setRelease(this, limit);
            }
        } while (!PRODUCER.compareAndSet(this, index, index + 1));
        SLOT.setRelease(slots, (int) index & mask, element);
        return true;
    }

    @Override
    @SuppressWarnings("unchecked") // only offer() writes slots
    public @Nullable E poll() {
        long index = (long) CONSUMER.get(this);
        int slot = (int) index & mask;
        Object element = SLOT.getAcquire(slots, slot);
        if (element == null) {
            if (index == (long) PRODUCER.getVolatile(this)) {
                return null;
            }
            element = await(slot);
        }
        SLOT.setRelease(slots, slot, null);
        CONSUMER.setRelease(this, index + 1);
        return (E) element;
    }

    /** What the producer that has claimed {@code slot} is about to put there. */
    @SuppressWarnings("ThreadPriorityCheck") // the producer may have lost its processor, perhaps to us
    private Object await(int slot) {
        for (int spins = 0; ; spins++) {
            Object element = SLOT.getAcquire(slots, slot);
            if (element != null) {
                return element;
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
