package dev.backendmastery.databases.tx;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of a COMMIT whose answer was lost.
 *
 * <p>The transaction's id was learnt before COMMIT was sent, so any other connection can ask {@code pg_xact_status}.
 * While it is in progress the server has not noticed that its client is gone (a half-open connection can last for hours)
 * or is still committing. After a few polls the session is ended: a session that commits finishes that first, any other
 * is rolled back, so the answer becomes definite. It is found by the transaction id alone, never by process id, so no
 * other session can be hit, and it works through a pooler.
 */
final class LostCommit {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
    private static final int PATIENT_POLLS = 3;

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
     * Whether transaction {@code xid} was committed.
     *
     * @throws UnknownOutcomeException if that cannot be found out in time
     */
    boolean tookPlace(String xid, SQLException lost) {
        long start = ticker.nanos();
        UnknownOutcomeException unknown = new UnknownOutcomeException(xid, lost);
        Duration pause = FIRST_PAUSE;
        for (int poll = 0; ; poll++) {
            try (Connection connection = database.acquire()) {
                String status = status(connection, xid);
                if (status == null) { // so old that the server has forgotten it
                    throw unknown;
                }
                switch (status) {
                    case "committed" -> {
                        return true;
                    }
                    case "aborted" -> {
                        return false;
                    }
                    default -> {
                        if (poll >= PATIENT_POLLS) {
                            endSession(connection, xid);
                        }
                    }
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

    private static @Nullable String status(Connection connection, String xid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_xact_status(?::xid8)")) {
            statement.setString(1, xid);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
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
