package dev.backendmastery.shortener;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.redis.RedisCache;
import dev.backendmastery.caching.redis.RedisClients;
import dev.backendmastery.caching.redis.RedisRateLimiter;
import dev.backendmastery.core.id.FeistelShortCodes;
import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.core.ratelimit.KeyedTokenBucket;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.observability.health.Health;
import dev.backendmastery.security.web.PublicAddresses;
import dev.backendmastery.shortener.ShortenerConfig.Role;
import dev.backendmastery.shortener.application.LinkSearch;
import dev.backendmastery.shortener.application.Shortener;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.Targets;
import dev.backendmastery.shortener.http.ShortenerHttp;
import dev.backendmastery.shortener.messages.MessagePath;
import dev.backendmastery.shortener.messages.Resources;
import dev.backendmastery.shortener.postgres.PostgresLinkHistory;
import dev.backendmastery.shortener.postgres.PostgresLinkStore;
import dev.backendmastery.shortener.redis.LinkCodec;
import dev.backendmastery.shortener.search.LinkIndexes;
import io.javalin.Javalin;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/** One running node: the blocks put together. Closing it answers what is under way, writes what waits, and lets go. */
public final class ShortenerNode implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ShortenerNode.class);
    private static final String NAME = "shortener";
    private static final int CODE_LENGTH = 7;
    private static final Duration REDIS_DEADLINE = Duration.ofMillis(600);

    private final Resources open;

    private final @Nullable Front front;
    private final Duration drainDelay;
    private final AtomicBoolean ending = new AtomicBoolean();

    private ShortenerNode(Resources open, @Nullable Front front, Duration drainDelay) {
        this.open = open;
        this.front = front;
        this.drainDelay = drainDelay;
    }

    /** What callers and probers see. */
    private record Front(Javalin server, Health health) {}

    /**
     * Migrates the database and starts to serve on the loopback interface, and what else its roles are.
     *
     * @throws dev.backendmastery.databases.tx.DatabaseUnavailableException if PostgreSQL does not answer; nothing stays open
     * @throws dev.backendmastery.messaging.log.LogUnavailableException if Kafka does not answer; nothing stays open
     * @throws io.javalin.util.JavalinBindException if the port is in use; nothing stays open
     */
    public static ShortenerNode start(ShortenerConfig config) {
        return start(config, Watch.nothing());
    }

    /** As {@link #start(ShortenerConfig)}, and tells {@code watch} what it does. */
    public static ShortenerNode start(ShortenerConfig config, Watch watch) {
        Resources open = new Resources();
        try {
            Database database = open.add(Database.at(config.jdbcUrl())
                    .name(NAME)
                    .poolSize(10)
                    .telemetry(watch.api())
                    .migrations("classpath:db/migration", "classpath:db/blocks")
                    .open());
            watch.jvm(open);
            watch.pool(NAME, database, open);
            Transactions transactions = new PostgresTransactions(database);
            MessagePath messages = config.kafka() == null
                    ? MessagePath.none(transactions)
                    : MessagePath.through(
                            config.kafka(),
                            config.jdbcUrl(),
                            database,
                            watch,
                            config.roles().contains(Role.RELAY),
                            config.roles().contains(Role.ANALYTICS));
            open.add(messages);
            Front front = config.roles().contains(Role.HTTP) ? serve(config, watch, open, messages) : null;
            if (front != null) {
                log.info("serving on port {}", front.server.port());
            }
            return new ShortenerNode(open, front, config.drainDelay());
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private static Front serve(ShortenerConfig config, Watch watch, Resources open, MessagePath messages) {
        RedisClient redis =
                open.add(RedisClients.connect(config.redisHost(), config.redisPort(), 32, REDIS_DEADLINE, watch.api()));
        InstantSource clock = InstantSource.system();
        Doors doors =
                Doors.open(config, messages.transactions(), clock, open, purpose -> derive(config.secret(), purpose));
        LinkSearch search = open.add(
                config.elasticsearch() == null
                        ? LinkIndexes.own(messages.transactions())
                        : LinkIndexes.elasticsearch(config.elasticsearch(), messages.transactions(), watch.api()));
        Health health = open.add(health(config, messages, redis, search));
        Javalin server = wire(config, watch, open, messages, search, doors, redis, clock, health)
                .create("127.0.0.1");
        open.add(server::stop);
        server.start(config.port());
        doors.servesAt(server.port());
        return new Front(server, health);
    }

    /**
     * Without PostgreSQL nothing goes. Without Redis all goes, slower; without the log links are made, changed and found, and without the
     * index they are followed: as all nodes share these, to take nodes away for them would end that too.
     */
    private static Health health(ShortenerConfig config, MessagePath messages, RedisClient redis, LinkSearch search) {
        Transactions transactions = messages.transactions();
        Health.Builder health = Health.builder()
                .critical(
                        "postgres",
                        () -> transactions.<Integer, RuntimeException>read(
                                Isolation.READ_COMMITTED,
                                tx -> tx.selectOne().fetch().size()))
                .degrading("redis", redis::ping)
                .degrading("search", () -> search.find(new LinkSearch.Request(null, "health", null, 1)));
        if (config.kafka() != null) {
            health.degrading("messages", messages::check);
        }
        return health.build();
    }

    private static ShortenerHttp wire(
            ShortenerConfig config,
            Watch watch,
            Resources open,
            MessagePath messages,
            LinkSearch search,
            Doors doors,
            RedisClient redis,
            InstantSource clock,
            Health health) {
        byte[] codeKey = Arrays.copyOf(derive(config.secret(), "codes"), FeistelShortCodes.KEY_BYTES);
        Transactions transactions = messages.transactions();
        PostgresLinkStore store = new PostgresLinkStore(
                transactions,
                new FeistelShortCodes(codeKey, CODE_LENGTH),
                clock,
                derive(config.secret(), "cursors"),
                messages.linkEvents());
        BoundedCache<String, Link> near = BoundedCache.<String, Link>builder()
                .maximumSize(50_000)
                .expireAfterWrite(config.nearLife())
                .lru();
        RedisCache<Link> shared = RedisCache.builder(redis, "link", new LinkCodec())
                .expireAfterWrite(config.sharedLife())
                .build();
        watch.cache("links.near", near::stats, open);
        watch.cache("links.shared", shared::stats, open);
        Shortener shortener = new Shortener(
                store,
                messages.clicks(),
                new PostgresLinkHistory(transactions),
                search,
                near,
                shared,
                targets(config),
                UuidV7.fast(),
                clock);
        RedisRateLimiter creations = RedisRateLimiter.builder(
                        redis, "creations", Rate.perMinute(config.creationsPerMinute()), config.creationsPerMinute())
                .shareWhenDown(2, 10_000)
                .build();
        KeyedTokenBucket<String> visits =
                KeyedTokenBucket.of(Rate.perSecond(config.visitsPerSecond()), config.visitsPerSecond() * 2, 100_000);
        return new ShortenerHttp(
                shortener,
                doors.guard(),
                doors.people(),
                doors.keys(),
                creations,
                visits,
                health,
                watch.filter(),
                config.baseUrl());
    }

    private static Targets targets(ShortenerConfig config) {
        Set<String> own = new HashSet<>();
        if (config.baseUrl() != null) {
            own.add(URI.create(config.baseUrl()).getHost().toLowerCase(Locale.ROOT));
        }
        return new Targets(
                host -> InetAddress.getAllByName(config.hosts().getOrDefault(host, host)),
                PublicAddresses::contains,
                own,
                config.exemptTargets());
    }

    /** A key for one purpose, so that no two purposes share one. */
    private static byte[] derive(String secret, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(("url-shortener/" + purpose).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** The port that it serves on; 0 if it does not serve. */
    public int port() {
        return front == null ? 0 : front.server.port();
    }

    /** The address that it serves at. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Says that it is not ready, serves on for the delay of its settings, answers what is under way, and ends. An interrupt ends the delay. */
    @Override
    public void close() {
        if (front != null && ending.compareAndSet(false, true)) {
            front.health.drain();
            log.info("no more ready, ends in {}", drainDelay);
            try {
                if (new CountDownLatch(1).await(drainDelay.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new IllegalStateException("nobody counts down");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        open.close();
    }
}
