package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.writing.Change;
import dev.backendmastery.caching.writing.Writer;
import dev.backendmastery.caching.writing.WritingCache;
import dev.backendmastery.caching.writing.WritingContract;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

@Timeout(60)
final class RedisWriteBehindTest extends WritingContract {

    /** So that a server which outlives this run has nothing of it for the next. */
    private static final String RUN = UUID.randomUUID() + "-";

    private static final AtomicInteger names = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // connect() comes first
    private static RedisClient redis;

    @BeforeAll
    static void connect() {
        Redis server = Engines.redis();
        redis = RedisClients.connect(server.host(), server.port(), 16, Duration.ofSeconds(9));
    }

    @AfterAll
    static void disconnect() {
        redis.close();
    }

    @Override
    protected WritingCache<String, String> create(Wanted wanted) {
        return RedisWriteBehind.builder(
                        redis, RUN + names.incrementAndGet(), Codec.strings(), wanted.writer, wanted.deadLetters)
                .maxPending(wanted.maxPending)
                .maxBatch(wanted.maxBatch)
                .putDeadline(wanted.putDeadline)
                .retry(wanted.retry)
                .build();
    }

    @Override
    protected boolean isDurable() {
        return true;
    }

    private static Writer<String, String> into(Map<String, Change<String, String>> store) {
        return changes -> changes.forEach(
                change -> store.merge(change.key(), change, (old, now) -> now.version() > old.version() ? now : old));
    }

    private static RedisWriteBehind.Builder<String> builder(
            RedisClient client, String name, Writer<String, String> writer) {
        return RedisWriteBehind.builder(client, name, Codec.strings(), writer, (change, reason) -> {
                    throw new AssertionError("nothing here is to be given up", reason);
                })
                .lease(Duration.ofMillis(300))
                .retryAfter(Duration.ZERO);
    }

