package dev.backendmastery.observability.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must not stand in a log, and how it is known.
 *
 * <p><b>Guarantee.</b> Hidden wherever it stands, in messages, keys, values and exceptions: what follows {@code Authorization:} and {@code Bearer} (LG-13), signed and sealed tokens (LG-14),
 * numbers of cards, of 13 to 19 digits that begin with 2 to 6 and pass Luhn's check, in one piece or in groups of four to six with spaces or dashes (LG-15), but no other number
 * (LG-16); what own patterns find (LG-17); and whatever stands under a key such as {@code password} (LG-18).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> One look at each character; an own pattern is tried only on texts that have its literal. <b>Not for</b> secrets without a form: who logs a
 * password as prose is not helped. <b>Source.</b> ISO/IEC 7812-1, annex B; RFC 6750, section 2.1; RFC 7515, section 3.1.
 */
public final class Redaction {

    /** What stands in the place of a secret. */
    public static final String MASK = "[REDACTED]";

    private static final int LEAST_CARD = 13;
    private static final int MOST_CARD = 19;
    private static final List<String> KEYS = List.of(
            "authorization",
            "proxyAuthorization",
            "cookie",
            "setCookie",
            "password",
            "passwd",
            "passphrase",
            "secret",
            "clientSecret",
            "accessToken",
            "refreshToken",
            "idToken",
            "apiKey",
            "xApiKey",
            "privateKey",
            "cvv");
    private static final Redaction STANDARD = builder().build();
    private static final Redaction NONE = new Redaction(List.of(), List.of(), List.of(), false);

    private final @Nullable String[] keys;
    private final Pattern[] patterns;
    private final String[] literals;
    private final boolean builtIn;

    private Redaction(List<String> keys, List<Pattern> patterns, List<String> literals, boolean builtIn) {
        this.keys = new @Nullable String[Integer.highestOneBit(keys.size() + 1) * 4];
        keys.forEach(this::put);
        this.patterns = patterns.toArray(Pattern[]::new);
        this.literals = literals.toArray(String[]::new);
        this.builtIn = builtIn;
    }

    /** What everybody has: tokens, cards, the usual keys. */
    public static Redaction standard() {
        return STANDARD;
    }

    /** Hides nothing. */
    public static Redaction none() {
        return NONE;
    }

    /** What everybody has, and more. */
    public static Builder builder() {
        return new Builder();
    }

    /** What to hide besides. */
    public static final class Builder {

        private final List<String> keys = new ArrayList<>(KEYS);
        private final List<Pattern> patterns = new ArrayList<>();
        private final List<String> literals = new ArrayList<>();

        private Builder() {}

        /** All under this key; case, {@code -} and {@code _} do not count, and of {@code user.pin} the last part does. */
        public Builder key(String key) {
            keys.add(Objects.requireNonNull(key, "key"));
            return this;
        }

        /** What {@code pattern} finds; tried on each text, up to 8,192 characters behind where it is cut. */
        public Builder pattern(Pattern pattern) {
            return pattern("", pattern);
        }

        /** What {@code pattern} finds, tried only where {@code literal} stands: {@code pattern("bmk_", format.pattern())}. */
        public Builder pattern(String literal, Pattern pattern) {
            literals.add(Objects.requireNonNull(literal, "literal"));
            patterns.add(Objects.requireNonNull(pattern, "pattern"));
            return this;
        }

        /** As said so far. */
        public Redaction build() {
            return new Redaction(keys, patterns, literals, true);
        }
    }

    int patterns() {
        return patterns.length;
    }

    Pattern pattern(int i) {
        return patterns[i];
    }

    String literal(int i) {
        return literals[i];
    }

    /** Whether what stands under this key is hidden. */
    boolean hides(String key) {
        int from = key.lastIndexOf('.') + 1;
        for (int slot = hash(key, from) & keys.length - 1; ; slot = slot + 1 & keys.length - 1) {
            String there = keys[slot];
            if (there == null) {
                return false;
            }
            if (same(there, 0, key, from)) {
                return true;
            }
        }
    }

    private void put(String key) {
        int slot = hash(key, 0) & keys.length - 1;
        while (keys[slot] != null) {
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
    }

    private static int hash(String key, int from) {
        int hash = 0;
        for (int i = from; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c != '-' && c != '_') {
                hash = hash * 31 + lower(c);
            }
        }
        return hash ^ hash >>> 15;
    }

    private static boolean same(String a, int i, String b, int j) {
        int k = i;
        int l = j;
        while (true) {
            k = skip(a, k);
            l = skip(b, l);
            if (k == a.length() || l == b.length()) {
                return k == a.length() && l == b.length();
            }
            if (lower(a.charAt(k++)) != lower(b.charAt(l++))) {
                return false;
            }
        }
    }

