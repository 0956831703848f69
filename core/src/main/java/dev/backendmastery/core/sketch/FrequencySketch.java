package dev.backendmastery.core.sketch;

/**
 * How often items came, in memory that does not grow with their number.
 *
 * <p><b>Guarantee.</b> An estimate is never below the true count (FS-1), and above it by more than the stated part of all that
 * was added only as seldom as stated (FS-2). Counts add up, also in large steps (FS-3). A merge keeps both bounds for all that
 * either has seen (FS-4). Bytes read back to the same answers, are the same on every machine, and anything else is refused (FS-5).
 * Simultaneous adds lose nothing (FS-6). Counts that make no sense are refused (FS-7).
 *
 * <p><b>Threads.</b> Stated by each implementation. <b>Not for</b> taking counts back.
 */
public interface FrequencySketch {

    /**
     * Adds {@code count} to the text's count.
     *
     * @param count at least 0
     * @throws IllegalArgumentException if it is less than 0; nothing has changed
     */
    void add(String item, long count);

    /** The text's count or more. */
    long estimate(String item);

    /** All that was added. */
    long total();

    /** The sketch in a fixed little-endian form with version and check sum. */
    byte[] toBytes();

    /** Adds one to the text's count. */
    default void add(String item) {
        add(item, 1);
    }
}
