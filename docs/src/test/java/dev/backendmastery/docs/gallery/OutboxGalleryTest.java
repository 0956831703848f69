package dev.backendmastery.docs.gallery;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.patterns.outbox.Outbox;
import dev.backendmastery.patterns.outbox.PollingRelay;
import dev.backendmastery.patterns.outbox.PostgresOutbox;
import dev.backendmastery.patterns.outbox.Publisher;
import dev.backendmastery.patterns.outbox.PublisherUnavailableException;
import dev.backendmastery.patterns.outbox.Relay;
import dev.backendmastery.patterns.outbox.RelaySettings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** The outboxes of the gallery: each scene is written to a broken one and to the right one in the same transactions. */
final class OutboxGalleryTest {

    /** A broker that is down for so many messages. */
    private static final class Broker implements Publisher {
        private final List<String> acked = new CopyOnWriteArrayList<>();
        private final AtomicInteger down;

        Broker(int down) {
            this.down = new AtomicInteger(down);
        }

        void take(String text) {
            if (down.getAndDecrement() > 0) {
                throw new PublisherUnavailableException("down");
            }
            acked.add(text);
        }

        @Override
        public CompletableFuture<Void> publish(String topic, Message message) {
            try {
                take(Objects.requireNonNull(message.payload()).utf8());
                return CompletableFuture.completedFuture(null);
            } catch (PublisherUnavailableException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public void flush() {}

        @Override
        public boolean keepsOrder() {
            return false;
        }

        @Override
        public void close() {}
    }

    private static DSLContext begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        return DSL.using(connection, SQLDialect.POSTGRES);
    }

    private static void append(DSLContext tx, String text) {
        Outbox outbox = new PostgresOutbox();
        tx.execute("INSERT INTO letter (text) VALUES ({0})", DSL.val(text));
        outbox.append(
                tx,
                "letters",
                Message.of(UUID.randomUUID(), "letter", Instant.EPOCH)
                        .key("k")
                        .text(text)
                        .build());
    }

    private static Database open() {
        Database database =
                Database.at(Engines.postgres().createDatabase()).poolSize(8).open();
        database.dsl().execute(PostgresOutbox.TABLES);
        database.dsl()
                .execute("CREATE TABLE letter (id bigserial PRIMARY KEY, text text,"
                        + " xid xid8 DEFAULT pg_current_xact_id())");
        return database;
    }

    private static void await(List<String> acked, int size) {
        long start = System.nanoTime();
        while (acked.size() < size) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), acked::toString);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Test
    void outboxById() throws Exception {
        Broker broker = new Broker(0);
        try (Database database = open();
                Connection slow = database.acquire();
                Connection quick = database.acquire();
                Connection reader = database.acquire();
                Relay relay = new PollingRelay(database, broker, RelaySettings.of("gallery"))) {
            relay.start();
            OutboxById broken = new OutboxById(reader);
            append(begin(slow), "slow");
            append(begin(quick), "quick");
            quick.commit();
            List<String> read = new ArrayList<>(broken.read());
            await(broker.acked, 1);
            slow.commit();
            read.addAll(broken.read());
            await(broker.acked, 2);
            GalleryTest.shows(
                    "OutboxById:   [quick]",
                    "PollingRelay: [quick, slow]",
                    "OutboxById:   " + read,
                    "PollingRelay: " + broker.acked);
        }
    }

    @Test
    void outboxByTransactionId() throws Exception {
        Broker broker = new Broker(0);
        try (Database database = open();
                Connection early = database.acquire();
                Connection other = database.acquire();
                Connection reader = database.acquire();
                Relay relay = new PollingRelay(database, broker, RelaySettings.of("gallery"))) {
            relay.start();
            DSLContext first = begin(early);
            first.fetch("SELECT pg_current_xact_id()::text");
            append(begin(other), "paid");
            other.commit();
            append(first, "sent, because paid");
            early.commit();
            await(broker.acked, 2);
            GalleryTest.shows(
                    "OutboxByTransactionId: [sent, because paid, paid]",
                    "PollingRelay:          [paid, sent, because paid]",
                    "OutboxByTransactionId: " + new OutboxByTransactionId(reader).read(),
                    "PollingRelay:          " + broker.acked);
        }
    }

    @Test
    void markBeforeAck() throws IOException, SQLException {
        Broker broker = new Broker(1);
        Broker other = new Broker(1);
        try (Database database = open();
                Connection writer = database.acquire();
                Connection reader = database.acquire();
                Relay relay = new PollingRelay(database, broker, RelaySettings.of("gallery"))) {
            append(begin(writer), "paid");
            writer.commit();
            MarkBeforeAck broken = new MarkBeforeAck(reader);
            assertThrows(PublisherUnavailableException.class, () -> broken.relay(other::take));
            broken.relay(other::take);
            relay.start();
            await(broker.acked, 1);
            GalleryTest.shows(
                    "MarkBeforeAck: [] after the broker was down once",
                    "PollingRelay:  [paid] after the broker was down once",
                    "MarkBeforeAck: " + other.acked + " after the broker was down once",
                    "PollingRelay:  " + broker.acked + " after the broker was down once");
        }
    }
}
