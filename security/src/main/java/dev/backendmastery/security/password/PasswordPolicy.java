package dev.backendmastery.security.password;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a new password must be like: long enough, in nobody's list, and nothing that everybody would try first. Nothing is asked of its kinds of characters, and
 * nothing of its age.
 *
 * <p><b>Guarantee.</b> PP-1 to PP-5. <b>Threads.</b> Safe for any number. <b>Cost.</b> A look into the list. <b>Not for</b> signing in: an old password is still one.
 *
 * <p><b>Source.</b> NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 6.2.1, 6.2.4, 6.2.5, 6.2.9 to 6.2.12.
 */
public final class PasswordPolicy {

    /** The least where the password is all that is asked for. */
    public static final int ALONE = 15;

    /** The least where something else is asked for too. */
    public static final int WITH_SECOND_FACTOR = 8;

    private static final int SHORTEST_WORD = 4;

    /** What is wrong with a password. */
    public enum Fault {
        /** Fewer characters than asked for. */
        TOO_SHORT,
        /** More than a hasher takes. */
        TOO_LONG,
        /** Has characters that a password must not have. */
        CHARACTERS,
        /** Is little more than a word that is no secret: a name, an address, the site's. */
        CONTEXT,
        /** Is in the hands of attackers. */
        BREACHED
    }

    private final int minLength;
    private final int maxLength;
    private final @Nullable BreachedPasswords breached;
    private final List<String> words;

    private PasswordPolicy(
            int minLength, int maxLength, @Nullable BreachedPasswords breached, Collection<String> words) {
        this.minLength = minLength;
        this.maxLength = maxLength;
        this.breached = breached;
        this.words = List.copyOf(words);
    }

    /**
     * A policy.
     *
     * @param minLength characters, from 8 to 64; see {@link #ALONE} and {@link #WITH_SECOND_FACTOR}
     */
    public static PasswordPolicy of(int minLength) {
        if (minLength < WITH_SECOND_FACTOR || minLength > 64) {
            throw new IllegalArgumentException("minLength must be from 8 to 64, was " + minLength);
        }
        return new PasswordPolicy(minLength, 256, null, List.of());
    }

    /** As this, and not one of these. */
    public PasswordPolicy notBreached(BreachedPasswords breached) {
        return new PasswordPolicy(minLength, maxLength, Objects.requireNonNull(breached, "breached"), words);
    }

    /** As this, and not made of these words: the site's and the owner's names. */
    public PasswordPolicy without(Collection<String> words) {
        return new PasswordPolicy(minLength, maxLength, breached, words);
    }

    /** As this, with at most so many characters of UTF-16, from 64 to 4,096, as {@link SchemeHasher.Builder#maxLength}; 256 by default. */
    public PasswordPolicy maxLength(int characters) {
        if (characters < 64 || characters > 4_096) {
            throw new IllegalArgumentException("characters must be from 64 to 4096, were " + characters);
        }
        return new PasswordPolicy(minLength, characters, breached, words);
    }

    /**
     * What is wrong with the password; nothing if it may be one.
     *
     * @param own words of the account: its name, its address
     * @throws BreachListUnavailableException if nothing else is wrong and the list cannot be asked
     */
    public Set<Fault> check(CharSequence password, Collection<String> own) {
        if (password.length() > maxLength) {
            return EnumSet.of(Fault.TOO_LONG);
        }
        String text = OpaqueString.of(password, maxLength);
        if (text == null) {
            return EnumSet.of(password.length() == 0 ? Fault.TOO_SHORT : Fault.CHARACTERS);
        }
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        if (text.codePointCount(0, text.length()) < minLength) {
            faults.add(Fault.TOO_SHORT);
        }
        String rest = text.toLowerCase(Locale.ROOT);
        rest = without(rest, words);
        rest = without(rest, own);
        if (rest.length() < text.length() && rest.codePointCount(0, rest.length()) < WITH_SECOND_FACTOR) {
            faults.add(Fault.CONTEXT);
        }
        if (faults.isEmpty() && breached != null && breached.count(text) > 0) {
            faults.add(Fault.BREACHED);
        }
        return faults;
    }

    /** What is left of it; shorter words are in many passwords by chance. */
    private static String without(String text, Collection<String> words) {
        String rest = text;
        for (String word : words) {
            if (word.length() >= SHORTEST_WORD) {
                rest = rest.replace(word.toLowerCase(Locale.ROOT), "");
            }
        }
        return rest;
    }
}
