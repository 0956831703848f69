package dev.backendmastery.databases.tx;

import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Runs closures in transactions.
 *
 * <p><b>Guarantee.</b> What a closure wrote is committed when the call returns and undone when it throws (TX-1). The
 * closure runs at the isolation level asked for (TX-13), each level prevents the anomalies that it should (TX-20 to
 * TX-29), and {@link #read} writes nothing (TX-14). A failure that only says that another transaction was in the way,
 * SQLSTATE 40001 or 40P01, is answered by running the whole closure again in a new transaction (TX-2, TX-3), also when it
 * is COMMIT that fails (TX-4); any other failure is not (TX-5). Re-runs are bounded in number (TX-6), in time (TX-7) and,
 * by a budget that callers share, in sum (TX-8), with full jitter between them (TX-9); every attempt's failure stays
 * readable (TX-6). A COMMIT whose answer was lost is looked up: if it took place the value is returned and nothing is run
 * again (TX-10), if not the closure is run again (TX-11, TX-12), and if that cannot be found out in bounded time the
 * caller is told so (TX-15). There is no success without a COMMIT (TX-16), and no connection is kept (TX-17).
 *
 * <p><b>Closures</b> may run more than once: they must do nothing but through the context they are given, or do it
 * again harmlessly. The context is dead when they return. Calls do not nest: one inside another on the same thread is
 * refused (TX-18), since joining would hide the inner level and a second connection could deadlock the pool; hand the
 * context on instead.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> work on two databases.
 */
public interface Transactions {

    /**
     * Runs {@code work} in a transaction that may write, and returns its value.
     *
     * @throws E what the closure threw; everything is rolled back
     * @throws TransactionFailedException if the last allowed attempt failed with 40001 or 40P01; nothing is committed
     * @throws UnknownOutcomeException if the connection was lost in COMMIT and its outcome could not be found out
     * @throws DatabaseUnavailableException if no connection could be had; nothing was run
     * @throws IllegalStateException if the calling thread is in a call already; that one goes on
     */
    <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work) throws E;

    /** As {@link #call}, without the right to write: PostgreSQL refuses with SQLSTATE 25006. One round trip less. */
    <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work) throws E;

    /** As {@link #call}, for work without a value. */
    default <E extends Exception> void run(Isolation isolation, Task<E> task) throws E {
        this.<Boolean, E>call(isolation, tx -> {
            task.in(tx);
            return true;
        });
    }

    /** Work in a transaction that gives a value. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object, E extends Exception> {
        /** Runs in the transaction behind {@code tx}, on the caller's thread. */
        T in(DSLContext tx) throws E;
    }

    /** Work in a transaction. */
    @FunctionalInterface
    interface Task<E extends Exception> {
        /** Runs in the transaction behind {@code tx}, on the caller's thread. */
        void in(DSLContext tx) throws E;
    }
}
