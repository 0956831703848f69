package dev.backendmastery.search.analysis;

import java.util.Arrays;

/**
 * The whole text as one token, as it is: for ids, tags and addresses, with {@link CaseFolding} behind it for those that
 * differ in case alone. An empty text has no token.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear.
 */
public final class Keyword implements Tokenizer {

    private static final int KEPT = 1 << 12;

    @Override
    public Run open(TokenSink next) {
        return new Whole(next);
    }

    @Override
    public String fingerprint() {
        return "keyword";
    }

    private static final class Whole implements Run {

        private final TokenSink next;
        private final char[] kept = new char[KEPT];

        Whole(TokenSink next) {
            this.next = next;
        }

        @Override
        public void read(CharSequence text) {
            int length = text.length();
            if (length > 0) {
                char[] units = Units.of(text, length <= KEPT ? kept : Arrays.copyOf(kept, length));
                next.token(units, length, 0, length, 1, 1);
            }
        }
    }
}
