package dev.backendmastery.core.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/*
 * The slots and the two indices of a ring buffer. A slot holds null or an element; the index of a side counts its elements,
 * and so says which slot is its next. What different threads write is 128 bytes apart (two cache lines, as the processor
 * fetches them in pairs), and so is what both only read. That takes a class for each part: within a class the JVM chooses the
 * order of fields, and puts references last, which is how the reference to the slots once came to lie beside an index that
 * changes with each element.
 */

abstract class RingSlots {
    final @Nullable Object[] slots;
    final int mask;

    RingSlots(int capacity) {
        if (capacity < 1 || capacity > 1 << 30 || Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity must be a power of two from 1 to 2^30, was " + capacity);
        }
        slots = new Object[capacity];
        mask = capacity - 1;
    }
}

@SuppressWarnings("unused") // padding
abstract class RingSlotsApart extends RingSlots {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

    RingSlotsApart(int capacity) {
        super(capacity);
    }
}

abstract class RingProducer extends RingSlotsApart {
    volatile long producer;
    /** Up to here the producer need not look for room. */
    volatile long producerLimit;

    RingProducer(int capacity) {
        super(capacity);
        producerLimit = capacity;
    }
}

@SuppressWarnings("unused") // padding
abstract class RingProducerApart extends RingProducer {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

    RingProducerApart(int capacity) {
        super(capacity);
    }
}

abstract class RingConsumer extends RingProducerApart {
    volatile long consumer;

    RingConsumer(int capacity) {
        super(capacity);
    }
}

@SuppressWarnings("unused") // padding
abstract class Ring extends RingConsumer {
    static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    static final VarHandle PRODUCER;
    static final VarHandle LIMIT;
    static final VarHandle CONSUMER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PRODUCER = lookup.findVarHandle(RingProducer.class, "producer", long.class);
            LIMIT = lookup.findVarHandle(RingProducer.class, "producerLimit", long.class);
            CONSUMER = lookup.findVarHandle(RingConsumer.class, "consumer", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

    Ring(int capacity) {
        super(capacity);
    }

    /** As {@link RingBuffer#size()}. */
    public final int size() {
        // The consumer first: whatever happens between the readings, the difference is not negative.
        long taken = consumer;
        return (int) Math.min(producer - taken, slots.length);
    }

    /** As {@link RingBuffer#capacity()}. */
    public final int capacity() {
        return slots.length;
    }
}
