package dev.backendmastery.shortener.domain;

import org.jspecify.annotations.Nullable;

/** What a link may be called. */
public final class Titles {

    private static final int MOST = 200;

    private Titles() {}

    /**
     * The title without spaces around it; null if there is none.
     *
     * @throws LinkException if it has more than 200 characters, or control characters
     */
    public static @Nullable String check(@Nullable String title) {
        String stripped = title == null ? "" : title.strip();
        if (stripped.codePointCount(0, stripped.length()) > MOST) {
            throw LinkException.invalid("title must have at most " + MOST + " characters");
        }
        if (stripped.codePoints().anyMatch(Character::isISOControl)) {
            throw LinkException.invalid("title must have no control characters");
        }
        return stripped.isEmpty() ? null : stripped;
    }
}
