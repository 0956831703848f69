package dev.backendmastery.docs.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.redis.Codec;
import dev.backendmastery.caching.redis.RedisCache;
import dev.backendmastery.caching.redis.RedisClients;
import dev.backendmastery.caching.redis.TieredCache;
import dev.backendmastery.core.id.FeistelShortCodes;
import dev.backendmastery.core.id.ShortCodes;
import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.SlidingWindowCounter;
import dev.backendmastery.core.ratelimit.SlidingWindowLog;
import dev.backendmastery.core.ratelimit.TokenBucket;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.databases.paging.CursorKeys;
import dev.backendmastery.databases.paging.Keyset;
import dev.backendmastery.databases.paging.Page;
import dev.backendmastery.databases.paging.SortKey;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.patterns.inbox.PostgresInbox;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** Runs what is broken and what replaces it; the page must show exactly what they did. */
final class GalleryTest {

    private static final Rate TEN_A_SECOND = Rate.perSecond(10);
    private static final Field<Integer> ID = DSL.field(DSL.name("id"), SQLDataType.INTEGER.notNull());

    @Test
    void starvingTokenBucket() throws IOException {
        ManualTicker ticker = new ManualTicker();
        StarvingTokenBucket broken = new StarvingTokenBucket(10, 10, ticker);
        int starved = granted(broken::tryAcquire, 60, Duration.ofMillis(50), ticker);
        TokenBucket bucket = TokenBucket.of(TEN_A_SECOND, 10, ticker);
        int served = granted(bucket::tryAcquire, 60, Duration.ofMillis(50), ticker);
        shows(
                "StarvingTokenBucket: 10 of 60 calls granted in 3 s",
                "TokenBucket:         39 of 60 calls granted in 3 s",
                "StarvingTokenBucket: " + starved + " of 60 calls granted in 3 s",
                "TokenBucket:         " + served + " of 60 calls granted in 3 s");
    }

    @Test
    void boundaryBurst() throws IOException {
        ManualTicker ticker = new ManualTicker();
        BoundaryBurst broken = new BoundaryBurst(10, ticker);
        RateLimiter log = SlidingWindowLog.of(TEN_A_SECOND, ticker);
        ticker.advance(Duration.ofMillis(990));
        int burst = granted(broken::tryAcquire, 20, Duration.ZERO, ticker);
        int held = granted(log::tryAcquire, 20, Duration.ZERO, ticker);
        ticker.advance(Duration.ofMillis(20));
        burst += granted(broken::tryAcquire, 20, Duration.ZERO, ticker);
        held += granted(log::tryAcquire, 20, Duration.ZERO, ticker);
        shows(
                "BoundaryBurst:    20 granted within 20 ms",
                "SlidingWindowLog: 10 granted within 20 ms",
                "BoundaryBurst:    " + burst + " granted within 20 ms",
                "SlidingWindowLog: " + held + " granted within 20 ms");
    }

    @Test
    void agedWindow() throws IOException {
        ManualTicker ticker = new ManualTicker();
        AgedWindow broken = new AgedWindow(10, ticker);
        RateLimiter counter = SlidingWindowCounter.of(TEN_A_SECOND, ticker);
        granted(broken::tryAcquire, 10, Duration.ZERO, ticker);
        granted(counter::tryAcquire, 10, Duration.ZERO, ticker);
        ticker.advance(Duration.ofHours(1));
        int old = granted(broken::tryAcquire, 10, Duration.ZERO, ticker);
        int whole = granted(counter::tryAcquire, 10, Duration.ZERO, ticker);
        shows(
                "AgedWindow:           0 of 10 granted after an hour of silence",
                "SlidingWindowCounter: 10 of 10 granted after an hour of silence",
                "AgedWindow:           " + old + " of 10 granted after an hour of silence",
                "SlidingWindowCounter: " + whole + " of 10 granted after an hour of silence");
    }

    @Test
    void checkThenActCodes() throws IOException {
        // The other caller comes in exactly between the look and the insert, which a sleep can only hope for.
        Iterator<String> random = List.of("k3X", "k3X").iterator();
        List<Runnable> between = new ArrayList<>();
        Map<String, String> links = new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean containsKey(Object key) {
                boolean there = super.containsKey(key);
                if (!between.isEmpty()) {
                    between.remove(0).run();
                }
                return there;
            }
        };
        CheckThenActCodes broken = new CheckThenActCodes(links, random::next);
        List<String> given = new ArrayList<>();
        between.add(() -> given.add(broken.shorten("https://b.example")));
        given.add(broken.shorten("https://a.example"));

