package dev.backendmastery.patterns.outbox;

import static org.jooq.impl.DSL.val;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.StaleEpochException;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.lease.PostgresLeaseStore;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Bytes;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Relay} that reads the server's write-ahead log by logical replication.
 *
 * <p><b>Guarantee.</b> As {@link Relay}, in the order of commits. What is confirmed to the server
 * was acked before (WR-1), and is confirmed, too, when only other tables are written to, so that the server need not keep its log for a quiet outbox (WR-2). It reads on after a
 * restart of the server (WR-3). Whoever has taken over ends the former one's connection, and with it the means to confirm (WR-4).
 *
 * <p>A slot keeps the server from throwing its log away, without end if nobody reads: {@link #createSlot} and {@link #dropSlot} are for a person to call, and {@link
 * #alarmAbove} is to be set, and {@code max_slot_wal_keep_size} on the server. What was committed before the slot
 * was made it does not send: to change over from another relay, make the slot, let the other one carry on until all that was there has left, and then start this one
 * in its place.
 *
 * <p><b>Threads.</b> Two of its own. <b>Cost.</b> {@code wal_level = logical}; the server decodes all that is written to the database. One
 * relay at a time works, others stand by. The rows stay in the table until they are rotated away. <b>Not for</b> a relay
 * that may be down for days. <b>Source.</b> PostgreSQL manual, <i>Logical Streaming Replication Protocol</i>.
 */
public final class WalRelay implements Relay {

    private static final Logger LOG = LoggerFactory.getLogger(WalRelay.class);
    private static final String PUBLICATION = "outbox";
    private static final String LEASE = "outbox-wal";
    private static final long STANDBY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Database database;
    private final Transactions transactions;
    private final LeaseStore leases;
    private final PostgresRelayStore store;
    private final String url;
    private final String slot;
    private final Publisher publisher;
    private final RelaySettings settings;
    private final String holder;
    private final Ticker ticker = Ticker.system();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile long slotLag;
    private volatile @Nullable String lastFailure;
    private volatile @Nullable Lease lease;
    private final RelayThreads threads;
    private long alarmBytes = Long.MAX_VALUE;
    private LongConsumer alarm = bytes -> {};

    /**
     * A relay from {@code database}.
     *
     * @param url of the same database, with a user that may replicate, and password
     * @param slot that {@link #createSlot} has made
     * @param settings whose poll is how often keys are tried again
     */
    public WalRelay(Database database, String url, String slot, Publisher publisher, RelaySettings settings) {
        this.database = database;
        this.url = Objects.requireNonNull(url, "url");
        this.slot = checkSlot(slot);
        this.publisher = Objects.requireNonNull(publisher, "publisher");
        this.settings = Objects.requireNonNull(settings, "settings");
        transactions = new PostgresTransactions(database);
        leases = new PostgresLeaseStore(transactions, ticker);
        store = new PostgresRelayStore(database.dsl(), transactions);
        holder = settings.name() + "/" + UUID.randomUUID();
        threads = new RelayThreads(settings.name()).with("lease", this::keep).with("carrier", this::carry);
    }

    private static String checkSlot(String slot) {
        if (!slot.matches("[a-z0-9_]{1,63}")) {
            throw new IllegalArgumentException(
                    "slot must be 1 to 63 lower-case letters, digits and underlines, was \"" + slot + "\"");
        }
        return slot;
    }

    /**
     * Makes the slot, and the publication of the outbox's table: from now on the server keeps its log until it is read.
     *
     * @return false if the slot is there already
     */
    public static boolean createSlot(Database database, String slot) {
        checkSlot(slot);
        DSLContext dsl = database.dsl();
        if (!dsl.fetch("SELECT FROM pg_publication WHERE pubname = {0}", val(PUBLICATION))
                .isEmpty()) {
            dsl.execute("ALTER PUBLICATION " + PUBLICATION + " SET TABLE outbox");
        } else {
            dsl.execute("CREATE PUBLICATION " + PUBLICATION
                    + " FOR TABLE outbox WITH (publish = 'insert', publish_via_partition_root = true)");
        }
        if (!dsl.fetch("SELECT FROM pg_replication_slots WHERE slot_name = {0}", val(slot))
                .isEmpty()) {
            return false;
        }
        dsl.fetch("SELECT pg_create_logical_replication_slot({0}, 'pgoutput')::text", val(slot));
        return true;
    }

    /** Removes the slot, whoever reads from it, and with it what was not sent. @return false if there is none */
    public static boolean dropSlot(Database database, String slot) {
        checkSlot(slot);
        DSLContext dsl = database.dsl();
        terminate(dsl, slot);
        return !dsl.fetch(
                        "SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = {0}",
                        val(slot))
                .isEmpty();
    }

    /** Ends the connection that reads from the slot, and waits up to 5 s for its end. */
    private static void terminate(DSLContext dsl, String slot) {
        dsl.fetch(
                "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots"
                        + " WHERE slot_name = {0} AND active_pid IS NOT NULL",
                val(slot));
    }

    /**
     * Calls {@code alarm} at each look at the slot, each third of the leases' time to live, that finds more than {@code bytes} of the log kept for it, with how many. To be set before the start.
     */
    public WalRelay alarmAbove(long bytes, LongConsumer alarm) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative, was " + bytes);
        }
        alarmBytes = bytes;
        this.alarm = Objects.requireNonNull(alarm, "alarm");
        return this;
    }

    @Override
    public void start() {
        threads.start();
    }

    private void keep() throws InterruptedException {
        while (!threads.isClosed()) {
            try {
                Lease held = lease;
                if (held != null) {
                    held = leases.renew(held, settings.leaseTtl()).orElse(null);
                }
                lease = held != null
                        ? held
                        : leases.tryAcquire(LEASE, holder, settings.leaseTtl()).orElse(null);
                lag();
            } catch (RuntimeException e) {
                LOG.warn("the lease of {} is not renewed", settings.name(), e);
            }
            threads.pause(settings.leaseTtl().toNanos() / 3);
        }
    }

    /** Looked at beside the carrier, who may be waiting for the broker. */
    private void lag() {
        Result<Record> found = database.dsl()
                .fetch(
                        "SELECT pg_current_wal_lsn() - confirmed_flush_lsn FROM pg_replication_slots"
                                + " WHERE slot_name = {0}",
                        val(slot));
        if (!found.isEmpty()) {
            slotLag = Math.max(0, Objects.requireNonNull(found.get(0).get(0, Long.class)));
            if (slotLag > alarmBytes) {
                alarm.accept(slotLag);
            }
        }
    }

    private void carry() throws InterruptedException {
        int failed = 0;
        while (!threads.isClosed()) {
            Lease held = lease;
            if (held == null || !held.isValid(ticker)) {
                threads.pause(STANDBY_NANOS);
                continue;
            }
            Publisher owned = null;
            try {
                owned = publisher.forLane("wal");
                new Stream(held, owned).run();
                failed = 0;
            } catch (SQLException | RuntimeException e) {
                failed++;
                failures.incrementAndGet();
                lastFailure = String.valueOf(e);
                LOG.warn("{} tries again", settings.name(), e);
            } finally {
                if (owned != null && owned != publisher) {
                    owned.close();
                }
            }
            if (failed > 0) {
                threads.pause(settings.backoff().nanos(failed, 0, settings.random()));
            }
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "13");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(url, properties);
    }

    /** One connection's worth of reading, under one lease. */
    private final class Stream {
        private final Lease owned;
        private final PagePublisher pages;
        private final PgOutput decoder = new PgOutput();
        private final List<OutboxRow> rows = new ArrayList<>();
        private long bytes;
        private boolean within;
        private long committed;
        private Snapshot markedAt = Snapshot.FIRST;
        private long markLsn;
        private boolean unmarked = true;
        private long lookedAt = System.nanoTime() - settings.poll().toNanos();

        Stream(Lease owned, Publisher publisher) {
            this.owned = owned;
            pages = new PagePublisher(publisher, settings.publishTimeout());
        }

        private boolean mine() {
            Lease now = lease;
            return !threads.isClosed() && now != null && now.epoch() == owned.epoch() && now.isValid(ticker);
        }

        void run() throws SQLException, InterruptedException {
            terminate(database.dsl(), slot);
            try (Connection connection = connect();
                    PGReplicationStream stream = connection
                            .unwrap(PGConnection.class)
                            .getReplicationAPI()
                            .replicationStream()
                            .logical()
                            .withSlotName(slot)
                            .withSlotOption("proto_version", 1)
                            .withSlotOption("publication_names", PUBLICATION)
                            .withSlotOption("binary", true)
                            .withStatusInterval(1, TimeUnit.SECONDS)
                            .start()) {
                while (mine()) {
                    ByteBuffer message = stream.readPending();
                    if (message != null) {
                        take(decoder.read(message), stream);
                    } else {
                        send(stream);
                        if (!within) {
                            // All that came is done with, also what was others': the server may let go of it.
                            confirm(stream, stream.getLastReceiveLSN());
                        }
                        look(stream);
                        threads.pause(QUIET_NANOS);
                    }
                }
            }
        }

        private void take(PgOutput.Event event, PGReplicationStream stream) throws SQLException, InterruptedException {
            if (event instanceof PgOutput.Inserted inserted) {
                rows.add(inserted.row());
                bytes += inserted.bytes();
                if (rows.size() >= settings.pageRows() || bytes >= settings.pageBytes()) {
                    send(stream);
                    look(stream);
                }
            } else if (event instanceof PgOutput.Committed commit) {
                within = false;
                committed = commit.end();
            } else if (event instanceof PgOutput.Other other && other.begins()) {
                within = true;
            }
        }

        /** Publishes what has come, and confirms the transactions that are complete. */
        private void send(PGReplicationStream stream) throws SQLException, InterruptedException {
            boolean sent = !rows.isEmpty();
            if (sent) {
                PagePublisher.Result result = pages.publish(withBlocked());
                published.addAndGet(result.acked());
                refused.addAndGet(result.refusals().size());
                if (!result.held().isEmpty()) {
                    hold(result);
                }
                rows.clear();
                bytes = 0;
                unmarked = true;
            }
            if (sent && !store.isNewest(owned)) {
                throw new StaleEpochException(owned.epoch(), Long.MAX_VALUE);
            }
            if (committed > 0) {
                confirm(stream, LogSequenceNumber.valueOf(committed));
                committed = 0;
                // Not with the next status: what is confirmed late comes again after a crash.
                stream.forceUpdateStatus();
            }
        }

        private void confirm(PGReplicationStream stream, LogSequenceNumber end) {
            if (mine() && end.asLong() > stream.getLastFlushedLSN().asLong()) {
                stream.setFlushedLSN(end);
                stream.setAppliedLSN(end);
            }
        }

        private List<OutboxRow> withBlocked() {
            Result<Record> found = database.dsl().fetch("SELECT topic, key FROM outbox_blocked");
            if (found.isEmpty()) {
                return List.copyOf(rows);
            }
            Set<OrderKey> blocked = new HashSet<>();
            for (Record row : found) {
                blocked.add(new OrderKey(
                        Objects.requireNonNull(row.get(0, String.class)),
                        Bytes.of(Objects.requireNonNull(row.get(1, byte[].class)))));
            }
            return rows.stream()
                    .map(row -> blocked.contains(row.key())
                            ? new OutboxRow(row.id(), row.key(), row.createdMicros(), row.message(), true)
                            : row)
                    .toList();
        }

        private void hold(PagePublisher.Result result) {
            transactions.run(Isolation.READ_COMMITTED, tx -> {
                store.guard(tx, owned);
                store.hold(tx, result, settings);
            });
        }

        /** At each poll: what is to be tried again, and how far the table is sent. */
        private void look(PGReplicationStream stream) throws SQLException, InterruptedException {
            if (System.nanoTime() - lookedAt < settings.poll().toNanos() || !rows.isEmpty()) {
                return;
            }
            lookedAt = System.nanoTime();
            for (int lane : store.lanes()) {
                for (OrderKey key : store.due(lane)) {
                    List<OutboxRow> held = store.held(key, settings.pageRows(), settings.pageBytes());
                    PagePublisher.Result result = pages.publish(held);
                    published.addAndGet(result.acked());
                    refused.addAndGet(result.refusals().size());
                    store.markHeld(owned, key, held, result, settings);
                }
            }
            mark(stream);
            stream.forceUpdateStatus();
        }

        /**
         * What had ended at a moment is sent once the log is up to where it was then: so the table says the same as under other
         * relays, for those who measure its lag, rotate it, or take over from the log.
         */
        private void mark(PGReplicationStream stream) {
            if (markLsn == 0 && unmarked) {
                Record now = database.dsl()
                        .fetch("SELECT pg_current_snapshot()::text," + " pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
                        .get(0);
                markedAt = Snapshot.parse(Objects.requireNonNull(now.get(0, String.class)));
                markLsn = Objects.requireNonNull(now.get(1, Long.class));
                unmarked = false;
            }
            if (markLsn > 0 && stream.getLastFlushedLSN().asLong() >= markLsn) {
                Window window = new Window(markedAt, markedAt, 0);
                transactions.run(Isolation.READ_COMMITTED, tx -> {
                    store.guard(tx, owned);
                    PostgresRelayStore.setWindow(tx, "true", window);
                });
                markLsn = 0;
            }
        }
    }

    @Override
    public RelayStats stats() {
        Lease held = lease;
        boolean mine = held != null && held.isValid(ticker);
        return new RelayStats(
                published.get(), refused.get(), failures.get(), mine ? Set.of(0) : Set.of(), lastFailure, slotLag);
    }

    @Override
    public void close() {
        if (!threads.close()) {
            return;
        }
        threads.join();
        Lease held = lease;
        if (held != null) {
            try {
                leases.release(held);
            } catch (RuntimeException e) {
                // It expires by itself.
                LOG.warn("the lease of {} is not given back", settings.name(), e);
            }
        }
    }
}
