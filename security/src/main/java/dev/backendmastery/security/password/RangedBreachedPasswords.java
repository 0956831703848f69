package dev.backendmastery.security.password;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** Asks for the range in which a password's hash would be, and looks there itself. */
final class RangedBreachedPasswords implements BreachedPasswords {

    static final int PREFIX = 5;
    static final int DIGITS = 40;

    private final Ranges ranges;

    RangedBreachedPasswords(Ranges ranges) {
        this.ranges = Objects.requireNonNull(ranges, "ranges");
    }

    static String sha1(CharSequence password) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-1")
                            .digest(password.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    @Override
    public long count(CharSequence password) {
        String hash = sha1(password);
        String range;
        try {
            range = ranges.range(hash.substring(0, PREFIX));
        } catch (IOException e) {
            throw new BreachListUnavailableException("no range of breached passwords", e);
        }
        return countIn(range, hash.substring(PREFIX));
    }

    static long countIn(String range, String suffix) {
        long found = 0;
        for (String line : (Iterable<String>) range.lines()::iterator) {
            long count = countOf(line, DIGITS - PREFIX);
            if (line.regionMatches(true, 0, suffix, 0, suffix.length())) {
                found = count;
            }
        }
        return found;
    }

    /** The number of a line with so many digits, a colon and a number; whatever else a proxy may answer is no list. */
    static long countOf(String line, int digits) {
        if (line.length() > digits + 1 && line.length() <= digits + 19 && line.charAt(digits) == ':') {
            boolean good = true;
            for (int i = 0; i < digits; i++) {
                good &= HexFormat.isHexDigit(line.charAt(i));
            }
            for (int i = digits + 1; i < line.length(); i++) {
                good &= line.charAt(i) >= '0' && line.charAt(i) <= '9';
            }
            if (good) {
                return Long.parseLong(line, digits + 1, line.length(), 10);
            }
        }
        throw new BreachListUnavailableException(
                "a line that is not " + digits + " digits, a colon and a number", null);
    }
}
