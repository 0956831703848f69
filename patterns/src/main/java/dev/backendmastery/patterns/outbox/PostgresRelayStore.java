package dev.backendmastery.patterns.outbox;

import static org.jooq.impl.DSL.val;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.StaleEpochException;
import dev.backendmastery.databases.lease.PostgresLeaseStore;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Bytes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;

/** The tables of {@link PostgresOutbox}. Times are the server's. */
class PostgresRelayStore implements RelayStore {

    private static final String COLUMNS = "id, topic, key, (extract(epoch FROM created) * 1000000)::bigint, message";

    private static final String SET_WINDOW = "UPDATE outbox_lane SET since = {0}::text::pg_snapshot,"
            + " until = {1}::text::pg_snapshot, last_id = {2} WHERE ";

    private final DSLContext dsl;
    private final Transactions transactions;

    /** @param dsl each statement on its own */
    PostgresRelayStore(DSLContext dsl, Transactions transactions) {
        this.dsl = dsl;
        this.transactions = transactions;
    }

    @Override
    public List<Integer> lanes() {
        return dsl.fetchValues("SELECT lane::int FROM outbox_lane ORDER BY lane").stream()
                .map(Integer.class::cast)
                .toList();
    }

    @Override
    public Window window(int lane) {
        Record row =
                one(dsl.fetch("SELECT since::text, until::text, last_id FROM outbox_lane WHERE lane = {0}", val(lane)));
        return new Window(snapshot(row, 0), snapshot(row, 1), number(row, 2));
    }

    @Override
    public Look look(Collection<Integer> lanes) {
        Result<Record> rows = dsl.fetch("""
                SELECT pg_current_snapshot()::text, lane::int, (extract(epoch FROM wait) * 1000)::bigint
                FROM (SELECT) one LEFT JOIN (
                    SELECT lane, min(next_attempt) - clock_timestamp() AS wait
                    FROM outbox_blocked WHERE NOT parked GROUP BY lane
                ) due ON true
                """);
        Map<Integer, Duration> due = new HashMap<>();
        for (Record row : rows) {
            Integer lane = row.get(1, Integer.class);
            if (lane != null && lanes.contains(lane)) {
                due.put(lane, Duration.ofMillis(Math.max(0, number(row, 2))));
            }
        }
        return new Look(snapshot(one(rows), 0), due);
    }

    @Override
    public Page read(int lane, Window window, int maxRows, int maxBytes) {
        // What ran at its begin, and what has begun since, as far as it had ended at its end.
        String within = "((xid >= {1}::text::xid8 AND xid < {2}::text::xid8) OR xid = ANY ({3}::text::xid8[]))"
                + " AND pg_visible_in_snapshot(xid, {4}::text::pg_snapshot)";
        // A window is begun by transaction id, which sorts all of it once, and gone on with by id, without the other
        // index:
        // IS TRUE hides the condition from it. Else each page of a long backlog would sort what is left of it.
        String range = window.lastId() == 0 ? within : "id > {5} AND (" + within + ") IS TRUE";
        Result<Record> rows = dsl.fetch(
                "SELECT id, topic, key, micros, message, blocked FROM ("
                        + "SELECT id, o.topic, o.key, (extract(epoch FROM created) * 1000000)::bigint AS micros, message,"
                        + " b.key IS NOT NULL AS blocked,"
                        + " sum(octet_length(message)) OVER w - octet_length(message) AS before"
                        + " FROM (SELECT * FROM outbox WHERE lane = {0} AND " + range + " ORDER BY id LIMIT {6}) o"
                        + " LEFT JOIN outbox_blocked b ON b.topic = o.topic AND b.key = o.key"
                        + " WINDOW w AS (ORDER BY id)"
                        + ") page WHERE before < {7} ORDER BY id",
                val(lane),
                val(window.since().xmax()),
                val(window.until().xmax()),
                val(window.since().runningArray()),
                val(window.until().toString()),
                val(window.lastId()),
                val(maxRows + 1),
                val(maxBytes));
        boolean complete = rows.size() <= maxRows && !cut(rows, maxBytes);
        List<OutboxRow> page = rows.stream()
                .limit(maxRows)
                .map(row -> row(row, Boolean.TRUE.equals(row.get(5, Boolean.class))))
                .toList();
        return new Page(page, complete);
    }

