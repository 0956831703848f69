package dev.backendmastery.search.index;

import java.util.Arrays;

/**
 * The tokens of one field as they come, and what they become when the segment is sealed: terms get numbers by a hash, tokens
 * are a log of those, and one counting sort of the log by term gives all postings.
 */
final class TermLog {

    static final int LONGEST = 8_191;

    private char[] pool = new char[1 << 12];
    private int poolSize;
    private int[] starts = new int[1 << 8];
    private int[] hashes = new int[1 << 8];
    private int[] counts = new int[1 << 8];
    private int[] table = new int[1 << 10];
    private int terms;
    private int[] log = new int[1 << 10];
    private int[] places = new int[1 << 10];
    private int size;
    private int[] ends = new int[64];
    private char[] lengths = new char[64];
    private int documents;
    private int documentsWith;
    private int place;
    private int length;

    void begin() {
        place = -1;
        length = 0;
    }

    /** Returns the number of the term. */
    int add(char[] term, int units, int increment) {
        if (units > LONGEST) {
            throw new IllegalArgumentException("term must have at most " + LONGEST + " units, had " + units);
        }
        int number = number(term, units);
        if (size == log.length) {
            log = Arrays.copyOf(log, 2 * size);
            places = Arrays.copyOf(places, 2 * size);
        }
        place += increment;
        if (place < 0) {
            place = 0;
        }
        if (increment > 0 || length == 0) {
            length++;
        }
        counts[number]++;
        log[size] = number;
        places[size++] = place;
        return number;
    }

    private int number(char[] term, int units) {
        int hash = 0;
        for (int i = 0; i < units; i++) {
            hash = 31 * hash + term[i];
        }
        hash *= 0x9E3779B1;
        hash ^= hash >>> 15;
        int mask = table.length - 1;
        int slot = hash & mask;
        for (; table[slot] != 0; slot = slot + 1 & mask) {
            int number = table[slot] - 1;
            if (hashes[number] == hash) {
                int start = starts[number];
                int end = number + 1 < terms ? starts[number + 1] : poolSize;
                if (Arrays.equals(pool, start, end, term, 0, units)) {
                    return number;
                }
            }
        }
        if (terms == starts.length) {
            starts = Arrays.copyOf(starts, 2 * terms);
            hashes = Arrays.copyOf(hashes, 2 * terms);
            counts = Arrays.copyOf(counts, 2 * terms);
        }
        if (poolSize + units > pool.length) {
            pool = Arrays.copyOf(pool, Math.max(2 * pool.length, poolSize + units));
        }
        System.arraycopy(term, 0, pool, poolSize, units);
        starts[terms] = poolSize;
        hashes[terms] = hash;
        poolSize += units;
        table[slot] = ++terms;
        if (2 * terms > table.length) {
            grow();
        }
        return terms - 1;
    }

    private void grow() {
        table = new int[4 * table.length];
        int mask = table.length - 1;
        for (int number = 0; number < terms; number++) {
            int slot = hashes[number] & mask;
            while (table[slot] != 0) {
                slot = slot + 1 & mask;
            }
            table[slot] = number + 1;
        }
    }

    void end() {
        if (documents == ends.length) {
            ends = Arrays.copyOf(ends, 2 * documents);
            lengths = Arrays.copyOf(lengths, 2 * documents);
        }
        ends[documents] = size;
        lengths[documents++] = (char) Math.min(Lengths.MOST, length);
        if (length > 0) {
            documentsWith++;
        }
    }

    long bytes() {
        return 2L * poolSize + 8L * size + 20L * terms;
    }

    /** What was logged, in the order of its terms. */
    static final class Sealed {
        private final Inverted inverted;
        private final int[] ordinals;

        private Sealed(Inverted inverted, int[] ordinals) {
            this.inverted = inverted;
            this.ordinals = ordinals;
        }

        Inverted inverted() {
            return inverted;
        }

        /** By number of a term: which in their order. */
        int[] ordinals() {
            return ordinals;
        }
    }

    /** @param words whether these are words with positions and lengths, or values */
    Sealed seal(boolean words) {
        int[] next = new int[terms + 1];
        for (int number = 0; number < terms; number++) {
            next[number + 1] = next[number] + counts[number];
        }
        int[] sortedDocs = new int[size];
        int[] sortedPlaces = words ? new int[size] : new int[0];
        int[] at = Arrays.copyOf(next, terms);
        int token = 0;
        for (int doc = 0; doc < documents; doc++) {
            for (int end = ends[doc]; token < end; token++) {
                int to = at[log[token]]++;
                sortedDocs[to] = doc;
                if (words) {
                    sortedPlaces[to] = places[token];
                }
            }
        }
        byte[] bytes = new byte[3 * poolSize];
        int[] byteStarts = new int[terms + 1];
        for (int number = 0; number < terms; number++) {
            int end = number + 1 < terms ? starts[number + 1] : poolSize;
            byteStarts[number + 1] = Utf8.encode(pool, starts[number], end - starts[number], bytes, byteStarts[number]);
        }
        int[] order = new int[terms];
        for (int i = 0; i < terms; i++) {
            order[i] = i;
        }
        new TermSort(bytes, byteStarts).sort(order);
        Inverted.Builder builder = new Inverted.Builder(words, words ? Arrays.copyOf(lengths, documents) : new char[0]);
        int[] ordinals = new int[terms];
        for (int number : order) {
            int from = next[number];
            int end = next[number + 1];
            while (from < end) {
                int doc = sortedDocs[from];
                int to = from + 1;
                while (to < end && sortedDocs[to] == doc) {
                    to++;
                }
                builder.add(doc, words ? to - from : 1, sortedPlaces, from);
                from = to;
            }
            ordinals[number] = builder.finish(bytes, byteStarts[number], byteStarts[number + 1] - byteStarts[number]);
        }
        return new Sealed(builder.build(documentsWith), ordinals);
    }
}
