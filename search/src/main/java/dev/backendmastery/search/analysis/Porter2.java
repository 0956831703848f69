package dev.backendmastery.search.analysis;

/**
 * Works on one word in its array: no step makes a word longer than it was. A {@code y} that is a consonant is written
 * {@code Y} meanwhile. R1 and R2 are where those regions begin; a suffix is in one if it begins there or behind.
 */
final class Porter2 {

    private static final String[] SHORT_R1 = {
        "gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"
    };
    private static final String[] UNTOUCHED = {"sky", "news", "howe", "atlas", "cosmos", "bias", "andes"};
    private static final String[] CUT_LY = {"idly", "gently", "singly"};
    private static final String[] LY_TO_LI = {"ugly", "early", "only"};
    private static final String[] NO_ING = {"inn", "out", "cann", "herr", "earr", "even"};
    private static final String[] NO_EED = {"succ", "proc", "exc"};

    private char[] word = new char[0];
    private int length;
    private int r1;
    private int r2;

    /** Overwrites the first {@code size} units of {@code term} by their stem; returns its length. */
    int stem(char[] term, int size) {
        if (size < 3) {
            return size;
        }
        word = term;
        length = size;
        if (exceptional()) {
            return length;
        }
        boolean marked = begin();
        step0();
        step1a();
        step1b();
        step1c();
        if (length > r1) {
            step2();
            step3();
            step4();
            step5();
        }
        if (marked) {
            for (int i = 0; i < length; i++) {
                if (word[i] == 'Y') {
                    word[i] = 'y';
                }
            }
        }
        return length;
    }

    private boolean exceptional() {
        if (length > 6) {
            return false;
        }
        if (isOne(length, UNTOUCHED)) {
            return true;
        }
        if (is(length, "skis")) {
            length = 3;
            return true;
        }
        if (is(length, "skies")) {
            word[2] = 'y';
            length = 3;
            return true;
        }
        if (word[length - 1] != 'y') {
            return false;
        }
        if (isOne(length, CUT_LY)) {
            length--;
            return true;
        }
        if (isOne(length, LY_TO_LI)) {
            word[length - 1] = 'i';
            return true;
        }
        return false;
    }

    /** Marks consonants, finds the regions; answers whether there is something marked. */
    private boolean begin() {
        if (word[0] == '\'') {
            length--;
            System.arraycopy(word, 1, word, 0, length);
        }
        boolean marked = false;
        for (int i = 0; i < length; i++) {
            if (word[i] == '\u2019') {
                word[i] = '\'';
            } else if (word[i] == 'y' && (i == 0 || isVowel(word[i - 1]))) {
                word[i] = 'Y';
                marked = true;
            }
        }
        r1 = -1;
        for (String prefix : SHORT_R1) {
            if (startsWith(prefix)) {
                r1 = prefix.length();
                break;
            }
        }
        if (r1 < 0) {
            r1 = region(0);
        }
        r2 = region(r1);
        return marked;
    }

    /** Behind the first consonant that follows a vowel, from {@code from} on. */
    private int region(int from) {
        int at = from;
        while (at < length && !isVowel(word[at])) {
            at++;
        }
        while (at < length && isVowel(word[at])) {
            at++;
        }
        return Math.min(at + 1, length);
    }

    /** Leaves at least a unit. */
    private void step0() {
        if (length > 3 && ends("'s'")) {
            length -= 3;
        } else if (length > 2 && ends("'s")) {
            length -= 2;
        } else if (length > 1 && ends("'")) {
            length--;
        }
    }

    private void step1a() {
        if (!ends("s") && !ends("ied")) {
            return;
        }
        if (ends("sses")) {
            length -= 2;
        } else if (ends("ied") || ends("ies")) {
            length -= length > 4 ? 2 : 1;
        } else if (!ends("us") && !ends("ss") && hasVowel(length - 2)) {
            length--;
        }
    }

    private void step1b() {
        if (ends("eedly") || ends("eed")) {
            int at = length - (word[length - 1] == 'y' ? 5 : 3);
            if (at >= r1 && !isOne(at, NO_EED)) {
                length = at + 2;
            }
            return;
        }
        int at;
        if (ends("ed")) {
            at = length - 2;
        } else if (ends("ing")) {
            at = length - 3;
            if (at == 2 && word[1] == 'y' && !isVowel(word[0])) {
                word[1] = 'i';
                word[2] = 'e';
                length = 3;
                return;
            }
            if (isOne(at, NO_ING)) {
                return;
            }
        } else if (ends("edly")) {
            at = length - 4;
        } else if (ends("ingly")) {
            at = length - 5;
        } else {
            return;
        }
        if (!hasVowel(at)) {
            return;
        }
        length = at;
        if (ends("at") || ends("bl") || ends("iz")) {
            word[length++] = 'e';
        } else if (endsDouble()) {
            if (length != 3 || "aeo".indexOf(word[0]) < 0) {
                length--;
            }
        } else if (r1 >= length && isShort(length)) {
            word[length++] = 'e';
        }
    }

    private void step1c() {
        char last = length == 0 ? 0 : word[length - 1];
        if ((last == 'y' || last == 'Y') && length > 2 && !isVowel(word[length - 2])) {
            word[length - 1] = 'i';
        }
    }

