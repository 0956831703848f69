package dev.backendmastery.security.apikey;

import dev.backendmastery.databases.tx.StoreTransactions;
import dev.backendmastery.databases.tx.Transactions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ApiKeyStore} in a table of PostgreSQL.
 *
 * <p><b>Threads.</b> Safe for any number; blocks for a transaction of one or two statements. The connections' time-outs bound the wait. <b>Cost.</b> A look-up is one
 * index's; a time of last use leaves a dead row for vacuum, which is why it is coarse.
 */
public final class PostgresApiKeyStore implements ApiKeyStore {

    /** The table, for a migration of the database that the store is used on; can be run again. */
    public static final String TABLES = """
            CREATE TABLE IF NOT EXISTS security_api_key (
                id uuid PRIMARY KEY,
                hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
                owner text NOT NULL,
                name text NOT NULL,
                scopes text NOT NULL,
                hint text NOT NULL,
                issued_by uuid REFERENCES security_api_key,
                created_at timestamptz NOT NULL,
                expires_at timestamptz,
                last_used_at timestamptz,
                revoked_at timestamptz,
                successor uuid
            );
            CREATE INDEX IF NOT EXISTS security_api_key_by_owner ON security_api_key (owner, created_at);
            CREATE INDEX IF NOT EXISTS security_api_key_by_issuer ON security_api_key (issued_by) WHERE issued_by IS NOT NULL;
            """;

    private static final String COLUMNS = "id, owner, name, scopes, hint, issued_by, created_at, expires_at,"
            + " last_used_at, revoked_at, successor, encode(hash, 'hex') AS hash";

    private final StoreTransactions transactions;

    /** A store in the table of {@link #TABLES}. */
    public PostgresApiKeyStore(Transactions transactions) {
        this.transactions = new StoreTransactions(transactions, ApiKeyStoreException::new);
    }

    @Override
    public boolean add(Hashed key) {
        return transactions.call("add a key", tx -> insert(tx, key) == 1);
    }

    private static int insert(DSLContext tx, Hashed hashed) {
        ApiKey key = hashed.key();
        return tx.execute(
                """
                INSERT INTO security_api_key (id, hash, owner, name, scopes, hint, issued_by, created_at, expires_at,
                    last_used_at, revoked_at, successor)
                VALUES ({0}, decode({1}, 'hex'), {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}, {11})
                ON CONFLICT DO NOTHING
                """,
                id(key.id()),
                DSL.val(hashed.hash()),
                DSL.val(key.owner()),
                DSL.val(key.name()),
                DSL.val(key.scopes().toString()),
                DSL.val(key.hint()),
                id(key.issuedBy()),
                time(key.createdAt()),
                time(key.expiresAt()),
                time(key.lastUsedAt()),
                time(key.revokedAt()),
                id(key.successor()));
    }

    @Override
    public Optional<Hashed> findByHash(String hash) {
        return transactions.read("find a key by its hash", tx -> tx.resultQuery(
                        "SELECT " + COLUMNS + " FROM security_api_key WHERE hash = decode({0}, 'hex')", DSL.val(hash))
                .fetchOptional(row -> new Hashed(key(row), text(row, "hash"))));
    }

    @Override
    public Optional<ApiKey> find(UUID id) {
        return transactions.read("find a key", tx -> tx.resultQuery(
                        "SELECT " + COLUMNS + " FROM security_api_key WHERE id = {0}", id(id))
                .fetchOptional(PostgresApiKeyStore::key));
    }

    @Override
    public List<ApiKey> list(String owner) {
        return transactions.read(
                "list keys",
                tx -> List.copyOf(tx.resultQuery(
                                "SELECT " + COLUMNS + " FROM security_api_key WHERE owner = {0}"
                                        + " ORDER BY created_at DESC, id DESC",
                                DSL.val(owner))
                        .fetch(PostgresApiKeyStore::key)));
    }

    @Override
    public boolean succeed(UUID id, Instant until, Hashed successor) {
        return transactions.call("rotate a key", tx -> {
            int old = tx.execute("""
                    UPDATE security_api_key SET successor = {2}, expires_at = least(expires_at, {1})
                    WHERE id = {0} AND revoked_at IS NULL AND successor IS NULL
                    """, id(id), time(until), id(successor.key().id()));
            if (old == 1 && insert(tx, successor) != 1) {
                throw new IllegalStateException("a successor that is there already");
            }
            return old == 1;
        });
    }

    @Override
    public int revoke(UUID id, Instant time) {
        return transactions.call("revoke a key", tx -> tx.execute("""
                        WITH RECURSIVE family AS (
                            SELECT id FROM security_api_key WHERE id = {0}
                            UNION
                            SELECT issued.id FROM security_api_key issued JOIN family ON issued.issued_by = family.id
                        )
                        UPDATE security_api_key SET revoked_at = {1}
                        WHERE id IN (SELECT id FROM family) AND revoked_at IS NULL
                        """, id(id), time(time)));
    }

    @Override
    public boolean used(UUID id, Instant time, Instant before) {
        return transactions.call("note the use of a key", tx -> tx.execute("""
                        UPDATE security_api_key SET last_used_at = {1}
                        WHERE id = {0} AND (last_used_at IS NULL OR last_used_at < {2})
                        """, id(id), time(time), time(before)) == 1);
    }

    private static ApiKey key(Record row) {
        return new ApiKey(
                Objects.requireNonNull(row.get("id", UUID.class)),
                text(row, "owner"),
                text(row, "name"),
                Scopes.parse(text(row, "scopes")),
                text(row, "hint"),
                row.get("issued_by", UUID.class),
                Objects.requireNonNull(instant(row, "created_at")),
                instant(row, "expires_at"),
                instant(row, "last_used_at"),
                instant(row, "revoked_at"),
                row.get("successor", UUID.class));
    }

    private static String text(Record row, String column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static @Nullable Instant instant(Record row, String column) {
        OffsetDateTime time = row.get(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static QueryPart id(@Nullable UUID id) {
        return DSL.val(id, SQLDataType.UUID);
    }

    private static QueryPart time(@Nullable Instant time) {
        return DSL.val(time == null ? null : time.atOffset(ZoneOffset.UTC), SQLDataType.TIMESTAMPWITHTIMEZONE);
    }

    /** Says nothing of its keys. */
    @Override
    public String toString() {
        return "security_api_key";
    }
}
