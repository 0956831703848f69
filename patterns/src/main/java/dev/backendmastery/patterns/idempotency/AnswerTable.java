package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Bytes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** The rows in which answers are kept; a row without a status is a command that is being run, or was. */
final class AnswerTable {

    static final String DDL = """
            CREATE TABLE IF NOT EXISTS idempotency_key (
                scope text NOT NULL,
                key text NOT NULL,
                fingerprint bytea NOT NULL,
                id uuid,
                attempt integer,
                leased timestamptz,
                status integer,
                headers text[],
                body bytea,
                expires timestamptz NOT NULL,
                PRIMARY KEY (scope, key)
            );
            CREATE INDEX IF NOT EXISTS idempotency_key_expires ON idempotency_key (expires)
            """;

    private static final int BATCH = 1_000;

    private AnswerTable() {}

    /** The row of this request unless its time is over. */
    static @Nullable Record find(DSLContext tx, Request request, Instant now) {
        return tx.fetchOne(
                "SELECT fingerprint, id, attempt, status, headers, body FROM idempotency_key"
                        + " WHERE scope = ? AND key = ? AND expires > CAST(? AS timestamptz)",
                request.scope(),
                request.key(),
                now.atOffset(ZoneOffset.UTC));
    }

    /**
     * A row always: that of this request, or nulls; with {@code free}, whether the request's lock is this transaction's now. The
     * look is of the moment before.
     */
    static Record findAndTryToLock(DSLContext tx, Request request, Instant now) {
        return tx.fetchSingle(
                "SELECT lock.free, k.fingerprint, k.status, k.headers, k.body"
                        + " FROM (SELECT pg_try_advisory_xact_lock(?) AS free) AS lock"
                        + " LEFT JOIN idempotency_key k ON k.scope = ? AND k.key = ? AND k.expires > CAST(? AS timestamptz)",
                request.lock(),
                request.scope(),
                request.key(),
                now.atOffset(ZoneOffset.UTC));
    }

    /** Refuses a request that is another than the row's. */
    static void check(Record row, Request request) {
        if (!Bytes.of(row.get("fingerprint", byte[].class)).equals(request.fingerprint())) {
            throw new KeyReusedException(request);
        }
    }

    /** The answer in the row of this request. */
    static Answer answer(Record row, Request request) {
        check(row, request);
        String[] flat = row.get("headers", String[].class);
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < flat.length; i += 2) {
            headers.put(flat[i], flat[i + 1]);
        }
        return new Answer(row.get("status", int.class), headers, Bytes.of(row.get("body", byte[].class)));
    }

    /** Names and values in turn. */
    static String[] flat(Map<String, String> headers) {
        List<String> flat = new ArrayList<>(2 * headers.size());
        headers.forEach((name, value) -> {
            flat.add(name);
            flat.add(value);
        });
        return flat.toArray(new String[0]);
    }

    /** In small transactions, so that nobody waits for long and none is in the way of vacuum. */
    static long expire(Transactions transactions, Instant now) {
        long all = 0;
        int removed;
        do {
            removed = transactions.<Integer, RuntimeException>call(
                    Isolation.READ_COMMITTED, tx -> tx.execute("""
                            DELETE FROM idempotency_key WHERE (scope, key) IN (
                                SELECT scope, key FROM idempotency_key WHERE expires <= CAST(? AS timestamptz)
                                ORDER BY expires LIMIT ? FOR UPDATE SKIP LOCKED)
                            """, now.atOffset(ZoneOffset.UTC), BATCH));
            all += removed;
        } while (removed == BATCH);
        return all;
    }
}
