package dev.backendmastery.core.id;

/**
 * Short public codes over a counter: every counter has one code, and codes do not show their counter.
 *
 * <p><b>Guarantee.</b> A bijection between the counters below {@link #capacity()} and the texts of the length over
 * {@code 0-9A-Za-z} (SC-1, SC-3), which {@link #decode} turns back (SC-2): no collisions, so no table to check. Another
 * key gives unrelated codes (SC-4). Whoever knows codes but not the key can predict neither the next code (SC-6) nor any
 * digit of it (SC-5); a blind guess hits a code in use with probability <i>codes in use / capacity</i>. Everything else
 * is refused (SC-7).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> access control by itself: at 41.7 bits (seven
 * characters) and a million codes in use, two million guesses find one in even odds; limit the rate of guesses.
 */
public interface ShortCodes {

    /**
     * The code of {@code counter}.
     *
     * @throws IllegalArgumentException if {@code counter} is not from 0 to {@link #capacity()} - 1
     */
    String encode(long counter);

    /**
     * The counter of {@code code}.
     *
     * @throws IllegalArgumentException if {@code code} has another length or other characters
     */
    long decode(String code);

    /** How many codes there are: 62 to the power of the length. */
    long capacity();
}
