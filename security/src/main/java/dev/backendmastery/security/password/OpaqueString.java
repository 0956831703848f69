package dev.backendmastery.security.password;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * The one form of a password: the profile OpaqueString of RFC 8265, section 4.2. Spaces of all kinds become the space, and the text is composed (NFC), because one
 * keyboard sends {@code é} as one character and another as two; nothing else is changed. Not allowed are controls, unpaired surrogates, what is not
 * assigned, for private use or ignorable, and conjoining Jamo that do not compose. Other than there, the two joiners are let through wherever they
 * stand: some scripts and most families of emoji need them.
 */
final class OpaqueString {

    private OpaqueString() {}

    /** The password's form; null if it is empty, too long or has what is not allowed. Reads nothing of what is too long. */
    static @Nullable String of(CharSequence password, int maxLength) {
        if (password.length() == 0 || password.length() > maxLength) {
            return null;
        }
        StringBuilder mapped = new StringBuilder(password.length());
        password.codePoints()
                .map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
                .forEach(mapped::appendCodePoint);
        String composed = Normalizer.normalize(mapped, Normalizer.Form.NFC);
        return composed.codePoints().allMatch(OpaqueString::isAllowed) ? composed : null;
    }

    static byte @Nullable [] bytes(CharSequence password, int maxLength) {
        String text = of(password, maxLength);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isAllowed(int c) {
        if (c == 0x200C || c == 0x200D) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isOldJamo(c) && !isIgnorable(c);
        };
    }

    private static boolean isOldJamo(int c) {
        return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xA960 && c <= 0xA97F) || (c >= 0xD7B0 && c <= 0xD7FF);
    }

    /** What is ignorable by Unicode's property and neither a format character nor unassigned. */
    private static boolean isIgnorable(int c) {
        return c == 0x034F
                || c == 0x17B4
                || c == 0x17B5
                || (c >= 0x180B && c <= 0x180F)
                || c == 0x3164
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFFA0
                || (c >= 0xE0100 && c <= 0xE01EF);
    }
}
