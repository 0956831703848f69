package dev.backendmastery.search.index;

/** The best so far: a heap of scores and documents, the worst at its root; of equal scores the later document is worse. */
final class Top {

    private final int most;
    private final double[] scores;
    private final int[] docs;
    private int size;
    private final double afterScore;
    private final int afterDoc;
    private final int countTo;
    private long count;
    private boolean skipped;

    /**
     * @param afterScore only what is worse than this, or as good and after {@code afterDoc}, is taken; infinite for all
     * @param countTo how many matches are to be counted before any may be skipped
     */
    Top(int most, double afterScore, int afterDoc, int countTo) {
        this.most = most;
        this.scores = new double[most];
        this.docs = new int[most];
        this.afterScore = afterScore;
        this.afterDoc = afterDoc;
        this.countTo = countTo;
    }

    /** Takes a match, if it is good enough. */
    void offer(int doc, double score) {
        count++;
        if (score > afterScore || (score == afterScore && doc <= afterDoc)) {
            return;
        }
        if (size < most) {
            int at = size++;
            while (at > 0 && worse(score, doc, scores[(at - 1) >>> 1], docs[(at - 1) >>> 1])) {
                scores[at] = scores[(at - 1) >>> 1];
                docs[at] = docs[(at - 1) >>> 1];
                at = (at - 1) >>> 1;
            }
            scores[at] = score;
            docs[at] = doc;
        } else if (most > 0 && worse(scores[0], docs[0], score, doc)) {
            sift(score, doc);
        }
    }

    private void sift(double score, int doc) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && worse(scores[child + 1], docs[child + 1], scores[child], docs[child])) {
                child++;
            }
            if (!worse(scores[child], docs[child], score, doc)) {
                break;
            }
            scores[at] = scores[child];
            docs[at] = docs[child];
            at = child;
        }
        scores[at] = score;
        docs[at] = doc;
    }

    private static boolean worse(double score, int doc, double otherScore, int otherDoc) {
        return score < otherScore || (score == otherScore && doc > otherDoc);
    }

    /** Whether matches may be skipped that are not good enough. */
    boolean maySkip() {
        return size == most && count >= countTo;
    }

    /** Whether no document from {@code first} on with a score of at most {@code bound} can be taken. */
    boolean hopeless(double bound, int first) {
        return maySkip() && (most == 0 || bound < scores[0] || (bound == scores[0] && first > docs[0]));
    }

    /** How many more matches must be counted before any may be skipped. */
    long uncounted() {
        return countTo - count;
    }

    /** What a score must be at least, once matches may be skipped. */
    double least() {
        return most == 0 ? Double.POSITIVE_INFINITY : scores[0];
    }

    /** Remembers that the count is not of all. */
    void skip() {
        skipped = true;
    }

    boolean exact() {
        return !skipped;
    }

    long count() {
        return count;
    }

    /** Empties it. @return the documents, best first, and into {@code into} their scores */
    int[] drain(double[] into) {
        int[] best = new int[size];
        for (int i = size - 1; i >= 0; i--) {
            best[i] = docs[0];
            into[i] = scores[0];
            size--;
            double score = scores[size];
            int doc = docs[size];
            if (size > 0) {
                sift(score, doc);
            }
        }
        return best;
    }

    int size() {
        return size;
    }
}
