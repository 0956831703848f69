package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreContract;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.engines.Redis;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** The kit of core on a real server, and what happens when the server forgets or falls silent. */
final class RedisLeaseStoreTest extends LeaseStoreContract {

    @SuppressWarnings("NullAway.Init") // connect() comes first
    private static RedisClient redis;

    @SuppressWarnings("NullAway.Init") // as above
    private static FaultProxy proxy;

    @SuppressWarnings("NullAway.Init") // as above
    private static RedisClient distant;

    @BeforeAll
    static void connect() {
        Redis server = Engines.redis();
        redis = RedisClients.connect(URI.create(server.uri()), 8, Duration.ofSeconds(9));
        proxy = FaultProxy.to(server);
        distant = RedisClients.connect(URI.create(proxy.through(server.uri())), 2, Duration.ofSeconds(1));
    }

    @AfterAll
    static void disconnect() {
        distant.close();
        proxy.close();
        redis.close();
    }

    @Override
    protected LeaseStore store() {
        return new RedisLeaseStore(redis, "leases", Ticker.system());
    }

    @Override
    protected LeaseStore slow(Duration delay) {
        // Both ways, and the first request of a connection is more than one.
        proxy.delay(delay.dividedBy(6));
        return new RedisLeaseStore(distant, "leases", Ticker.system());
    }

    @Override
    protected Ticker ticker() {
        return Ticker.system();
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        Sleeper.system().sleep(time);
    }

    @Override
    protected Duration ttl() {
        return Duration.ofMillis(400);
    }

    @Test
    @DisplayName("A server that does not answer is a typed error within the client's deadline")
    void unreachable() {
        proxy.delay(Duration.ZERO);
        LeaseStore far = new RedisLeaseStore(distant, "leases", Ticker.system());
        Lease lease = far.tryAcquire("far", "a", Duration.ofMinutes(1)).orElseThrow();
        proxy.drop(FaultProxy.Direction.TO_CLIENT);
        try {
            long start = System.nanoTime();
            assertThrows(LeaseStoreException.class, () -> far.renew(lease, Duration.ofMinutes(1)));
            assertTrue(System.nanoTime() - start < 5_000_000_000L, "hung");
        } finally {
            proxy.heal();
        }
        assertEquals(
                lease.epoch(),
                store().renew(lease, Duration.ofMinutes(1)).orElseThrow().epoch());
    }

    @Test
    void refusesANameWithBraces() {
        assertThrows(IllegalArgumentException.class, () -> new RedisLeaseStore(redis, "a{b", Ticker.system()));
    }
}