    /** Whether the limit of bytes may have cut rows off. */
    private static boolean cut(Result<Record> rows, int maxBytes) {
        long bytes = 0;
        for (Record row : rows) {
            bytes += Objects.requireNonNull(row.get(4, byte[].class)).length;
        }
        return bytes >= maxBytes;
    }

    private static OutboxRow row(Record row, boolean blocked) {
        return OutboxRow.of(
                number(row, 0),
                Objects.requireNonNull(row.get(1, String.class)),
                Objects.requireNonNull(row.get(2, byte[].class)),
                number(row, 3),
                Objects.requireNonNull(row.get(4, byte[].class)),
                blocked);
    }

    @Override
    public List<OrderKey> due(int lane) {
        return dsl
                .fetch(
                        "SELECT topic, key FROM outbox_blocked WHERE lane = {0} AND NOT parked"
                                + " AND next_attempt <= clock_timestamp() ORDER BY next_attempt LIMIT 100",
                        val(lane))
                .stream()
                .map(row -> new OrderKey(
                        Objects.requireNonNull(row.get(0, String.class)),
                        Bytes.of(Objects.requireNonNull(row.get(1, byte[].class)))))
                .toList();
    }

    @Override
    public List<OutboxRow> held(OrderKey key, int maxRows, int maxBytes) {
        return dsl
                .fetch(
                        "SELECT * FROM (SELECT " + COLUMNS + ", place,"
                                + " sum(octet_length(message)) OVER (ORDER BY place) - octet_length(message) AS before"
                                + " FROM outbox_held WHERE topic = {0} AND key = {1} ORDER BY place LIMIT {2}"
                                + ") page WHERE before < {3} ORDER BY place",
                        val(key.topic()),
                        val(key.key().toArray()),
                        val(maxRows),
                        val(maxBytes))
                .stream()
                .map(row -> row(row, false))
                .toList();
    }

