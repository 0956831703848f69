package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What leases in Redis must hold beyond core's kit. */
@DisplayName("A lease store in Redis")
@Timeout(30)
abstract class LostLeasesContract {

    private static final Duration TTL = Duration.ofSeconds(10);

    private final String name = Shared.name();
    private final LeaseStore store = create(name);

    protected LeaseStore create(String name) {
        return new RedisLeaseStore(Shared.CLIENT, name, Ticker.system());
    }

    @Test
    @DisplayName("RLS-1 gives greater epochs after the server has lost its data and its scripts")
    void forgets() {
        Lease before = store.tryAcquire("a", "me", TTL).orElseThrow();
        Shared.CLIENT.del(name + ":{a}");
        Shared.CLIENT.scriptFlush();
        assertTrue(store.renew(before, TTL).isEmpty(), "the lease is lost, and its holder is told");
        Lease after = store.tryAcquire("a", "other", TTL).orElseThrow();
        assertTrue(after.epoch() > before.epoch());
        assertTrue(store.release(after));
    }

    @Test
    @DisplayName("RLS-2 forgets a name that is not used any more, a day after its last lease")
    void expires() {
        Lease lease = store.tryAcquire("a", "me", TTL).orElseThrow();
        assertTrue(store.release(lease));
        long left = Shared.CLIENT.pttl(name + ":{a}");
        assertTrue(
                left > Duration.ofHours(23).toMillis()
                        && left <= Duration.ofDays(1).toMillis(),
                "left " + left);
        Optional<Lease> again = store.tryAcquire("a", "other", TTL);
        assertTrue(again.isPresent());
    }
}
