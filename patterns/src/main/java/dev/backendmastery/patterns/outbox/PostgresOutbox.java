package dev.backendmastery.patterns.outbox;

import dev.backendmastery.databases.lease.PostgresLeaseStore;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * An {@link Outbox} in tables of PostgreSQL 13 or later.
 *
 * <p><b>Guarantee.</b> As {@link Outbox}, where {@code synchronous_commit} is on: a commit that the server may forget in a
 * crash may have left before.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> One insert, with two small indexes, in the caller's
 * transaction; nothing is locked that another writer needs, and nothing is notified. <b>Not for</b> payloads that belong into a
 * blob store: each is written to the table and to the log of the server.
 */
public final class PostgresOutbox implements Outbox {

    /** The tables, for a migration; can be run again. 4 lanes, and segments of a million rows. */
    public static final String TABLES = tables(4, 1_000_000);

    static final int SEGMENTS = 4;
    private static final int BUCKETS = 256;
    private static final int MAX_TOPIC = 249;

    /** An outbox in the tables that {@link #tables} describes. */
    public PostgresOutbox() {}

    /**
     * The tables, for a migration of the database that the transactions run on; can be run again, with the same numbers.
     *
     * <p>Rows lie in a ring of segments by id, so that old ones go by emptying a segment and new ones need no new
     * table. The sequence hands out ids one by one ({@code CACHE 1}): ids taken in stock by a session would put a later
     * message of a key before an earlier one.
     *
     * @param lanes into how many parts, by key, the work can be divided among relays: 1 to 64; to change it, let all
     *     messages leave, and make the tables anew
     * @param segmentRows how many ids share a segment, 1 to 10^12
     */
    public static String tables(int lanes, long segmentRows) {
        if (lanes < 1 || lanes > 64) {
            throw new IllegalArgumentException("lanes must be from 1 to 64, was " + lanes);
        }
        if (segmentRows < 1 || segmentRows > 1_000_000_000_000L) {
            throw new IllegalArgumentException("segmentRows must be from 1 to 10^12, was " + segmentRows);
        }
        StringBuilder segments = new StringBuilder();
        for (int i = 0; i < SEGMENTS; i++) {
            segments.append("CREATE TABLE IF NOT EXISTS outbox_")
                    .append(i)
                    .append(" PARTITION OF outbox FOR VALUES IN (")
                    .append(i)
                    .append(");\n");
        }
        return """
                CREATE SEQUENCE IF NOT EXISTS outbox_id CACHE 1;
                CREATE TABLE IF NOT EXISTS outbox (
                    id bigint NOT NULL DEFAULT nextval('outbox_id'),
                    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
                    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 255),
                    lane smallint NOT NULL GENERATED ALWAYS AS (bucket %% %1$d) STORED,
                    topic text NOT NULL,
                    key bytea NOT NULL,
                    created timestamptz NOT NULL DEFAULT clock_timestamp(),
                    message bytea NOT NULL
                ) PARTITION BY LIST ((id / %2$d %% %3$d));
                %4$sCREATE INDEX IF NOT EXISTS outbox_by_xid ON outbox (lane, xid);
                CREATE INDEX IF NOT EXISTS outbox_by_id ON outbox (lane, id);
                CREATE TABLE IF NOT EXISTS outbox_layout (
                    segment_rows bigint NOT NULL,
                    segments int NOT NULL,
                    one boolean PRIMARY KEY DEFAULT true CHECK (one)
                );
                INSERT INTO outbox_layout VALUES (%2$d, %3$d) ON CONFLICT DO NOTHING;
                CREATE TABLE IF NOT EXISTS outbox_lane (
                    lane smallint PRIMARY KEY,
                    since pg_snapshot NOT NULL DEFAULT '1:1:',
                    until pg_snapshot NOT NULL DEFAULT '1:1:',
                    last_id bigint NOT NULL DEFAULT 0
                );
                INSERT INTO outbox_lane SELECT generate_series(0, %1$d - 1) ON CONFLICT DO NOTHING;
                CREATE TABLE IF NOT EXISTS outbox_blocked (
                    topic text NOT NULL,
                    key bytea NOT NULL,
                    lane smallint NOT NULL,
                    parked boolean NOT NULL,
                    attempts int NOT NULL,
                    next_attempt timestamptz NOT NULL DEFAULT clock_timestamp(),
                    since timestamptz NOT NULL DEFAULT clock_timestamp(),
                    error text NOT NULL,
                    PRIMARY KEY (topic, key)
                );
                CREATE TABLE IF NOT EXISTS outbox_held (
                    place bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (CACHE 1),
                    id bigint NOT NULL UNIQUE,
                    topic text NOT NULL,
                    key bytea NOT NULL,
                    created timestamptz NOT NULL,
                    message bytea NOT NULL
                );
                CREATE INDEX IF NOT EXISTS outbox_held_by_key ON outbox_held (topic, key, place);
                CREATE TABLE IF NOT EXISTS outbox_relay (name text PRIMARY KEY, seen timestamptz NOT NULL);
                %5$s
                """.formatted(lanes, segmentRows, SEGMENTS, segments, PostgresLeaseStore.TABLE);
    }

    @Override
    public void append(DSLContext tx, String topic, Message message) {
        if (topic.isEmpty() || topic.length() > MAX_TOPIC) {
            throw new IllegalArgumentException(
                    "topic must have from 1 to " + MAX_TOPIC + " characters, had " + topic.length());
        }
        boolean alone = tx.connectionResult(connection -> connection.getAutoCommit());
        if (alone) {
            throw new IllegalStateException("append must be called in the transaction that the message tells of");
        }
        byte[] key = key(message);
        tx.execute(
                "INSERT INTO outbox (bucket, topic, key, message) VALUES ({0}, {1}, {2}, {3})",
                DSL.val(bucket(key)), DSL.val(topic), DSL.val(key), DSL.val(message.toBytes()));
    }

    /** By what it is kept in order: its key, or its id if it has none and so waits for no other. */
    static byte[] key(Message message) {
        Bytes key = message.key();
        if (key != null) {
            return key.toArray();
        }
        return ByteBuffer.allocate(16)
                .putLong(message.envelope().id().getMostSignificantBits())
                .putLong(message.envelope().id().getLeastSignificantBits())
                .array();
    }

    static short bucket(byte[] key) {
        int hash = Arrays.hashCode(key);
        hash = (hash ^ hash >>> 16) * 0x45d9f3b;
        return (short) ((hash ^ hash >>> 16) & BUCKETS - 1);
    }
}
