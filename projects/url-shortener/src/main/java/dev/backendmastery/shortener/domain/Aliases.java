package dev.backendmastery.shortener.domain;

import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The grammar of what people choose themselves: aliases and tags. */
public final class Aliases {

    private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{1,30})[A-Za-z0-9]");
    private static final Pattern TAG = Pattern.compile("[a-z0-9][a-z0-9-]{0,29}");
    private static final int MOST_TAGS = 10;

    /** Paths that the server itself answers, or may one day; compared without case. */
    private static final Set<String> RESERVED = Set.of(
            "about",
            "account",
            "admin",
            "api",
            "app",
            "assets",
            "auth",
            "docs",
            "favicon",
            "health",
            "help",
            "index",
            "links",
            "login",
            "logout",
            "metrics",
            "openapi",
            "privacy",
            "robots",
            "search",
            "sign-in",
            "signin",
            "signup",
            "stats",
            "static",
            "status",
            "terms",
            "well-known",
            "www");

    private Aliases() {}

    /**
     * The alias as it is, if it may be used.
     *
     * @throws LinkException if it is not 3 to 32 letters, digits, hyphens or underscores with a letter or digit at both
     *     ends, or is reserved
     */
    public static String check(String alias) {
        if (!ALIAS.matcher(alias).matches()) {
            throw LinkException.invalid(
                    "alias must be 3 to 32 letters, digits, '-' or '_', with a letter or digit at both" + " ends");
        }
        if (RESERVED.contains(alias.toLowerCase(Locale.ROOT))) {
            throw LinkException.invalid("alias '" + alias + "' is reserved");
        }
        return alias;
    }

    /**
     * The tags, sorted, each once.
     *
     * @throws LinkException if there are more than ten, or one is not 1 to 30 lower-case letters, digits or hyphens
     */
    public static SortedSet<String> checkTags(Iterable<String> tags) {
        SortedSet<String> checked = new TreeSet<>();
        for (String tag : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw LinkException.invalid("a tag must be 1 to 30 lower-case letters, digits or '-'");
            }
            checked.add(tag);
        }
        if (checked.size() > MOST_TAGS) {
            throw LinkException.invalid("tags must be at most " + MOST_TAGS + ", were " + checked.size());
        }
        return checked;
    }
}
