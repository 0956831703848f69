package dev.backendmastery.patterns.inbox;

import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.DSLContext;

/**
 * An {@link Inbox} in PostgreSQL: the message is remembered in the transaction of its effect.
 *
 * <p><b>Guarantee.</b> As {@link Inbox}, across processes. The memory of the message, its effect and what the effect sends
 * through an outbox commit together or not at all, whoever is killed (PI-1), also if the answer to COMMIT is lost (PI-2)
 * or the session is ended by the server (PI-3). Who brings a message that another one is at work on waits at the
 * unique index, within the database's lock timeout.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> One statement more in the effect's transaction; a row of
 * some 90 bytes with its index entry, in a partition for each day. Days are forgotten by dropping their partition, which leaves nothing to
 * vacuum but waits for the transactions that are open on the table, and others behind it, for at most a second.
 * <b>Not for</b> effects that may not run twice for other reasons: a transaction that loses to another one is run again.
 * <b>Source.</b> PostgreSQL manual, <i>INSERT</i>, on conflicts under concurrency, and <i>Table Partitioning</i>.
 */
public final class PostgresInbox implements Inbox<DSLContext> {

    /** The table, for a migration of the database that the inbox is used on; can be run again. */
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS inbox (
                consumer text NOT NULL,
                id uuid NOT NULL,
                day integer NOT NULL,
                PRIMARY KEY (consumer, id, day)
            ) PARTITION BY RANGE (day)
            """;

    private static final String PARTITION = "inbox_day_";

    private final Transactions transactions;
    private final Isolation isolation;
    private final Duration horizon;
    private final InstantSource clock;
    private final Set<Day> prepared = ConcurrentHashMap.newKeySet();

    /**
     * An inbox in the table {@link #TABLE}.
     *
     * @param isolation of the effects' transactions
     * @param horizon how old a message may be, from 1 hour to 3650 days
     */
    public PostgresInbox(Transactions transactions, Isolation isolation, Duration horizon, InstantSource clock) {
        this.transactions = Objects.requireNonNull(transactions, "transactions");
        this.isolation = Objects.requireNonNull(isolation, "isolation");
        Inbox.checkHorizon(horizon);
        this.horizon = horizon;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public <E extends Exception> boolean receive(String group, Envelope message, Effect<? super DSLContext, E> effect)
            throws E {
        Inbox.checkGroup(group);
        Instant now = clock.instant();
        Inbox.checkTime(message, now, horizon);
        Day day = Day.of(message.time());
        if (!prepared.contains(day)) {
            prepare(day, now);
        }
        return transactions.<Boolean, E>call(isolation, tx -> {
            boolean first = tx.execute(
                            "INSERT INTO inbox (consumer, id, day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                            group,
                            message.id(),
                            day.number())
                    > 0;
            if (first) {
                effect.in(tx);
            }
            return first;
        });
    }

    /** Attached, not made in place: that would wait for all who are writing. */
    private void prepare(Day day, Instant now) {
        transactions.run(Isolation.READ_COMMITTED, tx -> {
            lock(tx);
            String partition = PARTITION + day.number();
            if (!days(tx).contains(day)) {
                tx.execute("CREATE TABLE {0} (LIKE inbox INCLUDING ALL)", name(partition));
                tx.execute(
                        "ALTER TABLE inbox ATTACH PARTITION {0} FOR VALUES FROM ({1}) TO ({2})",
                        name(partition), inline(day.number()), inline(day.number() + 1));
            }
        });
        Day first = Day.firstKept(now, horizon);
        prepared.removeIf(other -> other.number() < first.number());
        prepared.add(day);
    }

    /**
     * {@inheritDoc}
     *
     * @throws org.jooq.exception.DataAccessException if open transactions were in the way for a second; those days stay
     */
    @Override
    public int forget() {
        Day first = Day.firstKept(clock.instant(), horizon);
        List<Day> old = transactions.read(Isolation.READ_COMMITTED, PostgresInbox::days).stream()
                .filter(day -> day.number() < first.number())
                .toList();
        for (Day day : old) {
            transactions.run(Isolation.READ_COMMITTED, tx -> {
                tx.execute("SET LOCAL lock_timeout = '1s'");
                lock(tx);
                tx.execute("DROP TABLE IF EXISTS {0}", name(PARTITION + day.number()));
            });
        }
        return old.size();
    }

    /** One at a time changes the partitions. */
    private static void lock(DSLContext tx) {
        tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('inbox', 'inbox'::regclass::oid::bigint))");
    }

    private static List<Day> days(DSLContext tx) {
        return tx
                .fetch("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                        + " WHERE i.inhparent = 'inbox'::regclass")
                .getValues(0, String.class)
                .stream()
                .map(partition -> new Day(Integer.parseInt(partition.substring(PARTITION.length()))))
                .toList();
    }
}
