package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;

/**
 * {@link Idempotency} in PostgreSQL: the answer is kept in the transaction of the effect.
 *
 * <p><b>Guarantee.</b> As {@link Idempotency}, across processes. Effect and answer commit together or not at all: who is
 * killed before COMMIT has done nothing, and who is killed after it is answered from the table (PID-1).
 *
 * <p><b>Threads.</b> Safe for any number of threads; who waits holds a connection. <b>Cost.</b> Two statements in the effect's
 * transaction, one of which writes; one for an answer that is given again. <b>Not for</b> effects outside the
 * database: see {@link LeasedIdempotency}. <b>Source.</b> PostgreSQL manual, <i>Advisory Locks</i>: one of the transaction's
 * stands for the key, so that nothing need be written before the answer is known.
 */
public final class PostgresIdempotency implements Idempotency<DSLContext> {

    /** The table, for a migration of the database that it is used on; can be run again. */
    public static final String TABLE = AnswerTable.DDL;

    private final Transactions transactions;
    private final Isolation isolation;
    private final Duration patience;
    private final Duration kept;
    private final InstantSource clock;

    /**
     * Keys in the table {@link #TABLE}.
     *
     * @param isolation of the commands' transactions
     * @param patience how long to wait for a command that is being run, from 0 to a minute
     * @param kept how long answers are kept, from a second to 3650 days
     */
    public PostgresIdempotency(
            Transactions transactions, Isolation isolation, Duration patience, Duration kept, InstantSource clock) {
        Idempotency.check(patience, kept);
        this.transactions = Objects.requireNonNull(transactions, "transactions");
        this.isolation = Objects.requireNonNull(isolation, "isolation");
        this.patience = patience;
        this.kept = kept;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public <E extends Exception> Reply run(Request request, Command<? super DSLContext, E> command) throws E {
        while (true) {
            try {
                return transactions.<Reply, E>call(isolation, tx -> run(tx, request, command));
            } catch (Overtaken e) {
                // What the command did is undone; the answer of the one that was first is there.
            }
        }
    }

    private <E extends Exception> Reply run(DSLContext tx, Request request, Command<? super DSLContext, E> command)
            throws E {
        Instant now = clock.instant();
        Record row = AnswerTable.findAndTryToLock(tx, request, now);
        if (row.get("status") == null && !row.get("free", boolean.class)) {
            await(tx, request);
            row = AnswerTable.findAndTryToLock(tx, request, now);
        }
        if (row.get("status") != null) {
            return new Reply(AnswerTable.answer(row, request), true);
        }
        Answer answer = Objects.requireNonNull(command.in(tx), "answer");
        int written = tx.execute(
                """
                INSERT INTO idempotency_key AS held (scope, key, fingerprint, status, headers, body, expires)
                VALUES (?, ?, ?, ?, ?, ?, CAST(? AS timestamptz))
                ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
                    headers = excluded.headers, body = excluded.body, expires = excluded.expires
                WHERE held.expires <= CAST(? AS timestamptz)
                """,
                request.scope(),
                request.key(),
                request.fingerprint().toArray(),
                answer.status(),
                AnswerTable.flat(answer.headers()),
                answer.body().toArray(),
                at(now.plus(kept)),
                at(now));
        if (written == 0) {
            throw new Overtaken();
        }
        return new Reply(answer, false);
    }

    private void await(DSLContext tx, Request request) {
        if (patience.isZero()) {
            throw new InProgressException(request);
        }
        tx.execute("SET LOCAL lock_timeout = " + Math.max(1, patience.toMillis()));
        try {
            tx.execute("SELECT pg_advisory_xact_lock(?)", request.lock());
        } catch (DataAccessException e) {
            if ("55P03".equals(e.sqlState())) {
                throw new InProgressException(request);
            }
            throw e;
        }
        tx.execute("SET LOCAL lock_timeout TO DEFAULT");
    }

    /** Another one answered between the look, which is of a moment before, and the lock. Never leaves this class. */
    private static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Overtaken() {
            super("overtaken", null, false, false);
        }
    }

    @Override
    public long expire() {
        return AnswerTable.expire(transactions, clock.instant());
    }

    static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
