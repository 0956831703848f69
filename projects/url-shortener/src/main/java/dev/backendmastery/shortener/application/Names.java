package dev.backendmastery.shortener.application;

import dev.backendmastery.shortener.domain.LinkException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of accounts: few enough characters that no two look alike. */
final class Names {

    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?");

    private Names() {}

    /**
     * The name in its one form.
     *
     * @throws LinkException if it is none
     */
    static String check(@Nullable String name) {
        String folded = name == null ? "" : name.strip().toLowerCase(Locale.ROOT);
        if (!NAME.matcher(folded).matches()) {
            throw LinkException.invalid(
                    "name must be 1 to 64 letters, digits, dots and dashes, and begin and end with one of the first two");
        }
        return folded;
    }
}
