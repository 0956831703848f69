package dev.backendmastery.databases.tx;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of a COMMIT whose answer was lost.
 *
 * <p>The transaction's id was learnt before COMMIT was sent, so any other connection can ask {@code pg_xact_status}.
 * While it is in progress the server has not noticed that its client is gone (a half-open connection can last for hours)
 * or is still committing. After a few polls the session is ended: a session that commits finishes that first, any other
 * is rolled back, so the answer becomes definite. It is found by the transaction id alone, never by process id, so no
 * other session can be hit, and it works through a pooler.
 *
 * <p>A server that has crashed, or another one that was promoted, may have given the id to another transaction since. So what
 * it says of the id counts only if it has not: then "aborted", "in progress" and an id of the future all mean that ours did not
 * take place, and "committed" means that only if the time of the commit is known ({@code track_commit_timestamp}); else
 * nobody knows whose it was. A crash is told by the statistics, which begin anew with it.
 */
final class LostCommit {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
    private static final int PATIENT_POLLS = 3;
    private static final String INVALID_PARAMETER_VALUE = "22023";

    private static final String RESET = "pg_stat_get_bgwriter_stat_reset_time()";

    /** Since when the server has not crashed, in the same words on all connections. */
    static final String SINCE = "extract(epoch FROM " + RESET + ")::text";

    private static final String STATUS = "SELECT pg_xact_status(?::xid8), " + SINCE + ","
            + " CASE WHEN NOT current_setting('track_commit_timestamp')::boolean THEN 'unknown'"
            + " WHEN pg_xact_commit_timestamp(?::xid8::xid) < " + RESET + " THEN 'before' ELSE 'after' END";

    private final Database database;
    private final Duration within;
    private final Ticker ticker;
    private final Sleeper sleeper;

    LostCommit(Database database, Duration within, Ticker ticker, Sleeper sleeper) {
        this.database = database;
        this.within = within;
        this.ticker = ticker;
        this.sleeper = sleeper;
    }

    /**
     * A transaction's id, and since when the server that gave it has not crashed.
     *
     * @param xid null if it has written nothing
     */
    record Identity(@Nullable String xid, @Nullable String since) {}

    /** Of the transaction that is open on {@code connection}. */
    static Identity of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_xact_id_if_assigned(), " + SINCE)) {
            row.next();
            return new Identity(row.getString(1), row.getString(2));
        }
    }

    /**
     * Whether the transaction was committed.
     *
     * @throws UnknownOutcomeException if that cannot be found out, or not in time
     */
    boolean tookPlace(String xid, @Nullable String since, SQLException lost) {
        long start = ticker.nanos();
        UnknownOutcomeException unknown = new UnknownOutcomeException(xid, lost);
        Duration pause = FIRST_PAUSE;
        for (int poll = 0; ; poll++) {
            try (Connection connection = database.acquire()) {
                Status status = status(connection, xid);
                boolean same = Objects.equals(status.since, since);
                switch (status.word) {
                    case "committed" -> {
                        if (same || status.when.equals("before")) {
                            return true;
                        }
                        if (status.when.equals("after")) {
                            return false;
                        }
                        throw unknown;
                    }
                    case "aborted", "future" -> {
                        return false;
                    }
                    case "in progress" -> {
                        if (!same) {
                            return false; // the id is another's by now
                        }
                        if (poll >= PATIENT_POLLS) {
                            endSession(connection, xid);
                        }
                    }
                    default -> throw unknown; // so old that the server has forgotten it
                }
            } catch (SQLException | DatabaseUnavailableException e) {
                unknown.addSuppressed(e);
            }
            if (ticker.nanos() - start >= within.toNanos()) {
                throw unknown;
            }
            try {
                sleeper.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                unknown.addSuppressed(e);
                throw unknown;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /**
     * What the server says of an id.
     *
     * @param since as in {@link Identity}, of the server that was asked
     * @param when it was committed: "before" that, "after" it, or "unknown"
     */
    private record Status(String word, @Nullable String since, String when) {}

    private static Status status(Connection connection, String xid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATUS)) {
            for (int parameter = 1; parameter <= 2; parameter++) {
                statement.setString(parameter, xid);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String word = row.getString(1);
                return new Status(word == null ? "forgotten" : word, row.getString(2), row.getString(3));
            }
        } catch (SQLException e) {
            if (INVALID_PARAMETER_VALUE.equals(e.getSQLState())) {
                return new Status("future", null, "unknown");
            }
            throw e;
        }
    }

    private static void endSession(Connection connection, String xid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = ?::xid8::xid")) {
            statement.setString(1, xid);
            statement.executeQuery().close();
        }
    }
}
