package dev.backendmastery.shortener;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one node needs to know.
 *
 * @param port to listen on, 0 for any
 * @param jdbcUrl PostgreSQL, with user and password if it wants them
 * @param redisHost Redis
 * @param redisPort Redis
 * @param secret at least 32 characters that all nodes share; codes and cursors are made with it
 * @param adminKey the first administrator's API key
 * @param baseUrl what short addresses start with, or null for the node's own address
 * @param nearLife how long this node may go on redirecting after another node banned or disabled a link
 * @param sharedLife the same, if Redis could not be told
 * @param creationsPerMinute for each API key and each address
 * @param visitsPerSecond for each address
 * @param exemptTargets {@code host:port} pairs that may be led to although they are not public
 * @param hosts names that resolve to fixed addresses, as in a hosts file; others are asked of the system
 */
public record ShortenerConfig(
        int port,
        String jdbcUrl,
        String redisHost,
        int redisPort,
        String secret,
        String adminKey,
        @Nullable String baseUrl,
        Duration nearLife,
        Duration sharedLife,
        long creationsPerMinute,
        long visitsPerSecond,
        Set<String> exemptTargets,
        Map<String, String> hosts) {

    /** @throws IllegalArgumentException if a component is out of its range; the message names it */
    public ShortenerConfig {
        if (secret.length() < 32) {
            throw new IllegalArgumentException("secret must have at least 32 characters, had " + secret.length());
        }
        if (adminKey.length() < 16) {
            throw new IllegalArgumentException("adminKey must have at least 16 characters, had " + adminKey.length());
        }
        exemptTargets = Set.copyOf(exemptTargets);
        hosts = Map.copyOf(hosts);
    }

    /** A node on these engines, with limits and lifetimes for everyday use. */
    public static ShortenerConfig of(
            int port, String jdbcUrl, String redisHost, int redisPort, String secret, String adminKey) {
        return new ShortenerConfig(
                port,
                jdbcUrl,
                redisHost,
                redisPort,
                secret,
                adminKey,
                null,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                600,
                200,
                Set.of(),
                Map.of());
    }

    /** The same, but on another port. */
    public ShortenerConfig withPort(int other) {
        return new ShortenerConfig(
                other,
                jdbcUrl,
                redisHost,
                redisPort,
                secret,
                adminKey,
                baseUrl,
                nearLife,
                sharedLife,
                creationsPerMinute,
                visitsPerSecond,
                exemptTargets,
                hosts);
    }

    /** The same, but with other limits. */
    public ShortenerConfig withLimits(long creations, long visits) {
        return new ShortenerConfig(
                port,
                jdbcUrl,
                redisHost,
                redisPort,
                secret,
                adminKey,
                baseUrl,
                nearLife,
                sharedLife,
                creations,
                visits,
                exemptTargets,
                hosts);
    }

    /** The same, but with trial targets and names. */
    public ShortenerConfig withTrials(Set<String> exempt, Map<String, String> names) {
        return new ShortenerConfig(
                port,
                jdbcUrl,
                redisHost,
                redisPort,
                secret,
                adminKey,
                baseUrl,
                nearLife,
                sharedLife,
                creationsPerMinute,
                visitsPerSecond,
                exempt,
                names);
    }

    /**
     * From the environment: {@code SHORTENER_PORT}, {@code SHORTENER_JDBC_URL}, {@code SHORTENER_REDIS} (host:port), {@code
     * SHORTENER_SECRET}, {@code SHORTENER_ADMIN_KEY}, and if wanted {@code SHORTENER_BASE_URL}, {@code
     * SHORTENER_EXEMPT_TARGETS} (host:port, comma), {@code SHORTENER_HOSTS} (name=address, comma), {@code
     * SHORTENER_VISITS_PER_SECOND}, {@code SHORTENER_CREATIONS_PER_MINUTE}.
     *
     * @throws IllegalArgumentException if one is missing or wrong; the message names it
     */
    public static ShortenerConfig fromEnvironment(Map<String, String> environment) {
        String[] redis = need(environment, "SHORTENER_REDIS").split(":", 2);
        if (redis.length != 2) {
            throw new IllegalArgumentException("SHORTENER_REDIS must be host:port");
        }
        ShortenerConfig plain = of(
                number(environment.getOrDefault("SHORTENER_PORT", "8080"), "SHORTENER_PORT"),
                need(environment, "SHORTENER_JDBC_URL"),
                redis[0],
                number(redis[1], "SHORTENER_REDIS"),
                need(environment, "SHORTENER_SECRET"),
                need(environment, "SHORTENER_ADMIN_KEY"));
        Set<String> exempt = new TreeSet<>();
        for (String target :
                environment.getOrDefault("SHORTENER_EXEMPT_TARGETS", "").split(",", -1)) {
            if (!target.isBlank()) {
                exempt.add(target.trim());
            }
        }
        Map<String, String> hosts = new java.util.TreeMap<>();
        for (String host : environment.getOrDefault("SHORTENER_HOSTS", "").split(",", -1)) {
            if (!host.isBlank()) {
                String[] pair = host.trim().split("=", 2);
                if (pair.length != 2) {
                    throw new IllegalArgumentException("SHORTENER_HOSTS must be name=address pairs");
                }
                hosts.put(pair[0], pair[1]);
            }
        }
        return new ShortenerConfig(
                plain.port,
                plain.jdbcUrl,
                plain.redisHost,
                plain.redisPort,
                plain.secret,
                plain.adminKey,
                environment.get("SHORTENER_BASE_URL"),
                plain.nearLife,
                plain.sharedLife,
                number(
                        environment.getOrDefault("SHORTENER_CREATIONS_PER_MINUTE", "600"),
                        "SHORTENER_CREATIONS_PER_MINUTE"),
                number(environment.getOrDefault("SHORTENER_VISITS_PER_SECOND", "200"), "SHORTENER_VISITS_PER_SECOND"),
                exempt,
                hosts);
    }

    private static String need(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static int number(String value, String name) {
        try {
            return Integer.parseInt(value.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number, was '" + value + "'", e);
        }
    }
}
