package dev.backendmastery.patterns.outbox;

import static org.jooq.impl.DSL.val;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Bytes;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;

/**
 * Looks after an outbox: how much waits, which keys are parked, and room for new rows.
 *
 * <p><b>Guarantee.</b> {@link #lag} counts what was committed and is not marked, by the server's clock (OB-14). A parked key keeps its messages, in order, over restarts;
 * {@link #replay} sends them in that order, before any later one of the key (OB-7). {@link #rotate} removes no row that is not marked as sent, nor one of a transaction under way
 * (OB-15).
 *
 * <p><b>Threads.</b> Safe for any number of threads and processes. <b>Cost.</b> {@link #lag} reads what waits. <b>Not for</b> many calls a second.
 */
public class OutboxAdmin {

    private final DSLContext dsl;
    private final Transactions transactions;

    /** Of the outbox in {@code database}. */
    public OutboxAdmin(Database database) {
        dsl = database.dsl();
        transactions = new PostgresTransactions(database);
    }

    /** What has not left yet. */
    public OutboxLag lag() {
        Record row = dsl.fetch("""
                SELECT waiting, held, retrying, parked,
                    (extract(epoch FROM clock_timestamp() - least(waits, holds)) * 1000)::bigint
                FROM (
                    SELECT count(*) AS waiting, min(created) AS waits FROM outbox_lane l JOIN outbox o
                        ON o.lane = l.lane AND o.xid >= pg_snapshot_xmin(l.since)
                        AND NOT pg_visible_in_snapshot(o.xid, l.since)
                        AND NOT (pg_visible_in_snapshot(o.xid, l.until) AND o.id <= l.last_id)
                ) w, (SELECT count(*) AS held, min(created) AS holds FROM outbox_held) h, (
                    SELECT count(*) FILTER (WHERE NOT parked) AS retrying, count(*) FILTER (WHERE parked) AS parked
                    FROM outbox_blocked
                ) b
                """).get(0);
        Long oldest = row.get(4, Long.class);
        return new OutboxLag(
                number(row, 0),
                Duration.ofMillis(oldest == null ? 0 : Math.max(0, oldest)),
                number(row, 1),
                number(row, 2),
                number(row, 3));
    }

    private static long number(Record row, int column) {
        return Objects.requireNonNull(row.get(column, Long.class));
    }

    /** The keys that are held back, the first 1,000 by time. */
    public List<ParkedKey> blocked() {
        return dsl.fetch("""
                        SELECT topic, key, parked,
                            (SELECT count(*) FROM outbox_held h WHERE h.topic = b.topic AND h.key = b.key),
                            attempts, since, error
                        FROM outbox_blocked b ORDER BY since LIMIT 1000
                        """).stream()
                .map(row -> new ParkedKey(
                        Objects.requireNonNull(row.get(0, String.class)),
                        Bytes.of(Objects.requireNonNull(row.get(1, byte[].class))),
                        Boolean.TRUE.equals(row.get(2, Boolean.class)),
                        number(row, 3),
                        (int) number(row, 4),
                        Objects.requireNonNull(row.get(5, OffsetDateTime.class)).toInstant(),
                        Objects.requireNonNull(row.get(6, String.class))))
                .toList();
    }

    /** Holds the messages of a key back from now on, but for those under way. @return false if it is parked already */
    public boolean park(String topic, Bytes key, String reason) {
        byte[] bytes = key.toArray();
        return dsl.execute("""
                        INSERT INTO outbox_blocked (topic, key, lane, parked, attempts, error)
                        SELECT {0}, {1}, {2} % (SELECT count(*) FROM outbox_lane), true, 0, {3}
                        ON CONFLICT (topic, key) DO UPDATE SET parked = true, error = excluded.error
                        WHERE NOT outbox_blocked.parked
                        """, val(topic), val(bytes), val((int) PostgresOutbox.bucket(bytes)), val(reason)) > 0;
    }

    /** Lets a relay send what is held back of a key, from the first message on. @return false if nothing is parked of it */
    public boolean replay(String topic, Bytes key) {
        return dsl.execute("""
                        UPDATE outbox_blocked SET parked = false, attempts = 0, next_attempt = clock_timestamp()
                        WHERE topic = {0} AND key = {1} AND parked
                        """, val(topic), val(key.toArray())) > 0;
    }

    /**
     * Empties the segments whose rows are all sent, but for the one that is written to: call it now and then, such as each
     * minute. It waits for nobody, and nobody waits for it longer than it takes to truncate a table.
     *
     * @return how many segments were emptied
     */
    public int rotate() {
        Record layout = dsl.fetch("SELECT segments, (SELECT last_value FROM outbox_id) / segment_rows % segments"
                        + " FROM outbox_layout")
                .get(0);
        int emptied = 0;
        for (int segment = 0; segment < number(layout, 0); segment++) {
            if (segment != number(layout, 1) && hasRows(segment) && empty(segment)) {
                emptied++;
            }
        }
        return emptied;
    }

    private boolean hasRows(int segment) {
        return Boolean.TRUE.equals(dsl.fetchValue("SELECT EXISTS (SELECT FROM outbox_" + segment + ")"));
    }

    private boolean empty(int segment) {
        try {
            return transactions.call(Isolation.READ_COMMITTED, tx -> {
                tx.execute("SET LOCAL lock_timeout = '20ms'");
                // Who has written to it and is not at its end holds a lock that this waits for; so the next statement
                // sees all.
                tx.execute("LOCK TABLE outbox_" + segment + " IN ACCESS EXCLUSIVE MODE");
                if (!isSent(tx, segment)) {
                    return false;
                }
                tx.execute("TRUNCATE outbox_" + segment);
                return true;
            });
        } catch (DataAccessException e) {
            if ("55P03".equals(e.sqlState())) {
                return false;
            }
            throw e;
        }
    }

    /** Whether all rows of a segment are marked as sent. */
    boolean isSent(DSLContext tx, int segment) {
        return Boolean.TRUE.equals(
                tx.fetchValue("SELECT NOT EXISTS (SELECT FROM outbox_" + segment + " o JOIN outbox_lane l USING (lane)"
                        + " WHERE NOT (pg_visible_in_snapshot(o.xid, l.since)"
                        + " OR pg_visible_in_snapshot(o.xid, l.until) AND o.id <= l.last_id))"));
    }
}
