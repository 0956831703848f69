package dev.backendmastery.databases.lease;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.lease.StaleEpochException;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.tx.StoreTransactions;
import dev.backendmastery.databases.tx.Transactions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * A {@link LeaseStore} in a table of PostgreSQL, and the fence for what is written in the same database.
 *
 * <p><b>Guarantee.</b> As {@link LeaseStore}, by the server's clock alone; a lease is as durable as the database. A
 * transaction that has called {@link #guard} commits only if its epoch was the newest until its commit: a take-over waits for
 * it, or it is refused (PLS-1). Renewals do not wait for guarded transactions (PLS-2).
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a transaction of one statement. The connections' time-outs
 * bound the wait. <b>Cost.</b> One row for each name ever used; renewals leave dead rows for vacuum. <b>Not for</b>
 * thousands of renewals a second. <b>Source.</b> The fence uses that {@code FOR KEY SHARE} conflicts with changes of key
 * columns only (PostgreSQL manual, <i>Row-Level Locks</i>): the epoch is part of a key, the deadline is not.
 */
public final class PostgresLeaseStore implements LeaseStore {

    private static final Table<Record> LEASES = table(name("lease"));
    private static final Field<String> NAME = field(name("lease", "name"), String.class);
    private static final Field<Long> EPOCH = field(name("lease", "epoch"), Long.class);

    /**
     * The table, for a migration of the database that the store is used on; can be run again.
     */
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS lease (
                name text PRIMARY KEY,
                holder text NOT NULL,
                epoch bigint NOT NULL,
                expires timestamptz NOT NULL,
                UNIQUE (name, epoch)
            )
            """;

    private final StoreTransactions transactions;
    private final Ticker ticker;

    /**
     * A store in the table {@link #TABLE}.
     *
     * @param ticker the holders' clock
     */
    public PostgresLeaseStore(Transactions transactions, Ticker ticker) {
        this.transactions = new StoreTransactions(transactions, LeaseStoreException::new);
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    @Override
    public Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
        LeaseStore.check(name, holder, ttl);
        long before = ticker.nanos();
        // Not an upsert: that waits at one index only, and the loser of a race for a new name would break the other
        // one.
        return ask("acquire " + name, """
                WITH taken AS (
                    UPDATE lease SET holder = {1}, epoch = epoch + 1,
                        expires = clock_timestamp() + {2} * interval '1 microsecond'
                    WHERE name = {0} AND expires <= clock_timestamp()
                    RETURNING epoch
                ), made AS (
                    INSERT INTO lease (name, holder, epoch, expires)
                    SELECT {0}, {1}, 1, clock_timestamp() + {2} * interval '1 microsecond'
                    WHERE NOT EXISTS (SELECT FROM taken)
                    ON CONFLICT DO NOTHING
                    RETURNING epoch
                )
                SELECT epoch FROM taken UNION ALL SELECT epoch FROM made
                """, name, holder, ttl.toNanos() / 1_000)
                .map(epoch -> new Lease(name, holder, epoch, before + ttl.toNanos()));
    }

    @Override
    public Optional<Lease> renew(Lease lease, Duration ttl) {
        LeaseStore.check(ttl);
        long before = ticker.nanos();
        return ask("renew " + lease, """
                UPDATE lease SET expires = clock_timestamp() + {2} * interval '1 microsecond'
                WHERE name = {0} AND epoch = {1} AND expires > clock_timestamp()
                RETURNING epoch
                """, lease.name(), lease.epoch(), ttl.toNanos() / 1_000)
                .map(epoch -> new Lease(lease.name(), lease.holder(), epoch, before + ttl.toNanos()));
    }

    @Override
    public boolean release(Lease lease) {
        return ask("release " + lease, """
                        UPDATE lease SET expires = '-infinity'
                        WHERE name = {0} AND epoch = {1} AND expires > clock_timestamp()
                        RETURNING epoch
                        """, lease.name(), lease.epoch()).isPresent();
    }

    /**
     * Makes {@code tx} commit only under this lease: called before the writes that need it.
     *
     * @throws StaleEpochException if somebody else has had the lease since; {@code tx} should be rolled back
     */
    public static void guard(DSLContext tx, Lease lease) {
        boolean current = tx.selectOne()
                        .from(LEASES)
                        .where(NAME.eq(lease.name()), EPOCH.eq(lease.epoch()))
                        .forKeyShare()
                        .fetchOne()
                != null;
        if (!current) {
            Long newest =
                    tx.select(EPOCH).from(LEASES).where(NAME.eq(lease.name())).fetchOne(EPOCH);
            throw new StaleEpochException(lease.epoch(), newest == null ? Long.MAX_VALUE : newest);
        }
    }

    private Optional<Long> ask(String what, String sql, Object... arguments) {
        QueryPart[] parts = Stream.of(arguments).map(DSL::val).toArray(QueryPart[]::new);
        return transactions.call(what, tx -> tx.resultQuery(sql, parts).fetchOptional(0, Long.class));
    }
}
