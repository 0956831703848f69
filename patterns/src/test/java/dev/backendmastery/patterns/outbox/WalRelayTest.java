package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.messaging.log.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kit, with commits on disk, and what the log of the server asks for. */
final class WalRelayTest extends OutboxContract {

    private static final String SLOT = "outbox_kit";

    @Override
    protected Postgres postgres() {
        return Durable.server();
    }

    @Override
    protected void prepare(Database database) {
        WalRelay.dropSlot(database, SLOT);
        WalRelay.createSlot(database, SLOT);
    }

    @Override
    protected void tidy(Database database) {
        WalRelay.dropSlot(database, SLOT);
    }

    @Override
    protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
        return new WalRelay(database, url, SLOT, publisher, settings);
    }

    @Override
    protected boolean sharesLanes() {
        return false;
    }

    private static RelaySettings settings() {
        return RelaySettings.of("wal")
                .poll(Duration.ofMillis(20), Duration.ZERO)
                .leaseTtl(Duration.ofMillis(600));
    }

    private void append(String text) {
        new PostgresTransactions(database()).run(Isolation.READ_COMMITTED, tx -> outbox().append(
                        tx,
                        "orders",
                        Message.of(UUID.randomUUID(), "t", Instant.EPOCH)
                                .key("k")
                                .text(text)
                                .build()));
    }

    private long confirmed() {
        return Objects.requireNonNull((Long) database()
                .dsl()
                .fetchValue("SELECT (confirmed_flush_lsn - '0/0'::pg_lsn)::bigint FROM pg_replication_slots"
                        + " WHERE slot_name = '" + SLOT + "'"));
    }

    private long end() {
        return Objects.requireNonNull(
                (Long) database().dsl().fetchValue("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"));
    }

    private static void await(String what, BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Test
    @DisplayName(
            "WR-1 what is not acked is not confirmed, and the alarm tells what is kept; WR-2 a quiet outbox confirms")
    void confirms() {
        RecordingPublisher broker = new RecordingPublisher(false);
        AtomicLong alarmed = new AtomicLong();
        try (WalRelay relay =
                new WalRelay(database(), url(), SLOT, broker, settings()).alarmAbove(100_000, alarmed::set)) {
            relay.start();
            long other = end();
            database().dsl().execute("CREATE TABLE IF NOT EXISTS other (text text)");
            database().dsl().execute("INSERT INTO other SELECT repeat('x', 100) FROM generate_series(1, 100)");
            await("the quiet outbox keeps the log", () -> confirmed() > other);
            broker.hold();
            append("1");
            await("nothing is under way", broker::isWaiting);
            long before = end();
            database().dsl().execute("INSERT INTO other SELECT repeat('x', 100) FROM generate_series(1, 5000)");
            await("nobody is told", () -> alarmed.get() > 100_000);
            assertTrue(confirmed() < before);
            broker.release();
            await("it is never confirmed", () -> confirmed() > before);
        }
        assertEquals(List.of("1"), broker.once());
    }

    @Test
    @DisplayName("WR-3 a relay reads on after a restart of the server")
    void restart() {
        RecordingPublisher broker = new RecordingPublisher(false);
        try (WalRelay relay = new WalRelay(database(), url(), SLOT, broker, settings())) {
            relay.start();
            append("1");
            await("1 does not come", () -> broker.once().contains("1"));
            Durable.server().restart();
            await("no connection", () -> {
                try {
                    append("2");
                    return true;
                } catch (RuntimeException e) {
                    return false;
                }
            });
            await("2 does not come", () -> broker.once().contains("2"));
        }
    }

    @Test
    @DisplayName("WR-4 who takes over ends the former one's connection")
    void takesOverTheSlot() {
        RecordingPublisher broker = new RecordingPublisher(false);
        try (WalRelay first = new WalRelay(database(), url(), SLOT, broker, settings());
                WalRelay second = new WalRelay(database(), url(), SLOT, broker, settings())) {
            first.start();
            append("1");
            await("1 does not come", () -> broker.once().contains("1"));
            Object reader = reader();
            // As if the first were stopped for longer than its lease: it still has the connection.
            database().dsl().execute("UPDATE lease SET expires = '-infinity', holder = 'x' WHERE name = 'outbox-wal'");
            second.start();
            append("2");
            await("2 does not come", () -> broker.once().contains("2"));
            await("the former one reads on", () -> {
                Object now = reader();
                return now != null && !now.equals(reader);
            });
        }
    }

    private @Nullable Object reader() {
        return database()
                .dsl()
                .fetchValue("SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'");
    }

    @Test
    void refusesBadInput() {
        assertThrows(IllegalArgumentException.class, () -> WalRelay.createSlot(database(), "no-good"));
        assertFalse(WalRelay.createSlot(database(), SLOT), "it is there");
        assertFalse(WalRelay.dropSlot(database(), "no_such_slot"));
    }
}
