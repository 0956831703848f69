package dev.backendmastery.core.concurrent;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue of fixed capacity between threads, without locks and without garbage.
 *
 * <p><b>Guarantee.</b> What was offered with success comes out once, in the order of the offers (RB-1, RB-2), and what a
 * thread did before it offered is seen by who takes it (RB-3). It never holds more than its capacity and refuses only when
 * it holds as much (RB-4), is empty only when it holds nothing (RB-5), and holds on to nothing that was taken (RB-6).
 *
 * <p>A call sees what the calls before it did, where before means that one happened-before the other; a call that comes
 * later by the clock alone sees it as soon as the processor has written it out, some nanoseconds after.
 *
 * <p><b>Threads.</b> One consumer at a time. How many producers, and whether one of them can hold up others, is what the
 * implementations differ in. <b>Not for</b> waiting: a caller that finds it full or empty decides itself what to do.
 *
 * @param <E> elements, not null
 */
public sealed interface RingBuffer<E> permits SpscRingBuffer, MpscRingBuffer {

    /** Adds {@code element} unless full. */
    boolean offer(E element);

    /** Takes the oldest element, or null if there is none. */
    @Nullable
    E poll();

    /**
     * Takes up to {@code limit} elements, oldest first.
     *
     * @param limit at least 0
     * @return how many were taken; if {@code to} throws, that element and those before it are taken
     */
    default int drain(Consumer<? super E> to, int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be at least 0, was " + limit);
        }
        int taken = 0;
        while (taken < limit) {
            E element = poll();
            if (element == null) {
                break;
            }
            taken++;
            to.accept(element);
        }
        return taken;
    }

    /** How many elements there are: exact if nobody changes it meanwhile, else some number between 0 and the capacity. */
    int size();

    /** How many elements fit. */
    int capacity();
}
