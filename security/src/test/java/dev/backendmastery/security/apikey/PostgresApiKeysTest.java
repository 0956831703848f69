package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.kit.TestDatabase;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kits on a real server. */
final class PostgresApiKeysTest {

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static TestDatabase own;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @BeforeAll
    static void open() {
        own = TestDatabase.with(PostgresApiKeyStore.TABLES);
        database = own.database();
    }

    @AfterAll
    static void close() {
        own.close();
    }

    private static ApiKeyStore postgres() {
        return new PostgresApiKeyStore(new PostgresTransactions(database));
    }

    @Nested
    final class Store extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return postgres();
        }
    }

    @Nested
    final class Keys extends ApiKeysContract {
        @Override
        protected ApiKeys create(Parts parts) {
            return HashedApiKeysTest.create(parts);
        }

        @Override
        protected ApiKeyStore store() {
            return postgres();
        }
    }

    @Test
    @DisplayName("A look-up by hash is one look into one index")
    void indexed() {
        database.dsl().execute("ANALYZE security_api_key");
        String plan = database.dsl().connectionResult(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("SET enable_seqscan = off");
                try (var rows = statement.executeQuery(
                        "EXPLAIN SELECT * FROM security_api_key WHERE hash = decode('00', 'hex')")) {
                    assertTrue(rows.next());
                    return rows.getString(1);
                } finally {
                    statement.execute("RESET enable_seqscan");
                }
            }
        });
        assertTrue(plan.contains("Index Scan using security_api_key_hash_key"), plan);
    }

    @Test
    @DisplayName("A server that does not answer is an error within the time-outs, not a refusal, and shows no secret")
    void unreachable() throws ApiKeyRefusedException {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = own.through(proxy)) {
            HashedApiKeys keys = HashedApiKeys.of(
                            ApiKeyFormat.of("bm"), new PostgresApiKeyStore(new PostgresTransactions(distant)))
                    .build();
            String text = keys.issue("far", "ci", Scopes.none(), null).text();
            proxy.cut();
            ApiKeyStoreException out = assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThrows(ApiKeyStoreException.class, () -> keys.authenticate(text)));
            for (Throwable e = out; e != null; e = e.getCause()) {
                assertFalse(String.valueOf(e.getMessage()).contains(text.substring(3, 9)));
            }
            proxy.heal();
            assertEquals("ci", keys.authenticate(text).name());
        }
    }
}
