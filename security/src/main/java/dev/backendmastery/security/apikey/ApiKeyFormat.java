package dev.backendmastery.security.apikey;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * How keys look: {@code PREFIX_}, 43 random letters and digits (256 bits), and 6 that check the rest (CRC-32). So a mistyped key is known without a look into the database, and
 * a key that has leaked is found by whoever searches texts for secrets, without asking anybody.
 *
 * <p><b>Threads.</b> Immutable; {@link #generate} is safe for any number. <b>Source.</b> GitHub, <i>Behind GitHub's new authentication token formats</i> (2021).
 */
public final class ApiKeyFormat {

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final byte[] DIGITS = new byte[128];

    static {
        Arrays.fill(DIGITS, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            DIGITS[ALPHABET.charAt(i)] = (byte) i;
        }
    }

    private static final int SECRET = 43;
    private static final int CHECKSUM = 6;
    private static final int HINT = 4;
    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9]{1,15}");

    private final String prefix;
    private final Pattern pattern;

    private ApiKeyFormat(String prefix) {
        this.prefix = prefix;
        pattern = Pattern.compile("\\b" + prefix + "_[0-9A-Za-z]{" + (SECRET + CHECKSUM) + "}\\b");
    }

    /**
     * Keys with this prefix.
     *
     * @param prefix 2 to 16 small letters and digits, a letter first; one that nobody else uses
     */
    public static ApiKeyFormat of(String prefix) {
        if (!PREFIX.matcher(Objects.requireNonNull(prefix, "prefix")).matches()) {
            throw new IllegalArgumentException(
                    "prefix must be 2 to 16 small letters and digits, a letter first, was " + prefix);
        }
        return new ApiKeyFormat(prefix);
    }

    /** A regular expression for scanners, also for those without look-around (RE2, Hyperscan): what it finds and {@link #isWellFormed} accepts is a key. */
    public Pattern pattern() {
        return pattern;
    }

    /** The keys in a text. */
    public List<String> find(CharSequence text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            if (isWellFormed(matcher.group())) {
                found.add(matcher.group());
            }
        }
        return found;
    }

    /** A new key's text. */
    public String generate(SecureRandom random) {
        StringBuilder text = new StringBuilder(prefix).append('_');
        for (int i = 0; i < SECRET; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        return text.append(checksum(bytes)).toString();
    }

    /** Whether the text is one of a key, by its form and checksum alone. */
    public boolean isWellFormed(String text) {
        int body = prefix.length() + 1 + SECRET;
        if (text.length() != body + CHECKSUM || !text.startsWith(prefix) || text.charAt(prefix.length()) != '_') {
            return false;
        }
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            if (i > prefix.length() && (c >= DIGITS.length || DIGITS[c] < 0)) {
                return false;
            }
            bytes[i] = (byte) c;
        }
        long checksum = 0;
        for (int i = body; i < bytes.length; i++) {
            checksum = checksum * ALPHABET.length() + DIGITS[bytes[i]];
        }
        return checksum == crc(bytes, body);
    }

    private static long crc(byte[] text, int length) {
        CRC32 crc = new CRC32();
        crc.update(text, 0, length);
        return crc.getValue();
    }

    private static String checksum(byte[] text) {
        char[] digits = new char[CHECKSUM];
        long rest = crc(text, text.length);
        for (int i = CHECKSUM - 1; i >= 0; i--) {
            digits[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new String(digits);
    }

    /** Its begin and its last four characters. */
    String hint(String text) {
        return prefix + "_…" + text.substring(text.length() - HINT);
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
