package dev.backendmastery.search.index;

/**
 * A similarity with the statistics of one field in one snapshot. A score is {@code weight} times what frequency and length
 * make; that part is looked up for what is frequent. Scores never fall with frequency nor rise with length, and neither do the
 * doubles or floats that stand for them, so the score of a bound is a bound of the score.
 */
class Weighing {

    /** Makes one; a test may plant another. */
    interface Maker {
        Weighing make(Similarity similarity, long documents, long lengthSum);
    }

    private static final int FREQUENCIES = 8;
    private static final int LENGTHS = 256;

    final Similarity similarity;
    final long documents;
    final long lengthSum;
    final double average;
    private final boolean lucene;
    private final double k1;
    private final double b;
    private final double[] table;
    private final float[] inverse;

    /** @param lengthSum of all {@code documents} that have the field */
    Weighing(Similarity similarity, long documents, long lengthSum) {
        this.similarity = similarity;
        this.documents = documents;
        this.lengthSum = lengthSum;
        this.table = new double[FREQUENCIES * LENGTHS];
        this.inverse = new float[256];
        if (similarity instanceof Similarity.LuceneCompatible compatible) {
            lucene = true;
            float mean = documents == 0 ? 1 : (float) (lengthSum / (double) documents);
            average = mean;
            k1 = compatible.k1();
            b = compatible.b();
            for (int code = 0; code < 256; code++) {
                inverse[code] =
                        1f / (compatible.k1() * ((1 - compatible.b()) + compatible.b() * Lengths.decode(code) / mean));
            }
        } else if (similarity instanceof Similarity.Bm25 bm25) {
            lucene = false;
            average = documents == 0 ? 1 : (double) lengthSum / documents;
            k1 = bm25.k1();
            b = bm25.b();
            for (int frequency = 1; frequency <= FREQUENCIES; frequency++) {
                for (int length = 0; length < LENGTHS; length++) {
                    table[(frequency - 1) * LENGTHS + length] = part(frequency, length);
                }
            }
        } else {
            throw new IllegalArgumentException("similarity must be BM25, was " + similarity);
        }
    }

    private double part(double frequency, int length) {
        return frequency / (frequency + k1 * (1 - b + b * length / average));
    }

    /** Of a term in {@code frequency} of the documents. */
    final double idf(long frequency) {
        double idf = Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
        return lucene ? (float) idf : idf;
    }

    /** What scores are multiplied by. */
    final double weight(double boost, double idf) {
        return lucene ? (float) boost * (float) idf : boost * idf;
    }

    final boolean isLucene() {
        return lucene;
    }

    /** Adds the scores of a term in documents of a block, up to {@code to}, and marks them. @return where it stopped */
    final int add(
            double weight,
            int[] docs,
            int[] frequencies,
            int from,
            int size,
            int to,
            char[] lengths,
            int base,
            double[] sums,
            long[] seen) {
        int at = from;
        if (lucene || lengths.length == 0) {
            for (; at < size && docs[at] < to; at++) {
                int local = docs[at] - base;
                sums[local] += score(weight, frequencies[at], lengths.length == 0 ? 1 : lengths[docs[at]]);
                seen[local >>> 6] |= 1L << local;
            }
            return at;
        }
        double[] parts = table;
        // A word of marks is kept at hand: to load what was just stored is what a loop waits for most.
        int word = 0;
        long marks = 0;
        for (; at < size; at++) {
            int doc = docs[at];
            if (doc >= to) {
                break;
            }
            int local = doc - base;
            int length = lengths[doc];
            int frequency = frequencies[at];
            double part = frequency <= FREQUENCIES && length < LENGTHS
                    ? parts[((frequency - 1) << 8) + length]
                    : part(frequency, length);
            sums[local] += weight * part;
            if (local >>> 6 != word) {
                seen[word] |= marks;
                word = local >>> 6;
                marks = 0;
            }
            marks |= 1L << local;
        }
        seen[word] |= marks;
        return at;
    }

    /** The score of a term in a document. */
    final double score(double weight, int frequency, int length) {
        if (lucene) {
            return luceneScore((float) weight, frequency, inverse[Lengths.encode(length)]);
        }
        if (frequency <= FREQUENCIES && length < LENGTHS) {
            return weight * table[(frequency - 1) * LENGTHS + length];
        }
        return weight * part(frequency, length);
    }

    /** The score of something that is there as often as {@code frequency} says, which need not be whole. */
    final double score(double weight, double frequency, int length) {
        return lucene
                ? luceneScore((float) weight, (float) frequency, inverse[Lengths.encode(length)])
                : weight * part(frequency, length);
    }

    private static float luceneScore(float weight, float frequency, float inverse) {
        return weight - weight / (1f + frequency * inverse);
    }

    /** What a sum of scores becomes in the end. */
    final double finish(double sum) {
        return lucene ? (float) sum : sum;
    }

    /**
     * What no posting is better than, by its impacts: of BM25 to be multiplied by the weight, of Lucene's the pair in code, as the
     * weight is within its formula.
     */
    final double best(long impacts) {
        double best = 0;
        for (long rest = impacts; rest != 0; rest >>>= 16) {
            int frequency = (int) (rest >>> 8 & 0xff);
            int length = Lengths.decode((int) (rest & 0xff));
            double part;
            if (lucene) {
                part = frequency == PostingsWriter.MANY
                        ? Double.POSITIVE_INFINITY
                        : (double) (frequency * inverse[(int) (rest & 0xff)]);
            } else {
                part = frequency == PostingsWriter.MANY ? 1 : score(1, frequency, length);
            }
            best = Math.max(best, part);
        }
        return best;
    }

    /** A bound made from {@link #best}. */
    double bound(double weight, double best) {
        if (lucene) {
            return best == Double.POSITIVE_INFINITY ? weight : (float) weight - (float) weight / (1f + (float) best);
        }
        return weight * best;
    }

    String describe(int frequency, int length) {
        return "frequency " + frequency + ", length " + length + ", k1 " + k1 + ", b " + b + ", average length "
                + average;
    }
}
