package dev.backendmastery.search.index;

import java.util.Arrays;

/**
 * The terms of a field in the order of their bytes, which is that of their code points. Sixteen make a block: the first is
 * whole, the others say how much they share with the one before. A term is found by a binary search over the blocks and a
 * scan of one.
 */
final class Terms {

    static final int BLOCK = 16;

    final int count;
    private final byte[] data;
    private final int[] starts;

    private Terms(int count, byte[] data, int[] starts) {
        this.count = count;
        this.data = data;
        this.starts = starts;
    }

    /** Takes terms in their order. */
    static final class Builder {
        private final Sink data = new Sink(1 << 10);
        private int[] starts = new int[16];
        private byte[] last = new byte[64];
        private int lastLength;
        private int count;

        void add(byte[] term, int from, int length) {
            int shared = 0;
            if (count % BLOCK == 0) {
                int block = count / BLOCK;
                if (block == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * block);
                }
                starts[block] = data.size;
            } else {
                int most = Math.min(length, lastLength);
                while (shared < most && term[from + shared] == last[shared]) {
                    shared++;
                }
                data.putVar(shared);
            }
            data.putVar(length - shared);
            data.put(term, from + shared, length - shared);
            if (last.length < length) {
                last = new byte[2 * length];
            }
            System.arraycopy(term, from, last, 0, length);
            lastLength = length;
            count++;
        }

        Terms build() {
            return new Terms(count, data.toBytes(), Arrays.copyOf(starts, (count + BLOCK - 1) / BLOCK));
        }
    }

    void write(Sink sink) {
        sink.putVar(count);
        sink.putBytes(data, data.length);
    }

    static Terms read(Source source) {
        int count = source.getSize();
        byte[] data = source.getBytes();
        Cursor cursor = new Cursor(data);
        int[] starts = new int[(count + BLOCK - 1) / BLOCK];
        for (int i = 0; i < count; i++) {
            if (i % BLOCK == 0) {
                starts[i / BLOCK] = cursor.at;
            }
            cursor.step(i % BLOCK == 0);
        }
        return new Terms(count, data, starts);
    }

    /** Walks over the bytes of a block. */
    private static final class Cursor {
        private final byte[] data;
        private int at;
        private byte[] term = new byte[64];
        private int length;
        private int shared;

        private Cursor(byte[] data) {
            this.data = data;
        }

        private int var() {
            int value = data[at++];
            if (value >= 0) {
                return value;
            }
            value &= 0x7f;
            for (int shift = 7; ; shift += 7) {
                int next = data[at++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        private void step(boolean first) {
            shared = first ? 0 : var();
            int more = var();
            length = shared + more;
            if (length > term.length) {
                term = Arrays.copyOf(term, 2 * length);
            }
            System.arraycopy(data, at, term, shared, more);
            at += more;
        }
    }

    /** Goes through the terms in their order. For one thread. */
    final class Walk {
        private final Cursor cursor = new Cursor(data);
        private int ordinal = -1;

        /** Of the current term, the first {@link #length} of them. */
        byte[] bytes() {
            return cursor.term;
        }

        int length() {
            return cursor.length;
        }

        /** How many bytes the current term has in common with the one before, at least. */
        int shared() {
            return cursor.shared;
        }

        /** Which term this is; {@code count} after the last. */
        int ordinal() {
            return ordinal;
        }

        /** Goes to the next. @return false after the last */
        boolean next() {
            if (++ordinal >= count) {
                ordinal = count;
                return false;
            }
            cursor.step(ordinal % BLOCK == 0);
            return true;
        }

        /** Goes to the first term that is not less. @return false if there is none */
        boolean seek(byte[] term, int length) {
            int low = 0;
            int high = starts.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (compareFirst(middle, term, length) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            int block = Math.max(0, high);
            if (!(ordinal >= block * BLOCK
                    && ordinal < Math.min(count, block * BLOCK + BLOCK)
                    && Arrays.compareUnsigned(cursor.term, 0, cursor.length, term, 0, length) < 0)) {
                ordinal = block * BLOCK - 1;
                cursor.at = starts.length == 0 ? 0 : starts[block];
            }
            while (next()) {
                if (Arrays.compareUnsigned(cursor.term, 0, cursor.length, term, 0, length) >= 0) {
                    return true;
                }
            }
            return false;
        }

        boolean startsWith(byte[] prefix) {
            return cursor.length >= prefix.length
                    && Arrays.mismatch(cursor.term, 0, prefix.length, prefix, 0, prefix.length) < 0;
        }

        String text() {
            return Utf8.decode(cursor.term, 0, cursor.length);
        }
    }

    private int compareFirst(int block, byte[] term, int length) {
        int at = starts[block];
        int size = data[at++];
        if (size < 0) {
            size &= 0x7f;
            for (int shift = 7; ; shift += 7) {
                int next = data[at++];
                size |= (next & 0x7f) << shift;
                if (next >= 0) {
                    break;
                }
            }
        }
        return Arrays.compareUnsigned(data, at, at + size, term, 0, length);
    }

    Walk walk() {
        return new Walk();
    }

    /** The ordinal of the term; -1 if there is none. */
    int find(byte[] term) {
        Walk walk = walk();
        return walk.seek(term, term.length) && Arrays.equals(walk.bytes(), 0, walk.length(), term, 0, term.length)
                ? walk.ordinal()
                : -1;
    }

    /** The term of an ordinal. */
    String text(int ordinal) {
        Walk walk = walk();
        walk.ordinal = ordinal / BLOCK * BLOCK - 1;
        walk.cursor.at = starts[ordinal / BLOCK];
        do {
            walk.next();
        } while (walk.ordinal < ordinal);
        return walk.text();
    }
}
