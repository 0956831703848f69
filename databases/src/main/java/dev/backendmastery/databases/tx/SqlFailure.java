package dev.backendmastery.databases.tx;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failure says about the transaction it came from. */
final class SqlFailure {

    private static final Set<String> ANOTHER_WAS_IN_THE_WAY = Set.of("40001", "40P01");
    private static final int DEEPEST = 50;

    private SqlFailure() {}

    /** Whether the server undid the transaction for the sake of another one. */
    static boolean calledForARerun(Throwable failure) {
        String state = sqlState(failure);
        return state != null && ANOTHER_WAS_IN_THE_WAY.contains(state);
    }

    /**
     * Whether this failure of COMMIT leaves its outcome open: the connection broke (class 08), or the server ended the
     * session (57P0x), which it may do after it has committed, while it waits for a replica.
     */
    static boolean connectionLost(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P0");
    }

    /** The first SQLSTATE among the causes. */
    static @Nullable String sqlState(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            if (at instanceof SQLException sql) {
                return sql.getSQLState();
            }
            at = at.getCause();
        }
        return null;
    }
}
