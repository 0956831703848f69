package dev.backendmastery.security.password;

import dev.backendmastery.security.password.Verification.Outcome;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Signs in with a password, makes old hashes anew by the way, and changes passwords.
 *
 * <p><b>Guarantee.</b> Who is unknown is told as much, and after as long, as who has the wrong password (SI-1). A hash that is not what would be made
 * today is replaced when its password is shown (SI-2), and only if it still stands: a password that was changed meanwhile stays changed (SI-3). That this does not
 * succeed, because the store fails or there is no room, never fails a sign-in (SI-4). A password is changed by who knows the old one, once (SI-5).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> One hash, two when one is made anew. <b>Not for</b> guessing: limit attempts before. <b>Source.</b> ASVS 5.0, 6.2.3, 6.3.8.
 */
public final class PasswordSignIn {

    /** What became of a hash that was to be made anew. */
    public enum Rehash {
        /** It was not. */
        NOT_NEEDED,
        /** It is kept. */
        STORED,
        /** Another one was kept meanwhile. */
        OVERTAKEN,
        /** It could not be made or kept; the next sign-in tries again. */
        FAILED
    }

    /**
     * What came of it.
     *
     * @param outcome whether the password is the one; tell the user no more than {@link #matches}
     * @param rehash what became of the hash
     */
    public record Result(Outcome outcome, Rehash rehash) {

        /** Whether the password is the one. */
        public boolean matches() {
            return outcome == Outcome.MATCH;
        }
    }

    /** What came of a change. */
    public enum Change {
        /** The new one holds. */
        CHANGED,
        /** The old one was not the one. */
        REFUSED,
        /** It was changed by another at the same time. */
        OVERTAKEN
    }

    private final PasswordHasher hasher;
    private final PasswordStore store;

    /** Signs in to the accounts of {@code store}. */
    public PasswordSignIn(PasswordHasher hasher, PasswordStore store) {
        this.hasher = Objects.requireNonNull(hasher, "hasher");
        this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * Whether {@code password} is the account's.
     *
     * @throws HashingRefusedException if there is no room now
     * @throws RuntimeException what the store throws when it is asked for the hash
     */
    public Result signIn(String account, CharSequence password) {
        String stored = store.find(account).orElse(null);
        Verification verification = hasher.verify(stored, password);
        if (stored == null || !verification.needsRehash()) {
            return new Result(verification.outcome(), Rehash.NOT_NEEDED);
        }
        return new Result(verification.outcome(), rehash(account, stored, password));
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a store throws: the password was right, and the result tells
    private Rehash rehash(String account, String verified, CharSequence password) {
        try {
            return store.replace(account, verified, hasher.hash(password)) ? Rehash.STORED : Rehash.OVERTAKEN;
        } catch (RuntimeException e) {
            return Rehash.FAILED;
        }
    }

    /**
     * Changes the account's password. Whether the new one is a good one is {@link PasswordPolicy}'s to say, before.
     *
     * @throws UnacceptablePasswordException if the new one cannot be one; the old one holds
     * @throws HashingRefusedException if there is no room now; the old one holds
     */
    public Change change(String account, CharSequence old, CharSequence fresh) {
        @Nullable String stored = store.find(account).orElse(null);
        if (!hasher.verify(stored, old).matches() || stored == null) {
            return Change.REFUSED;
        }
        return store.replace(account, stored, hasher.hash(fresh)) ? Change.CHANGED : Change.OVERTAKEN;
    }
}