    private void step2() {
        switch (word[length - 1]) {
            case 'i' -> step2i();
            case 'l' -> {
                if (ends("ational")) {
                    replace(r1, 7, "ate");
                } else if (ends("tional")) {
                    replace(r1, 6, "tion");
                }
            }
            case 'r' -> {
                if (ends("izer")) {
                    replace(r1, 4, "ize");
                } else if (ends("ator")) {
                    replace(r1, 4, "ate");
                }
            }
            case 'n' -> {
                if (ends("ization")) {
                    replace(r1, 7, "ize");
                } else if (ends("ation")) {
                    replace(r1, 5, "ate");
                }
            }
            case 'm' -> {
                if (ends("alism")) {
                    replace(r1, 5, "al");
                }
            }
            case 's' -> {
                if (ends("fulness")) {
                    replace(r1, 7, "ful");
                } else if (ends("ousness")) {
                    replace(r1, 7, "ous");
                } else if (ends("iveness")) {
                    replace(r1, 7, "ive");
                }
            }
            case 't' -> {
                if (ends("ogist")) {
                    replace(r1, 5, "og");
                }
            }
            default -> {}
        }
    }

    private void step2i() {
        if (ends("enci")) {
            replace(r1, 4, "ence");
        } else if (ends("anci")) {
            replace(r1, 4, "ance");
        } else if (ends("aliti")) {
            replace(r1, 5, "al");
        } else if (ends("iviti")) {
            replace(r1, 5, "ive");
        } else if (ends("biliti")) {
            replace(r1, 6, "ble");
        } else if (ends("ogi")) {
            if (length > 3 && word[length - 4] == 'l') {
                replace(r1, 3, "og");
            }
        } else if (!ends("li")) {
            return;
        } else if (ends("abli")) {
            replace(r1, 4, "able");
        } else if (ends("bli")) {
            replace(r1, 3, "ble");
        } else if (ends("entli")) {
            replace(r1, 5, "ent");
        } else if (ends("alli")) {
            replace(r1, 4, "al");
        } else if (ends("ousli")) {
            replace(r1, 5, "ous");
        } else if (ends("fulli")) {
            replace(r1, 5, "ful");
        } else if (ends("lessli")) {
            replace(r1, 6, "less");
        } else if (length > 2 && "cdeghkmnrt".indexOf(word[length - 3]) >= 0) {
            replace(r1, 2, "");
        }
    }

    private void step3() {
        if (ends("ational")) {
            replace(r1, 7, "ate");
        } else if (ends("tional")) {
            replace(r1, 6, "tion");
        } else if (ends("alize")) {
            replace(r1, 5, "al");
        } else if (ends("icate") || ends("iciti")) {
            replace(r1, 5, "ic");
        } else if (ends("ical")) {
            replace(r1, 4, "ic");
        } else if (ends("ful")) {
            replace(r1, 3, "");
        } else if (ends("ness")) {
            replace(r1, 4, "");
        } else if (ends("ative")) {
            replace(r2, 5, "");
        }
    }

    private void step4() {
        int cut =
                switch (word[length - 1]) {
                    case 'l' -> ends("al") ? 2 : 0;
                    case 'e' ->
                        ends("ance") || ends("ence") || ends("able") || ends("ible")
                                ? 4
                                : ends("ate") || ends("ive") || ends("ize") ? 3 : 0;
                    case 'r' -> ends("er") ? 2 : 0;
                    case 'c' -> ends("ic") ? 2 : 0;
                    case 't' -> ends("ement") ? 5 : ends("ment") ? 4 : ends("ent") || ends("ant") ? 3 : 0;
                    case 'm' -> ends("ism") ? 3 : 0;
                    case 'i' -> ends("iti") ? 3 : 0;
                    case 's' -> ends("ous") ? 3 : 0;
                    case 'n' -> ends("sion") || ends("tion") ? 3 : 0;
                    default -> 0;
                };
        if (cut > 0) {
            replace(r2, cut, "");
        }
    }

    private void step5() {
        int at = length - 1;
        if (ends("e")) {
            if (at >= r2 || (at >= r1 && !isShort(at))) {
                length--;
            }
        } else if (ends("ll") && at >= r2) {
            length--;
        }
    }

    private void replace(int region, int suffix, String by) {
        int at = length - suffix;
        if (at >= region) {
            by.getChars(0, by.length(), word, at);
            length = at + by.length();
        }
    }

    /** Whether the first {@code end} units end in a short syllable. */
    private boolean isShort(int end) {
        if (end < 2) {
            return false;
        }
        if (end >= 4 && word[end - 1] == 't' && word[end - 2] == 's' && word[end - 3] == 'a' && word[end - 4] == 'p') {
            return true;
        }
        char last = word[end - 1];
        if (isVowel(last) || !isVowel(word[end - 2])) {
            return false;
        }
        return end == 2 || (last != 'w' && last != 'x' && last != 'Y' && !isVowel(word[end - 3]));
    }

    private boolean endsDouble() {
        return length >= 2 && word[length - 1] == word[length - 2] && "bdfgmnprt".indexOf(word[length - 1]) >= 0;
    }

    private boolean hasVowel(int end) {
        for (int i = 0; i < end; i++) {
            if (isVowel(word[i])) {
                return true;
            }
        }
        return false;
    }

    private boolean startsWith(String prefix) {
        if (length < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (word[i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean ends(String suffix) {
        int at = length - suffix.length();
        if (at < 0) {
            return false;
        }
        for (int i = suffix.length() - 1; i >= 0; i--) {
            if (word[at + i] != suffix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOne(int end, String[] words) {
        for (String one : words) {
            if (is(end, one)) {
                return true;
            }
        }
        return false;
    }

    private boolean is(int end, String other) {
        return end == other.length() && startsWith(other);
    }

    private static boolean isVowel(char c) {
        return switch (c) {
            case 'a', 'e', 'i', 'o', 'u', 'y' -> true;
            default -> false;
        };
    }
}
