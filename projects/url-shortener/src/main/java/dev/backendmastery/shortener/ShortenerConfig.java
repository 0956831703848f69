package dev.backendmastery.shortener;

import dev.backendmastery.security.apikey.ApiKeyFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
 * @param kafka Kafka, host:port, or null for a service without messages: clicks go straight to PostgreSQL, histories stay empty
 * @param elasticsearch Elasticsearch, host:port, for searching links; or null for an index in each node
 * @param roles what this node does; without {@code kafka} there is {@link Role#HTTP} only
 * @param exemptTargets {@code host:port} pairs that may be led to although they are not public
 * @param hosts names that resolve to fixed addresses, as in a hosts file; others are asked of the system
 * @param corsOrigins whose pages may call the API with a key
 * @param trustedProxies networks whose word on who is calling is believed ({@code X-Forwarded-For})
 * @param breachedPasswords a file of SHA-1 hashes of passwords that nobody may take, sorted; or null
 * @param drainDelay how long a node that is told to end says that it is not ready and goes on serving; up to 1 minute
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
        @Nullable String kafka,
        @Nullable String elasticsearch,
        Set<Role> roles,
        Set<String> exemptTargets,
        Map<String, String> hosts,
        Set<String> corsOrigins,
        List<String> trustedProxies,
        @Nullable Path breachedPasswords,
        Duration drainDelay) {

    /** What this service's keys begin with. */
    static final String KEY_PREFIX = "bmk";

    /** The form of this service's keys. */
    public static final ApiKeyFormat KEYS = ApiKeyFormat.of(KEY_PREFIX);

    /** What a node can do. */
    public enum Role {
        /** Serves. */
        HTTP,
        /** Carries what happens to links from the outbox to Kafka. */
        RELAY,
        /** Counts what comes from Kafka. */
        ANALYTICS
    }

    /** @throws IllegalArgumentException if a component is out of its range; the message names it */
    public ShortenerConfig {
        if (secret.length() < 32) {
            throw new IllegalArgumentException("secret must have at least 32 characters, had " + secret.length());
        }
        if (!KEYS.isWellFormed(adminKey)) {
            throw new IllegalArgumentException("adminKey must be a key, as the argument new-key prints one");
        }
        if (drainDelay.isNegative() || drainDelay.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("drainDelay must be from 0 to 1 minute, was " + drainDelay);
        }
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("roles must be at least one, were none");
        }
        roles = Set.copyOf(roles);
        exemptTargets = Set.copyOf(exemptTargets);
        hosts = Map.copyOf(hosts);
        corsOrigins = Set.copyOf(corsOrigins);
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** A node on these engines; what else it needs to know has defaults for everyday use. */
    public static Builder on(String jdbcUrl, String redisHost, int redisPort, String secret, String adminKey) {
        return new Builder(jdbcUrl, redisHost, redisPort, secret, adminKey);
    }

    /**
     * From the environment: {@code SHORTENER_JDBC_URL}, {@code SHORTENER_REDIS} (host:port), {@code SHORTENER_SECRET},
     * {@code SHORTENER_ADMIN_KEY}, and if wanted {@code SHORTENER_KAFKA} (host:port), {@code SHORTENER_ELASTICSEARCH} (host:port), {@code SHORTENER_ROLES} (http, relay,
     * analytics; comma), {@code SHORTENER_PORT}, {@code SHORTENER_BASE_URL}, {@code
     * SHORTENER_EXEMPT_TARGETS} (host:port, comma), {@code SHORTENER_HOSTS} (name=address, comma), {@code
     * SHORTENER_VISITS_PER_SECOND}, {@code SHORTENER_CREATIONS_PER_MINUTE}, {@code SHORTENER_CORS_ORIGINS} (comma), {@code SHORTENER_TRUSTED_PROXIES} (networks,
     * comma), {@code SHORTENER_BREACHED_PASSWORDS} (a file), {@code SHORTENER_DRAIN_MILLIS} (2,000 if nothing is said).
     *
     * @throws IllegalArgumentException if one is missing or wrong; the message names it
     */
    public static ShortenerConfig fromEnvironment(Map<String, String> environment) {
        String[] redis = need(environment, "SHORTENER_REDIS").split(":", 2);
        if (redis.length != 2) {
            throw new IllegalArgumentException("SHORTENER_REDIS must be host:port");
        }
        Builder builder = on(
                        need(environment, "SHORTENER_JDBC_URL"),
                        redis[0],
                        number(redis[1], "SHORTENER_REDIS"),
                        need(environment, "SHORTENER_SECRET"),
                        need(environment, "SHORTENER_ADMIN_KEY"))
                .baseUrl(environment.get("SHORTENER_BASE_URL"))
                .port(number(environment, "SHORTENER_PORT", 8080))
                .creationsPerMinute(number(environment, "SHORTENER_CREATIONS_PER_MINUTE", 600))
                .visitsPerSecond(number(environment, "SHORTENER_VISITS_PER_SECOND", 200));
        String kafka = environment.get("SHORTENER_KAFKA");
        if (kafka != null) {
            builder.kafka(kafka);
        }
        String elasticsearch = environment.get("SHORTENER_ELASTICSEARCH");
        if (elasticsearch != null) {
            builder.elasticsearch(elasticsearch);
        }
        List<String> roles = list(environment, "SHORTENER_ROLES");
        if (!roles.isEmpty()) {
            builder.roles(roles.stream().map(ShortenerConfig::role).collect(Collectors.toSet()));
        }
        for (String target : list(environment, "SHORTENER_EXEMPT_TARGETS")) {
            builder.exemptTarget(target);
        }
        for (String host : list(environment, "SHORTENER_HOSTS")) {
            String[] pair = host.split("=", 2);
            if (pair.length != 2) {
                throw new IllegalArgumentException("SHORTENER_HOSTS must be name=address pairs");
            }
            builder.host(pair[0], pair[1]);
        }
        builder.drainDelay(Duration.ofMillis(number(environment, "SHORTENER_DRAIN_MILLIS", 2_000)));
        list(environment, "SHORTENER_CORS_ORIGINS").forEach(builder::corsOrigin);
        list(environment, "SHORTENER_TRUSTED_PROXIES").forEach(builder::trustedProxy);
        String breached = environment.get("SHORTENER_BREACHED_PASSWORDS");
        if (breached != null) {
            builder.breachedPasswords(Path.of(breached));
        }
        return builder.build();
    }

    private static String need(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static Role role(String name) {
        try {
            return Role.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "SHORTENER_ROLES must be of http, relay and analytics, was '" + name + "'", e);
        }
    }

    private static List<String> list(Map<String, String> environment, String name) {
        return Arrays.stream(environment.getOrDefault(name, "").split(",", -1))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static int number(Map<String, String> environment, String name, int otherwise) {
        String value = environment.get(name);
        return value == null ? otherwise : number(value, name);
    }

    private static int number(String value, String name) {
        try {
            return Integer.parseInt(value.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number, was '" + value + "'", e);
        }
    }

    /** A config in the making. */
    public static final class Builder {
        private final String jdbcUrl;
        private final String redisHost;
        private final int redisPort;
        private final String secret;
        private final String adminKey;
        private int port;
        private @Nullable String baseUrl;
        private Duration nearLife = Duration.ofSeconds(1);
        private Duration sharedLife = Duration.ofSeconds(30);
        private long creationsPerMinute = 600;
        private long visitsPerSecond = 200;
        private @Nullable String kafka;
        private @Nullable String elasticsearch;
        private Set<Role> roles = EnumSet.allOf(Role.class);
        private final Set<String> exemptTargets = new HashSet<>();
        private final Map<String, String> hosts = new HashMap<>();
        private final Set<String> corsOrigins = new HashSet<>();
        private final List<String> trustedProxies = new ArrayList<>();
        private @Nullable Path breachedPasswords;
        private Duration drainDelay = Duration.ZERO;

        private Builder(String jdbcUrl, String redisHost, int redisPort, String secret, String adminKey) {
            this.jdbcUrl = jdbcUrl;
            this.redisHost = redisHost;
            this.redisPort = redisPort;
            this.secret = secret;
            this.adminKey = adminKey;
        }

        /** To listen on; any, if nothing is said. */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /** What short addresses start with; the node's own address, if nothing is said. */
        public Builder baseUrl(@Nullable String url) {
            baseUrl = url;
            return this;
        }

        /** How long redirects may go on after another node's ban, in this node and if Redis could not be told. */
        public Builder cacheLives(Duration near, Duration shared) {
            nearLife = near;
            sharedLife = shared;
            return this;
        }

        /** For each API key and each address; 600 if nothing is said. */
        public Builder creationsPerMinute(long most) {
            creationsPerMinute = most;
            return this;
        }

        /** For each address; 200 if nothing is said. */
        public Builder visitsPerSecond(long most) {
            visitsPerSecond = most;
            return this;
        }

        /** Messages go through Kafka at {@code host:port}. */
        public Builder kafka(String hostAndPort) {
            kafka = hostAndPort;
            return this;
        }

        /** Links are searched in Elasticsearch at {@code host:port}. */
        public Builder elasticsearch(String hostAndPort) {
            elasticsearch = hostAndPort;
            return this;
        }

        /** What this node does; everything, if nothing is said. */
        public Builder roles(Set<Role> wanted) {
            roles = wanted;
            return this;
        }

        /** A {@code host:port} that may be led to although it is not public. */
        public Builder exemptTarget(String hostAndPort) {
            exemptTargets.add(hostAndPort);
            return this;
        }

        /** A name that resolves to a fixed address. */
        public Builder host(String name, String address) {
            hosts.put(name, address);
            return this;
        }

        /** An origin whose pages may call the API with a key. */
        public Builder corsOrigin(String origin) {
            corsOrigins.add(origin);
            return this;
        }

        /** A network whose word on who is calling is believed. */
        public Builder trustedProxy(String network) {
            trustedProxies.add(network);
            return this;
        }

        /** A file of passwords that nobody may take. */
        public Builder breachedPasswords(Path file) {
            breachedPasswords = file;
            return this;
        }

        /** How long to serve on when told to end, so that balancers hear that it is not ready; 0 if nothing is said. */
        public Builder drainDelay(Duration time) {
            drainDelay = time;
            return this;
        }

        /**
         * The config.
         *
         * @throws IllegalArgumentException if the secret is too short, the key is none, or a time is out of its range
         */
        public ShortenerConfig build() {
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
                    kafka,
                    elasticsearch,
                    roles,
                    exemptTargets,
                    hosts,
                    corsOrigins,
                    trustedProxies,
                    breachedPasswords,
                    drainDelay);
        }
    }
}
