package dev.backendmastery.security.password;

import java.util.Optional;

/**
 * Where accounts keep their hashes. One statement each: {@code SELECT hash ...} and {@code UPDATE ... SET hash = fresh WHERE account = ? AND hash = verified}.
 *
 * <p><b>Guarantee.</b> {@link #find} gives what was last kept (PS-1). {@link #replace} keeps {@code fresh} only where {@code verified} still stands, whoever else
 * replaces at the same time (PS-2, PS-3).
 */
public interface PasswordStore {

    /** The hash of an account. */
    Optional<String> find(String account);

    /**
     * Keeps {@code fresh} if the account still has {@code verified}.
     *
     * @return whether it had
     */
    boolean replace(String account, String verified, String fresh);
}