        ShortCodes codes = new FeistelShortCodes(new byte[16], 7);
        long counter = 0;
        String first = codes.encode(counter++);
        String second = codes.encode(counter);
        shows(
                "CheckThenActCodes: 2 callers, 1 code, 1 link left",
                "FeistelShortCodes: 2 callers, 2 codes, nothing to look up",
                "CheckThenActCodes: 2 callers, " + given.stream().distinct().count() + " code, " + links.size()
                        + " link left",
                "FeistelShortCodes: 2 callers, "
                        + List.of(first, second).stream().distinct().count() + " codes, nothing to look up");
    }

    @Test
    void offsetPaging() throws IOException {
        List<Integer> rows = new ArrayList<>(List.of(6, 5, 4, 3, 2, 1));
        List<Integer> doubled = new ArrayList<>(OffsetPaging.page(rows, 0, 3));
        rows.add(0, 7);
        doubled.addAll(OffsetPaging.page(rows, 1, 3));
        List<Integer> less = new ArrayList<>(List.of(6, 5, 4, 3, 2, 1));
        List<Integer> skipped = new ArrayList<>(OffsetPaging.page(less, 0, 3));
        less.remove(0);
        skipped.addAll(OffsetPaging.page(less, 1, 3));

        try (Database database =
                Database.at(Engines.postgres().createDatabase()).poolSize(1).open()) {
            shows(
                    "OffsetPaging: [6, 5, 4, 4, 3, 2] with a row inserted between the pages",
                    "OffsetPaging: [6, 5, 4, 2, 1] with a row deleted between the pages",
                    "Keyset:       [6, 5, 4, 3, 2, 1] with a row inserted between the pages",
                    "Keyset:       [6, 5, 4, 3, 2, 1] with a row deleted between the pages",
                    "OffsetPaging: " + doubled + " with a row inserted between the pages",
                    "OffsetPaging: " + skipped + " with a row deleted between the pages",
                    "Keyset:       " + walk(database, "INSERT INTO item VALUES (7)")
                            + " with a row inserted between the pages",
                    "Keyset:       " + walk(database, "DELETE FROM item WHERE id = 6")
                            + " with a row deleted between the pages");
        }
    }

    private static List<Integer> walk(Database database, String meanwhile) {
        database.dsl().execute("DROP TABLE IF EXISTS item");
        database.dsl().execute("CREATE TABLE item (id int PRIMARY KEY)");
        database.dsl().execute("INSERT INTO item SELECT generate_series(1, 6)");
        Keyset pager = Keyset.of(
                "items", CursorKeys.of(1, new byte[32]), SortKey.desc(ID).asUnique());
        Page<Record1<Integer>> first =
                pager.fetch(database.dsl().select(ID).from(DSL.table(DSL.name("item"))), 3, null);
        database.dsl().execute(meanwhile);
        Page<Record1<Integer>> second = pager.fetch(
                database.dsl().select(ID).from(DSL.table(DSL.name("item"))),
                3,
                first.next().orElseThrow());
        List<Integer> ids = new ArrayList<>();
        first.rows().forEach(row -> ids.add(row.value1()));
        second.rows().forEach(row -> ids.add(row.value1()));
        return ids;
    }

    @Test
    void overtakenCopy() throws IOException {
        Map<String, String> far = new ConcurrentHashMap<>(Map.of("key", "old"));
        OvertakenCopy[] broken = {null};
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {
            far.put("key", "new");
            Objects.requireNonNull(broken[0]).changed("key");
        });
        broken[0] = new OvertakenCopy(key -> {
            String value = Objects.requireNonNull(far.get(key));
            meanwhile.getAndSet(() -> {}).run();
            return value;
        });
        OvertakenCopy copies = broken[0];
        String kept = copies.get("key") + ", " + copies.get("key") + ", " + copies.get("key");

        URI address = URI.create(Engines.redis().uri());
        String name = "gallery" + ProcessHandle.current().pid();
        try (RedisClient redis = RedisClients.connect(address, 4, Duration.ofSeconds(9))) {
            RedisCache<String> others =
                    RedisCache.builder(redis, name, Codec.strings()).build();
            AtomicReference<Runnable> whenRead = new AtomicReference<>(() -> {});
            RedisCache<String> mine =
                    RedisCache.builder(redis, name, pausing(whenRead)).build();
            try (TieredCache<String> tiered = TieredCache.builder(mine, address).build()) {
                others.put("key", "old");
                await(tiered::isTracking);
                others.put("message", "0");
                int[] hits = {0};
                await(() -> {
                    long before = mine.stats().hits();
                    tiered.getIfPresent("message");
                    redis.ping();
                    hits[0] = mine.stats().hits() == before ? hits[0] + 1 : 0;
                    return hits[0] == 50; // a copy that stays: the message of its own writing is through
                });
                whenRead.set(() -> {
                    others.put("key", "new");
                    others.put("message", "1");
                    // Messages come in their order, so when this one is through, so is the one before.
                    await(() -> "1".equals(tiered.getIfPresent("message")));
                });
                String right = tiered.getIfPresent("key") + ", " + tiered.getIfPresent("key") + ", "
                        + tiered.getIfPresent("key");
                shows(
                        "OvertakenCopy: old, old, old",
                        "TieredCache:   old, new, new",
                        "OvertakenCopy: " + kept,
                        "TieredCache:   " + right);
            }
        }
    }

    @Test
    void retryWithoutInbox() throws IOException {
        String url = Engines.postgres().createDatabase();
        try (Database database = Database.at(url).open()) {
            database.dsl().execute(PostgresInbox.TABLE);
            database.dsl().execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
            database.dsl().execute("INSERT INTO account VALUES (1, 100), (2, 100)");
            Message debit = Message.of(UuidV7.fast().next(), "account.debited", Instant.now())
                    .build();
            RetryWithoutInbox<Message> broken = new RetryWithoutInbox<>(
                    message -> database.dsl().execute("UPDATE account SET balance = balance - 10 WHERE id = 1"));
            int naive = deliver(acknowledge -> broken.receive(debit, acknowledge));
            PostgresInbox inbox = new PostgresInbox(
                    new PostgresTransactions(database),
                    Isolation.READ_COMMITTED,
                    Duration.ofDays(7),
                    InstantSource.system());
            int right = deliver(acknowledge -> {
                inbox.receive(
                        "billing",
                        debit.envelope(),
                        tx -> tx.execute("UPDATE account SET balance = balance - 10 WHERE id = 2"));
                acknowledge.run();
            });
            shows(
                    "RetryWithoutInbox: 2 deliveries, balance 80",
                    "PostgresInbox:     2 deliveries, balance 90",
                    "RetryWithoutInbox: " + naive + " deliveries, balance " + balance(database, 1),
                    "PostgresInbox:     " + right + " deliveries, balance " + balance(database, 2));
        } finally {
            Engines.postgres().dropDatabase(url);
        }
    }

    /** Delivers until it is acknowledged; the first acknowledgement is lost. @return how often */
    private static int deliver(Consumer<Runnable> receiver) {
        for (int delivery = 1; ; delivery++) {
            int now = delivery;
            try {
                receiver.accept(() -> {
                    if (now == 1) {
                        throw new IllegalStateException("the broker did not hear");
                    }
                });
                return delivery;
            } catch (IllegalStateException lost) {
                assertTrue(delivery < 3, "nothing else fails");
            }
        }
    }

    private static int balance(Database database, int account) {
        return database.dsl()
                .resultQuery("SELECT balance FROM account WHERE id = ?", account)
                .fetchSingle(0, int.class);
    }

    private static Codec<String> pausing(AtomicReference<Runnable> whenRead) {
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

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it has not come");
            Thread.onSpinWait();
        }
    }

    private static int granted(BooleanSupplier call, int calls, Duration gap, ManualTicker ticker) {
        int granted = 0;
        for (int i = 0; i < calls; i++) {
            granted += call.getAsBoolean() ? 1 : 0;
            ticker.advance(gap);
        }
        return granted;
    }

    /** The first half of {@code lines} is what must come out, the second half what did; the page must show it as a block. */
    static void shows(String... lines) throws IOException {
        List<String> all = List.of(lines);
        String expected = String.join("\n", all.subList(0, all.size() / 2));
        assertEquals(expected, String.join("\n", all.subList(all.size() / 2, all.size())));
        assertTrue(
                Files.readString(Path.of("gallery", "README.md")).contains("```text\n" + expected + "\n```\n"),
                () -> "gallery/README.md does not show this output:\n" + expected);
    }
}
