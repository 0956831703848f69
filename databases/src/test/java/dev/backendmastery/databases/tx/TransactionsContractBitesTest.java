package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.resilience.RetryBudget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class TransactionsContractBitesTest {

    @Test
    void convictsFaultsOfOneAttempt() {
        assertAll(
                () -> Kit.convicts(CommitsWhateverHappens.class, "TX-1"),
                () -> Kit.convicts(
                        IgnoresTheIsolation.class, "TX-2", "TX-13", "TX-25", "TX-26", "TX-27", "TX-28", "TX-29"),
                () -> Kit.convicts(LeavesTheIsolationBehind.class, "TX-13"),
                () -> Kit.convicts(WritesInRead.class, "TX-14"),
                () -> Kit.convicts(HidesFailuresOfCommit.class, "TX-4", "TX-11", "TX-12", "TX-15"),
                () -> Kit.convicts(CommitsByStatement.class, "TX-16"),
                () -> Kit.convicts(Joins.class, "TX-18"),
                () -> Kit.convicts(LeaksTheConnection.class, "TX-17"));
    }

    @Test
    void convictsFaultsOfRunningAgain() {
        assertAll(
                () -> Kit.convicts(
                        RunsOnlyTheStatementAgain.class,
                        "TX-2",
                        "TX-3",
                        "TX-6",
                        "TX-7",
                        "TX-8",
                        "TX-9",
                        "TX-17",
                        "TX-26",
                        "TX-28",
                        "TX-29"),
                () -> Kit.convicts(SkipsDeadlocks.class, "TX-3"),
                () -> Kit.convicts(TrustsCommit.class, "TX-4", "TX-23"),
                () -> Kit.convicts(RunsEverythingAgain.class, Set.of("TX-5", "TX-17"), Set.of("TX-15")),
                () -> Kit.convicts(NeverGivesUp.class, "TX-6", "TX-7", "TX-8"),
                () -> Kit.convicts(ForgetsTheCauses.class, "TX-6"),
                () -> Kit.convicts(IgnoresTheBudget.class, "TX-8"),
                () -> Kit.convicts(IgnoresTheDeadline.class, "TX-7"),
                () -> Kit.convicts(WaitsTheSameEachTime.class, "TX-9"),
                () -> Kit.convicts(WaitsWithoutJitter.class, "TX-9"));
    }

    @Test
    void convictsFaultsOfALostCommit() {
        assertAll(
                () -> Kit.convicts(RunsALostCommitAgain.class, "TX-10", "TX-12", "TX-15"),
                () -> Kit.convicts(TakesALostCommitForDone.class, "TX-11", "TX-12", "TX-15"),
                () -> Kit.convicts(TakesALostCommitForFailed.class, "TX-10", "TX-11", "TX-12", "TX-15"),
                () -> Kit.convicts(WaitsForASilentServer.class, "TX-12"));
    }

    // ---- wrong settings of right transactions

    static final class NeverGivesUp extends TransactionsContract {
        @Override
        protected Transactions create(Parts p) {
            RetryPolicy endless = new RetryPolicy(
                    1_000,
                    Duration.ofDays(1),
                    p.policy().firstBackoff(),
                    p.policy().maxBackoff(),
                    p.policy().resolveWithin());
            return right(new Parts(p.database(), endless, RetryBudget.of(9, 9), p.ticker(), p.sleeper(), p.random()));
        }
    }

    static final class IgnoresTheDeadline extends TransactionsContract {
        @Override
        protected Transactions create(Parts p) {
            RetryPolicy late = new RetryPolicy(
                    p.policy().maxAttempts(),
                    Duration.ofDays(1),
                    p.policy().firstBackoff(),
                    p.policy().maxBackoff(),
                    p.policy().resolveWithin());
            return right(new Parts(p.database(), late, p.budget(), p.ticker(), p.sleeper(), p.random()));
        }
    }

    static final class IgnoresTheBudget extends TransactionsContract {
        @Override
        protected Transactions create(Parts p) {
            return right(
                    new Parts(p.database(), p.policy(), RetryBudget.of(9, 999), p.ticker(), p.sleeper(), p.random()));
        }
    }

    static final class WaitsWithoutJitter extends TransactionsContract {
        @Override
        protected Transactions create(Parts p) {
            return right(new Parts(p.database(), p.policy(), p.budget(), p.ticker(), p.sleeper(), () -> 1.0));
        }
    }

    static final class WaitsTheSameEachTime extends TransactionsContract {
        @Override
        protected Transactions create(Parts p) {
            RetryPolicy flat = new RetryPolicy(
                    p.policy().maxAttempts(),
                    p.policy().deadline(),
                    p.policy().firstBackoff(),
                    p.policy().firstBackoff(),
                    p.policy().resolveWithin());
            return right(new Parts(p.database(), flat, p.budget(), p.ticker(), p.sleeper(), p.random()));
        }
    }

    // ---- wrong wrappers of right transactions

    static final class IgnoresTheIsolation extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Wrapper(parts) {
                @Override
                public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work)
                        throws E {
                    return right.call(Isolation.READ_COMMITTED, work);
                }
            };
        }
    }

    static final class WritesInRead extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Wrapper(parts) {
                @Override
                public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work)
                        throws E {
                    return right.call(isolation, work);
                }
            };
        }
    }

    static final class ForgetsTheCauses extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Wrapper(parts) {
                @Override
                public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work)
                        throws E {
                    try {
                        return right.call(isolation, work);
                    } catch (TransactionFailedException e) {
                        throw new TransactionFailedException(
                                e.attempts(), e.limit(), new DataAccessException("failed"), List.of());
                    }
                }
            };
        }
    }

    static final class RunsEverythingAgain extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Wrapper(parts) {
                @Override
                public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work)
                        throws E {
                    try {
                        return right.call(isolation, work);
                    } catch (DataAccessException e) {
                        return right.call(isolation, work);
                    }
                }
            };
        }
    }

    static final class Joins extends TransactionsContract {
        private static final ThreadLocal<DSLContext> open = new ThreadLocal<>();

        @Override
        protected Transactions create(Parts parts) {
            return new Wrapper(parts) {
                @Override
                public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work)
                        throws E {
                    DSLContext outer = open.get();
                    if (outer != null) {
                        return work.in(outer);
                    }
                    return right.call(isolation, tx -> {
                        open.set(tx);
                        try {
                            return work.in(tx);
                        } finally {
                            open.remove();
                        }
                    });
                }
            };
        }
    }

    private abstract static class Wrapper implements Transactions {
        final Transactions right;

        Wrapper(TransactionsContract.Parts parts) {
            right = right(parts);
        }

        @Override
        public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work) throws E {
            return right.call(isolation, work);
        }

        @Override
        public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work) throws E {
            return right.read(isolation, work);
        }
    }

    private static Transactions right(TransactionsContract.Parts p) {
        return new PostgresTransactions(p.database(), p.policy(), p.budget(), p.ticker(), p.sleeper(), p.random());
    }

    // ---- a simple one, right in all but what a subclass gets wrong

    static final class CommitsWhateverHappens extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                void undo(Connection connection) throws SQLException {
                    connection.commit();
                }
            };
        }
    }

    static final class LeavesTheIsolationBehind extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                void begin(Statement statement, String mode) throws SQLException {
                    super.begin(statement, mode);
                    statement.execute(
                            "SET SESSION CHARACTERISTICS AS TRANSACTION " + mode.substring(0, mode.indexOf(',')));
                }
            };
        }
    }

    static final class HidesFailuresOfCommit extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean committed(Connection connection, @Nullable String xid) throws SQLException {
                    try {
                        connection.commit();
                    } catch (SQLException e) {
                        return true;
                    }
                    return true;
                }
            };
        }
    }

    /** To COMMIT as a statement PostgreSQL may answer ROLLBACK, which is no error. */
    static final class CommitsByStatement extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                @Nullable
                String transactionId(Statement statement) throws SQLException {
                    try {
                        return super.transactionId(statement);
                    } catch (SQLException undone) {
                        return null;
                    }
                }

                @Override
                void commit(Connection connection) throws SQLException {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("COMMIT");
                    }
                }
            };
        }
    }

    static final class TrustsCommit extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean committed(Connection connection, @Nullable String xid) throws SQLException {
                    try {
                        return super.committed(connection, xid);
                    } catch (Again e) {
                        throw new IllegalStateException("COMMIT failed", e);
                    }
                }
            };
        }
    }

    static final class LeaksTheConnection extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                void afterFailure(Connection connection, Throwable failure) {
                    if (failure instanceof DataAccessException || failure instanceof Again) {
                        super.afterFailure(connection, failure); // of other failures nobody thought
                    }
                }
            };
        }
    }

    static final class SkipsDeadlocks extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean runAgain(Throwable failure) {
                    return super.runAgain(failure)
                            && !String.valueOf(failure.getCause()).contains("40P01")
                            && !"40P01".equals(((DataAccessException) failure).sqlState());
                }
            };
        }
    }

    /** Runs the closure again in the transaction that the server has given up. */
    static final class RunsOnlyTheStatementAgain extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                <T extends @Nullable Object, E extends Exception> T work(DSLContext tx, Work<T, E> work) throws E {
                    try {
                        return work.in(tx);
                    } catch (DataAccessException e) {
                        if (runAgain(e)) {
                            return work.in(tx);
                        }
                        throw e;
                    }
                }
            };
        }
    }

    static final class RunsALostCommitAgain extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean lost(@Nullable String xid, SQLException e) {
                    return false;
                }
            };
        }
    }

    static final class TakesALostCommitForDone extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean lost(@Nullable String xid, SQLException e) {
                    return true;
                }
            };
        }
    }

    static final class TakesALostCommitForFailed extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean lost(@Nullable String xid, SQLException e) {
                    throw new DataAccessException("COMMIT failed", e);
                }
            };
        }
    }

    /** Asks, but leaves the session open that the server still has. */
    static final class WaitsForASilentServer extends TransactionsContract {
        @Override
        protected Transactions create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean lost(@Nullable String xid, SQLException e) {
                    for (int poll = 0; poll < 20; poll++) {
                        String status;
                        try {
                            status = parts.database()
                                    .dsl()
                                    .resultQuery("SELECT pg_xact_status(?::xid8)", String.valueOf(xid))
                                    .fetchSingle(0, String.class);
                            parts.sleeper().sleep(Duration.ofMillis(20));
                        } catch (DataAccessException notReached) {
                            continue;
                        } catch (InterruptedException interrupted) {
                            throw new IllegalStateException(interrupted);
                        }
                        if (!"in progress".equals(status)) {
                            return "committed".equals(status);
                        }
                    }
                    throw new UnknownOutcomeException(String.valueOf(xid), e);
                }
            };
        }
    }

    /** The failure of a COMMIT after which the closure is to be run again. */
    private static final class Again extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Again(Throwable failure) {
            super(failure);
        }
    }

    private static class Simple implements Transactions {
        private final TransactionsContract.Parts parts;
        private volatile @Nullable String since;
        private final ThreadLocal<Boolean> inside = new ThreadLocal<>();

        Simple(TransactionsContract.Parts parts) {
            this.parts = parts;
        }

        @Override
        public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work) throws E {
            return loop(isolation.sql() + ", READ WRITE", work);
        }

        @Override
        public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work) throws E {
            return loop(isolation.sql() + ", READ ONLY", work);
        }

        private <T extends @Nullable Object, E extends Exception> T loop(String mode, Work<T, E> work) throws E {
            if (inside.get() != null) {
                throw new IllegalStateException("nested");
            }
            inside.set(true);
            List<Throwable> earlier = new ArrayList<>();
            long start = parts.ticker().nanos();
            try {
                while (true) {
                    try {
                        return once("ISOLATION LEVEL " + mode, work);
                    } catch (Again e) {
                        pause(start, e.getCause() == null ? e : e.getCause(), earlier);
                    } catch (DataAccessException e) {
                        if (!runAgain(e)) {
                            throw e;
                        }
                        pause(start, e, earlier);
                    }
                }
            } finally {
                inside.remove();
            }
        }

        private void pause(long start, Throwable failure, List<Throwable> earlier) {
            int attempts = earlier.size() + 1;
            Duration pause = Duration.ofNanos(
                    (long) (parts.policy().backoffBound(attempts).toNanos()
                            * parts.random().getAsDouble()));
            TransactionFailedException.Limit limit = attempts == parts.policy().maxAttempts()
                    ? TransactionFailedException.Limit.ATTEMPTS
                    : parts.ticker().nanos() - start + pause.toNanos()
                                    > parts.policy().deadline().toNanos()
                            ? TransactionFailedException.Limit.DEADLINE
                            : parts.budget().tryWithdraw() ? null : TransactionFailedException.Limit.BUDGET;
            if (limit != null) {
                throw new TransactionFailedException(attempts, limit, failure, earlier);
            }
            earlier.add(failure);
            try {
                parts.sleeper().sleep(pause);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private <T extends @Nullable Object, E extends Exception> T once(String mode, Work<T, E> work) throws E {
            Connection connection = parts.database().acquire();
            T value;
            try {
                value = on(connection, mode, work);
            } catch (Exception | Error e) {
                afterFailure(connection, e);
                throw e;
            }
            close(connection);
            return value;
        }

        private <T extends @Nullable Object, E extends Exception> T on(
                Connection connection, String mode, Work<T, E> work) throws E {
            try {
                T value;
                @Nullable String xid;
                try (Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    begin(statement, mode);
                    value = work(DSL.using(connection, SQLDialect.POSTGRES), work);
                    xid = transactionId(statement);
                } catch (SQLException e) {
                    undo(connection);
                    throw e.getSQLState() != null && e.getSQLState().startsWith("08")
                            ? new Again(e)
                            : new DataAccessException("failed", e);
                } catch (Exception e) {
                    undo(connection);
                    throw e;
                }
                if (committed(connection, xid)) {
                    return value;
                }
                throw new Again(new DataAccessException("lost"));
            } catch (SQLException e) {
                throw new DataAccessException("failed", e);
            }
        }

        void afterFailure(Connection connection, Throwable unusedHere) {
            close(connection);
        }

        private static void close(Connection connection) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new DataAccessException("close", e);
            }
        }

        @Nullable
        String transactionId(Statement statement) throws SQLException {
            try (ResultSet row =
                    statement.executeQuery("SELECT pg_current_xact_id_if_assigned(), " + LostCommit.SINCE)) {
                row.next();
                since = row.getString(2);
                return row.getString(1);
            }
        }

        void begin(Statement statement, String mode) throws SQLException {
            statement.execute("SET TRANSACTION " + mode);
        }

        <T extends @Nullable Object, E extends Exception> T work(DSLContext tx, Work<T, E> work) throws E {
            return work.in(tx);
        }

        void undo(Connection connection) throws SQLException {
            if (connection.isValid(1)) {
                connection.rollback();
            }
        }

        /** Whether the transaction took place; false if it may be run again. */
        boolean committed(Connection connection, @Nullable String xid) throws SQLException {
            try {
                commit(connection);
                return true;
            } catch (SQLException e) {
                if (SqlFailure.connectionLost(e)) {
                    return lost(xid, e);
                }
                connection.rollback();
                DataAccessException failure = new DataAccessException("COMMIT", e);
                throw SqlFailure.calledForARerun(e) ? new Again(failure) : failure;
            }
        }

        void commit(Connection connection) throws SQLException {
            connection.commit();
        }

        boolean lost(@Nullable String xid, SQLException e) {
            return xid != null
                    && new LostCommit(parts.database(), parts.policy().resolveWithin(), parts.ticker(), parts.sleeper())
                            .tookPlace(xid, since, e);
        }

        boolean runAgain(Throwable failure) {
            return SqlFailure.calledForARerun(failure);
        }
    }
}
