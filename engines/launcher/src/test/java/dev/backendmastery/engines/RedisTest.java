package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

class RedisTest {

    @Test
    @DisplayName("the shared server answers, and speaks the version that is promised")
    void roundTrip() {
        Redis redis = Engines.redis();
        try (RedisClient client = RedisClient.create(redis.uri())) {
            client.set("RedisTest:key", "value");
            assertEquals("value", client.get("RedisTest:key"));
            client.del("RedisTest:key");
            if (!redis.isExternal()) {
                assertTrue(client.info("server").contains("redis_version:" + Redis.VERSION));
            }
        }
    }

    @Test
    @DisplayName("a durable server keeps its writes over kill -9, on the same port; one that is not starts empty")
    void survivesKill() {
        try (Redis durable = Redis.builder().durable().start();
                Redis plain = Redis.builder().start()) {
            for (Redis redis : new Redis[] {durable, plain}) {
                try (RedisClient client = client(redis)) {
                    client.set("key", "value");
                }
                redis.kill();
                assertFalse(redis.isRunning());
                redis.restart();
            }
            try (RedisClient client = client(durable)) {
                assertEquals("value", client.get("key"));
            }
            try (RedisClient client = client(plain)) {
                assertNull(client.get("key"));
            }
        }
    }

    @Test
    @DisplayName("a paused server answers nothing, and answers when resumed")
    void pause() {
        try (Redis redis = Redis.builder().start();
                RedisClient client = client(redis)) {
            client.set("key", "value");
            redis.pause();
            assertThrows(JedisException.class, () -> client.get("key"));
            redis.resume();
            assertEquals("value", client.get("key"));
        }
    }

    @Test
    @DisplayName("settings reach the server, and those of the launcher are refused")
    void settings() {
        try (Redis redis = Redis.builder().setting("maxmemory", "5mb").start();
                Redis locked = Redis.builder().setting("requirepass", "secret").start();
                RedisClient client = client(redis)) {
            assertTrue(client.info("memory").contains("maxmemory:5242880"));
            try (RedisClient stranger = client(locked)) {
                assertThrows(JedisException.class, () -> stranger.get("key"));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Redis.builder().setting("port", "1"));
    }

    private static RedisClient client(Redis redis) {
        return RedisClient.builder()
                .hostAndPort(new HostAndPort(redis.host(), redis.port()))
                .clientConfig(
                        DefaultJedisClientConfig.builder().timeoutMillis(1_000).build())
                .build();
    }
}
