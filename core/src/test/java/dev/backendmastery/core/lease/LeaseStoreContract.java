package dev.backendmastery.core.lease;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every {@link LeaseStore} must hold, in memory or on an engine: say how time passes there. */
@DisplayName("A LeaseStore")
public abstract class LeaseStoreContract {

    /** The store to check: the same leases at every call. */
    protected abstract LeaseStore store();

    /** The same leases, for a holder whose requests take as long as {@code delay}. */
    protected abstract LeaseStore slow(Duration delay);

    /** The holders' clock. */
    protected abstract Ticker ticker();

    /** Lets time pass, for the store and for its holders. */
    protected abstract void pass(Duration time) throws InterruptedException;

    /** A time to live that is long enough for a few requests. */
    protected abstract Duration ttl();

    private final String name = "kit-" + UUID.randomUUID();

    private Lease acquire(String holder) {
        return store().tryAcquire(name, holder, ttl()).orElseThrow(() -> new AssertionError(holder + " got no lease"));
    }

    @Test
    @DisplayName("LS-1 has one holder at a time, until the lease is over")
    void oneHolder() throws InterruptedException {
        acquire("a");
        assertEquals(Optional.empty(), store().tryAcquire(name, "b", ttl()));
        pass(ttl().dividedBy(2));
        assertEquals(Optional.empty(), store().tryAcquire(name, "b", ttl()));
        pass(ttl().multipliedBy(3).dividedBy(4));
        acquire("b");
        assertEquals(Optional.empty(), store().tryAcquire(name, "a", ttl()));
    }

    @Test
    @DisplayName("LS-2 gives every lease a greater epoch than all before it")
    void epochs() throws InterruptedException {
        long last = Long.MIN_VALUE;
        for (int i = 0; i < 4; i++) {
            Lease lease = acquire(i < 2 ? "a" : "b");
            assertTrue(lease.epoch() > last, "epoch " + lease.epoch() + " after " + last);
            last = lease.epoch();
            if (i % 2 == 0) {
                assertTrue(store().release(lease));
            } else {
                pass(ttl().multipliedBy(5).dividedBy(4));
            }
        }
    }

    @Test
    @DisplayName("LS-3 counts the deadline from before the request")
    void deadline() {
        Duration delay = ttl().dividedBy(4);
        LeaseStore slow = slow(delay);
        long before = ticker().nanos();
        Lease lease = slow.tryAcquire(name, "a", ttl()).orElseThrow();
        assertTrue(lease.deadlineNanos() - before <= ttl().toNanos() + allowedNanos(), "later than the store's");
        assertTrue(lease.deadlineNanos() - before > ttl().toNanos() / 2, "far too early");
        before = ticker().nanos();
        Lease renewed = slow.renew(lease, ttl()).orElseThrow();
        assertTrue(renewed.deadlineNanos() - before <= ttl().toNanos() + allowedNanos(), "later than the store's");
        assertEquals(lease.epoch(), renewed.epoch());
    }

    /** Between the kit's reading of the clock and the store's lies no request. */
    private long allowedNanos() {
        return ttl().toNanos() / 10;
    }

    @Test
    @DisplayName("LS-4 renews for the holder of the newest epoch, as long as it has not expired")
    void renewal() throws InterruptedException {
        Lease lease = acquire("a");
        for (int i = 0; i < 4; i++) {
            pass(ttl().dividedBy(2));
            lease = store().renew(lease, ttl()).orElseThrow();
            assertTrue(lease.isValid(ticker()));
            assertEquals(Optional.empty(), store().tryAcquire(name, "b", ttl()));
        }
        Lease lost = lease;
        pass(ttl().multipliedBy(5).dividedBy(4));
        assertFalse(lost.isValid(ticker()));
        assertEquals(Optional.empty(), store().renew(lost, ttl()), "nobody has it, and yet it is lost");
        Lease next = acquire("b");
        assertEquals(Optional.empty(), store().renew(lost, ttl()), "another has it");
        assertTrue(store().renew(next, ttl()).isPresent());
    }

    @Test
    @DisplayName("LS-5 frees what its holder releases, and nothing for who has lost it")
    void release() throws InterruptedException {
        Lease first = acquire("a");
        assertTrue(store().release(first));
        assertFalse(store().release(first), "released before");
        assertEquals(Optional.empty(), store().renew(first, ttl()), "released before");
        Lease second = acquire("a");
        assertFalse(store().release(first), "the same holder, an older epoch");
        assertEquals(Optional.empty(), store().tryAcquire(name, "b", ttl()), "still held");
        pass(ttl().multipliedBy(5).dividedBy(4));
        Lease third = acquire("b");
        assertFalse(store().release(second), "expired");
        assertEquals(Optional.empty(), store().tryAcquire(name, "c", ttl()), "still held");
        assertTrue(store().release(third));
    }

    @Test
    @DisplayName("LS-6 keeps names apart")
    void names() {
        acquire("a");
        Lease other = store().tryAcquire(name + "-other", "b", ttl()).orElseThrow();
        assertEquals("b", other.holder());
        assertEquals(name + "-other", other.name());
        assertTrue(store().release(other));
        assertEquals(Optional.empty(), store().tryAcquire(name, "b", ttl()));
    }

    @Test
    @DisplayName("LS-7 gives a holder no second lease on top of its own")
    void noStacking() {
        Lease lease = acquire("a");
        assertEquals(Optional.empty(), store().tryAcquire(name, "a", ttl()));
        assertTrue(store().renew(lease, ttl()).isPresent());
    }

    @Test
    @DisplayName("LS-8 refuses bad input by name and changes nothing")
    void badInput() {
        refuses("name", () -> store().tryAcquire("", "a", ttl()));
        refuses("name", () -> store().tryAcquire("n".repeat(201), "a", ttl()));
        refuses("holder", () -> store().tryAcquire(name, "", ttl()));
        refuses("ttl", () -> store().tryAcquire(name, "a", Duration.ZERO));
        refuses("ttl", () -> store().tryAcquire(name, "a", Duration.ofDays(1).plusNanos(1)));
        Lease lease = acquire("a");
        refuses("ttl", () -> store().renew(lease, Duration.ofMillis(-1)));
        assertTrue(store().renew(lease, ttl()).isPresent());
    }

    private static void refuses(String argument, Executable call) {
        var refusal = assertThrows(IllegalArgumentException.class, call);
        assertTrue(String.valueOf(refusal.getMessage()).contains(argument), refusal::getMessage);
    }

    @Test
    @DisplayName("LS-9 gives the lease to one of many who ask at once")
    void simultaneous() throws Exception {
        int callers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        Set<String> epochs = new HashSet<>();
        try {
            for (int round = 0; round < 40; round++) {
                // Every other name is new: the first holder ever takes another way through most stores than the next.
                String contested = round % 2 == 0 ? name : name + "-" + round;
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Optional<Lease>>> futures = new ArrayList<>();
                for (int c = 0; c < callers; c++) {
                    String holder = "h" + c;
                    futures.add(pool.submit(() -> {
                        start.await();
                        return store().tryAcquire(contested, holder, ttl().multipliedBy(10));
                    }));
                }
                start.countDown();
                List<Lease> won = new ArrayList<>();
                for (Future<Optional<Lease>> future : futures) {
                    future.get(10, SECONDS).ifPresent(won::add);
                }
                assertEquals(1, won.size(), () -> "holders " + won);
                assertTrue(epochs.add(contested + "@" + won.get(0).epoch()), "an epoch was given out twice");
                assertTrue(store().release(won.get(0)));
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
