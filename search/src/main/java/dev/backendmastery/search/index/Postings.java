package dev.backendmastery.search.index;

import java.util.Arrays;

/** The documents of one term in one segment, in their order, or from any place on. For one thread. */
final class Postings {

    static final int NONE = Integer.MAX_VALUE;
    private static final int BLOCK = PostingsWriter.BLOCK;

    private final byte[] data;
    private final boolean positions;
    private final int directory;
    private final int payload;
    /** How many whole blocks there are. */
    final int blocks;

    final int count;
    /** Of the current block. */
    final int[] docs = new int[BLOCK];

    int size;
    int at;
    private int block = -1;
    private int base = -1;
    private int last = -1;
    private final int[] frequencies = new int[BLOCK];
    private boolean frequenciesRead;
    private int frequencyStart;
    private int frequencyWidth;
    private int placeStart;
    private int placeWidth;
    private int tailStart = -1;
    private int tailLast = NONE;
    private int[] tail = EMPTY;
    private int[] sums = EMPTY;
    private int sumsOf = -2;

    private static final int[] EMPTY = {};

    Postings(Inverted field, int ordinal) {
        data = field.data;
        positions = field.positions;
        count = field.frequencies[ordinal];
        blocks = count / BLOCK;
        directory = field.starts[ordinal];
        payload = directory + PostingsWriter.ENTRY * blocks;
    }

    /** The last document of a whole block. */
    int last(int whole) {
        return (int) Packed.INT.get(data, directory + PostingsWriter.ENTRY * whole);
    }

    /** The document at hand. */
    int doc() {
        return docs[at];
    }

    /** Goes to the next. @return it, or {@link #NONE} */
    int next() {
        if (++at < size) {
            return docs[at];
        }
        return block < blocks && load(block + 1) ? docs[0] : NONE;
    }

    /** Goes to the first document that is not before {@code target}, forward or back. @return it, or {@link #NONE} */
    @SuppressWarnings("IdentityBinaryExpression") // each comparison moves on by one
    int seek(int target) {
        if (target > last || target <= base) {
            return seekFar(target);
        }
        // Most are near; and the last of a whole block, or the end of the rest, is not before the target.
        int[] block = docs;
        int near = at;
        if (block[near] < target) {
            if (block[near + 1] >= target) {
                near++;
            } else {
                near = block[near + 2] >= target ? near + 2 : search(block, target);
            }
        } else if (near > 0 && block[near - 1] >= target) {
            near = search(block, target);
        }
        at = near;
        return block[near];
    }

    private int seekFar(int target) {
        if (!load(blockOf(target))) {
            return NONE;
        }
        at = search(docs, target);
        return docs[at];
    }

    /** Where the first is that is not before the target, in as many steps for any. */
    private static int search(int[] block, int target) {
        int found = 0;
        for (int step = BLOCK / 2; step > 0; step >>= 1) {
            found += block[found + step - 1] < target ? step : 0;
        }
        return found;
    }

