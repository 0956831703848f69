package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Pbkdf2;
import dev.backendmastery.security.password.PasswordSignIn.Change;
import dev.backendmastery.security.password.PasswordSignIn.Rehash;
import dev.backendmastery.security.password.PasswordSignIn.Result;
import dev.backendmastery.security.password.Verification.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever signs in with passwords must hold. */
@DisplayName("PasswordSignIn")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class PasswordSignInContract {

    private static final PasswordHasher OLD = SchemeHasher.of(new Pbkdf2(2)).build();
    private static final SchemeHasher NEW =
            SchemeHasher.of(new Argon2id(64, 1, 1)).build();

    /** What is under test. */
    protected interface SignIn {
        Result signIn(String account, CharSequence password);

        Change change(String account, CharSequence old, CharSequence fresh);
    }

    protected abstract SignIn create(PasswordHasher hasher, PasswordStore store);

    private final Watched store = new Watched();
    private final Observed hasher = new Observed();

    /** A store in which something may happen between a look and a change. */
    private static final class Watched implements PasswordStore {
        private final InMemoryPasswordStore accounts = new InMemoryPasswordStore();
        private @Nullable Runnable meanwhile;
        private @Nullable RuntimeException failure;
        private int replacements;

        @Override
        public Optional<String> find(String account) {
            return accounts.find(account);
        }

        @Override
        public boolean replace(String account, String verified, String fresh) {
            replacements++;
            if (meanwhile != null) {
                meanwhile.run();
            }
            if (failure != null) {
                throw failure;
            }
            return accounts.replace(account, verified, fresh);
        }
    }

    /** Writes down what is asked for. */
    private static final class Observed implements PasswordHasher {
        private final List<Boolean> known = new ArrayList<>();
        private boolean full;

        @Override
        public String hash(CharSequence password) {
            if (full) {
                throw new HashingRefusedException(HashingRefusedException.Reason.TOO_MANY_WAIT);
            }
            return NEW.hash(password);
        }

        @Override
        public Verification verify(@Nullable String stored, CharSequence password) {
            known.add(stored != null);
            return NEW.verify(stored, password);
        }
    }

    private SignIn signIn() {
        return create(hasher, store);
    }

    private String kept(String account) {
        return store.find(account).orElseThrow();
    }

    @Test
    @DisplayName(
            "SI-1 tells who is unknown as much as who has the wrong password, at the price of the same hash (ASVS 6.3.8)")
    final void unknown() {
        store.accounts.put("one", NEW.hash("right password"));
        Result wrong = signIn().signIn("one", "wrong password");
        assertEquals(new Result(Outcome.MISMATCH, Rehash.NOT_NEEDED), wrong);
        assertEquals(wrong, signIn().signIn("nobody", "wrong password"));
        assertEquals(List.of(true, false), hasher.known);
        assertEquals(Change.REFUSED, signIn().change("nobody", "wrong password", "another password"));
        assertEquals(List.of(true, false, false), hasher.known);
        store.accounts.put("two", "corrupt");
        assertEquals(new Result(Outcome.UNUSABLE, Rehash.NOT_NEEDED), signIn().signIn("two", "right password"));
    }

    @Test
    @DisplayName("SI-2 makes an old hash anew when its password is shown, once, and not when another is")
    final void rehash() {
        String old = OLD.hash("right password");
        store.accounts.put("one", old);
        assertEquals(new Result(Outcome.MISMATCH, Rehash.NOT_NEEDED), signIn().signIn("one", "wrong password"));
        assertEquals(old, kept("one"));
        assertEquals(new Result(Outcome.MATCH, Rehash.STORED), signIn().signIn("one", "right password"));
        assertTrue(kept("one").startsWith("$argon2id$"));
        assertEquals(new Result(Outcome.MATCH, Rehash.NOT_NEEDED), signIn().signIn("one", "right password"));
        assertEquals(1, store.replacements);
    }

    @Test
    @DisplayName("SI-3 a password that is changed while a hash is made anew stays changed")
    final void changedMeanwhile() {
        store.accounts.put("one", OLD.hash("right password"));
        String changed = NEW.hash("changed password");
        store.meanwhile = () -> store.accounts.put("one", changed);
        assertEquals(new Result(Outcome.MATCH, Rehash.OVERTAKEN), signIn().signIn("one", "right password"));
        assertEquals(changed, kept("one"));
    }

    @Test
    @DisplayName("SI-4 a hash that cannot be made anew now fails no sign-in")
    final void failures() {
        String old = OLD.hash("right password");
        store.accounts.put("one", old);
        store.failure = new IllegalStateException("out");
        assertEquals(new Result(Outcome.MATCH, Rehash.FAILED), signIn().signIn("one", "right password"));
        store.failure = null;
        hasher.full = true;
        assertEquals(new Result(Outcome.MATCH, Rehash.FAILED), signIn().signIn("one", "right password"));
        assertEquals(old, kept("one"));
        hasher.full = false;
        assertEquals(new Result(Outcome.MATCH, Rehash.STORED), signIn().signIn("one", "right password"));
    }

    @Test
    @DisplayName("SI-5 a password is changed by who knows the old one, and by one at a time (ASVS 6.2.3)")
    final void change() {
        store.accounts.put("one", NEW.hash("right password"));
        assertEquals(Change.REFUSED, signIn().change("one", "wrong password", "another password"));
        assertTrue(signIn().signIn("one", "right password").matches());
        assertThrows(UnacceptablePasswordException.class, () -> signIn().change("one", "right password", ""));
        assertTrue(signIn().signIn("one", "right password").matches());
        assertEquals(Change.CHANGED, signIn().change("one", "right password", "another password"));
        assertTrue(signIn().signIn("one", "another password").matches());
        assertEquals(Outcome.MISMATCH, signIn().signIn("one", "right password").outcome());
        String changed = NEW.hash("a third password");
        store.meanwhile = () -> store.accounts.put("one", changed);
        assertEquals(Change.OVERTAKEN, signIn().change("one", "another password", "a fourth password"));
        assertEquals(changed, kept("one"));
    }
}
