package dev.backendmastery.search.analysis;

/**
 * Words by the default boundaries of UAX #29 (Unicode 15.0): letters and digits with what joins them ({@code can't},
 * {@code 3.14}), an emoji sequence, a flag. What has no letter, digit or pictograph is between the words. Scripts that are
 * written without spaces give a token a character, as the standard's defaults do: find their words by a phrase.
 *
 * <p><b>Guarantee</b> (WB-1 to WB-4): the boundaries are the standard's; a word that is too long is cut between code points and
 * all its pieces are tokens.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear, whatever the text.
 *
 * <p><b>Source</b>: Unicode Standard Annex #29, <i>Unicode Text Segmentation</i>, section 4.
 */
public final class UnicodeWords implements Tokenizer {

    /** The longest token unless told otherwise, in UTF-16 units. */
    public static final int DEFAULT_MAX_LENGTH = 255;

    private static final int KEPT = 1 << 15;

    private final int maxLength;

    /** With tokens of at most {@value #DEFAULT_MAX_LENGTH} units. */
    public UnicodeWords() {
        this(DEFAULT_MAX_LENGTH);
    }

    /**
     * With tokens of at most {@code maxLength} units.
     *
     * @param maxLength the longest token in UTF-16 units, 2 to 10,000
     */
    public UnicodeWords(int maxLength) {
        if (maxLength < 2 || maxLength > 10_000) {
            throw new IllegalArgumentException("maxLength must be 2 to 10000, was " + maxLength);
        }
        this.maxLength = maxLength;
    }

    @Override
    public Run open(TokenSink next) {
        return new Words(maxLength, next);
    }

    @Override
    public String fingerprint() {
        return "words(uax29-15.0," + maxLength + ")";
    }

    private static final class Words implements Run {

        private final int maxLength;
        private final TokenSink next;
        private final char[] term;
        private char[] kept = new char[256];

        Words(int maxLength, TokenSink next) {
            this.maxLength = maxLength;
            this.next = next;
            this.term = new char[maxLength];
        }

        @Override
        public void read(CharSequence text) {
            int length = text.length();
            char[] units = Units.of(text, room(length));
            for (int at = 0; at < length; ) {
                long found = WordBreaks.next(units, at, length);
                int end = (int) found;
                if (found >= WordBreaks.WORD) {
                    emit(units, at, end);
                }
                at = end;
            }
        }

        private void emit(char[] units, int start, int end) {
            int from = start;
            while (end - from > maxLength) {
                int cut = from + maxLength;
                if (Character.isHighSurrogate(units[cut - 1]) && Character.isLowSurrogate(units[cut])) {
                    cut--;
                }
                piece(units, from, cut);
                from = cut;
            }
            piece(units, from, end);
        }

        private void piece(char[] units, int from, int to) {
            System.arraycopy(units, from, term, 0, to - from);
            next.token(term, to - from, from, to, 1, 1);
        }

        private char[] room(int length) {
            if (length <= kept.length) {
                return kept;
            }
            char[] larger = new char[length <= KEPT ? Integer.highestOneBit(length - 1) << 1 : length];
            if (length <= KEPT) {
                kept = larger;
            }
            return larger;
        }
    }
}
