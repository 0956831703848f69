package dev.backendmastery.security.password;

import org.jspecify.annotations.Nullable;

/**
 * Makes passwords into texts that may be stored, and compares.
 *
 * <p><b>Guarantee.</b> A password matches its own hash and no other (PH-1), in whatever form a keyboard sends it (PH-2). Two hashes of it differ (PH-3). Whoever asks
 * about nobody waits as long, and so with a hash that is corrupt (PH-4, PH-5). Every password is read in full or refused (PH-6, PH-7). A stored text is
 * never an exception (PH-8) and never costs more than it may (PH-9). A hash that is not what would be made today asks to be made anew (PH-10), old peppers
 * verify (PH-11). No more hashes are made at a time, nor in more memory, than allowed; waits are bounded (PH-12, PH-13). The comparison takes as long for
 * the right as for the wrong (PH-14).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> On purpose. <b>Not for</b> secrets that are random already, such as keys and tokens: for these a
 * fast hash is as good. <b>Source.</b> ASVS 5.0, 6.2 and 11.4.2; NIST SP 800-63B-4.
 */
public interface PasswordHasher {

    /**
     * A text to store.
     *
     * @throws UnacceptablePasswordException if it cannot be a password
     * @throws HashingRefusedException if there is no room now
     */
    String hash(CharSequence password);

    /**
     * Whether {@code password} is the one that {@code stored} was made from.
     *
     * @param stored null if there is no such user: it takes as long
     * @throws HashingRefusedException if there is no room now
     */
    Verification verify(@Nullable String stored, CharSequence password);
}
