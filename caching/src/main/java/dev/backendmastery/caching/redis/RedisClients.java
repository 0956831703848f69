package dev.backendmastery.caching.redis;

import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.executors.DefaultCommandExecutor;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * Clients whose every wait is bounded.
 *
 * <p>With telemetry, what happens within a trace has a span of kind CLIENT, ended once (RT-1 to RT-6): each command, with its wait for a
 * connection; a pipeline, of many commands, where its answers are fetched, and its wait for a connection. What is outside of any trace has none,
 * and neither keys nor values are shown.
 */
public final class RedisClients {

    /** Times that a cluster's client asks: once, once where it was sent instead, once more after a lost connection. */
    private static final int ATTEMPTS = 3;

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
        return connect(host, port, connections, deadline, OpenTelemetry.noop());
    }

    /** As {@link #connect(String, int, int, Duration)}, with spans to {@code telemetry}. */
    public static RedisClient connect(
            String host, int port, int connections, Duration deadline, OpenTelemetry telemetry) {
        return connect(
                new HostAndPort(host, port),
                config(DefaultJedisClientConfig.builder(), deadline),
                connections,
                deadline.dividedBy(3),
                telemetry);
    }

    /**
     * As {@link #connect(String, int, int, Duration)}, with the password, data base and encryption that {@code
     * redis://USER:PASSWORD@HOST:PORT/DB} or {@code rediss://} say.
     *
     * @throws IllegalArgumentException if it is no such address, or a number is out of its range
     */
    public static RedisClient connect(URI address, int connections, Duration deadline) {
        return connect(address, connections, deadline, OpenTelemetry.noop());
    }

    /** As {@link #connect(URI, int, Duration)}, with spans to {@code telemetry}. */
    public static RedisClient connect(URI address, int connections, Duration deadline, OpenTelemetry telemetry) {
        return connect(
                JedisURIHelper.getHostAndPort(address),
                config(address, deadline),
                connections,
                deadline.dividedBy(3),
                telemetry);
    }

    private static RedisClient connect(
            HostAndPort server, JedisClientConfig config, int connections, Duration third, OpenTelemetry telemetry) {
        ConnectionPoolConfig limits = pool(connections, third);
        RedisClient.Builder builder = RedisClient.builder();
        builder.hostAndPort(server).poolConfig(limits).clientConfig(config);
        if (telemetry != OpenTelemetry.noop()) {
            RedisTraces traces = new RedisTraces(telemetry, server, config.getDatabase());
            PooledConnectionProvider provider = traces.pool(config, limits);
            builder.connectionProvider(provider).commandExecutor(traces.executor(new DefaultCommandExecutor(provider)));
        }
        return builder.build();
    }

    /**
     * A pooled client of a cluster, which it asks for its nodes at once. A call is tried three times: where the slot is thought
     * to be, where it is said to be, and again after a lost connection; so what is not idempotent may happen twice. It is not traced.
     *
     * @param nodes some of its nodes, {@code HOST:PORT,HOST:PORT}
     * @param connections the most connections at a time to each node, at least 1
     * @param deadline the longest that a call may take, that finds the nodes where they were; at least 9 ms
     * @throws IllegalArgumentException if a node is not of that form, or a number is out of its range
     */
    public static RedisClusterClient cluster(String nodes, int connections, Duration deadline) {
        Set<HostAndPort> addresses = Arrays.stream(nodes.split(",", -1))
                .map(String::trim)
                .peek(node -> {
                    if (!node.matches(".+:\\d{1,5}")) {
                        throw new IllegalArgumentException("nodes must be HOST:PORT,HOST:PORT, was " + nodes);
                    }
                })
                .map(HostAndPort::from)
                .collect(Collectors.toSet());
        Duration attempt = deadline.dividedBy(ATTEMPTS);
        return RedisClusterClient.builder()
                .nodes(addresses)
                .maxAttempts(ATTEMPTS)
                .maxTotalRetriesDuration(attempt)
                .poolConfig(pool(connections, attempt.dividedBy(3)))
                .clientConfig(config(DefaultJedisClientConfig.builder(), attempt))
                .build();
    }

    /** What {@code address} says, and a third of {@code deadline} for connecting and for an answer. */
    static JedisClientConfig config(URI address, Duration deadline) {
        if (!JedisURIHelper.isValid(address)
                || !(JedisURIHelper.isRedisScheme(address) || JedisURIHelper.isRedisSSLScheme(address))) {
            throw new IllegalArgumentException("address must be redis://HOST:PORT or rediss://HOST:PORT, was "
                    + address.getScheme() + "://" + address.getHost() + ":" + address.getPort());
        }
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .user(JedisURIHelper.getUser(address))
                .password(JedisURIHelper.getPassword(address))
                .database(JedisURIHelper.getDBIndex(address));
        if (JedisURIHelper.isRedisSSLScheme(address)) {
            config.sslOptions(SslOptions.defaults());
        }
        return config(config, deadline);
    }

    private static JedisClientConfig config(DefaultJedisClientConfig.Builder config, Duration deadline) {
        if (deadline.toMillis() < 3) {
            throw new IllegalArgumentException("deadline must be at least 3 ms, was " + deadline);
        }
        int millis = (int) Math.min(Integer.MAX_VALUE, deadline.dividedBy(3).toMillis());
        return config.connectionTimeoutMillis(millis)
                .socketTimeoutMillis(millis)
                .build();
    }

    private static ConnectionPoolConfig pool(int connections, Duration wait) {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1, was " + connections);
        }
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(connections);
        pool.setMaxIdle(connections);
        pool.setBlockWhenExhausted(true);
        pool.setMaxWait(wait);
        return pool;
    }
}
