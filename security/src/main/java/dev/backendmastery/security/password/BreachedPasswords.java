package dev.backendmastery.security.password;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Passwords that are in the hands of attackers already.
 *
 * <p><b>Guarantee.</b> Every password of the list is found with its count, no other is (BP-1, BP-2). Who holds the list learns five hexadecimal digits of a hash
 * and nothing of the password (BP-3). A list that cannot be read is an error, not an answer (BP-4). In a file it is found with some reads, however long the file (BP-5).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Not for</b> storing passwords: SHA-1 is only how the list is sorted. <b>Source.</b> Have I Been Pwned, <i>Pwned Passwords</i>, whose form it is; ASVS 5.0, 6.2.4 and 6.2.12; Li et al., <i>Protocols for Checking Compromised
 * Credentials</i> (2019).
 */
@FunctionalInterface
public interface BreachedPasswords {

    /**
     * How often the password was seen in breaches; 0 if never.
     *
     * @throws BreachListUnavailableException if that cannot be said now
     */
    long count(CharSequence password);

    /** Somebody who holds a list and is asked for a part of it. */
    @FunctionalInterface
    interface Ranges {

        /**
         * All hashes that begin with these five digits: their other 35 and their count, as {@code SUFFIX:COUNT}, a line each. Counts of 0 are filling.
         *
         * @param prefix in capitals
         */
        String range(String prefix) throws IOException;
    }

    /**
     * A list on this machine: a file of {@code SHA1:COUNT} lines sorted by hash, or a folder of files {@code PREFIX} or {@code PREFIX.txt} with {@code SUFFIX:COUNT} lines. It may
     * be replaced while it is used; it is opened for each question.
     */
    static BreachedPasswords at(Path path) {
        return new FileBreachedPasswords(path);
    }

    /** A list elsewhere. */
    static BreachedPasswords from(Ranges ranges) {
        return new RangedBreachedPasswords(ranges);
    }
}
