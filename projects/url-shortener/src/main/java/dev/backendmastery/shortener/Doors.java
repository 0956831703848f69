package dev.backendmastery.shortener;

import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.security.apikey.HashedApiKeys;
import dev.backendmastery.security.apikey.PostgresApiKeyStore;
import dev.backendmastery.security.password.BreachedPasswords;
import dev.backendmastery.security.password.HashGate;
import dev.backendmastery.security.password.PasswordPolicy;
import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.Peppers;
import dev.backendmastery.security.password.SchemeHasher;
import dev.backendmastery.security.session.PostgresSessionStore;
import dev.backendmastery.security.session.SessionStoreException;
import dev.backendmastery.security.session.Sessions;
import dev.backendmastery.security.web.ClientAddress;
import dev.backendmastery.security.web.CorsPolicy;
import dev.backendmastery.security.web.CsrfTokens;
import dev.backendmastery.security.web.JavalinGuard;
import dev.backendmastery.security.web.LoginThrottle;
import dev.backendmastery.security.web.MacKeys;
import dev.backendmastery.security.web.Origin;
import dev.backendmastery.shortener.application.Keys;
import dev.backendmastery.shortener.application.SignIn;
import dev.backendmastery.shortener.http.ShortenerHttp;
import dev.backendmastery.shortener.messages.Resources;
import dev.backendmastery.shortener.postgres.PostgresAccounts;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything by which somebody gets in: what is known of people and programs, and what stands before all handlers. */
final class Doors {

    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);
    private static final Duration IDLE = Duration.ofDays(14);
    private static final Duration ABSOLUTE = Duration.ofDays(90);

    /** Requests of one page that are on their way together come with the token that one of them replaces. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private static final int HASHES_AT_ONCE = 2;
    private static final int HASHES_WAITING = 50;
    private static final Duration HASH_WAIT = Duration.ofSeconds(3);
    private static final int USES_WAITING = 1_000;

    private final JavalinGuard guard;
    private final SignIn people;
    private final Keys keys;
    private volatile @Nullable Origin own;

    private Doors(ShortenerConfig config, SignIn people, Keys keys, Function<String, byte[]> derive) {
        this.people = people;
        this.keys = keys;
        if (config.baseUrl() != null) {
            URI base = URI.create(config.baseUrl());
            own = Origin.of(base.getScheme() + "://" + base.getRawAuthority());
        } else if (config.port() > 0) {
            servesAt(config.port());
        }
        CsrfTokens tokens = new CsrfTokens(MacKeys.of("1", derive.apply("forms")));
        JavalinGuard.Builder builder = JavalinGuard.of(
                        () -> Objects.requireNonNull(own, "serves at no address yet"), tokens)
                .cors(cors(config))
                .addresses(
                        config.trustedProxies().isEmpty()
                                ? ClientAddress.direct()
                                : ClientAddress.behind(
                                        ClientAddress.Header.X_FORWARDED_FOR,
                                        config.trustedProxies().toArray(String[]::new)));
        guard = ShortenerHttp.guarded(builder).build();
    }

    private static CorsPolicy cors(ShortenerConfig config) {
        if (config.corsOrigins().isEmpty()) {
            return CorsPolicy.none();
        }
        return CorsPolicy.forOrigins(
                        config.corsOrigins().stream().map(Origin::of).toArray(Origin[]::new))
                .methods("GET", "POST")
                .requestHeaders("Authorization", "Content-Type", "Idempotency-Key")
                .build();
    }

    /** What a node needs; what runs in the background ends with {@code open}. */
    static Doors open(
            ShortenerConfig config,
            Transactions transactions,
            InstantSource clock,
            Resources open,
            Function<String, byte[]> derive) {
        PostgresAccounts accounts = new PostgresAccounts(transactions, clock);
        Argon2id scheme = Argon2id.OWASP;
        SchemeHasher hasher = SchemeHasher.of(scheme)
                .peppers(Peppers.of("1", Map.of("1", derive.apply("passwords"))))
                .gate(HashGate.of(HASHES_AT_ONCE, HASHES_AT_ONCE * scheme.memory(), HASHES_WAITING, HASH_WAIT))
                .build();
        PasswordPolicy policy = PasswordPolicy.of(PasswordPolicy.ALONE);
        if (config.breachedPasswords() != null) {
            policy = policy.notBreached(BreachedPasswords.at(config.breachedPasswords()));
        }
        Sessions sessions = Sessions.in(new PostgresSessionStore(transactions), clock)
                .idle(IDLE)
                .absolute(ABSOLUTE)
                .grace(GRACE)
                .listener((id, account, end) -> LOG.info("session of account {} ended: {}", account, end.cause()))
                .build();
        LoginThrottle throttle =
                LoginThrottle.of(MacKeys.of("1", derive.apply("devices"))).build();
        ThreadPoolExecutor uses = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(USES_WAITING),
                new ThreadPoolExecutor.AbortPolicy());
        open.add(uses::shutdownNow);
        ScheduledExecutorService sweeps = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "sessions that are over");
            thread.setDaemon(true);
            return thread;
        });
        open.add(sweeps::shutdownNow);
        var unused = sweeps.scheduleWithFixedDelay(() -> sweep(sessions), 1, 60, TimeUnit.MINUTES);
        Keys keys = new Keys(
                HashedApiKeys.of(ShortenerConfig.KEYS, new PostgresApiKeyStore(transactions))
                        .clock(clock)
                        .pepper(derive.apply("keys"))
                        .lastUsed(uses, Duration.ofMinutes(1))
                        .build(),
                accounts);
        keys.ensureAdministrator(config.adminKey());
        return new Doors(config, new SignIn(accounts, hasher, policy, throttle, sessions, clock), keys, derive);
    }

    private static void sweep(Sessions sessions) {
        try {
            LOG.info("forgot {} sessions that were over", sessions.forget());
        } catch (SessionStoreException e) {
            LOG.warn("sessions that are over stay until the next time", e);
        }
    }

    /** Where the service is reached, unless that is known. */
    void servesAt(int port) {
        if (own == null) {
            own = Origin.of("http://127.0.0.1:" + port);
        }
    }

    JavalinGuard guard() {
        return guard;
    }

    SignIn people() {
        return people;
    }

    Keys keys() {
        return keys;
    }
}
