package dev.backendmastery.caching.writing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.resilience.RetryConfig;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class WriteBehindTest extends WritingContract {

    static WriteBehind.Builder<String, String> builder(Wanted wanted) {
        return WriteBehind.builder(BoundedCache.<String, String>builder().lru(), wanted.writer, wanted.deadLetters)
                .maxPending(wanted.maxPending)
                .maxBatch(wanted.maxBatch)
                .linger(wanted.linger)
                .putDeadline(wanted.putDeadline)
                .retry(wanted.retry);
    }

    @Override
    protected WritingCache<String, String> create(Wanted wanted) {
        return builder(wanted).build();
    }

    @Test
    @DisplayName("a store that is down is asked for a few of a batch, and the rest keeps its attempts")
    void outage() throws Exception {
        ManualTicker ticker = new ManualTicker();
        AtomicInteger calls = new AtomicInteger();
        List<String> told = new ArrayList<>();
        Delivery<Integer, String> delivery = new Delivery<>(
                changes -> {
                    calls.incrementAndGet();
                    throw new IllegalStateException("down");
                },
                RetryConfig.DEFAULT.withMaxAttempts(2).withBackoff(Backoff.fixed(Duration.ofSeconds(1))),
                10,
                ticker,
                () -> 0.5,
                new Delivery.Listener<>() {
                    @Override
                    public void written(Change<Integer, String> change) {
                        told.add("written " + change.key());
                    }

                    @Override
                    public void superseded(Change<Integer, String> change) {
                        told.add("superseded " + change.key() + " " + change.version());
                    }

                    @Override
                    public void abandoned(Change<Integer, String> change, Throwable reason) {
                        told.add("abandoned " + change.key());
                    }

                    @Override
                    public void failed(Change<Integer, String> change, Throwable failure) {}
                });
        for (int key = 0; key < 10; key++) {
            delivery.add(new Change<>(key, "v", key));
        }
        delivery.round();
        assertEquals(1 + Delivery.OUTAGE, calls.get());
        assertEquals(Duration.ofSeconds(1).toNanos(), delivery.nanosUntilDue());
        delivery.round();
        assertEquals(1 + Delivery.OUTAGE, calls.get(), "nothing is due");
        ticker.advance(Duration.ofSeconds(1));
        delivery.round();
        assertEquals(List.of("abandoned 0", "abandoned 1", "abandoned 2"), told);
        assertEquals(7, delivery.size());
        told.clear();
        delivery.add(new Change<>(5, "newer", 50));
        delivery.add(new Change<>(5, "late", 40));
        assertEquals(List.of("superseded 5 5", "superseded 5 40"), told);
    }

    @Test
    void refusesBadSettings() {
        var builder = WriteBehind.<String, String>builder(
                BoundedCache.<String, String>builder().lru(), changes -> {}, (change, reason) -> {});
        assertThrows(IllegalArgumentException.class, () -> builder.maxPending(0));
        assertThrows(IllegalArgumentException.class, () -> builder.maxBatch(0));
        assertThrows(IllegalArgumentException.class, () -> builder.linger(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.putDeadline(Duration.ofNanos(-1)));
    }

    @Test
    @DisplayName("what the cache cannot be told is written all the same, and counted")
    void cacheFails() throws Exception {
        List<String> written = new ArrayList<>();
        BoundedCache<String, String> broken = BoundedCache.<String, String>builder()
                .expireAfterWrite((key, value) -> {
                    throw new IllegalStateException("no life");
                })
                .lru();
        try (WriteBehind<String, String> cache = WriteBehind.<String, String>builder(
                        broken, changes -> changes.forEach(change -> written.add(change.key())), (change, reason) -> {})
                .build()) {
            cache.put("a", "1");
            assertTrue(cache.flush(Duration.ofSeconds(3)));
            assertEquals(List.of("a"), written);
            assertEquals(1, cache.stats().cacheFailures());
        }
    }

    @Test
    @DisplayName("an error of the writer, or of what decides on retries, ends neither the worker nor in silence")
    void errors() throws Exception {
        Map<String, Throwable> dead = new ConcurrentHashMap<>();
        List<String> written = new CopyOnWriteArrayList<>();
        try (WriteBehind<String, String> cache = WriteBehind.<String, String>builder(
                        BoundedCache.<String, String>builder().lru(),
                        changes -> changes.forEach(change -> {
                            if (change.key().equals("error")) {
                                throw new AssertionError("planned");
                            }
                            if (change.key().equals("odd")) {
                                throw new UnsupportedOperationException("planned");
                            }
                            written.add(change.key());
                        }),
                        (change, reason) -> {
                            dead.put(change.key(), reason);
                            throw new IllegalStateException("the letter box is full");
                        })
                .retry(RetryConfig.DEFAULT.withRetryOn(failure -> {
                    if (failure instanceof UnsupportedOperationException) {
                        throw new IllegalStateException("cannot say");
                    }
                    return false;
                }))
                .maxBatch(1)
                .build()) {
            cache.put("error", "1");
            cache.put("odd", "1");
            cache.put("right", "1");
            assertTrue(cache.flush(Duration.ofSeconds(3)));
            assertEquals(List.of("right"), written);
            assertTrue(dead.get("error") instanceof AssertionError);
            assertTrue(dead.get("odd") instanceof IllegalStateException);
        }
    }
}
