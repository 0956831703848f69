package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

class ExternalServerTest {

    @Test
    @DisplayName("with BM_POSTGRES_URL and BM_REDIS_URL set, these servers are used and none is started")
    void used() throws IOException, SQLException {
        try (Postgres postgres = Postgres.builder().start();
                Redis redis = Redis.builder().start()) {
            Map<String, String> environment =
                    Map.of("BM_POSTGRES_URL", postgres.jdbcUrl(), "BM_REDIS_URL", redis.uri());
            try (ChildJvm child = ChildJvm.start(Child.class, environment)) {
                assertEquals("0", child.line("children"));
                assertEquals("true", child.line("external"));
                String database = child.line("database");
                assertTrue(database.startsWith("jdbc:postgresql://127.0.0.1:" + postgres.port() + "/bm_"), database);
                assertEquals("written by the child", PostgresTest.query(database, "SELECT line FROM t"));
                try (RedisClient client = RedisClient.create(redis.uri())) {
                    assertEquals("written by the child", client.get("line"));
                }
                assertTrue(child.line("refused").contains("BM_POSTGRES_URL"));
            }
        }
    }

    @Test
    @DisplayName("a malformed address is refused by the name of its variable")
    void malformed() {
        for (String wrong : new String[] {"localhost:6379", "http://localhost:6379", "redis://", "a b"}) {
            String message = String.valueOf(
                    assertThrows(IllegalArgumentException.class, () -> Redis.external(Engine.REDIS, wrong))
                            .getMessage());
            assertTrue(message.contains("BM_REDIS_URL") && message.contains(wrong), message);
        }
        assertThrows(IllegalArgumentException.class, () -> Postgres.external(Engine.POSTGRES, "localhost:5432"));
    }

    @Test
    @DisplayName("an unset or blank variable names no server")
    void blank() {
        assertEquals(null, Engine.REDIS.externalIn(Map.of()));
        assertEquals(null, Engine.REDIS.externalIn(Map.of("BM_REDIS_URL", " ")));
        assertEquals("redis://h:1", Engine.REDIS.externalIn(Map.of("BM_REDIS_URL", " redis://h:1 ")));
    }

    /** A JVM whose environment names the servers. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws SQLException {
            Engines.start(Engine.POSTGRES, Engine.REDIS);
            String database = Engines.postgres().createDatabase();
            PostgresTest.update(database, "CREATE TABLE t AS SELECT 'written by the child' AS line");
            try (RedisClient client = RedisClient.create(Engines.redis().uri())) {
                client.set("line", "written by the child");
            }
            System.out.println("children=" + ProcessHandle.current().children().count());
            System.out.println("external="
                    + (Engines.postgres().isExternal() && Engines.redis().isExternal()));
            System.out.println("database=" + database);
            try {
                Engines.postgres().kill();
                System.out.println("refused=no");
            } catch (UnsupportedOperationException e) {
                System.out.println("refused=" + e.getMessage());
            }
        }
    }
}
