package dev.backendmastery.security.password;

import dev.backendmastery.security.password.PasswordSignIn.Change;
import dev.backendmastery.security.password.PasswordSignIn.Result;

/** The kit on ours. */
final class PasswordSignInTest extends PasswordSignInContract {

    @Override
    protected SignIn create(PasswordHasher hasher, PasswordStore store) {
        PasswordSignIn ours = new PasswordSignIn(hasher, store);
        return new SignIn() {
            @Override
            public Result signIn(String account, CharSequence password) {
                return ours.signIn(account, password);
            }

            @Override
            public Change change(String account, CharSequence old, CharSequence fresh) {
                return ours.change(account, old, fresh);
            }
        };
    }
}