    private static int skip(String text, int from) {
        int i = from;
        while (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '_')) {
            i++;
        }
        return i;
    }

    private static int lower(char c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** Whether a secret may begin with this character. */
    static boolean mayBegin(char c) {
        return (c >= '0' && c <= '9') || c == 'e' || c == 'b' || c == 'B' || c == 'a' || c == 'A';
    }

    /** Whether one may begin here, by a look at its neighbours alone. */
    static boolean mayBegin(String text, int i, char c) {
        if (c <= '9') {
            return c >= '2' && c <= '6' && (i == 0 || !isLetterOrDigit(text.charAt(i - 1)));
        }
        if (i + 1 >= text.length()) {
            return false;
        }
        int next = text.charAt(i + 1) | 32;
        return c == 'e' ? next == 'y' : (c | 32) == 'a' ? next == 'u' : next == 'e';
    }

    /** From and to where what begins at {@code i} is secret: {@code from << 32 | to}, or -1 if it is not. */
    long secretAt(String text, int i) {
        if (!builtIn) {
            return -1;
        }
        char c = text.charAt(i);
        if (c >= '0' && c <= '9') {
            return card(text, i);
        }
        return switch (c) {
            case 'e' -> jwt(text, i);
            case 'b', 'B' -> bearer(text, i);
            default -> authorization(text, i);
        };
    }

    private static long span(int from, int to) {
        return (long) from << 32 | to;
    }

    private static long jwt(String text, int i) {
        if (!text.startsWith("eyJ", i)) {
            return -1;
        }
        int dots = 0;
        int end = i;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (c == '.') {
                dots++;
            } else if (!isWord(c) && c != '-') {
                break;
            }
            end++;
        }
        return dots >= 2 ? span(i, end) : -1;
    }

    private static long bearer(String text, int i) {
        if (!text.regionMatches(true, i, "bearer", 0, 6)) {
            return -1;
        }
        int from = i + 6;
        while (from < text.length() && text.charAt(from) == ' ') {
            from++;
        }
        int end = from;
        while (end < text.length() && isToken68(text.charAt(end))) {
            end++;
        }
        return from > i + 6 && end > from ? span(from, end) : -1;
    }

    private static long authorization(String text, int i) {
        if (!text.regionMatches(true, i, "authorization", 0, 13)) {
            return -1;
        }
        int from = i + 13;
        boolean separated = false;
        char closing = 0;
        for (; from < text.length(); from++) {
            char c = text.charAt(from);
            if (c == ':' || c == '=') {
                separated = true;
            } else if (c == '"' || c == '\'') {
                closing = separated ? c : 0;
            } else if (c != ' ' && c != '[' && c != '\\') {
                break;
            }
        }
        int end = from;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (c == '\n' || c == '\r' || c == ']' || c == '}' || (closing != 0 && c == closing)) {
                break;
            }
            end++;
        }
        return separated && end > from ? span(from, end) : -1;
    }

    /** The longest number of a card that begins with the group at {@code i}. */
    private static long card(String text, int i) {
        char first = text.charAt(i);
        if (first < '2' || first > '6' || (i > 0 && isLetterOrDigit(text.charAt(i - 1)))) {
            return -1;
        }
        int length = text.length();
        int digits = 0;
        int group = 0;
        int sum = 0; // of all at an even place from the left, doubled, and the others as they are
        int other = 0; // the other way round
        int found = -1;
        int end = i;
        while (end < length && digits <= MOST_CARD) {
            char c = text.charAt(end);
            if (c >= '0' && c <= '9') {
                int digit = c - '0';
                int twice = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
                sum += digits % 2 == 0 ? twice : digit;
                other += digits % 2 == 0 ? digit : twice;
                digits++;
                group++;
                end++;
            }
            boolean more = end < length && isLetterOrDigit(text.charAt(end));
            if (more) {
                if (text.charAt(end) > '9') {
                    break;
                }
                continue;
            }
            // The last digit counts once: at an even count the even places are doubled, at an odd one the odd.
            if (digits >= LEAST_CARD && digits <= MOST_CARD && (digits % 2 == 0 ? sum : other) % 10 == 0) {
                found = end;
            }
            boolean separator = end + 1 < length
                    && (text.charAt(end) == ' ' || text.charAt(end) == '-')
                    && text.charAt(end + 1) >= '0'
                    && text.charAt(end + 1) <= '9';
            if (!separator || (digits == group ? group != 4 : group < 4 || group > 6)) {
                break;
            }
            group = 0;
            end++;
        }
        return found < 0 ? -1 : span(i, found);
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isWord(char c) {
        return isLetterOrDigit(c) || c == '_';
    }

    private static boolean isToken68(char c) {
        return isWord(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
    }
}