    @Test
    @DisplayName("RWB-1 loses nothing that was accepted when the server is killed and comes back on its data")
    void serverKilled() throws Exception {
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        try (Redis own = Redis.builder().durable().start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 8, Duration.ofMillis(900));
                RedisWriteBehind<String> cache = builder(client, "durable", changes -> {
                            LockSupport.parkNanos(2_000_000); // so that much is pending at any time
                            into(store).write(changes);
                        })
                        .maxBatch(3)
                        .build()) {
            Map<String, Integer> accepted = new ConcurrentHashMap<>();
            for (int crash = 0; crash < 2; crash++) {
                int round = crash;
                AtomicBoolean killed = new AtomicBoolean();
                AtomicInteger progress = new AtomicInteger();
                Thread putting = new Thread(() -> {
                    for (int i = 0; i < 100_000 && !killed.get(); i++) {
                        int number = round * 100_000 + i;
                        String key = "k" + number % 50;
                        try {
                            cache.put(key, String.valueOf(number));
                        } catch (RedisUnavailableException e) {
                            continue; // a connection of before the restart, or the end: it was not accepted
                        }
                        accepted.put(key, number);
                        progress.incrementAndGet();
                    }
                });
                putting.start();
                for (int i = 0; i < 100_000 && progress.get() < 150; i++) {
                    LockSupport.parkNanos(100_000);
                }
                own.kill();
                killed.set(true);
                putting.join(20_000);
                assertTrue(progress.get() >= 150, () -> progress + " changes were accepted before the crash");
                own.restart();
            }
            assertEquals(50, accepted.size());
            assertTrue(cache.flush(Duration.ofSeconds(20)), () -> cache.pending() + " are pending");
            accepted.forEach((key, number) -> {
                Change<String, String> last = store.get(key);
                assertTrue(
                        last != null && Integer.parseInt(String.valueOf(last.value())) >= number,
                        () -> key + " was accepted as " + number + ", the store has " + last);
            });
        }
    }

    /** A process whose worker hangs in the middle of a write. */
    static final class Hung {
        /** Host, port and name. */
        public static void main(String[] args) throws InterruptedException {
            RedisClient client = RedisClients.connect(args[0], Integer.parseInt(args[1]), 4, Duration.ofSeconds(3));
            RedisWriteBehind<String> cache = builder(client, args[2], changes -> {
                        System.out.println("writing " + changes.size());
                        Thread.currentThread().join();
                    })
                    .maxBatch(5)
                    .build();
            Thread.currentThread().join();
            cache.close();
        }
    }

    @Test
    @DisplayName("RWB-2 what a killed process had read and not acknowledged is claimed by the next worker")
    void workerKilled() throws Exception {
        Redis server = Engines.redis();
        String name = RUN + names.incrementAndGet();
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        try (RedisWriteBehind<String> mine =
                builder(redis, name, into(store)).withoutWorker().build()) {
            for (int i = 0; i < 20; i++) {
                mine.put("k" + i, "v" + i);
            }
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Hung.class.getName(),
                            server.host(),
                            String.valueOf(server.port()),
                            name)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                String line = out.readLine();
                assertEquals("writing 5", line);
            } finally {
                process.destroyForcibly();
                assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            }
            assertEquals(20, mine.pending());
            mine.put("k3", "newer");
            try (RedisWriteBehind<String> next =
                    builder(redis, name, into(store)).maxBatch(5).build()) {
                assertTrue(next.flush(Duration.ofSeconds(10)), () -> next.pending() + " are pending");
            }
            assertEquals(20, store.size());
            Change<String, String> last = store.get("k3");
            assertEquals("newer", last == null ? null : last.value());
            assertEquals("newer", mine.getIfPresent("k3"));
        }
    }

    @Test
    @DisplayName("RWB-3 of several workers one writes at a time, so a key's changes come in their order")
    void oneWorkerAtATime() throws Exception {
        String name = RUN + names.incrementAndGet();
        AtomicInteger writing = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Map<String, Long> versions = new ConcurrentHashMap<>();
        Writer<String, String> writer = changes -> {
            most.accumulateAndGet(writing.incrementAndGet(), Math::max);
            for (Change<String, String> change : changes) {
                Long before = versions.put(change.key(), change.version());
                if (before != null && before > change.version()) {
                    most.set(100);
                }
            }
            LockSupport.parkNanos(1_000_000);
            writing.decrementAndGet();
        };
        try (RedisWriteBehind<String> one =
                        builder(redis, name, writer).maxBatch(2).build();
                RedisWriteBehind<String> two =
                        builder(redis, name, writer).maxBatch(2).build()) {
            for (int i = 0; i < 100; i++) {
                (i % 2 == 0 ? one : two).put("k" + i % 7, "v" + i);
            }
            assertTrue(two.flush(Duration.ofSeconds(10)));
            assertEquals(1, most.get());
            for (int i = 93; i < 100; i++) {
                assertEquals("v" + i, one.getIfPresent("k" + i % 7));
            }
        }
    }

    @Test
    @DisplayName("RWB-4 throws in bounded time when Redis hangs, and goes on when it is back")
    void redisHangs() throws Exception {
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        try (Redis own = Redis.builder().start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 4, Duration.ofMillis(300));
                RedisWriteBehind<String> cache =
                        builder(client, "hangs", into(store)).build()) {
            cache.put("a", "1");
            own.pause();
            long start = System.nanoTime();
            assertThrows(RedisUnavailableException.class, () -> cache.put("a", "2"));
            assertThrows(RedisUnavailableException.class, () -> cache.getIfPresent("a"));
            assertThrows(RedisUnavailableException.class, () -> cache.get("b", key -> "old"));
            assertThrows(RedisUnavailableException.class, () -> cache.flush(Duration.ofSeconds(1)));
            long took = System.nanoTime() - start;
            assertTrue(took < Duration.ofSeconds(8).toNanos(), () -> "four calls took " + took + " ns");
            own.resume();
            cache.put("a", "3");
            assertTrue(cache.flush(Duration.ofSeconds(10)));
            Change<String, String> last = store.get("a");
            assertEquals("3", last == null ? null : last.value());
        }
    }

    @Test
    @DisplayName("RWB-4 refuses what a full server cannot take, unchanged; and starts anew on one that came back empty")
    void fullAndEmpty() throws Exception {
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        try (Redis own = Redis.builder().setting("maxmemory", "100kb").start();
                RedisClient client = RedisClients.connect(own.host(), own.port(), 4, Duration.ofMillis(600));
                RedisWriteBehind<String> cache =
                        builder(client, "full", into(store)).build()) {
            assertThrows(RedisUnavailableException.class, () -> cache.put("a", "1"));
            assertEquals(null, cache.getIfPresent("a"));
            assertEquals("loaded", cache.get("a", key -> "loaded"));
            assertEquals(0, cache.pending());
            client.configSet("maxmemory", "0");
            cache.put("a", "2");
            assertTrue(cache.flush(Duration.ofSeconds(10)));
            own.kill();
            own.restart();
            onceItIsBack(() -> client.configSet("maxmemory", "0"));
            onceItIsBack(() -> cache.put("b", "back"));
            assertTrue(cache.flush(Duration.ofSeconds(10)));
            assertEquals(Map.of("a", "2", "b", "back"), values(store));
        }
    }

    /** Connections of before the restart fail first. */
    private static void onceItIsBack(Runnable call) {
        for (int i = 0; ; i++) {
            try {
                call.run();
                return;
            } catch (RedisUnavailableException | JedisException e) {
                if (i == 20) {
                    throw e;
                }
            }
        }
    }

    @Test
    @DisplayName("a lost script cache is refilled, and a load does not replace what was removed a moment ago")
    void scriptsAndLoads() throws Exception {
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        try (RedisWriteBehind<String> cache =
                builder(redis, RUN + names.incrementAndGet(), into(store)).build()) {
            cache.put("a", "1");
            redis.scriptFlush();
            assertEquals("loaded", cache.get("b", key -> {
                cache.remove("b");
                return "loaded";
            }));
            assertTrue(cache.flush(Duration.ofSeconds(5)));
            assertEquals(null, cache.getIfPresent("b"));
            assertEquals("1", cache.getIfPresent("a"));
        }
    }

    @Test
    @DisplayName("a change that no worker here can read stays for one that can, and holds up no other")
    void unreadable() throws Exception {
        String name = RUN + names.incrementAndGet();
        Map<String, Change<String, String>> store = new ConcurrentHashMap<>();
        Codec<String> strict = new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return Codec.strings().encode(value);
            }

            @Override
            public String decode(byte[] bytes) {
                String value = Codec.strings().decode(bytes);
                if (value.startsWith("new format")) {
                    throw new IllegalArgumentException("not a value of this version");
                }
                return value;
            }
        };
        try (RedisWriteBehind<String> newer =
                        builder(redis, name, into(store)).withoutWorker().build();
                RedisWriteBehind<String> older = RedisWriteBehind.builder(
                                redis, name, strict, into(store), (change, reason) -> {})
                        .lease(Duration.ofMillis(200))
                        .build()) {
            newer.put("a", "new format");
            newer.put("b", "v");
            for (int i = 0; i < 50_000 && store.isEmpty(); i++) {
                LockSupport.parkNanos(100_000);
            }
            assertEquals(Map.of("b", "v"), values(store));
            older.close(Duration.ofSeconds(5));
            assertEquals(1, newer.pending());
            try (RedisWriteBehind<String> able =
                    builder(redis, name, into(store)).build()) {
                assertTrue(able.flush(Duration.ofSeconds(10)));
            }
            assertEquals(Map.of("a", "new format", "b", "v"), values(store));
        }
    }

    private static Map<String, String> values(Map<String, Change<String, String>> store) {
        Map<String, String> values = new ConcurrentHashMap<>();
        store.forEach((key, change) -> values.put(key, String.valueOf(change.value())));
        return values;
    }

    @Test
    void refusesBadSettings() {
        Writer<String, String> writer = changes -> {};
        assertThrows(IllegalArgumentException.class, () -> builder(redis, "{a}", writer));
        assertThrows(IllegalArgumentException.class, () -> builder(redis, "a", writer)
                .maxPending(0));
        assertThrows(IllegalArgumentException.class, () -> builder(redis, "a", writer)
                .maxBatch(0));
        assertThrows(IllegalArgumentException.class, () -> builder(redis, "a", writer)
                .lease(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder(redis, "a", writer)
                .expireAfterWrite(Duration.ZERO));
    }
}
