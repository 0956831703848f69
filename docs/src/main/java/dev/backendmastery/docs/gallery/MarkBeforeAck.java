package dev.backendmastery.docs.gallery;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** <b>Broken on purpose:</b> an outbox whose rows are removed, and then sent. */
public final class MarkBeforeAck {

    private final Connection connection;

    /** Reads from the table {@code letter}. */
    public MarkBeforeAck(Connection connection) {
        this.connection = connection;
    }

    /** Sends what is there. */
    public void relay(Consumer<String> broker) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement delete = connection.createStatement();
                ResultSet rows = delete.executeQuery("DELETE FROM letter RETURNING text")) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        texts.forEach(broker);
    }
}
