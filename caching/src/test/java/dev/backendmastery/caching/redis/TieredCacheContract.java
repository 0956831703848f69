package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.FaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;

/** What copies near a {@link RedisCache} must hold. The tracking goes through a proxy, the values do not unless a test says so. */
@DisplayName("A tiered cache")
@Timeout(60)
abstract class TieredCacheContract {

    static final Duration HEARTBEAT = Duration.ofMillis(200);
    static final Duration TIMEOUT = Duration.ofMillis(150);

    /** For a machine that is busy; the bound itself is heartbeat and time-out. */
    private static final Duration SLACK = Duration.ofMillis(400);

    private final String name = Shared.name();
    private final AtomicReference<Runnable> whenRead = new AtomicReference<>(() -> {});

    @SuppressWarnings("NullAway.Init") // open() comes first
    private FaultProxy proxy;

    @SuppressWarnings("NullAway.Init") // as above
    private Tier mine;

    @SuppressWarnings("NullAway.Init") // as above
    private RedisCache<String> theirs;

    /** A tier before {@code far} that is told of changes through {@code tracking}. */
    protected abstract Tier open(RedisCache<String> far, URI tracking);

    /** How often TC-6 is looked at, each time at another moment of the heartbeat. */
    protected int silences() {
        return 1;
    }

    private Tier open(RedisClient client, Duration life) {
        return open(
                RedisCache.builder(client, name, pausing())
                        .expireAfterWrite(life)
                        .build(),
                URI.create(proxy.through(Shared.SERVER.uri())));
    }

    @BeforeEach
    void open() {
        proxy = FaultProxy.to(Shared.SERVER);
        theirs = RedisCache.builder(Shared.CLIENT, name, Codec.strings())
                .expireAfterWrite(Duration.ofHours(1))
                .build();
        mine = open(Shared.CLIENT, Duration.ofHours(1));
        await("tracking", () -> mine.isTracking());
    }

    @AfterEach
    void close() {
        mine.close();
        proxy.close();
    }

    /** Runs {@link #whenRead} once, between a value's reading and its keeping. */
    private Codec<String> pausing() {
        return new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return Codec.strings().encode(value);
            }

