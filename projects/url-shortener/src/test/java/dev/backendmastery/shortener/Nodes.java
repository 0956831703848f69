package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Settings for nodes on the test engines. */
final class Nodes {

    static final String ADMIN_KEY = "bmk_TestsAdministratorTestsAdministratorTestsAd1JY7UL";
    static final Duration NEAR_LIFE = Duration.ofMillis(300);

    /** Resolves without asking anybody: a public address that is never contacted. */
    static final String TARGET = "https://example.com/";

    private Nodes() {}

    /** On a fresh database; Redis is shared, so two settings must not run at the same time. */
    static ShortenerConfig.Builder fresh() {
        return on(Engines.postgres().createDatabase(), Engines.redis());
    }

    static ShortenerConfig.Builder on(String jdbcUrl, Redis redis) {
        return ShortenerConfig.on(
                        jdbcUrl,
                        redis.host(),
                        redis.port(),
                        // One for each database: codes are made with it, and Redis would know those of another test.
                        "a secret for tests, of " + jdbcUrl,
                        ADMIN_KEY)
                .cacheLives(NEAR_LIFE, Duration.ofSeconds(10))
                .creationsPerMinute(100_000)
                .visitsPerSecond(100_000)
                .host("example.com", "93.184.216.34")
                .host("inside.example.com", "10.0.0.1");
    }

    /** Waits up to 30 s for what comes about by itself. */
    static <T> void awaitEquals(T expected, Supplier<T> actual) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!expected.equals(actual.get()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(20_000_000);
        }
        assertEquals(expected, actual.get());
    }
}
