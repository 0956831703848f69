package dev.backendmastery.docs.gallery;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** <b>Broken on purpose:</b> an outbox that is read by transaction id, as far as no transaction runs that is lower. */
public final class OutboxByTransactionId {

    private final Connection connection;

    /** Reads from the table {@code letter}. */
    public OutboxByTransactionId(Connection connection) {
        this.connection = connection;
    }

    /** All that may be read. */
    public List<String> read() throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery("SELECT text FROM letter"
                        + " WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id")) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
