package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever keeps passwords' hashes must hold. */
@DisplayName("PasswordStore")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class PasswordStoreContract {

    /** A store without the accounts that clauses make; called once for each. */
    protected abstract PasswordStore create();

    /** Makes an account with this hash. */
    protected abstract void add(PasswordStore store, String account, String hash);

    @Test
    @DisplayName("PS-1 gives what was last kept, byte for byte, and nothing for who is unknown")
    final void finds() {
        PasswordStore store = create();
        String hash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "aZ/+".repeat(10) + "AAA";
        add(store, "one", hash);
        add(store, "two", "other");
        assertEquals(Optional.of(hash), store.find("one"));
        assertEquals(Optional.empty(), store.find("nobody"));
        assertTrue(store.replace("one", hash, "fresh"));
        assertEquals(Optional.of("fresh"), store.find("one"));
        assertEquals(Optional.of("other"), store.find("two"));
    }

    @Test
    @DisplayName("PS-2 keeps a new hash only where the verified one still stands")
    final void compares() {
        PasswordStore store = create();
        add(store, "one", "old");
        assertFalse(store.replace("one", "other", "fresh"));
        assertFalse(store.replace("nobody", "old", "fresh"));
        assertEquals(Optional.of("old"), store.find("one"));
        assertEquals(Optional.empty(), store.find("nobody"));
        assertTrue(store.replace("one", "old", "changed"));
        assertFalse(store.replace("one", "old", "fresh"));
        assertEquals(Optional.of("changed"), store.find("one"));
    }

    @Test
    @DisplayName("PS-3 of many who replace one hash at the same time one does")
    final void race() throws Exception {
        PasswordStore store = create();
        int callers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 50; round++) {
                String account = "racer-" + round;
                add(store, account, "old");
                CyclicBarrier start = new CyclicBarrier(callers);
                List<Future<Boolean>> answers = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    String mine = "fresh-" + i;
                    answers.add(pool.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return store.replace(account, "old", mine);
                    }));
                }
                List<String> winners = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    if (answers.get(i).get(20, TimeUnit.SECONDS)) {
                        winners.add("fresh-" + i);
                    }
                }
                assertEquals(1, winners.size(), winners::toString);
                assertEquals(Optional.of(winners.get(0)), store.find(account));
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
