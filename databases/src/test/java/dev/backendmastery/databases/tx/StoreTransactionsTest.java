package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class StoreTransactionsTest {

    private static final class NoAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoAnswer(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Fails as it is told, before any work. */
    private static Transactions failing(RuntimeException failure) {
        return new Transactions() {
            @Override
            public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work) {
                assertEquals(Isolation.READ_COMMITTED, isolation);
                throw failure;
            }

            @Override
            public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work) {
                return call(isolation, work);
            }
        };
    }

    @Test
    @DisplayName("STX-1 what means that there is no answer becomes the store's error, with its cause")
    void noAnswer() {
        RuntimeException lost = new IllegalStateException("lost");
        for (RuntimeException failure : List.of(
                new DatabaseUnavailableException("gone", lost),
                new UnknownOutcomeException("7", lost),
                new TransactionFailedException(3, TransactionFailedException.Limit.ATTEMPTS, lost, List.of()),
                new DataAccessException("refused"))) {
            StoreTransactions store = new StoreTransactions(failing(failure), NoAnswer::new);
            NoAnswer call = assertThrows(NoAnswer.class, () -> store.call("keep it", tx -> "kept"));
            assertEquals("no answer to: keep it", call.getMessage());
            assertSame(failure, call.getCause());
            assertSame(
                    failure,
                    assertThrows(NoAnswer.class, () -> store.read("find it", tx -> "found"))
                            .getCause());
        }
    }

    @Test
    @DisplayName("STX-2 what the work throws passes")
    void passes() {
        RuntimeException failure = new IllegalArgumentException("ours");
        StoreTransactions store = new StoreTransactions(failing(failure), NoAnswer::new);
        assertSame(failure, assertThrows(IllegalArgumentException.class, () -> store.call("keep it", tx -> "kept")));
    }
}