            @Override
            public String decode(byte[] bytes) {
                whenRead.getAndSet(() -> {}).run();
                return Codec.strings().decode(bytes);
            }
        };
    }

    private static void await(String what, BooleanSupplier condition) {
        assertTrue(comes(Duration.ofSeconds(3), condition), () -> what + " has not come");
    }

    private static boolean comes(Duration most, BooleanSupplier condition) {
        long end = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }

    /** Puts a copy of {@code key} near; messages of earlier changes may still drop one. */
    private void warm(String key) {
        for (int hits = 0; hits < 2; hits++) {
            await("a copy of " + key, () -> hitsNear(key));
        }
    }

    private boolean hitsNear(String key) {
        long before = Shared.statistic(Shared.CLIENT, "total_reads_processed");
        mine.getIfPresent(key);
        return Shared.statistic(Shared.CLIENT, "total_reads_processed") - before == 1; // that is INFO itself
    }

    @Test
    @DisplayName("TC-1 answers a copy without a round trip")
    void hits() {
        theirs.put("a", "1");
        assertEquals("1", mine.getIfPresent("a"));
        warm("a");
        assertEquals(0, Shared.roundTrips(() -> assertEquals("1", mine.get("a", key -> "not asked"))));
        assertEquals(0, Shared.roundTrips(() -> assertEquals("1", mine.getIfPresent("a"))));
    }

    @Test
    @DisplayName("TC-2 sees this process's own changes at once, also when no message comes")
    void ownChanges() {
        theirs.put("a", "1");
        theirs.put("b", "1");
        theirs.put("c", "1");
        warm("a");
        warm("b");
        warm("c");
        proxy.delay(Duration.ofMillis(100));
        mine.put("a", "2");
        assertEquals("2", mine.getIfPresent("a"));
        mine.remove("b");
        assertNull(mine.getIfPresent("b"));
        mine.clear();
        assertNull(mine.getIfPresent("a"));
        assertNull(mine.getIfPresent("c"));
    }

    @Test
    @DisplayName(
            "TC-3 sees other processes' puts, removals and clears, and deletions by anyone, when the message has come")
    void othersChanges() {
        theirs.put("a", "1");
        theirs.put("b", "1");
        theirs.put("c", "1");
        warm("a");
        warm("b");
        warm("c");
        theirs.put("a", "2");
        await("a put", () -> "2".equals(mine.getIfPresent("a")));
        theirs.remove("b");
        await("a removal", () -> mine.getIfPresent("b") == null);
        Shared.CLIENT.del(theirs.slices().value(theirs.slices().of("c"), "c"));
        await("a deletion", () -> mine.getIfPresent("c") == null);
        warm("a");
        theirs.clear();
        await("a clear", () -> mine.getIfPresent("a") == null);
        theirs.put("a", "3");
        await("a put after a clear", () -> "3".equals(mine.getIfPresent("a")));
    }

    @Test
    @DisplayName("TC-4 does not keep a value whose change was told before it could be kept")
    void overtakenRead() {
        theirs.put("a", "1");
        theirs.put("b", "1");
        theirs.put("message", "1");
        warm("message");
        whenRead.set(() -> {
            theirs.put("a", "2");
            theirs.put("message", "2");
            // Messages come in their order: the second shows that the first is through.
            await("the message", () -> "2".equals(mine.getIfPresent("message")));
        });
        assertEquals("1", mine.getIfPresent("a"), "read before the change");
        assertEquals("2", mine.getIfPresent("a"), "asked after it");
        proxy.delay(Duration.ofMillis(100)); // its own message is late
        whenRead.set(() -> mine.put("b", "2"));
        assertEquals("1", mine.getIfPresent("b"), "read before a change of this process's own");
        assertEquals("2", mine.getIfPresent("b"), "asked after it");
    }

    @Test
    @DisplayName("TC-4 neither when the answer is slow and the message is not")
    void overtakenOnTheWire() throws InterruptedException, ExecutionException, TimeoutException {
        try (FaultProxy slow = FaultProxy.to(Shared.SERVER);
                RedisClient client =
                        RedisClients.connect(URI.create(slow.through(Shared.SERVER.uri())), 2, Duration.ofSeconds(9));
                Tier far = open(client, Duration.ofHours(1))) {
            await("tracking", far::isTracking);
            theirs.put("a", "1");
            theirs.put("warm", "1");
            far.getIfPresent("warm");
            slow.delay(Duration.ofMillis(120));
            CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> String.valueOf(far.getIfPresent("a")));
            // The request is 120 ms on its way, so is the answer: the change falls between the two.
            LockSupport.parkNanos(Duration.ofMillis(180).toNanos());
            theirs.put("a", "2");
            String first = read.get(10, TimeUnit.SECONDS);
            slow.heal();
            assertEquals("1", first, "read before the change");
            assertEquals("2", far.getIfPresent("a"));
        }
    }

    @Test
    @DisplayName("TC-5 answers no copy from before a lost connection, and keeps none until there is another")
    void lostConnection() {
        theirs.put("a", "1");
        warm("a");
        proxy.cut();
        theirs.put("a", "2");
        await("the loss", () -> !mine.isTracking());
        assertEquals("2", mine.getIfPresent("a"));
        assertNotEquals(0, Shared.roundTrips(() -> mine.getIfPresent("a")), "kept without tracking");
        theirs.put("a", "3");
        proxy.heal();
        await("tracking", () -> mine.isTracking());
        assertEquals("3", mine.getIfPresent("a"));
        warm("a");
        theirs.put("a", "4");
        await("a put", () -> "4".equals(mine.getIfPresent("a")));
    }

    @Test
    @DisplayName(
            "TC-6 answers an old value no longer than heartbeat and time-out when the connection is dead without a word")
    void silentConnection() {
        for (int i = 0; i < silences(); i++) {
            theirs.put("a", "old" + i);
            await("tracking", () -> mine.isTracking());
            warm("a");
            LockSupport.parkNanos(HEARTBEAT.dividedBy(3).toNanos() * i); // at different times of the heartbeat
            proxy.drop(FaultProxy.Direction.TO_CLIENT);
            String fresh = "new" + i;
            theirs.put("a", fresh);
            assertTrue(
                    comes(HEARTBEAT.plus(TIMEOUT).plus(SLACK), () -> fresh.equals(mine.getIfPresent("a"))),
                    "an old value is still answered");
            proxy.heal();
        }
    }

    @Test
    @DisplayName("TC-7 answers no copy after the value's lifetime in Redis")
    void lifetime() {
        try (Tier mortal = open(Shared.CLIENT, Duration.ofMillis(300))) {
            await("tracking", mortal::isTracking);
            mortal.put("a", "1");
            proxy.delay(Duration.ofMillis(100)); // no message of the expiry comes in time
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            while (System.nanoTime() < end) {
                mortal.getIfPresent("a");
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            assertNull(mortal.getIfPresent("a"));
        }
    }

    @Test
    @DisplayName("TC-8 is the cache in Redis alone after it was closed, without threads of its own")
    void closed() throws InterruptedException {
        theirs.put("a", "1");
        warm("a");
        mine.close();
        mine.close();
        assertTrue(mine.hasEnded());
        assertFalse(mine.isTracking());
        theirs.put("a", "2");
        assertEquals("2", mine.getIfPresent("a"));
        assertEquals("2", mine.get("a", key -> "not asked"));
    }
}
