package dev.backendmastery.search.analysis;

import java.util.Collection;
import java.util.List;

/**
 * Drops the terms of a list, and keeps their places: the next token's increment says how many are gone, so a phrase does not
 * match over a hole.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: one look into a hash table a token.
 */
public final class StopWords implements TokenFilter {

    private static final List<String> SHORT_ENGLISH = List.of(
            "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
            "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was",
            "will", "with");

    private final Terms words;

    /**
     * Drops these.
     *
     * @param words as they leave the step before: folded, if that folds
     */
    public StopWords(Collection<String> words) {
        this.words = new Terms(words);
    }

    /** Returns the 33 words that English indexes have left out since Lucene's first analyzer. */
    public static StopWords english() {
        return new StopWords(SHORT_ENGLISH);
    }

    @Override
    public Step open(TokenSink next) {
        return new Dropping(words, next);
    }

    @Override
    public String fingerprint() {
        return "stop(" + words.digest() + ")";
    }

    private static final class Dropping implements Step {

        private final Terms words;
        private final TokenSink next;
        private int dropped;

        Dropping(Terms words, TokenSink next) {
            this.words = words;
            this.next = next;
        }

        @Override
        public void begin() {
            dropped = 0;
        }

        @Override
        public void token(char[] term, int length, int start, int end, int increment, int span) {
            if (words.contains(term, length)) {
                dropped += increment;
            } else {
                int gap = dropped;
                dropped = 0;
                next.token(term, length, start, end, increment + gap, span);
            }
        }
    }
}
