package dev.backendmastery.databases.tx;

import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * {@link Transactions} of a store that has an error of its own for "no answer", as contracts have that know of no database.
 *
 * <p><b>Guarantee.</b> What means that the database did not answer, or not so that it can be understood, becomes that error, with its cause (STX-1); what the
 * work itself throws passes (STX-2). All at READ COMMITTED: for single statements. <b>Threads.</b> As {@link Transactions}.
 */
public final class StoreTransactions {

    private final Transactions transactions;
    private final BiFunction<String, RuntimeException, ? extends RuntimeException> error;

    /**
     * Over {@code transactions}.
     *
     * @param error makes the store's error of what was asked and of the cause
     */
    public StoreTransactions(
            Transactions transactions, BiFunction<String, RuntimeException, ? extends RuntimeException> error) {
        this.transactions = Objects.requireNonNull(transactions, "transactions");
        this.error = Objects.requireNonNull(error, "error");
    }

    /** {@link Transactions#call}; {@code what} is asked, for the error. */
    public <T extends @Nullable Object> T call(String what, Transactions.Work<T, RuntimeException> work) {
        return ask(what, () -> transactions.call(Isolation.READ_COMMITTED, work));
    }

    /** {@link Transactions#read}; {@code what} is asked, for the error. */
    public <T extends @Nullable Object> T read(String what, Transactions.Work<T, RuntimeException> work) {
        return ask(what, () -> transactions.read(Isolation.READ_COMMITTED, work));
    }

    private <T extends @Nullable Object> T ask(String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (DatabaseUnavailableException
                | UnknownOutcomeException
                | TransactionFailedException
                | DataAccessException e) {
            throw error.apply("no answer to: " + what, e);
        }
    }
}
