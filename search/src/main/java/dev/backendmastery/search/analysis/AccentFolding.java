package dev.backendmastery.search.analysis;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes the accents off letters, composed or not: {@code café} and {@code cafe} followed by U+0301 are {@code cafe}. Letters that only
 * look composed have a list of their own: {@code ø} is {@code o}, {@code ł} is {@code l}, {@code æ} is {@code ae}. So
 * go the points of Hebrew, the vowel marks of Arabic and the soft hyphen. Marks that spell a vowel or a
 * sound, as in Devanagari, Thai or kana, stay. What consists of marks alone stays too.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear; ASCII costs one look at each unit.
 *
 * <p><b>Not for</b> languages where the accent makes another word and its readers type it: {@code å} is no {@code a} in Danish.
 *
 * <p><b>Source</b>: Unicode Standard Annex #15 (decomposition).
 */
public final class AccentFolding implements TokenFilter {

    /** Nonspacing marks that are accents, points or vowel signs beside the letters. */
    private static final int[][] MARKS = {
        {0x00AD, 0x00AD},
        {0x0300, 0x036F},
        {0x0483, 0x0487},
        {0x0591, 0x05BD},
        {0x05BF, 0x05BF},
        {0x05C1, 0x05C2},
        {0x05C4, 0x05C5},
        {0x05C7, 0x05C7},
        {0x0610, 0x061A},
        {0x064B, 0x065F},
        {0x0670, 0x0670},
        {0x06D6, 0x06DC},
        {0x06DF, 0x06E4},
        {0x06E7, 0x06E8},
        {0x06EA, 0x06ED},
        {0x1AB0, 0x1ABD},
        {0x1DC0, 0x1DF9},
        {0x1DFB, 0x1DFF},
        {0x20D0, 0x20DC},
        {0x20E5, 0x20F0},
        {0xFB1E, 0xFB1E},
        {0xFE20, 0xFE2F}
    };

    /** A letter, and what is written where it cannot be. */
    private static final String LETTERS =
            "ßss ẞSS øo ØO łl ŁL đd ĐD ðd ÐD þth ÞTh æae ÆAE œoe ŒOE ħh ĦH ŧt ŦT ıi ŋn ŊN ƀb"
                    + " ɨi ƗI ɉj ɍr ɏy ƶz ƵZ ǥg ǤG ɇe ȼc ȻC ⱥa ȺA ſs";

    @Override
    public Step open(TokenSink next) {
        return new Folding(next);
    }

    @Override
    public String fingerprint() {
        return "accents(13.0)";
    }

    static boolean isMark(int codePoint) {
        for (int[] range : MARKS) {
            if (codePoint >= range[0] && codePoint <= range[1]) {
                return true;
            }
        }
        return false;
    }

    /** Made when the first text that is not ASCII comes. */
    private static final class Table {

        static final Mapping MAPPING = new Mapping(changes());

        private Table() {}

        private static Map<Integer, String> changes() {
            Map<Integer, String> changes = new HashMap<>();
            for (int[] range : MARKS) {
                for (int codePoint = range[0]; codePoint <= range[1]; codePoint++) {
                    changes.put(codePoint, "");
                }
            }
            Map<Integer, String> letters = new HashMap<>();
            for (String letter : LETTERS.split(" ", -1)) {
                letters.put((int) letter.charAt(0), letter.substring(1));
            }
            changes.putAll(letters);
            for (int codePoint = 0xC0; codePoint <= 0xFB4F; codePoint++) {
                if (codePoint == 0x2C00) {
                    codePoint = 0xFB1D; // nothing between is composed with these marks
                }
                if (Character.isLetter(codePoint)) {
                    String itself = Character.toString(codePoint);
                    String bare = bare(itself, letters);
                    if (!bare.equals(itself) && !bare.isEmpty()) {
                        changes.put(codePoint, bare);
                    }
                }
            }
            return changes;
        }

        private static String bare(String letter, Map<Integer, String> letters) {
            StringBuilder bare = new StringBuilder();
            Normalizer.normalize(letter, Normalizer.Form.NFD)
                    .codePoints()
                    .filter(codePoint -> !isMark(codePoint))
                    .forEach(codePoint -> bare.append(letters.getOrDefault(codePoint, Character.toString(codePoint))));
            return Normalizer.normalize(bare, Normalizer.Form.NFC);
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
                if (term[i] >= 128) {
                    if (room.length < Mapping.room(length)) {
                        room = new char[Mapping.room(length)];
                    }
                    System.arraycopy(term, 0, room, 0, i);
                    int folded = Table.MAPPING.apply(term, i, length, room, i);
                    if (folded > 0) {
                        next.token(room, folded, start, end, increment, span);
                        return;
                    }
                    break;
                }
            }
            next.token(term, length, start, end, increment, span);
        }
    }
}
