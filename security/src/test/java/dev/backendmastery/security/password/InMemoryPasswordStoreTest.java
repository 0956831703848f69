package dev.backendmastery.security.password;

/** The kit on ours. */
final class InMemoryPasswordStoreTest extends PasswordStoreContract {

    @Override
    protected PasswordStore create() {
        return new InMemoryPasswordStore();
    }

    @Override
    protected void add(PasswordStore store, String account, String hash) {
        ((InMemoryPasswordStore) store).put(account, hash);
    }
}
