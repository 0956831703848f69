package dev.backendmastery.core.sketch;

/**
 * A set that remembers a few bits of each item: "surely not" or "probably".
 *
 * <p><b>Guarantee.</b> Never a false negative: what was added, and not removed, is contained (MF-1). Of what was not added at
 * most the stated part is (MF-2), at the stated memory (MF-3), also for items that differ in little, such as consecutive
 * numbers (MF-4). Texts, bytes and numbers are placed by their contents (MF-5). Merging contains what either contained
 * (MF-6). Bytes read back to the same answers, are the same on every machine, and anything else is refused (MF-7).
 * Simultaneous writers lose nothing (MF-8).
 *
 * <p><b>Threads.</b> Stated by each implementation. <b>Not for</b> items chosen by an attacker who gains by false positives: the
 * hash is not keyed. Nor for counting: {@link CountMinSketch}, {@link UltraLogLog}.
 */
public interface MembershipFilter {

    /** Whether an item of this hash was added, or looks as if. */
    boolean mightContainHash(long hash);

    /** The memory of the filter. */
    long bits();

    /** The filter in a fixed little-endian form with version and check sum. */
    byte[] toBytes();

    /** Whether the number was added, or looks as if. */
    default boolean mightContain(long item) {
        return mightContainHash(ItemSketch.HASHER.hashLongToLong(item));
    }

    /** Whether the text was added, or looks as if. */
    default boolean mightContain(CharSequence item) {
        return mightContainHash(ItemSketch.HASHER.hashCharsToLong(item));
    }

    /** Whether the bytes were added, or look as if. */
    default boolean mightContain(byte[] item) {
        return mightContainHash(ItemSketch.HASHER.hashBytesToLong(item));
    }
}
