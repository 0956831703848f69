package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cache that several processes share must hold beyond {@code CacheContract}; RC-2, RC-3 and RC-11 are among the faults. */
@DisplayName("A cache in Redis")
@Timeout(30)
abstract class SharedCacheContract {

    private final String name = Shared.name();

    /** A cache that is as {@code settings} say, as one more process would open it. */
    protected SharedCache process(RedisCache.Builder<String> settings) {
        return new SharedCache(settings.build());
    }

    private RedisCache.Builder<String> settings() {
        return settings(Codec.strings());
    }

    private RedisCache.Builder<String> settings(Codec<String> codec) {
        return RedisCache.builder(Shared.CLIENT, name, codec).expireAfterWrite(Duration.ofHours(1));
    }

    private long[] lifetimes() {
        return Shared.CLIENT.keys("*" + name + "*").stream()
                .mapToLong(Shared.CLIENT::pttl)
                .filter(left -> left > Duration.ofSeconds(60).toMillis())
                .toArray();
    }

    @Test
    @DisplayName("RC-1 does not remember a load that another process's invalidation has overtaken")
    void overtakenByAnotherProcess() {
        SharedCache mine = process(settings());
        SharedCache theirs = process(settings());
        assertEquals("old", mine.get("a", key -> {
            theirs.remove("a");
            return "old";
        }));
        assertNull(theirs.getIfPresent("a"));
        assertEquals("older", mine.get("b", key -> {
            theirs.put("b", "new");
            return "older";
        }));
        assertEquals("new", theirs.getIfPresent("b"));
        assertEquals("fresh", mine.get("a", key -> "fresh"));
        assertEquals("fresh", theirs.getIfPresent("a"));
        assertEquals("oldest", mine.get("c", key -> {
            theirs.clear();
            return "oldest";
        }));
        assertNull(theirs.getIfPresent("c"));
    }

    @Test
    @DisplayName("RC-1 remembers the first of many loads of different processes, so that misses cannot go on for ever")
    void concurrentMissesShareALease() {
        SharedCache mine = process(settings());
        SharedCache theirs = process(settings());
        mine.get("a", key -> {
            assertNull(theirs.getIfPresent("a"));
            assertEquals("theirs", theirs.get("a", k -> "theirs"));
            assertEquals("theirs", theirs.getIfPresent("a"), "their later miss did not have to wait for ours");
            return "mine";
        });
        assertTrue(theirs.getIfPresent("a") != null);
    }

