package dev.backendmastery.security.session;

import dev.backendmastery.databases.tx.StoreTransactions;
import dev.backendmastery.databases.tx.Transactions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * {@link SessionStore} in a table of PostgreSQL.
 *
 * <p><b>Guarantee.</b> As {@link SessionStore}, across processes, and as durable as the database. Times are kept to the microsecond.
 *
 * <p><b>Threads.</b> Safe for any number; blocks for a transaction of one statement. The connections' time-outs bound the wait. <b>Cost.</b> A row for each
 * session, until {@link #forget}; each change is an update of one row by its primary key. <b>Not for</b> a look at the table at each request of a service that has
 * many: let those be answered by short-lived tokens.
 */
public final class PostgresSessionStore implements SessionStore {

    /** The table, for a migration of the database that it is used on; can be run again. */
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS session (
                id uuid PRIMARY KEY,
                subject text NOT NULL,
                device text NOT NULL,
                scopes text[] NOT NULL,
                created_at timestamptz NOT NULL,
                refreshed_at timestamptz NOT NULL,
                generation int NOT NULL,
                current text NOT NULL,
                previous text,
                salt text,
                seal text NOT NULL,
                idle_until timestamptz NOT NULL,
                until timestamptz NOT NULL,
                cause text,
                ended_at timestamptz,
                CHECK ((cause IS NULL) = (ended_at IS NULL))
            );
            CREATE INDEX IF NOT EXISTS session_by_subject ON session (subject) WHERE cause IS NULL;
            CREATE INDEX IF NOT EXISTS session_by_until ON session (until);
            """;

    private final StoreTransactions transactions;

    /** Sessions in the table {@link #TABLE}. */
    public PostgresSessionStore(Transactions transactions) {
        this.transactions = new StoreTransactions(transactions, SessionStoreException::new);
    }

    @Override
    public void add(StoredSession session) {
        int added = transactions.call(
                "add a session",
                tx -> tx.execute(
                        """
                INSERT INTO session (id, subject, device, scopes, created_at, refreshed_at, generation, current, previous,
                    salt, seal, idle_until, until, cause, ended_at)
                VALUES (?, ?, ?, ?, CAST(? AS timestamptz), CAST(? AS timestamptz), ?, ?, ?, ?, ?,
                    CAST(? AS timestamptz), CAST(? AS timestamptz), ?, CAST(? AS timestamptz))
                ON CONFLICT DO NOTHING
                """,
                        session.id(),
                        session.subject(),
                        session.device(),
                        session.scopes().toArray(String[]::new),
                        at(session.createdAt()),
                        at(session.refreshedAt()),
                        session.generation(),
                        session.current(),
                        session.previous(),
                        session.salt(),
                        session.seal(),
                        at(session.idleUntil()),
                        at(session.until()),
                        session.end() == null ? null : session.end().cause().name(),
                        session.end() == null ? null : at(session.end().at())));
        if (added == 0) {
            throw new IllegalStateException("session " + session.id() + " is there already");
        }
    }

    @Override
    public Optional<StoredSession> find(UUID id) {
        return transactions.read("find a session", tx -> tx.fetchOptional("SELECT * FROM session WHERE id = ?", id)
                .map(PostgresSessionStore::session));
    }

    @Override
    public boolean advance(StoredSession next) {
        return transactions.call(
                        "advance a session",
                        tx -> tx.execute(
                                """
                        UPDATE session SET scopes = ?, refreshed_at = CAST(? AS timestamptz), generation = ?, current = ?,
                            previous = ?, salt = ?, idle_until = CAST(? AS timestamptz)
                        WHERE id = ? AND generation = ? AND cause IS NULL
                        """,
                                next.scopes().toArray(String[]::new),
                                at(next.refreshedAt()),
                                next.generation(),
                                next.current(),
                                next.previous(),
                                next.salt(),
                                at(next.idleUntil()),
                                next.id(),
                                next.generation() - 1))
                == 1;
    }

    @Override
    public boolean end(UUID id, End end) {
        return transactions.call(
                        "end a session",
                        tx -> tx.execute(
                                "UPDATE session SET cause = ?, ended_at = CAST(? AS timestamptz) WHERE id = ? AND cause IS NULL",
                                end.cause().name(),
                                at(end.at()),
                                id))
                == 1;
    }

    @Override
    public List<UUID> endAll(String subject, @Nullable UUID except, End end) {
        return transactions.call(
                "end all sessions", tx -> tx.fetch("""
                        UPDATE session SET cause = ?, ended_at = CAST(? AS timestamptz)
                        WHERE subject = ? AND cause IS NULL AND id IS DISTINCT FROM CAST(? AS uuid) RETURNING id
                        """, end.cause().name(), at(end.at()), subject, except)
                        .getValues(0, UUID.class));
    }

    @Override
    public List<StoredSession> of(String subject, Instant now) {
        return transactions.read(
                "list sessions", tx -> tx.fetch("""
                        SELECT * FROM session
                        WHERE subject = ? AND cause IS NULL AND idle_until > CAST(? AS timestamptz) AND until > CAST(? AS timestamptz)
                        ORDER BY created_at DESC
                        """, subject, at(now), at(now)).map(PostgresSessionStore::session));
    }

    @Override
    public int forget(Instant now) {
        return transactions.call(
                "forget sessions",
                tx -> tx.execute("DELETE FROM session WHERE until <= CAST(? AS timestamptz)", at(now)));
    }

    private static StoredSession session(Record row) {
        String cause = row.get("cause", String.class);
        return new StoredSession(
                row.get("id", UUID.class),
                row.get("subject", String.class),
                row.get("device", String.class),
                Set.of(row.get("scopes", String[].class)),
                instant(row, "created_at"),
                instant(row, "refreshed_at"),
                row.get("generation", int.class),
                row.get("current", String.class),
                row.get("previous", String.class),
                row.get("salt", String.class),
                row.get("seal", String.class),
                instant(row, "idle_until"),
                instant(row, "until"),
                cause == null ? null : new End(End.Cause.valueOf(cause), instant(row, "ended_at")));
    }

    private static Instant instant(Record row, String name) {
        return row.get(name, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
