package dev.backendmastery.caching.redis;

import java.time.Duration;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;

/** Clients whose every wait is bounded. */
public final class RedisClients {

    private RedisClients() {}

    /**
     * A pooled client of one server. Nothing is connected yet; close it when done.
     *
     * @param connections the most connections at a time, at least 1
     * @param deadline the longest that a call may take; a third each for a connection from the pool, for connecting, and
     *     for the answer; at least 3 ms
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static RedisClient connect(String host, int port, int connections, Duration deadline) {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1, was " + connections);
        }
        if (deadline.toMillis() < 3) {
            throw new IllegalArgumentException("deadline must be at least 3 ms, was " + deadline);
        }
        Duration third = deadline.dividedBy(3);
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(connections);
        pool.setMaxIdle(connections);
        pool.setBlockWhenExhausted(true);
        pool.setMaxWait(third);
        int millis = (int) Math.min(Integer.MAX_VALUE, third.toMillis());
        return RedisClient.builder()
                .hostAndPort(host, port)
                .poolConfig(pool)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .connectionTimeoutMillis(millis)
                        .socketTimeoutMillis(millis)
                        .build())
                .build();
    }
}
