package dev.backendmastery.databases.tx;

import dev.backendmastery.core.resilience.RetryBudget;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.TransactionContext;
import org.jooq.TransactionProvider;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Transactions} over a {@link Database}.
 *
 * <p><b>Guarantee.</b> All of {@link Transactions}.
 *
 * <p><b>Threads.</b> Safe for any number of threads; a call holds one connection while its closure runs. <b>Cost.</b> Three
 * round trips beside the closure's: one that begins, one that learns the transaction's id, COMMIT; {@link #read} saves the
 * second. The id cannot travel with COMMIT: whatever loses the answer to COMMIT would lose the id as well.
 *
 * <p>If the server crashed, or another one was promoted, between COMMIT and the question, another transaction may bear the id by
 * then: with {@code track_commit_timestamp} on it is told apart, without it the outcome may be unknown (TX-19).
 *
 * <p><b>Not for</b> a closure that writes nothing but sends NOTIFY: it gets its id only in COMMIT; if that is lost it is run
 * again and may notify twice.
 *
 * <p><b>Source.</b> PostgreSQL manual, sections 13.5 (serialization failure handling) and 9.27.8 ({@code pg_xact_status});
 * Brooker, <i>Exponential Backoff and Jitter</i> (2015).
 */
public final class PostgresTransactions implements Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresTransactions.class);
    private static final RefuseNesting REFUSE_NESTING = new RefuseNesting();
    private static final LostCommit.Identity NOTHING_WRITTEN = new LostCommit.Identity(null, null);

    private final Database database;
    private final RetryPolicy policy;
    private final RetryBudget budget;
    private final Ticker ticker;
    private final Sleeper sleeper;
    private final DoubleSupplier random;
    private final LostCommit lostCommit;
    private final ThreadLocal<Boolean> inside = new ThreadLocal<>();

    /** With the default policy and a budget of its own: one re-run for two calls, and 100 in reserve. */
    public PostgresTransactions(Database database) {
        this(
                database,
                RetryPolicy.DEFAULT,
                RetryBudget.of(0.5, 100),
                Ticker.system(),
                Sleeper.system(),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * With everything given.
     *
     * @param budget shared by all whose re-runs are to be bounded together
     * @param ticker measures the deadline
     * @param sleeper waits between attempts
     * @param random numbers from 0 to 1 for the jitter, safe for any number of threads
     */
    public PostgresTransactions(
            Database database,
            RetryPolicy policy,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random) {
        this.database = Objects.requireNonNull(database, "database");
        this.policy = Objects.requireNonNull(policy, "policy");
        this.budget = Objects.requireNonNull(budget, "budget");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.sleeper = Objects.requireNonNull(sleeper, "sleeper");
        this.random = Objects.requireNonNull(random, "random");
        this.lostCommit = new LostCommit(database, policy.resolveWithin(), ticker, sleeper);
    }

    @Override
    public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work) throws E {
        return untilItHolds(begin(isolation, "READ WRITE"), true, work);
    }

    @Override
    public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work) throws E {
        return untilItHolds(begin(isolation, "READ ONLY"), false, work);
    }

    private static String begin(Isolation isolation, String access) {
        return "SET TRANSACTION ISOLATION LEVEL " + isolation.sql() + ", " + access;
    }

    private <T extends @Nullable Object, E extends Exception> T untilItHolds(
            String begin, boolean writes, Work<T, E> work) throws E {
        Objects.requireNonNull(work, "work");
        if (inside.get() != null) {
            throw new IllegalStateException(
                    "this thread is in a transaction already: hand its context on instead of opening another");
        }
        inside.set(true);
        try {
            budget.deposit();
            long start = ticker.nanos();
            List<Throwable> earlier = new ArrayList<>(0);
            while (true) {
                try {
                    return traced(earlier.size() + 1, begin, writes, work);
                } catch (Again again) {
                    Throwable failure = again.failure();
                    pauseOrGiveUp(start, failure, earlier);
                    earlier.add(failure);
                } catch (Exception | Error failure) {
                    earlier.stream().filter(e -> e != failure).forEach(failure::addSuppressed);
                    throw failure;
                }
            }
        } finally {
            inside.remove();
        }
    }

    private void pauseOrGiveUp(long start, Throwable failure, List<Throwable> earlier) {
        int attempts = earlier.size() + 1;
        Duration pause = scaled(policy.backoffBound(attempts));
        TransactionFailedException.Limit limit;
        if (attempts >= policy.maxAttempts()) {
            limit = TransactionFailedException.Limit.ATTEMPTS;
        } else if (ticker.nanos() - start + pause.toNanos() > policy.deadline().toNanos()) {
            limit = TransactionFailedException.Limit.DEADLINE;
        } else if (!budget.tryWithdraw()) {
            limit = TransactionFailedException.Limit.BUDGET;
        } else {
            try {
                sleeper.sleep(pause);
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                limit = TransactionFailedException.Limit.INTERRUPT;
            }
        }
        throw new TransactionFailedException(attempts, limit, failure, earlier);
    }

    private Duration scaled(Duration bound) {
        return Duration.ofNanos((long) (bound.toNanos() * random.getAsDouble()));
    }

    /** A span for each attempt, current while the closure runs. */
    private <T extends @Nullable Object, E extends Exception> T traced(
            int number, String begin, boolean writes, Work<T, E> work) throws E, Again {
        if (!database.traces().active()) {
            return attempt(begin, writes, work);
        }
        Span span = database.traces().transaction(number);
        try {
            return within(span, begin, writes, work);
        } catch (Again again) {
            Traces.fail(span, again.failure());
            throw again;
        } catch (Exception | Error failure) {
            Traces.fail(span, failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    @SuppressWarnings("try") // the scope is held for what it does by itself
    private <T extends @Nullable Object, E extends Exception> T within(
            Span span, String begin, boolean writes, Work<T, E> work) throws E, Again {
        try (Scope scope = span.makeCurrent()) {
            return attempt(begin, writes, work);
        }
    }

    /** One transaction; {@link Again} if it was undone for a reason that calls for another one. */
    private <T extends @Nullable Object, E extends Exception> T attempt(String begin, boolean writes, Work<T, E> work)
            throws E, Again {
        T value;
        LostCommit.Identity identity = NOTHING_WRITTEN;
        SQLException lost;
        try (Lease lease = new Lease(database)) {
            Connection connection = lease.connection;
            begin(connection, begin);
            try {
                value = work.in(context(connection));
                if (writes) {
                    identity = identity(connection);
                }
            } catch (Exception | Error failure) {
                rollback(connection, failure);
                if (SqlFailure.calledForARerun(failure)) {
                    throw new Again(failure);
                }
                throw failure;
            }
            try {
                connection.commit();
                return value;
            } catch (SQLException failure) {
                if (!SqlFailure.connectionLost(failure)) {
                    DataAccessException refused = new DataAccessException("COMMIT: " + failure.getMessage(), failure);
                    rollback(connection, refused);
                    if (SqlFailure.calledForARerun(failure)) {
                        throw new Again(refused);
                    }
                    throw refused;
                }
                lost = failure;
                database.evict(connection);
            }
        }
        // The connection is back by now, so that the question can be asked with a pool of one. Without an id nothing
        // was written, and running again is harmless.
        if (identity.xid() != null && lostCommit.tookPlace(identity.xid(), identity.since(), lost)) {
            return value;
        }
        throw new Again(new DataAccessException("COMMIT was lost and did not take place: " + lost.getMessage(), lost));
    }

    /** A connection that broke at rest shows at the first statement; nothing has run, so another one may be tried. */
    private void begin(Connection connection, String sql) throws Again {
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql); // the driver sends BEGIN in the same round trip
            }
        } catch (SQLException failure) {
            DataAccessException refused = new DataAccessException(sql + ": " + failure.getMessage(), failure);
            if (SqlFailure.connectionLost(failure)) {
                database.evict(connection);
                throw new Again(refused);
            }
            throw refused;
        }
    }

    private DSLContext context(Connection connection) {
        Configuration configuration = database.dsl().configuration().derive();
        configuration.set(new DefaultConnectionProvider(connection));
        configuration.set(REFUSE_NESTING);
        return configuration.dsl();
    }

    private static LostCommit.Identity identity(Connection connection) {
        try {
            return LostCommit.of(connection);
        } catch (SQLException failure) {
            throw new DataAccessException("transaction id: " + failure.getMessage(), failure);
        }
    }

    private static void rollback(Connection connection, Throwable why) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /** A connection that goes back without an exception of its own: that would turn a committed call into a failed one. */
    private static final class Lease implements AutoCloseable {
        private final Connection connection;

        Lease(Database database) {
            connection = database.acquire();
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.warn("a connection did not go back in order; its transaction had ended before", e);
            }
        }
    }

    /** The attempt was undone and may be made again. Never leaves this class. */
    private static final class Again extends Exception {
        private static final long serialVersionUID = 1L;
        private final Throwable failure;

        Again(Throwable failure) {
            super(null, failure, false, false);
            this.failure = failure;
        }

        Throwable failure() {
            return failure;
        }
    }

    private static final class RefuseNesting implements TransactionProvider {
        @Override
        public void begin(TransactionContext context) {
            throw new IllegalStateException("transactions do not nest: go on in the one that is open");
        }

        @Override
        public void commit(TransactionContext context) {
            throw new IllegalStateException("this transaction is committed when its closure returns");
        }

        @Override
        public void rollback(TransactionContext context) {
            throw new IllegalStateException("this transaction is rolled back when its closure throws");
        }
    }
}
