package dev.backendmastery.search.index;

import java.util.Arrays;

/** A field of a segment, by its terms: in which documents each is, how often and where. */
final class Inverted {

    final Terms terms;
    final boolean positions;
    /** By ordinal: in how many documents. */
    final int[] frequencies;
    /** By ordinal: where its postings begin. */
    final int[] starts;

    final byte[] data;
    /** By document: how many words; empty if each counts as one. */
    final char[] lengths;
    /** How many tokens there are. */
    final long tokens;
    /** How many documents have the field, and their lengths together, deleted ones too. */
    final int documents;

    final long lengthSum;
    /** By ordinal, once it was asked for: the best of each block under one weighing. */
    private final BlockMaxima[] maxima;

    Inverted(
            Terms terms,
            boolean positions,
            int[] frequencies,
            int[] starts,
            byte[] data,
            char[] lengths,
            long tokens,
            int documents) {
        this.terms = terms;
        this.positions = positions;
        this.frequencies = frequencies;
        this.starts = starts;
        this.data = data;
        this.lengths = lengths;
        this.tokens = tokens;
        this.documents = documents;
        long sum = 0;
        for (char length : lengths) {
            sum += length;
        }
        this.lengthSum = lengths.length == 0 ? tokens : sum;
        this.maxima = new BlockMaxima[terms.count];
    }

    /** Adds term after term. */
    static final class Builder {
        final PostingsWriter postings;
        private final Terms.Builder terms = new Terms.Builder();
        private final boolean positions;
        private final char[] lengths;
        private int[] frequencies = new int[1024];
        private int[] starts = new int[1024];
        private int count;
        private long tokens;

        Builder(boolean positions, char[] lengths) {
            this.positions = positions;
            this.lengths = lengths;
            this.postings = new PostingsWriter(positions, lengths);
        }

        void add(int doc, int frequency, int[] from, int start) {
            postings.add(doc, frequency, from, start);
            tokens += frequency;
        }

        /** Ends a term whose documents were added. @return its ordinal, -1 if it has no documents */
        int finish(byte[] term, int from, int length) {
            if (postings.count == 0) {
                return -1;
            }
            if (count == starts.length) {
                frequencies = Arrays.copyOf(frequencies, 2 * count);
                starts = Arrays.copyOf(starts, 2 * count);
            }
            terms.add(term, from, length);
            frequencies[count] = postings.count;
            starts[count] = postings.finish();
            return count++;
        }

        Inverted build(int documents) {
            postings.out.room(Packed.SLACK);
            return new Inverted(
                    terms.build(),
                    positions,
                    Arrays.copyOf(frequencies, count),
                    Arrays.copyOf(starts, count),
                    Arrays.copyOf(postings.out.data, postings.out.size + Packed.SLACK),
                    lengths,
                    tokens,
                    documents);
        }
    }

    void write(Sink sink) {
        sink.put(positions ? 1 : 0);
        terms.write(sink);
        for (int i = 0; i < terms.count; i++) {
            sink.putVar(frequencies[i]);
            sink.putVar(i + 1 < terms.count ? starts[i + 1] - starts[i] : 0);
        }
        sink.putBytes(data, data.length - Packed.SLACK);
        int[] packed = new int[lengths.length];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = lengths[i];
        }
        sink.putVar(packed.length);
        sink.putPacked(packed, packed.length);
        sink.putVar(tokens);
        sink.putVar(documents);
    }

    static Inverted read(Source source) {
        boolean positions = source.get() == 1;
        Terms terms = Terms.read(source);
        int[] frequencies = new int[terms.count];
        int[] starts = new int[terms.count];
        int start = 0;
        for (int i = 0; i < terms.count; i++) {
            frequencies[i] = source.getSize();
            starts[i] = start;
            start += source.getSize();
        }
        byte[] data = source.getBytes();
        int[] packed = source.getPacked(source.getSize());
        char[] lengths = new char[packed.length];
        for (int i = 0; i < packed.length; i++) {
            lengths[i] = (char) packed[i];
        }
        return new Inverted(terms, positions, frequencies, starts, data, lengths, source.getVar(), source.getSize());
    }

    int length(int doc) {
        return lengths.length == 0 ? 1 : lengths[doc];
    }

    /** What no posting of each block is better than, unweighted; remembered as long as the weighing is the same. */
    double[] maxima(int ordinal, Weighing weighing) {
        BlockMaxima known = maxima[ordinal];
        if (known == null || known.weighing != weighing) {
            int blocks = frequencies[ordinal] / PostingsWriter.BLOCK;
            double[] best = new double[blocks];
            for (int i = 0; i < blocks; i++) {
                best[i] = weighing.best((long) Packed.LONG.get(data, starts[ordinal] + PostingsWriter.ENTRY * i + 8));
            }
            known = new BlockMaxima(weighing, best);
            maxima[ordinal] = known;
        }
        return known.best;
    }

    /** All final, so that a thread that sees it sees all of it. */
    private static final class BlockMaxima {
        private final Weighing weighing;
        private final double[] best;

        private BlockMaxima(Weighing weighing, double[] best) {
            this.weighing = weighing;
            this.best = best;
        }
    }
}
