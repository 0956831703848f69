package dev.backendmastery.security.apikey;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a key may do: names such as {@code links:write}, each for itself, none for others.
 *
 * <p><b>Threads.</b> Immutable. <b>Source.</b> RFC 6749, section 3.3.
 */
public final class Scopes {

    private static final int MOST = 100;
    private static final int LONGEST = 100;
    private static final Scopes NONE = new Scopes(Set.of());

    private final Set<String> names;

    private Scopes(Set<String> names) {
        this.names = Collections.unmodifiableSet(names);
    }

    /** Nothing. */
    public static Scopes none() {
        return NONE;
    }

    /** These; up to 100, each of 1 to 100 visible characters of ASCII without quote and backslash. */
    public static Scopes of(String... names) {
        return of(List.of(names));
    }

    /** These; see {@link #of(String...)}. */
    public static Scopes of(Collection<String> names) {
        TreeSet<String> sorted = new TreeSet<>();
        for (String name : names) {
            boolean good = !name.isEmpty() && name.length() <= LONGEST;
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                good &= c > ' ' && c < 0x7F && c != '"' && c != '\\';
            }
            if (!good) {
                throw new IllegalArgumentException(
                        "name must be 1 to " + LONGEST + " visible characters of ASCII without \" and \\");
            }
            sorted.add(name);
        }
        if (sorted.size() > MOST) {
            throw new IllegalArgumentException("names must be at most " + MOST + ", were " + sorted.size());
        }
        return new Scopes(sorted);
    }

    /** From its text, names with one space between; the empty text is none. */
    public static Scopes parse(String text) {
        return text.isEmpty() ? NONE : of(List.of(text.split(" ", -1)));
    }

    /** Whether this one is among them, exactly. */
    public boolean contains(String name) {
        return names.contains(name);
    }

    /** Whether all of those are among them. */
    public boolean containsAll(Scopes others) {
        return names.containsAll(others.names);
    }

    /** The names, sorted. */
    public Set<String> names() {
        return names;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scopes scopes && names.equals(scopes.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    /** The names with a space between. */
    @Override
    public String toString() {
        return String.join(" ", names);
    }
}
