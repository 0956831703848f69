package dev.backendmastery.core.sketch;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/** A sketch that takes items one by one. */
public interface ItemSketch {

    /** What turns items into 64 bits: XXH3, by hash4j. Part of what the bytes of a sketch mean, so it never changes. */
    Hasher64 HASHER = Hashing.xxh3_64();

    /**
     * Adds an item that is hashed already.
     *
     * @param hash all 64 bits must be mixed, as by {@link #HASHER}
     * @return whether the sketch has changed
     */
    boolean addHash(long hash);

    /** Adds a number; see {@link #addHash}. */
    default boolean add(long item) {
        return addHash(HASHER.hashLongToLong(item));
    }

    /** Adds a text; see {@link #addHash}. */
    default boolean add(CharSequence item) {
        return addHash(HASHER.hashCharsToLong(item));
    }

    /** Adds bytes; see {@link #addHash}. */
    default boolean add(byte[] item) {
        return addHash(HASHER.hashBytesToLong(item));
    }
}
