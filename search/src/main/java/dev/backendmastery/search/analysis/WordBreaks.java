package dev.backendmastery.search.analysis;

import static dev.backendmastery.search.analysis.WordBreakProperty.ALETTER;
import static dev.backendmastery.search.analysis.WordBreakProperty.CLASS;
import static dev.backendmastery.search.analysis.WordBreakProperty.CR;
import static dev.backendmastery.search.analysis.WordBreakProperty.DOUBLE_QUOTE;
import static dev.backendmastery.search.analysis.WordBreakProperty.EXTEND;
import static dev.backendmastery.search.analysis.WordBreakProperty.EXTENDNUMLET;
import static dev.backendmastery.search.analysis.WordBreakProperty.FORMAT;
import static dev.backendmastery.search.analysis.WordBreakProperty.HEBREW_LETTER;
import static dev.backendmastery.search.analysis.WordBreakProperty.KATAKANA;
import static dev.backendmastery.search.analysis.WordBreakProperty.LF;
import static dev.backendmastery.search.analysis.WordBreakProperty.MIDLETTER;
import static dev.backendmastery.search.analysis.WordBreakProperty.MIDNUM;
import static dev.backendmastery.search.analysis.WordBreakProperty.MIDNUMLET;
import static dev.backendmastery.search.analysis.WordBreakProperty.NEWLINE;
import static dev.backendmastery.search.analysis.WordBreakProperty.NUMERIC;
import static dev.backendmastery.search.analysis.WordBreakProperty.OTHER;
import static dev.backendmastery.search.analysis.WordBreakProperty.OTHER_LETTER;
import static dev.backendmastery.search.analysis.WordBreakProperty.PICTOGRAPH;
import static dev.backendmastery.search.analysis.WordBreakProperty.REGIONAL_INDICATOR;
import static dev.backendmastery.search.analysis.WordBreakProperty.SINGLE_QUOTE;
import static dev.backendmastery.search.analysis.WordBreakProperty.WSEGSPACE;
import static dev.backendmastery.search.analysis.WordBreakProperty.ZWJ;

import java.util.Arrays;

/**
 * The default word boundaries of UAX #29, as a pass from boundary to boundary. No rule looks behind a boundary, so each
 * segment is found from its beginning alone; two rules look ahead, over what extends a character and no further, so the
 * whole text is read at most twice.
 */
final class WordBreaks {

    /** Set in {@link #next}'s answer if the segment is a word: it holds a letter, a digit, a pictograph or a flag. */
    static final long WORD = 1L << 32;

    private static final int LETTERS = 1 << ALETTER | 1 << HEBREW_LETTER;
    private static final int IGNORED = 1 << EXTEND | 1 << FORMAT | 1 << ZWJ;
    private static final int LINE = 1 << CR | 1 << LF | 1 << NEWLINE;
    private static final int MID_LETTER_OR_BOTH = 1 << MIDLETTER | 1 << MIDNUMLET | 1 << SINGLE_QUOTE;
    private static final int MID_NUMBER_OR_BOTH = 1 << MIDNUM | 1 << MIDNUMLET | 1 << SINGLE_QUOTE;
    private static final int RUN = LETTERS | 1 << NUMERIC | 1 << KATAKANA | 1 << EXTENDNUMLET;
    private static final int WORDS = LETTERS | 1 << NUMERIC | 1 << KATAKANA | 1 << OTHER_LETTER;

    /** The pictographs before it are signs such as ©, ™ and arrows. */
    private static final int FIRST_EMOJI = 0x231A;

    /** For ASCII: letters, digits and the underscore, which never break from each other. */
    private static final boolean[] JOINED = new boolean[128];

    /** For ASCII: what ends a word whatever follows. */
    private static final boolean[] ENDS = new boolean[128];

    static {
        for (int c = 0; c < 128; c++) {
            int bit = 1 << (WordBreakProperty.of(c) & CLASS);
            JOINED[c] = (bit & RUN) != 0;
            ENDS[c] = (bit & (1 << OTHER | LINE | 1 << WSEGSPACE | 1 << DOUBLE_QUOTE)) != 0;
        }
    }

    private WordBreaks() {}

    /**
     * Finds the next boundary.
     *
     * @param from a boundary before {@code limit}
     * @return where the segment that begins there ends, with {@link #WORD} if it is one
     */
    static long next(char[] text, int from, int limit) {
        int at = from;
        char first = text[at];
        if (first < 128) {
            if (JOINED[first]) {
                boolean word = false;
                while (at < limit && text[at] < 128 && JOINED[text[at]]) {
                    word |= text[at] != '_';
                    at++;
                }
                if (at == limit || (text[at] < 128 && ENDS[text[at]])) {
                    return at | (word ? WORD : 0);
                }
                return scan(text, at - 1, limit, word);
            }
            if (ENDS[first]
                    && at + 1 < limit
                    && text[at + 1] < 128
                    && (first > ' ' || (first == ' ' && text[at + 1] != ' '))) {
                return at + 1L;
            }
        }
        return scan(text, from, limit, false);
    }

