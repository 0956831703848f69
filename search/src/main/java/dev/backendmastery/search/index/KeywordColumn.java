package dev.backendmastery.search.index;

import java.util.Arrays;

/** The values of each document as ordinals of the field's terms, in their order. */
final class KeywordColumn {

    /** By document: where its values end. */
    final int[] ends;

    final int[] ordinals;

    KeywordColumn(int[] ends, int[] ordinals) {
        this.ends = ends;
        this.ordinals = ordinals;
    }

    int start(int doc) {
        return doc == 0 ? 0 : ends[doc - 1];
    }

    void write(Sink sink) {
        int[] counts = new int[ends.length];
        for (int doc = 0; doc < counts.length; doc++) {
            counts[doc] = ends[doc] - start(doc);
        }
        sink.putVar(counts.length);
        sink.putPacked(counts, counts.length);
        sink.putVar(ordinals.length);
        sink.putPacked(ordinals, ordinals.length);
    }

    static KeywordColumn read(Source source) {
        int[] ends = source.getPacked(source.getSize());
        for (int doc = 1; doc < ends.length; doc++) {
            ends[doc] += ends[doc - 1];
        }
        return new KeywordColumn(ends, source.getPacked(source.getSize()));
    }

    /** Takes document after document. */
    static final class Builder {
        private int[] ends = new int[64];
        private int[] values = new int[64];
        private int count;
        private int size;

        void value(int term) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = term;
        }

        void end() {
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, 2 * count);
            }
            ends[count++] = size;
        }

        /** @param ordinalOf what each value becomes */
        KeywordColumn build(int[] ordinalOf) {
            int[] ordinals = new int[size];
            int start = 0;
            for (int doc = 0; doc < count; doc++) {
                for (int i = start; i < ends[doc]; i++) {
                    ordinals[i] = ordinalOf[values[i]];
                }
                Arrays.sort(ordinals, start, ends[doc]);
                start = ends[doc];
            }
            return new KeywordColumn(Arrays.copyOf(ends, count), ordinals);
        }
    }
}
