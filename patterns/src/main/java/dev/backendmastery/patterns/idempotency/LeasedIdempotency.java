package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * {@link Idempotency} for effects outside the database, such as a payment: claims and answers are in PostgreSQL, the command
 * runs outside of any transaction.
 *
 * <p><b>Guarantee.</b> As {@link Idempotency}, across processes, as far as that can be had: an attempt that was not heard of for the
 * length of its lease is succeeded by one that knows that it is not the first and bears the same {@link Attempt#id}
 * (LID-1). One answer is kept, that of the attempt that still had the lease; an attempt that was
 * succeeded gives the answer that was kept and keeps none of its own (LID-2). So the effect is one if who is asked takes the id for a key.
 * A command that throws keeps its key and its content: other content is still refused, since the effect may be there.
 *
 * <p><b>Threads.</b> Safe for any number of threads; no connection is held while the command runs or somebody waits for it.
 * <b>Cost.</b> A look and two transactions for a command, a look for an answer given again; who waits asks every 50 ms. <b>Not for</b>
 * effects in the same database: {@link PostgresIdempotency} leaves no gap. <b>Source.</b> Gray and Cheriton, <i>Leases</i>, 1989;
 * Stripe's and AWS's advice on recovery with keys handed on.
 */
public final class LeasedIdempotency implements Idempotency<Attempt> {

    /** The table, for a migration of the database that it is used on; can be run again. */
    public static final String TABLE = AnswerTable.DDL;

    private static final Duration POLL = Duration.ofMillis(50);

    private final Transactions transactions;
    private final Duration lease;
    private final Duration patience;
    private final Duration kept;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Sleeper sleeper;

    /**
     * Keys in the table {@link #TABLE}.
     *
     * @param lease longer than a command takes, from 10 ms to {@code kept}: a crashed one is succeeded after it
     * @param patience how long to wait for a command that is being run, from 0 to a minute
     * @param kept how long answers, and claims, are kept, from a second to 3650 days
     */
    public LeasedIdempotency(
            Transactions transactions,
            Duration lease,
            Duration patience,
            Duration kept,
            InstantSource clock,
            Ticker ticker,
            Sleeper sleeper) {
        Idempotency.check(patience, kept);
        if (lease.toMillis() < 10 || lease.compareTo(kept) > 0) {
            throw new IllegalArgumentException("lease must be from 10 ms to kept, " + kept + ", was " + lease);
        }
        this.transactions = Objects.requireNonNull(transactions, "transactions");
        this.lease = lease;
        this.patience = patience;
        this.kept = kept;
        this.clock = Objects.requireNonNull(clock, "clock");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.sleeper = Objects.requireNonNull(sleeper, "sleeper");
    }

    /** What a claim came to: an attempt, an answer, or neither. */
    private record Claim(
            @Nullable Attempt attempt, @Nullable Answer answer) {
        static final Claim TAKEN = new Claim(null, null);
    }

    @Override
    public <E extends Exception> Reply run(Request request, Command<? super Attempt, E> command) throws E {
        long start = ticker.nanos();
        while (true) {
            Optional<Reply> earlier = answered(request);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            Claim claim = transactions.call(Isolation.READ_COMMITTED, tx -> claim(tx, request));
            if (claim.answer() != null) {
                return new Reply(claim.answer(), true);
            }
            if (claim.attempt() != null) {
                return run(request, claim.attempt(), command);
            }
            pauseOrGiveUp(request, start);
        }
    }

    private Claim claim(DSLContext tx, Request request) {
        Instant now = clock.instant();
        // Also updates a row whose time is over, or locks it: whoever comes at the same time waits here.
        tx.execute(
                """
                INSERT INTO idempotency_key AS held (scope, key, fingerprint, id, attempt, leased, expires)
                VALUES (?, ?, ?, ?, 0, '-infinity', CAST(? AS timestamptz))
                ON CONFLICT (scope, key) DO UPDATE
                SET fingerprint = excluded.fingerprint, id = excluded.id, attempt = 0, leased = '-infinity', status = NULL,
                    headers = NULL, body = NULL, expires = excluded.expires
                WHERE held.expires <= CAST(? AS timestamptz)
                """,
                request.scope(),
                request.key(),
                request.fingerprint().toArray(),
                UUID.randomUUID(),
                PostgresIdempotency.at(now.plus(kept)),
                PostgresIdempotency.at(now));
        Record row = Objects.requireNonNull(AnswerTable.find(tx, request, now), "the row that was just written");
        if (row.get("status") != null) {
            return new Claim(null, AnswerTable.answer(row, request));
        }
        AnswerTable.check(row, request);
        int claimed = tx.execute(
                """
                UPDATE idempotency_key
                SET attempt = attempt + 1, leased = clock_timestamp() + ? * interval '1 millisecond',
                    expires = CAST(? AS timestamptz)
                WHERE scope = ? AND key = ? AND attempt = ? AND status IS NULL AND leased <= clock_timestamp()
                """,
                lease.toMillis(),
                PostgresIdempotency.at(now.plus(kept)),
                request.scope(),
                request.key(),
                row.get("attempt", int.class));
        return claimed == 0
                ? Claim.TAKEN
                : new Claim(new Attempt(row.get("id", UUID.class), row.get("attempt", int.class) + 1), null);
    }

    private <E extends Exception> Reply run(Request request, Attempt attempt, Command<? super Attempt, E> command)
            throws E {
        Answer answer;
        try {
            answer = Objects.requireNonNull(command.in(attempt), "answer");
        } catch (Exception | Error failure) {
            try {
                release(request, attempt);
            } catch (RuntimeException unreleased) {
                failure.addSuppressed(unreleased); // the lease ends by itself
            }
            throw failure;
        }
        boolean kept = transactions.<Integer, RuntimeException>call(
                        Isolation.READ_COMMITTED,
                        tx -> tx.execute(
                                """
                                UPDATE idempotency_key SET status = ?, headers = ?, body = ?, expires = CAST(? AS timestamptz)
                                WHERE scope = ? AND key = ? AND id = ? AND attempt = ? AND status IS NULL
                                """,
                                answer.status(),
                                AnswerTable.flat(answer.headers()),
                                answer.body().toArray(),
                                PostgresIdempotency.at(clock.instant().plus(this.kept)),
                                request.scope(),
                                request.key(),
                                attempt.id(),
                                attempt.number()))
                > 0;
        return kept ? new Reply(answer, false) : succeeded(request);
    }

    /** The answer of the attempt that came after one that took too long. */
    private Reply succeeded(Request request) {
        long start = ticker.nanos();
        while (true) {
            Optional<Reply> answer = answered(request);
            if (answer.isPresent()) {
                return answer.get();
            }
            pauseOrGiveUp(request, start);
        }
    }

    private Optional<Reply> answered(Request request) {
        return transactions.read(
                Isolation.READ_COMMITTED, tx -> Optional.ofNullable(AnswerTable.find(tx, request, clock.instant()))
                        .filter(row -> row.get("status") != null)
                        .map(row -> new Reply(AnswerTable.answer(row, request), true)));
    }

    private void release(Request request, Attempt attempt) {
        transactions.run(
                Isolation.READ_COMMITTED,
                tx -> tx.execute(
                        "UPDATE idempotency_key SET leased = '-infinity'"
                                + " WHERE scope = ? AND key = ? AND id = ? AND attempt = ? AND status IS NULL",
                        request.scope(),
                        request.key(),
                        attempt.id(),
                        attempt.number()));
    }

    private void pauseOrGiveUp(Request request, long start) {
        long left = patience.toNanos() - (ticker.nanos() - start);
        if (left <= 0) {
            throw new InProgressException(request);
        }
        try {
            sleeper.sleep(Duration.ofNanos(Math.min(left, POLL.toNanos())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InProgressException(request);
        }
    }

    @Override
    public long expire() {
        return AnswerTable.expire(transactions, clock.instant());
    }
}