    /** The first block whose last document is not before {@code target}; that of the rest if no whole one is. */
    private int blockOf(int target) {
        int low = 0;
        int high = blocks;
        if (target > base && block >= 0) {
            low = Math.min(block + 1, blocks);
            int step = 1;
            while (low + step < blocks && last(low + step - 1) < target) {
                low += step;
                step <<= 1;
            }
            high = Math.min(blocks, low + step);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (last(middle) < target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean load(int number) {
        block = number;
        at = 0;
        frequenciesRead = false;
        base = number == 0 ? -1 : last(number - 1);
        if (number < blocks) {
            loadWhole(number);
            return true;
        }
        block = blocks;
        size = count - blocks * BLOCK;
        if (size == 0) {
            last = NONE;
            docs[0] = NONE;
            return false;
        }
        loadTail();
        Arrays.fill(docs, size, BLOCK, NONE);
        return true;
    }

    private void loadWhole(int number) {
        int start = payload + (int) Packed.INT.get(data, directory + PostingsWriter.ENTRY * number + 4);
        int width = data[start] & 0xff;
        frequencyWidth = data[start + 1];
        int from = start + 2;
        if (positions) {
            placeWidth = data[start + 2];
            from++;
        }
        size = BLOCK;
        last = last(number);
        if (width == PostingsWriter.BITMAP) {
            int words = (last - base + 63) >>> 6;
            int at = 0;
            for (int word = 0; word < words; word++) {
                long rest = (long) Packed.LONG.get(data, from + 8 * word);
                int first = base + 1 + (word << 6);
                while (rest != 0) {
                    docs[at++] = first + Long.numberOfTrailingZeros(rest);
                    rest &= rest - 1;
                }
            }
            frequencyStart = from + 8 * words;
        } else {
            Packed.sums(data, from, width, BLOCK, base, docs);
            frequencyStart = from + Packed.bytes(BLOCK, width);
        }
        placeStart = frequencyStart + Packed.bytes(BLOCK, frequencyWidth);
    }

    private void loadTail() {
        if (tail.length == 0) {
            tail = new int[2 * size];
            int[] cursor = {tailStart()};
            int doc = base;
            for (int i = 0; i < size; i++) {
                int gap = var(cursor);
                doc += 1 + (gap >>> 1);
                tail[i] = doc;
                tail[size + i] = (gap & 1) != 0 ? 1 : 2 + var(cursor);
            }
            tailLast = doc;
            tailStart = cursor[0];
        }
        System.arraycopy(tail, 0, docs, 0, size);
        last = NONE;
        placeStart = tailStart;
    }

    /** The last document of what is left over; only after it was loaded. */
    int tailLast() {
        return tailLast;
    }

    /** Where what is left over begins: behind the last whole block. */
    private int tailStart() {
        if (blocks == 0) {
            return payload;
        }
        int start = payload + (int) Packed.INT.get(data, directory + PostingsWriter.ENTRY * (blocks - 1) + 4);
        int width = data[start] & 0xff;
        int frequencies = data[start + 1];
        int from = start + (positions ? 3 : 2);
        if (width == PostingsWriter.BITMAP) {
            int before = blocks == 1 ? -1 : last(blocks - 2);
            from += ((last(blocks - 1) - before + 63) >>> 6) * 8;
        } else {
            from += Packed.bytes(BLOCK, width);
        }
        int frequencyAt = from;
        from += Packed.bytes(BLOCK, frequencies);
        if (positions) {
            int all = 0;
            for (int i = 0; i < BLOCK; i++) {
                all += 1 + (frequencies == 0 ? 0 : Packed.get(data, frequencyAt, frequencies, i));
            }
            from += Packed.bytes(all, data[start + 2]);
        }
        return from;
    }

    /** All documents of a term without a whole block, into a set. */
    static void into(Inverted field, int ordinal, long[] bits) {
        byte[] data = field.data;
        int at = field.starts[ordinal];
        int doc = -1;
        for (int left = field.frequencies[ordinal]; left > 0; left--) {
            int gap = data[at++];
            if (gap < 0) {
                gap &= 0x7f;
                for (int shift = 7; ; shift += 7) {
                    int next = data[at++];
                    gap |= (next & 0x7f) << shift;
                    if (next >= 0) {
                        break;
                    }
                }
            }
            doc += 1 + (gap >>> 1);
            bits[doc >>> 6] |= 1L << doc;
            if ((gap & 1) == 0) {
                // How often is of no interest here.
                while (data[at] < 0) {
                    at++;
                }
                at++;
            }
        }
    }

    private int var(int[] cursor) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = data[cursor[0]++];
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    /** How often the term is in the document at hand. */
    int frequency() {
        return frequency(at);
    }

    /** Of all documents of the block. */
    int[] frequencies() {
        if (!frequenciesRead) {
            frequenciesRead = true;
            if (block == blocks) {
                System.arraycopy(tail, size, frequencies, 0, size);
            } else {
                Packed.all(data, frequencyStart, frequencyWidth, BLOCK, frequencies);
                for (int i = 0; i < BLOCK; i++) {
                    frequencies[i]++;
                }
            }
        }
        return frequencies;
    }

    int frequency(int index) {
        if (frequenciesRead) {
            return frequencies[index];
        }
        if (block == blocks) {
            return tail[size + index];
        }
        return frequencyWidth == 0 ? 1 : 1 + Packed.get(data, frequencyStart, frequencyWidth, index);
    }

    /** Where the term is in the document at hand, in its order. @return with room, and {@link #frequency} of them */
    int[] positions(int[] into) {
        int frequency = frequency();
        int[] found = into.length < frequency ? new int[2 * frequency] : into;
        int first = before();
        int place = 0;
        if (block < blocks) {
            for (int i = 0; i < frequency; i++) {
                place += placeWidth == 0 ? 0 : Packed.get(data, placeStart, placeWidth, first + i);
                found[i] = place;
            }
        } else {
            // sums holds where in the bytes each document begins.
            int[] cursor = {first};
            for (int i = 0; i < frequency; i++) {
                place += var(cursor);
                found[i] = place;
            }
        }
        return found;
    }

    /** How many positions of the block are before those of the document at hand; of what is left over, where its begin. */
    private int before() {
        if (sumsOf != block) {
            if (sums.length == 0) {
                sums = new int[BLOCK + 1];
            }
            if (block < blocks) {
                int sum = 0;
                int[] all = frequencies();
                for (int i = 0; i < BLOCK; i++) {
                    sums[i] = sum;
                    sum += all[i];
                }
            } else {
                int[] cursor = {placeStart};
                for (int i = 0; i < size; i++) {
                    sums[i] = cursor[0];
                    for (int left = frequency(i); left > 0; left--) {
                        var(cursor);
                    }
                }
            }
            sumsOf = block;
        }
        return sums[at];
    }

    /** All documents into a set. */
    void into(long[] bits) {
        for (int doc = seek(0); doc != NONE; doc = next()) {
            Bits.set(bits, doc);
        }
    }

    @Override
    public String toString() {
        return "block " + block + " of " + blocks + " at " + at + " of " + Arrays.toString(Arrays.copyOf(docs, size));
    }
}
