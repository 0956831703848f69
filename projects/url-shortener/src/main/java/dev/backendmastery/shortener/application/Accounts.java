package dev.backendmastery.shortener.application;

import dev.backendmastery.security.password.PasswordStore;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The accounts, and what their passwords are checked against, by name. */
public interface Accounts extends PasswordStore {

    /**
     * Makes an account.
     *
     * @param hash of its password, or null for one that is used by keys alone
     * @return nothing if there is one of this name
     */
    Optional<Account> create(String name, @Nullable String hash);

    /** The account of this name. */
    Optional<Account> named(String name);

    /** The account of this number. */
    Optional<Account> numbered(long id);
}