    @Override
    public void mark(Lease lease, int lane, Window window, PagePublisher.Result result, RelaySettings settings) {
        if (result.refusals().isEmpty() && result.held().isEmpty()) {
            markSent(lease, lane, window);
            return;
        }
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            guard(tx, lease);
            hold(tx, result, settings);
            setWindow(tx, "lane = " + lane, window);
        });
    }

    /**
     * In one statement, whose commit does not wait for the disk: a mark that a crash of the server undoes costs a repeat, as a crash
     * of the relay before the mark does. Nor is it asked what came of it if its answer is lost: the relay reads its mark again.
     */
    void markSent(Lease lease, int lane, Window window) {
        int marked = dsl.execute(
                "WITH own AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) FROM lease"
                        + " WHERE name = {3} AND epoch = {4} FOR KEY SHARE) "
                        + SET_WINDOW + "lane = {5} AND EXISTS (SELECT FROM own)",
                val(window.since().toString()),
                val(window.until().toString()),
                val(window.lastId()),
                val(lease.name()),
                val(lease.epoch()),
                val(lane));
        if (marked == 0) {
            throw new StaleEpochException(lease.epoch(), Long.MAX_VALUE);
        }
    }

    /** Marks lanes as sent up to {@code window}. */
    static void setWindow(DSLContext tx, String lanes, Window window) {
        tx.execute(
                SET_WINDOW + lanes,
                val(window.since().toString()),
                val(window.until().toString()),
                val(window.lastId()));
    }

    /** Whether nobody has had the lease since, a moment ago. */
    boolean isNewest(Lease lease) {
        return !dsl.fetch("SELECT FROM lease WHERE name = {0} AND epoch = {1}", val(lease.name()), val(lease.epoch()))
                .isEmpty();
    }

    /** That none but the newest owner marks. */
    void guard(DSLContext tx, Lease lease) {
        PostgresLeaseStore.guard(tx, lease);
    }

    /** Keeps what was not published, and blocks the keys that were refused. */
    void hold(DSLContext tx, PagePublisher.Result result, RelaySettings settings) {
        result.refusals()
                .forEach((key, error) -> tx.execute(
                        """
                INSERT INTO outbox_blocked (topic, key, lane, parked, attempts, next_attempt, error)
                SELECT {0}, {1}, {2} % (SELECT count(*) FROM outbox_lane), {3}, 1,
                    clock_timestamp() + {4} * interval '1 microsecond', {5}
                ON CONFLICT (topic, key) DO UPDATE SET error = excluded.error
                """,
                        val(key.topic()),
                        val(key.key().toArray()),
                        val((int) PostgresOutbox.bucket(key.key().toArray())),
                        val(settings.attempts() == 1),
                        val(wait(settings, 1)),
                        val(error)));
        for (OutboxRow row : result.held()) {
            tx.execute(
                    """
                    INSERT INTO outbox_held (id, topic, key, created, message)
                    VALUES ({0}, {1}, {2}, to_timestamp({3} / 1000000.0), {4})
                    ON CONFLICT (id) DO NOTHING
                    """,
                    val(row.id()),
                    val(row.key().topic()),
                    val(row.key().key().toArray()),
                    val(row.createdMicros()),
                    val(row.message().toBytes()));
        }
    }

    private static long wait(RelaySettings settings, int failed) {
        return settings.backoff().nanos(failed, 0, settings.random()) / 1_000;
    }

    @Override
    public void markHeld(
            Lease lease, OrderKey key, List<OutboxRow> tried, PagePublisher.Result result, RelaySettings settings) {
        byte[] bytes = key.key().toArray();
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            guard(tx, lease);
            for (OutboxRow row : tried) {
                if (!result.held().contains(row)) {
                    tx.execute("DELETE FROM outbox_held WHERE id = {0}", val(row.id()));
                }
            }
            String error = result.refusals().get(key);
            if (error == null) {
                tx.execute(
                        "DELETE FROM outbox_blocked WHERE topic = {0} AND key = {1} AND NOT parked"
                                + " AND NOT EXISTS (SELECT FROM outbox_held WHERE topic = {0} AND key = {1})",
                        val(key.topic()), val(bytes));
            } else {
                Integer attempts = tx.fetchValue(
                                        "SELECT attempts FROM outbox_blocked WHERE topic = {0} AND key = {1} FOR UPDATE",
                                        val(key.topic()), val(bytes))
                                instanceof Integer before
                        ? before
                        : Integer.valueOf(0);
                // What went through was another message's trouble: this one has its own attempts.
                int failed = result.acked() > 0 ? 1 : attempts + 1;
                tx.execute(
                        """
                        UPDATE outbox_blocked SET attempts = {2}, parked = parked OR {3}, error = {4},
                            next_attempt = clock_timestamp() + {5} * interval '1 microsecond'
                        WHERE topic = {0} AND key = {1}
                        """,
                        val(key.topic()),
                        val(bytes),
                        val(failed),
                        val(failed >= settings.attempts()),
                        val(error),
                        val(wait(settings, failed)));
            }
        });
    }

    @Override
    public List<String> present(String name, Duration within) {
        return transactions.call(Isolation.READ_COMMITTED, tx -> {
            tx.execute(
                    "INSERT INTO outbox_relay VALUES ({0}, clock_timestamp())"
                            + " ON CONFLICT (name) DO UPDATE SET seen = clock_timestamp()",
                    val(name));
            tx.execute(
                    "DELETE FROM outbox_relay WHERE seen < clock_timestamp() - {0} * interval '1 millisecond'",
                    val(10 * within.toMillis()));
            return tx
                    .fetchValues(
                            "SELECT name FROM outbox_relay WHERE seen > clock_timestamp() - {0} * interval '1"
                                    + " millisecond' ORDER BY name",
                            val(within.toMillis()))
                    .stream()
                    .map(String.class::cast)
                    .toList();
        });
    }

    @Override
    public void absent(String name) {
        dsl.execute("DELETE FROM outbox_relay WHERE name = {0}", val(name));
    }

    private static Record one(Result<Record> rows) {
        if (rows.isEmpty()) {
            throw new IllegalStateException("the outbox's tables are not those of PostgresOutbox.tables");
        }
        return rows.get(0);
    }

    private static Snapshot snapshot(Record row, int column) {
        return Snapshot.parse(Objects.requireNonNull(row.get(column, String.class)));
    }

    private static long number(Record row, int column) {
        return Objects.requireNonNull(row.get(column, Long.class));
    }
}
