package dev.backendmastery.search.index;

import java.util.Arrays;

/**
 * Writes the documents of term after term. Each 128 make a block: gaps, or a bitmap where that is shorter, frequencies and
 * positions, each packed to the bits that the greatest of the block needs. Before the blocks stands a directory: of each its
 * last document, where it begins, and up to four pairs of a frequency and a length, of which one is no worse than any
 * posting of the block, however frequency and length are weighed. What is left over follows in bytes of seven bits.
 */
final class PostingsWriter {

    static final int BLOCK = 128;
    static final int ENTRY = 16;
    static final int BITMAP = 0x80;
    static final int PAIRS = 4;
    static final int MANY = 255;

    final Sink out = new Sink(1 << 16);
    private final boolean positions;
    private final char[] lengths;
    private final Sink blocks = new Sink(1 << 12);
    private final Sink directory = new Sink(1 << 10);
    private final int[] docs = new int[BLOCK];
    private final int[] frequencies = new int[BLOCK];
    private final int[] shortest = new int[MANY + 1];
    private final int[] pairs = new int[MANY + 1];
    private int[] places = new int[1024];
    private int size;
    private int placesSize;
    private int base = -1;
    int count;

    /** @param lengths by document; empty if every length is one */
    PostingsWriter(boolean positions, char[] lengths) {
        this.positions = positions;
        this.lengths = lengths;
    }

    /** Takes the next document of the term, and its positions if this writes any. */
    void add(int doc, int frequency, int[] from, int start) {
        docs[size] = doc;
        frequencies[size] = frequency;
        if (positions) {
            if (placesSize + frequency > places.length) {
                places = Arrays.copyOf(places, Math.max(2 * places.length, placesSize + frequency));
            }
            int before = 0;
            for (int i = 0; i < frequency; i++) {
                int place = from[start + i];
                places[placesSize++] = place - before;
                before = place;
            }
        }
        count++;
        if (++size == BLOCK) {
            block();
        }
    }

    private void block() {
        int last = docs[BLOCK - 1];
        directory.putInt(last);
        directory.putInt(blocks.size);
        directory.putLong(impacts());
        int gaps = 0;
        int before = base;
        for (int i = 0; i < BLOCK; i++) {
            gaps |= docs[i] - before - 1;
            before = docs[i];
        }
        int width = Packed.width(gaps);
        int range = last - base;
        boolean bitmap = width > 0 && range <= BLOCK * width;
        int most = 0;
        for (int i = 0; i < BLOCK; i++) {
            most |= frequencies[i] - 1;
        }
        int widest = 0;
        for (int i = 0; i < placesSize; i++) {
            widest |= places[i];
        }
        int frequencyWidth = Packed.width(most);
        int placeWidth = Packed.width(widest);
        blocks.put(bitmap ? BITMAP : width);
        blocks.put(frequencyWidth);
        if (positions) {
            blocks.put(placeWidth);
        }
        if (bitmap) {
            int bytes = ((range + 63) >>> 6) * 8;
            blocks.room(bytes);
            for (int i = 0; i < BLOCK; i++) {
                int bit = docs[i] - base - 1;
                blocks.data[blocks.size + (bit >>> 3)] |= (byte) (1 << (bit & 7));
            }
            blocks.size += bytes;
        } else {
            before = base;
            int bytes = Packed.bytes(BLOCK, width);
            blocks.room(bytes);
            for (int i = 0; i < BLOCK; i++) {
                Packed.put(blocks.data, blocks.size, width, i, docs[i] - before - 1);
                before = docs[i];
            }
            blocks.size += bytes;
        }
        int bytes = Packed.bytes(BLOCK, frequencyWidth);
        blocks.room(bytes);
        for (int i = 0; i < BLOCK && frequencyWidth > 0; i++) {
            Packed.put(blocks.data, blocks.size, frequencyWidth, i, frequencies[i] - 1);
        }
        blocks.size += bytes;
        if (positions) {
            bytes = Packed.bytes(placesSize, placeWidth);
            blocks.room(bytes);
            for (int i = 0; i < placesSize; i++) {
                Packed.put(blocks.data, blocks.size, placeWidth, i, places[i]);
            }
            blocks.size += bytes;
        }
        base = last;
        size = 0;
        placesSize = 0;
    }

    /** Frequency and length code of up to four pairs, no posting of the block better than all of them. */
    private long impacts() {
        Arrays.fill(shortest, Integer.MAX_VALUE);
        int greatest = 0;
        for (int i = 0; i < BLOCK; i++) {
            int frequency = Math.min(MANY, frequencies[i]);
            int code = Lengths.encode(lengths.length == 0 ? 1 : lengths[docs[i]]);
            shortest[frequency] = Math.min(shortest[frequency], code);
            greatest = Math.max(greatest, frequency);
        }
        int found = 0;
        int best = Integer.MAX_VALUE;
        for (int frequency = greatest; frequency > 0; frequency--) {
            if (shortest[frequency] < best) {
                best = shortest[frequency];
                pairs[found++] = frequency << 8 | best;
            }
        }
        while (found > PAIRS) {
            int least = 0;
            int leastGap = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < found; i++) {
                int gap = (pairs[i] & 0xff) - (pairs[i + 1] & 0xff);
                if (gap < leastGap) {
                    leastGap = gap;
                    least = i;
                }
            }
            pairs[least] = (pairs[least] & ~0xff) | (pairs[least + 1] & 0xff);
            System.arraycopy(pairs, least + 2, pairs, least + 1, found - least - 2);
            found--;
        }
        long all = 0;
        for (int i = found - 1; i >= 0; i--) {
            all = all << 16 | pairs[i];
        }
        return all;
    }

    /** Ends the term. @return where its postings begin */
    int finish() {
        int start = out.size;
        out.put(directory.data, 0, directory.size);
        out.put(blocks.data, 0, blocks.size);
        int before = base;
        for (int i = 0; i < size; i++) {
            int gap = docs[i] - before - 1;
            before = docs[i];
            if (frequencies[i] == 1) {
                out.putVar((long) gap << 1 | 1);
            } else {
                out.putVar((long) gap << 1);
                out.putVar(frequencies[i] - 2);
            }
        }
        for (int i = 0; i < placesSize; i++) {
            out.putVar(places[i]);
        }
        Arrays.fill(blocks.data, 0, blocks.size, (byte) 0);
        blocks.size = 0;
        directory.size = 0;
        size = 0;
        placesSize = 0;
        base = -1;
        count = 0;
        return start;
    }
}