    @Test
    @DisplayName("RC-4 loads anew what it cannot decode")
    void undecodable() {
        process(settings()).put("a", "not a number");
        SharedCache numbers = process(settings(new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return value.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] bytes) {
                return Integer.valueOf(new String(bytes, UTF_8)).toString();
            }
        }));
        assertNull(numbers.getIfPresent("a"));
        assertEquals(Map.of(), numbers.getAll(List.of("a")));
        assertEquals("1", numbers.get("a", key -> "1"));
        assertEquals("2", numbers.get("a", key -> "2"));
        assertEquals("2", numbers.get("a", key -> "3"));
    }

    @Test
    @DisplayName("RC-5 survives a lost script cache")
    void scriptFlush() {
        SharedCache cache = process(settings());
        cache.get("a", key -> "1");
        Shared.CLIENT.scriptFlush();
        assertEquals("2", cache.get("b", key -> "2"));
        Shared.CLIENT.scriptFlush();
        cache.put("b", "3");
        assertEquals("3", cache.getIfPresent("b"));
        Shared.CLIENT.scriptFlush();
        cache.putAll(Map.of("b", "4", "c", "5"));
        assertEquals(Map.of("b", "4", "c", "5"), cache.getAll(List.of("b", "c")));
    }

    @Test
    @DisplayName(
            "RC-6 keeps a long value in less than half of its bytes, for processes with and without compression alike")
    void compression() {
        SharedCache compresses = process(settings().compressAbove(100));
        SharedCache plain = process(settings());
        String text = "all work and no play makes a dull cache, ".repeat(500);
        String noise = new Random(1)
                .ints(5_000, 0, 0xD800)
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("text", text);
        all.put("short", "x".repeat(100));
        all.put("empty", "");
        all.put("noise", noise);
        compresses.putAll(all);
        long bytes = Shared.CLIENT.keys("*" + name + "*:text").stream()
                .mapToLong(Shared.CLIENT::strlen)
                .sum();
        assertTrue(bytes > 0 && bytes < text.length() / 2, () -> bytes + " bytes for " + text.length());
        all.forEach((key, value) -> assertEquals(value, plain.getIfPresent(key)));
        plain.putAll(all);
        all.forEach((key, value) -> assertEquals(value, compresses.get(key, k -> "not asked")));
    }

    @Test
    @DisplayName("RC-7 reads nothing from before a clear by any process, whose cost does not grow with what it clears")
    void clear() {
        SharedCache mine = process(settings());
        SharedCache theirs = process(settings());
        long empty = Shared.commands(mine::clear);
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 2_000; i++) {
            many.put("k" + i, "old");
        }
        mine.putAll(many);
        assertEquals(many, theirs.getAll(many.keySet()));
        long full = Shared.commands(mine::clear);
        assertTrue(full <= empty + 5, () -> full + " commands to clear 2,000, " + empty + " to clear nothing");
        assertEquals(Map.of(), theirs.getAll(many.keySet()));
        assertNull(theirs.getIfPresent("k7"));
        assertEquals("new", theirs.get("k7", key -> "new"));
        mine.put("k8", "new");
        assertEquals(Map.of("k7", "new", "k8", "new"), mine.getAll(many.keySet()));
    }

    @Test
    @DisplayName("RC-8 reads and writes many keys in one round trip, each as if it were alone")
    void bulk() {
        SharedCache cache = process(settings()
                .expireAfterWrite((key, value) -> value.equals("dead") ? Duration.ZERO : Duration.ofHours(1)));
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 30; i++) {
            many.put("k" + i, "v" + i);
        }
        cache.putAll(many); // sends the script for the first time
        assertEquals(1, Shared.roundTrips(() -> cache.putAll(many)), "round trips of a write of 30");
        List<String> asked = new ArrayList<>(many.keySet());
        asked.add("never there");
        asked.add("k0");
        assertEquals(
                1, Shared.roundTrips(() -> assertEquals(many, cache.getAll(asked))), "round trips of a read of 30");
        assertEquals(asked.subList(0, 30), List.copyOf(cache.getAll(asked).keySet()), "in the order of the keys");
        cache.remove("k1");
        cache.putAll(Map.of("k2", "dead", "k3", "newer"));
        assertEquals(Map.of("k3", "newer"), cache.getAll(List.of("k1", "k2", "k3")));
        assertEquals(Map.of(), cache.getAll(List.of()));
        cache.putAll(Map.of());
        assertEquals("old", cache.get("k4 loads", key -> {
            cache.putAll(Map.of("k4 loads", "newer"));
            return "old";
        }));
        assertEquals("newer", cache.getIfPresent("k4 loads"), "a bulk write overtakes a load too");
    }

    @Test
    @DisplayName("RC-9 costs one round trip for a hit and two for a miss with its load")
    void roundTrips() {
        SharedCache cache = process(settings());
        AtomicInteger keys = new AtomicInteger();
        cache.get("warm", key -> "sends the scripts");
        assertEquals(2, Shared.roundTrips(() -> cache.get("k" + keys.incrementAndGet(), key -> "v")), "a miss");
        assertEquals(1, Shared.roundTrips(() -> cache.get("warm", key -> "v")), "a hit");
        assertEquals(1, Shared.roundTrips(() -> cache.getIfPresent("warm")), "a look-up");
    }

    @Test
    @DisplayName("RC-10 spreads lifetimes over the part that was chosen, and no further")
    void jitter() {
        SharedCache cache = process(settings().jitter(0.5));
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i, "v");
            cache.get("l" + i, key -> "v");
        }
        long hour = Duration.ofHours(1).toMillis();
        long[] left = lifetimes();
        assertEquals(200, left.length);
        assertTrue(LongStream.of(left).allMatch(ms -> ms <= hour && ms >= hour / 2 - 30_000), "within the part");
        assertTrue(LongStream.of(left).min().orElseThrow() < hour * 0.6, "spread to the short end");
        assertTrue(LongStream.of(left).max().orElseThrow() > hour * 0.9, "spread to the long end");
    }
}
