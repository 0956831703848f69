package dev.backendmastery.search.analysis;

/**
 * The beginnings of each term, all at its place: {@code search} is found by {@code se}, {@code sea} and so on. Lengths count code
 * points. A term that is shorter than the least stays as it is; one that is longer than the most is there up to the most. For
 * the index; queries go without, or {@code sea} would ask for {@code se} too.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: the square of the length, {@code most} at most.
 */
public final class EdgeNGrams implements TokenFilter {

    private final int least;
    private final int most;

    /**
     * Beginnings of these lengths.
     *
     * @param least the shortest beginning in code points, at least 1
     * @param most the longest, {@code least} to 255
     */
    public EdgeNGrams(int least, int most) {
        if (least < 1) {
            throw new IllegalArgumentException("least must be at least 1, was " + least);
        }
        if (most < least || most > 255) {
            throw new IllegalArgumentException("most must be " + least + " to 255, was " + most);
        }
        this.least = least;
        this.most = most;
    }

    @Override
    public Step open(TokenSink next) {
        return new Beginnings(least, most, next);
    }

    @Override
    public String fingerprint() {
        return "edge(" + least + "," + most + ")";
    }

    private static final class Beginnings implements Step {

        private final int least;
        private final int most;
        private final TokenSink next;
        private final char[] gram;

        Beginnings(int least, int most, TokenSink next) {
            this.least = least;
            this.most = most;
            this.next = next;
            this.gram = new char[2 * most];
        }

        @Override
        public void token(char[] term, int length, int start, int end, int increment, int span) {
            int at = 0;
            int ahead = increment;
            for (int codePoints = 1; codePoints <= most && at < length; codePoints++) {
                at += Character.charCount(Character.codePointAt(term, at, length));
                if (codePoints >= least || at == length) {
                    System.arraycopy(term, 0, gram, 0, at);
                    next.token(gram, at, start, end, ahead, span);
                    ahead = 0;
                }
            }
        }
    }
}
