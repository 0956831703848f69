package dev.backendmastery.caching.loading;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ReadThroughTest extends LoadingCacheContract {

    /** A right one, as the kit wants it. */
    static ReadThrough.Builder<String, String> builder(Wanted wanted) {
        Loader.Bulk<String, String> bulk = wanted.bulk;
        ReadThrough.Builder<String, String> builder = bulk == null
                ? ReadThrough.of(wanted.loader, wanted.executor)
                : ReadThrough.ofBulk(bulk, wanted.executor).maxBatch(wanted.maxBatch);
        return builder.window(wanted.window)
                .maximumSize(20_000)
                .expireAfter(wanted.life)
                .refreshAfter(wanted.refresh)
                .jitter(wanted.jitter)
                .refreshEarly(wanted.beta)
                .rememberAbsent(wanted.absent)
                .rememberFailures(wanted.failures)
                .staleIfError(wanted.stale)
                .backoff(wanted.backoff)
                .deadline(wanted.deadline)
                .ticker(wanted.ticker)
                .timers(wanted.timers)
                .random(wanted.random);
    }

    @Override
    protected LoadingCache<String, String> create(Wanted wanted) {
        return builder(wanted).build();
    }

    @Test
    @DisplayName("an asynchronous loader is shared, and cancelled at its deadline")
    void asynchronous() throws Exception {
        ManualTicker ticker = new ManualTicker();
        TimingWheel wheel = TimingWheel.of(Duration.ofMillis(1), ticker, (task, failure) -> {});
        List<CompletableFuture<String>> sources = new ArrayList<>();
        try (ReadThrough<String, String> cache = ReadThrough.<String, String>ofAsync(
                        key -> {
                            CompletableFuture<String> source = new CompletableFuture<>();
                            sources.add(source);
                            return source;
                        },
                        Runnable::run)
                .ticker(ticker)
                .timers(wheel)
                .deadline(Duration.ofSeconds(1))
                .build()) {
            CompletableFuture<String> first = cache.getAsync("a");
            CompletableFuture<String> second = cache.getAsync("a");
            assertTrue(first.cancel(true));
            assertEquals(1, sources.size());
            sources.get(0).complete("v");
            assertEquals("v", second.get(3, SECONDS));
            CompletableFuture<String> hung = cache.getAsync("b");
            ticker.advance(Duration.ofMillis(1_002));
            wheel.advance();
            Throwable caught = assertThrows(ExecutionException.class, () -> hung.get(3, SECONDS));
            assertTrue(caught.getCause() instanceof LoadTimeoutException, () -> "ended by " + caught.getCause());
            assertTrue(sources.get(1).isCancelled());
            assertEquals(1, cache.stats().timeouts());
            CompletableFuture<String> failing = cache.getAsync("c");
            IllegalStateException planned = new IllegalStateException("planned");
            sources.get(2).completeExceptionally(planned);
            Throwable failed = assertThrows(ExecutionException.class, () -> failing.get(3, SECONDS));
            assertSame(planned, Objects.requireNonNull(failed.getCause()).getCause());
        }
    }

    @Test
    @DisplayName("keeps deadlines by a thread of its own, which interrupts a hung loader and ends when closed")
    void ownTimers() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        try {
            ReadThrough<String, String> cache = ReadThrough.<String, String>of(
                            key -> {
                                try {
                                    new CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    interrupted.set(true);
                                    throw e;
                                } finally {
                                    ended.countDown();
                                }
                                return "never";
                            },
                            pool)
                    .deadline(Duration.ofMillis(30))
                    .build();
            assertThrows(LoadTimeoutException.class, () -> cache.get("a"));
            assertTrue(ended.await(5, SECONDS));
            assertTrue(interrupted.get());
            CompletableFuture<String> open = cache.getAsync("b");
            cache.put("c", "kept");
            cache.close();
            Throwable failed = assertThrows(ExecutionException.class, () -> open.get(5, SECONDS));
            assertTrue(Objects.requireNonNull(failed.getCause()) instanceof LoadFailedException);
            assertEquals("kept", cache.get("c"));
            assertThrows(LoadFailedException.class, () -> cache.get("d"));
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(5, SECONDS));
        }
    }

    @Test
    @DisplayName("fails the load if the executor refuses it, and a waiting caller that is interrupted")
    void refusedAndInterrupted() throws Exception {
        try (ReadThrough<String, String> refused = ReadThrough.<String, String>of(key -> key, task -> {
                            throw new RejectedExecutionException("full");
                        })
                        .build();
                ReadThrough<String, String> never =
                        ReadThrough.<String, String>of(key -> key, task -> {}).build()) {
            Throwable full = assertThrows(LoadFailedException.class, () -> refused.get("a"));
            assertTrue(full.getCause() instanceof RejectedExecutionException);
            Thread.currentThread().interrupt();
            Throwable interrupted = assertThrows(LoadFailedException.class, () -> never.get("a"));
            assertTrue(Thread.interrupted(), "the flag is set again");
            assertTrue(interrupted.getCause() instanceof InterruptedException);
        }
    }

    @Test
    @DisplayName("returns what was loaded even if the store cannot take it, and says so in its counts")
    void storeFails() {
        BoundedCache<String, Loaded<String>> right =
                BoundedCache.<String, Loaded<String>>builder().lru();
        try (ReadThrough<String, String> cache = ReadThrough.<String, String>of(key -> "v", Runnable::run)
                .expireAfter((key, value) -> {
                    if (key.equals("bad")) {
                        throw new IllegalStateException("no life");
                    }
                    return Duration.ofSeconds(key.equals("none") ? 0 : 9);
                })
                .store(right)
                .build()) {
            assertEquals("v", cache.get("none"));
            assertNull(right.getIfPresent("none"));
            assertThrows(LoadFailedException.class, () -> cache.get("bad"));
            assertEquals("v", cache.get("a"));
            assertEquals(
                    Duration.ofSeconds(9),
                    Objects.requireNonNull(right.getIfPresent("a")).keepFor());
            assertEquals(0, cache.stats().unremembered());
        }
    }

    @Test
    @DisplayName("a bulk loader that fails fails all that were asked for together, and one that returns null too")
    void bulkFails() throws Exception {
        AtomicBoolean nulls = new AtomicBoolean();
        try (ReadThrough<String, String> cache = ReadThrough.<String, String>ofBulk(
                        keys -> nothing(nulls.get()), Runnable::run)
                .build()) {
            Throwable failed = assertThrows(LoadFailedException.class, () -> cache.getAll(Set.of("a", "b")));
            assertTrue(failed.getCause() instanceof IllegalStateException);
            nulls.set(true);
            Throwable wrong = assertThrows(LoadFailedException.class, () -> cache.get("a"));
            assertTrue(wrong.getCause() instanceof NullPointerException);
            CompletableFuture<Map<String, String>> all = cache.refreshAll(Set.of("a", "b"));
            assertThrows(ExecutionException.class, () -> all.get(3, SECONDS));
        }
    }

    @Test
    @DisplayName("a request for many that ends half-way leaves no load behind that never begins")
    @SuppressWarnings("NullAway") // the wrong input is the point
    void halfWay() throws Exception {
        try (ReadThrough<String, String> cache =
                ReadThrough.<String, String>of(key -> "v", Runnable::run).build()) {
            List<String> keys = new ArrayList<>(List.of("a"));
            keys.add(null);
            assertThrows(NullPointerException.class, () -> cache.getAll(keys));
            assertEquals("v", cache.getIfPresent("a"));
            cache.remove("a");
            assertThrows(NullPointerException.class, () -> cache.refreshAll(keys));
            assertEquals("v", cache.getIfPresent("a"));
        }
    }

    @SuppressWarnings("NullAway") // the wrong answer is the point
    private static Map<String, String> nothing(boolean isNull) {
        if (isNull) {
            return null;
        }
        throw new IllegalStateException("planned");
    }

    @Test
    @DisplayName("the odds of early refresh need no random number where none could make it due")
    void oddsOfEarlyRefresh() {
        assertFalse(EarlyRefresh.isPossible(3_700, 100, 1));
        assertTrue(EarlyRefresh.isPossible(3_600, 100, 1));
        assertFalse(EarlyRefresh.isDue(3_700, 100, 1, Math.nextDown(1.0)));
        assertTrue(EarlyRefresh.isDue(3_600, 100, 1, Math.nextDown(1.0)));
        assertFalse(EarlyRefresh.isDue(1, 100, 1, 0));
        assertTrue(EarlyRefresh.isDue(100, 100, 1, 1 - Math.exp(-1.001)));
        assertFalse(EarlyRefresh.isDue(100, 100, 1, 1 - Math.exp(-0.999)));
    }

    @Test
    void refusesBadSettings() {
        var builder = ReadThrough.<String, String>of(key -> key, Runnable::run);
        assertThrows(IllegalArgumentException.class, () -> builder.maxBatch(0));
        assertThrows(IllegalArgumentException.class, () -> builder.maximumSize(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.expireAfter(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.refreshAfter(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.jitter(1.01));
        assertThrows(IllegalArgumentException.class, () -> builder.jitter(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> builder.refreshEarly(-0.1));
        assertThrows(IllegalArgumentException.class, () -> builder.rememberAbsent(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.staleIfError(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.window(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.deadline(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.deadline(Duration.ofDays(2)));
    }
}
