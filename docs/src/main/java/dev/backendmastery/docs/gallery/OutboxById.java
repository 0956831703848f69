package dev.backendmastery.docs.gallery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** <b>Broken on purpose:</b> an outbox that is read on from the last id that was seen. */
public final class OutboxById {

    private final Connection connection;
    private long last;

    /** Reads from the table {@code letter}. */
    public OutboxById(Connection connection) {
        this.connection = connection;
    }

    /** What is new. */
    public List<String> read() throws SQLException {
        List<String> texts = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id, text FROM letter WHERE id > ? ORDER BY id")) {
            select.setLong(1, last);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    last = rows.getLong(1);
                    texts.add(rows.getString(2));
                }
            }
        }
        return texts;
    }
}
