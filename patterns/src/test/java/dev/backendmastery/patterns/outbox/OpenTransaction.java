package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Message;
import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** A transaction on a connection of its own, which goes on as long as the test likes. */
final class OpenTransaction implements AutoCloseable {

    private final Connection connection;
    private final Outbox outbox;

    OpenTransaction(String url, Outbox outbox) throws SQLException {
        connection = WokenRelay.connect(url);
        connection.setAutoCommit(false);
        this.outbox = outbox;
    }

    DSLContext dsl() {
        return DSL.using(connection, SQLDialect.POSTGRES);
    }

    /** Takes a transaction id, as any write does. */
    OpenTransaction touch() {
        dsl().fetch("SELECT pg_current_xact_id()::text");
        return this;
    }

    OpenTransaction append(String topic, Message message) {
        outbox.append(dsl(), topic, message);
        return this;
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
