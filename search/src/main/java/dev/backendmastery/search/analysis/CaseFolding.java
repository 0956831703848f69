package dev.backendmastery.search.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Makes terms equal that differ in case alone, by Unicode's full case folding: {@code Straße} and {@code STRASSE} are
 * {@code strasse}, all three sigmas are {@code σ}, {@code İ} is {@code i} with a dot above, whatever the machine's language;
 * {@code ı} stays what it is. A term's length may change; where it stands in the text does not.
 *
 * <p>The letters are those whose case Unicode 13.0 knows, so that the next JDK folds the same.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear; ASCII in place.
 *
 * <p><b>Source</b>: The Unicode Standard, section 3.13, definition D145 (statuses C and F).
 */
public final class CaseFolding implements TokenFilter {

    /** What got its case after Unicode 13.0. */
    private static final int[][] LATER = {
        {0x1C89, 0x1C8A},
        {0x2C2F, 0x2C2F},
        {0x2C5F, 0x2C5F},
        {0xA7C0, 0xA7C1},
        {0xA7CB, 0xA7DC},
        {0x10570, 0x105BC},
        {0x10D40, 0x10D8F},
        {0x16EA0, 0x16EDF}
    };

    private static final int LAST_WITH_CASE = 0x1E943;
    private static final int DOTLESS_I = 0x131;

    @Override
    public Step open(TokenSink next) {
        return new Folding(next);
    }

    @Override
    public String fingerprint() {
        return "casefold(13.0)";
    }

    /** What {@code codePoint} is folded to. */
    static String fold(int codePoint) {
        String itself = Character.toString(codePoint);
        if (codePoint == DOTLESS_I
                || Arrays.stream(LATER).anyMatch(range -> range[0] <= codePoint && codePoint <= range[1])) {
            return itself;
        }
        StringBuilder folded = new StringBuilder();
        itself.toLowerCase(Locale.ROOT)
                .toUpperCase(Locale.ROOT)
                .codePoints()
                .map(Character::toLowerCase)
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    /** Made when the first text that is not ASCII comes. */
    private static final class Table {

        static final Mapping MAPPING = new Mapping(changes());

        private Table() {}

        private static Map<Integer, String> changes() {
            Map<Integer, String> changes = new HashMap<>();
            for (int codePoint = 0; codePoint <= LAST_WITH_CASE; codePoint++) {
                if ((codePoint >= 0x2E80 && codePoint < 0xA000) || (codePoint >= 0xAC00 && codePoint < 0xFB00)) {
                    continue; // ideographs, syllables, surrogates
                }
                String folded = fold(codePoint);
                if (!folded.equals(Character.toString(codePoint))) {
                    changes.put(codePoint, folded);
                }
            }
            return changes;
        }
    }

    private static final class Folding implements Step {

        private final TokenSink next;
        private char[] room = new char[64];

        Folding(TokenSink next) {
            this.next = next;
        }

        @Override
        public void token(char[] term, int length, int start, int end, int increment, int span) {
            for (int i = 0; i < length; i++) {
                char c = term[i];
                if (c >= 128) {
                    char[] out = room(length);
                    System.arraycopy(term, 0, out, 0, i);
                    int folded = Table.MAPPING.apply(term, i, length, out, i);
                    next.token(out, folded, start, end, increment, span);
                    return;
                }
                if (c >= 'A' && c <= 'Z') {
                    term[i] = (char) (c | 0x20);
                }
            }
            next.token(term, length, start, end, increment, span);
        }

        private char[] room(int length) {
            if (room.length < Mapping.room(length)) {
                room = new char[Mapping.room(length)];
            }
            return room;
        }
    }
}