    private static long scan(char[] text, int from, int limit, boolean begun) {
        int codePoint = codePointAt(text, from, limit);
        int at = from + Character.charCount(codePoint);
        int entry = WordBreakProperty.of(codePoint);
        int raw = entry & CLASS;
        long word = begun || isWord(codePoint, entry) ? WORD : 0;
        if (raw == CR && at < limit && text[at] == '\n') {
            return at + 1L;
        }
        if ((1 << raw & LINE) != 0) {
            return at;
        }
        int previous = raw; // the last that is not ignored
        int before = OTHER; // the one before that
        int flags = raw == REGIONAL_INDICATOR ? 1 : 0;
        while (at < limit) {
            codePoint = codePointAt(text, at, limit);
            entry = WordBreakProperty.of(codePoint);
            int current = entry & CLASS;
            if ((1 << current & IGNORED) != 0) {
                raw = current;
                at += Character.charCount(codePoint);
                continue;
            }
            int after = at + Character.charCount(codePoint);
            boolean joins = (raw == ZWJ && (entry & PICTOGRAPH) != 0)
                    || (raw == WSEGSPACE && current == WSEGSPACE)
                    || (previous == REGIONAL_INDICATOR && current == REGIONAL_INDICATOR && flags % 2 == 1)
                    || joins(before, previous, current, text, after, limit);
            if (!joins) {
                return at | word;
            }
            if (current == REGIONAL_INDICATOR) {
                flags++;
                word = WORD;
            }
            if (isWord(codePoint, entry)) {
                word = WORD;
            }
            before = previous;
            previous = current;
            raw = current;
            at = after;
        }
        return at | word;
    }

    /** WB5 to WB13b. */
    private static boolean joins(int before, int previous, int current, char[] text, int after, int limit) {
        int was = 1 << previous;
        int is = 1 << current;
        if ((is & LETTERS) != 0) {
            return (was & (LETTERS | 1 << NUMERIC | 1 << EXTENDNUMLET)) != 0
                    || ((was & MID_LETTER_OR_BOTH) != 0 && (1 << before & LETTERS) != 0)
                    || (previous == DOUBLE_QUOTE && before == HEBREW_LETTER && current == HEBREW_LETTER);
        }
        return switch (current) {
            case NUMERIC ->
                (was & (LETTERS | 1 << NUMERIC | 1 << EXTENDNUMLET)) != 0
                        || ((was & MID_NUMBER_OR_BOTH) != 0 && before == NUMERIC);
            case KATAKANA -> previous == KATAKANA || previous == EXTENDNUMLET;
            case EXTENDNUMLET -> (was & RUN) != 0;
            case DOUBLE_QUOTE -> previous == HEBREW_LETTER && significant(text, after, limit) == HEBREW_LETTER;
            default -> {
                if ((was & LETTERS) != 0 && (is & MID_LETTER_OR_BOTH) != 0) {
                    yield (previous == HEBREW_LETTER && current == SINGLE_QUOTE)
                            || (1 << significant(text, after, limit) & LETTERS) != 0;
                }
                yield previous == NUMERIC
                        && (is & MID_NUMBER_OR_BOTH) != 0
                        && significant(text, after, limit) == NUMERIC;
            }
        };
    }

    /** The class of the next character that is not ignored. */
    private static int significant(char[] text, int from, int limit) {
        int at = from;
        while (at < limit) {
            int codePoint = codePointAt(text, at, limit);
            int current = WordBreakProperty.of(codePoint) & CLASS;
            if ((1 << current & IGNORED) == 0) {
                return current;
            }
            at += Character.charCount(codePoint);
        }
        return OTHER;
    }

    private static boolean isWord(int codePoint, int entry) {
        return (1 << (entry & CLASS) & WORDS) != 0 || ((entry & PICTOGRAPH) != 0 && codePoint >= FIRST_EMOJI);
    }

    private static int codePointAt(char[] text, int at, int limit) {
        return Character.codePointAt(text, at, limit);
    }

    /** All boundaries, with that at the end and without that at the beginning. */
    static int[] boundaries(CharSequence text) {
        char[] units = text.toString().toCharArray();
        int[] boundaries = new int[units.length];
        int count = 0;
        for (int at = 0; at < units.length; ) {
            at = (int) next(units, at, units.length);
            boundaries[count++] = at;
        }
        return Arrays.copyOf(boundaries, count);
    }
}
