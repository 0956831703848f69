package dev.backendmastery.search.index;

/** How well a term's frequency in a document, the document's length and the term's rarity make a score. */
public sealed interface Similarity {

    /**
     * BM25 with exact lengths, in doubles: {@code idf * f / (f + k1 * (1 - b + b * length / average))}, where {@code idf =
     * ln(1 + (N - n + 0.5) / (n + 0.5))}. No score is negative.
     *
     * @param k1 how soon more occurrences stop to count; from 0 to 100
     * @param b how much length counts; from 0 to 1
     */
    record Bm25(double k1, double b) implements Similarity {
        /** Refuses numbers out of range. */
        public Bm25 {
            check(k1, b);
        }
    }

    /**
     * Lucene 9's BM25, bit for bit: floats, and lengths in one byte. As in a Lucene index without deleted documents.
     *
     * @param k1 how soon more occurrences stop to count; from 0 to 100
     * @param b how much length counts; from 0 to 1
     */
    record LuceneCompatible(float k1, float b) implements Similarity {
        /** Refuses numbers out of range. */
        public LuceneCompatible {
            check(k1, b);
        }
    }

    /** BM25 with {@code k1 = 1.2} and {@code b = 0.75}. */
    static Similarity bm25() {
        return new Bm25(1.2, 0.75);
    }

    private static void check(double k1, double b) {
        if (!(k1 >= 0 && k1 <= 100)) {
            throw new IllegalArgumentException("k1 must be 0 to 100, was " + k1);
        }
        if (!(b >= 0 && b <= 1)) {
            throw new IllegalArgumentException("b must be 0 to 1, was " + b);
        }
    }
}
