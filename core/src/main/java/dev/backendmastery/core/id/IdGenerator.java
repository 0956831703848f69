package dev.backendmastery.core.id;

import java.time.Instant;

/**
 * Gives ids that never repeat and sort in the order in which they were given.
 *
 * <p><b>Guarantee.</b> Of two calls to {@link #next()} of one generator the later gives the greater id: while the clock
 * runs (ID-1), stands still (ID-2) or steps back (ID-3), when the counter of a millisecond overflows (ID-5) and between
 * simultaneous callers (ID-8), of whom no two get the same id. Two nodes in the same millisecond give different ids
 * (ID-12): by their number or by chance, as the implementation states. An id never runs further ahead of the clock than
 * its {@link ClockPolicy} allows (ID-5, ID-6); where that cannot be kept there is a typed error and no id (ID-4, ID-7).
 * The timestamp can be read back (ID-9), text sorts as ids do and reads back (ID-10), and one id has one text (ID-11).
 *
 * <p><b>Threads.</b> Safe for any number of threads, lock-free while the clock keeps up. <b>Not for</b> secrets: an id
 * tells when it was made, and may let the next be guessed. <b>Source.</b> RFC 9562, section 6.
 *
 * @param <T> the id, whose natural order is the order of creation
 */
public interface IdGenerator<T extends Comparable<? super T>> {

    /**
     * The next id.
     *
     * @throws ClockBehindException if the clock is further behind the last id than the policy bridges; no id is used up
     *     and a later call works once the clock has caught up (ID-4)
     */
    T next();

    /** When {@code id} was made, to the millisecond; ahead of the clock by at most what the policy lets it borrow. */
    Instant timestampOf(T id);

    /** The text of {@code id}: of fixed length, its ASCII order is the order of the ids. */
    String format(T id);

    /**
     * The id whose text this is.
     *
     * @throws IllegalArgumentException if {@code text} is not exactly what {@link #format} gives for some id
     */
    T parse(String text);
}
