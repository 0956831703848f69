package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.resilience.CircuitBreaker.State;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link CircuitBreaker} must hold. Extend it, say how to create yours, run it. Time is handed in. */
@DisplayName("A CircuitBreaker")
public abstract class CircuitBreakerContract {

    /** The last 10 calls, 5 of at least 6 failed or slower than a second; open for a minute; 3 probes of 10 s each. */
    protected static final BreakerConfig CONFIG = new BreakerConfig(
            Window.calls(10),
            0.5,
            0.5,
            Duration.ofSeconds(1),
            6,
            Duration.ofMinutes(1),
            3,
            Duration.ofSeconds(10),
            failure -> !(failure instanceof IllegalArgumentException),
            failure -> failure instanceof CancellationException);

    private static final BreakerConfig TIMED = CONFIG.withWindow(Window.time(Duration.ofSeconds(100)), 6);

    private final ManualTicker ticker = new ManualTicker();

    /** A closed breaker that takes its time from {@code ticker}. */
    protected abstract CircuitBreaker create(BreakerConfig config, Ticker ticker);

    private CircuitBreaker fresh() {
        return create(CONFIG, ticker);
    }

    private void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.onSuccess(breaker.acquire(), ticker.nanos());
        }
    }

    private void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.onFailure(breaker.acquire(), ticker.nanos());
        }
    }

    private CircuitBreaker open() {
        CircuitBreaker breaker = fresh();
        open(breaker);
        return breaker;
    }

    private void open(CircuitBreaker breaker) {
        for (int i = 0; i < 20 && breaker.state() == State.CLOSED; i++) {
            fail(breaker, 1);
        }
    }

    /** Half-open, with all three probes out. */
    private long[] probes(CircuitBreaker breaker) {
        ticker.advance(Duration.ofMinutes(1));
        return new long[] {breaker.acquire(), breaker.acquire(), breaker.acquire()};
    }

    @Test
    @DisplayName("CB-1 opens when the share of failures reaches the threshold, and not before the minimum of calls")
    void opensAtTheThreshold() {
        CircuitBreaker breaker = fresh();
        fail(breaker, 5);
        assertEquals(State.CLOSED, breaker.state(), "5 calls are too few to judge");
        fail(breaker, 1);
        assertEquals(State.OPEN, breaker.state(), "6 of 6 failed");
        for (Window window : List.of(CONFIG.window(), TIMED.window())) {
            CircuitBreaker half = create(CONFIG.withWindow(window, 6), ticker);
            succeed(half, 5);
            fail(half, 4);
            assertEquals(State.CLOSED, half.state(), "4 of 9 are fewer than half");
            assertEquals(4, half.snapshot().failures());
            assertEquals(9, half.snapshot().calls());
            fail(half, 1);
            assertEquals(State.OPEN, half.state(), "5 of 10 are half");
        }
    }

    @Test
    @DisplayName("CB-2 forgets what has left the window, and nothing else")
    void forgets() {
        CircuitBreaker calls = fresh();
        fail(calls, 4);
        succeed(calls, 10);
        fail(calls, 4);
        assertEquals(State.CLOSED, calls.state(), "the last 10 hold 4 failures");
        assertEquals(4, calls.snapshot().failures());
        succeed(calls, 5);
        fail(calls, 1);
        assertEquals(
                State.OPEN, calls.state(), "the last 10 hold 5: of the first of the four, 10 calls ago, one is left");

        CircuitBreaker timed = create(TIMED, ticker);
        fail(timed, 5);
        ticker.advance(Duration.ofSeconds(100));
        fail(timed, 5);
        assertEquals(State.CLOSED, timed.state(), "only 5 calls in the last 100 s");
        ticker.advance(Duration.ofSeconds(89));
        assertEquals(5, timed.snapshot().failures(), "89 s are within the window");
        ticker.advance(Duration.ofDays(40));
        assertEquals(0, timed.snapshot().calls());
        fail(timed, 6);
        assertEquals(State.OPEN, timed.state());
    }

    @Test
    @DisplayName("CB-3 opens for slow calls as for failures")
    void slowness() {
        for (BreakerConfig config : List.of(CONFIG, TIMED)) {
            CircuitBreaker breaker = create(config, ticker);
            for (int i = 0; i < 6; i++) {
                assertEquals(State.CLOSED, breaker.state());
                long permit = breaker.acquire();
                long start = ticker.nanos();
                ticker.advanceNanos(1_000_000_001);
                breaker.onSuccess(permit, start);
            }
            assertEquals(State.OPEN, breaker.state(), "6 of 6 took longer than a second");
            CircuitBreaker quick = create(config, ticker);
            for (int i = 0; i < 10; i++) {
                long permit = quick.acquire();
                long start = ticker.nanos();
                ticker.advance(Duration.ofSeconds(1));
                quick.onSuccess(permit, start);
            }
            assertEquals(State.CLOSED, quick.state(), "a second is not longer than a second");
        }
    }

    @Test
    @DisplayName("CB-4 open, admits nobody for its time, says how long that is, and then probes")
    void staysOpen() {
        CircuitBreaker breaker = open();
        CallNotPermittedException refused = assertThrows(CallNotPermittedException.class, breaker::acquire);
        assertEquals(Duration.ofMinutes(1), refused.retryAfter());
        assertEquals(State.OPEN, refused.state());
        ticker.advanceNanos(Duration.ofMinutes(1).toNanos() - 1);
        assertEquals(CircuitBreaker.REJECTED, breaker.tryAcquire(), "a nanosecond too early");
        ticker.advanceNanos(1);
        assertEquals(0, breaker.nanosUntilPermit());
        assertNotEquals(CircuitBreaker.REJECTED, breaker.tryAcquire());
        assertEquals(State.HALF_OPEN, breaker.state());
    }

    @Test
    @DisplayName("CB-5 half-open, admits exactly its probes, to 64 threads or to callers who come in between")
    void exactlyItsProbes() throws Exception {
        CircuitBreaker breaker = open();
        ticker.advance(Duration.ofMinutes(1));
        ExecutorService pool = Executors.newFixedThreadPool(64);
        try {
            CountDownLatch together = new CountDownLatch(64);
            List<Future<Integer>> admitted = new ArrayList<>();
            for (int t = 0; t < 64; t++) {
                admitted.add(pool.submit(() -> {
                    together.countDown();
                    together.await();
                    int mine = 0;
                    for (int i = 0; i < 50; i++) {
                        mine += breaker.tryAcquire() == CircuitBreaker.REJECTED ? 0 : 1;
                    }
                    return mine;
                }));
            }
            int all = 0;
            for (Future<Integer> each : admitted) {
                all += each.get(20, TimeUnit.SECONDS);
            }
            assertEquals(3, all, "probes admitted to 64 threads");
        } finally {
            pool.shutdownNow();
        }
        // Another caller comes in whenever the breaker reads its clock: what a check followed by an act exposes.
        CircuitBreaker[] meddled = new CircuitBreaker[1];
        int[] admitted = {0};
        boolean[] inside = {true};
        meddled[0] = create(CONFIG, () -> {
            if (!inside[0]) {
                inside[0] = true;
                boolean in = meddled[0].tryAcquire() != CircuitBreaker.REJECTED;
                admitted[0] += in ? 1 : 0;
                inside[0] = false;
            }
            return ticker.nanos();
        });
        open(meddled[0]);
        ticker.advance(Duration.ofMinutes(1));
        for (int i = 0; i < 20; i++) {
            inside[0] = i % 2 == 0;
            boolean in = meddled[0].tryAcquire() != CircuitBreaker.REJECTED;
            admitted[0] += in ? 1 : 0;
        }
        assertEquals(3, admitted[0], "probes admitted to callers in between");
    }

    @Test
    @DisplayName("CB-6 gives up a probe that does not report by its deadline: its place heals, its late result is void")
    void heals() {
        CircuitBreaker breaker = open();
        long[] lost = probes(breaker);
        assertEquals(CircuitBreaker.REJECTED, breaker.tryAcquire());
        assertEquals(Duration.ofSeconds(10).toNanos(), breaker.nanosUntilPermit());
        ticker.advanceNanos(Duration.ofSeconds(10).toNanos() - 1);
        assertEquals(CircuitBreaker.REJECTED, breaker.tryAcquire(), "a nanosecond before the deadline");
        ticker.advanceNanos(1);
        long[] probes = {breaker.acquire(), breaker.acquire(), breaker.acquire()};
        assertEquals(CircuitBreaker.REJECTED, breaker.tryAcquire(), "three places, not more");
        for (long late : lost) {
            breaker.onFailure(late, ticker.nanos());
        }
        assertEquals(State.HALF_OPEN, breaker.state(), "the results of probes that were given up");
        for (long probe : probes) {
            breaker.onSuccess(probe, ticker.nanos());
        }
        assertEquals(State.CLOSED, breaker.state());
    }

    @Test
    @DisplayName("CB-7 never counts a result of an older state")
    void olderStates() {
        CircuitBreaker breaker = fresh();
        long[] old = new long[20];
        for (int i = 0; i < old.length; i++) {
            old[i] = breaker.acquire();
        }
        open(breaker);
        long[] probes = probes(breaker);
        for (int i = 0; i < 10; i++) {
            breaker.onFailure(old[i], ticker.nanos());
        }
        assertEquals(new CircuitBreaker.Snapshot(State.HALF_OPEN, 0, 0, 0), breaker.snapshot(), "calls from closed");
        for (int i = 10; i < 15; i++) {
            breaker.onSuccess(old[i], ticker.nanos());
        }
        assertEquals(State.HALF_OPEN, breaker.state(), "successes from closed");
        breaker.onFailure(probes[0], ticker.nanos());
        breaker.onFailure(probes[1], ticker.nanos());
        assertEquals(State.OPEN, breaker.state());
        long[] again = probes(breaker);
        breaker.onFailure(probes[2], ticker.nanos());
        assertEquals(0, breaker.snapshot().calls(), "a probe of the time before");
        for (long probe : again) {
            breaker.onSuccess(probe, ticker.nanos());
        }
        assertEquals(State.CLOSED, breaker.state());
        for (int i = 15; i < 20; i++) {
            breaker.onFailure(old[i], ticker.nanos());
        }
        breaker.onFailure(probes[2], ticker.nanos());
        assertEquals(0, breaker.snapshot().calls(), "calls from before it was open");
    }

    @Test
    @DisplayName("CB-8 closes when its probes are good and opens again when they are not")
    void probesDecide() {
        CircuitBreaker good = open();
        long[] probes = probes(good);
        good.onSuccess(probes[0], ticker.nanos());
        good.onFailure(probes[1], ticker.nanos());
        assertEquals(State.HALF_OPEN, good.state(), "one is out");
        good.onSuccess(probes[2], ticker.nanos());
        assertEquals(new CircuitBreaker.Snapshot(State.CLOSED, 0, 0, 0), good.snapshot(), "1 of 3 failed");
        CircuitBreaker bad = open();
        probes = probes(bad);
        bad.onFailure(probes[0], ticker.nanos());
        bad.onFailure(probes[1], ticker.nanos());
        assertEquals(State.OPEN, bad.state(), "2 of 3 failed, whatever the third does");
        assertEquals(Duration.ofMinutes(1).toNanos(), bad.nanosUntilPermit(), "for its whole time again");
        CircuitBreaker slow = open();
        probes = probes(slow);
        long start = ticker.nanos();
        ticker.advance(Duration.ofSeconds(2));
        slow.onSuccess(probes[0], start);
        slow.onSuccess(probes[1], start);
        assertEquals(State.OPEN, slow.state(), "2 of 3 were slow");
    }

    @Test
    @DisplayName("CB-9 an ignored outcome gives its permit back and counts nothing")
    void ignored() {
        CircuitBreaker breaker = fresh();
        for (int i = 0; i < 20; i++) {
            breaker.onIgnored(breaker.acquire());
        }
        assertEquals(0, breaker.snapshot().calls());
        open(breaker);
        long[] probes = probes(breaker);
        for (int i = 0; i < 10; i++) {
            breaker.onIgnored(probes[0]);
            assertEquals(0, breaker.snapshot().calls());
            probes[0] = breaker.acquire();
            assertEquals(CircuitBreaker.REJECTED, breaker.tryAcquire());
        }
        for (long probe : probes) {
            breaker.onSuccess(probe, ticker.nanos());
        }
        assertEquals(State.CLOSED, breaker.state());
    }

    @Test
    @DisplayName("CB-10 passes values and exceptions on as they are, judges them, and makes no call when it refuses")
    void calls() throws Exception {
        CircuitBreaker breaker = fresh();
        assertEquals("value", breaker.call(() -> "value"));
        IOException failure = new IOException("broken");
        for (int i = 0; i < 3; i++) {
            assertSame(
                    failure,
                    assertThrows(
                            IOException.class,
                            () -> breaker.call(() -> {
                                throw failure;
                            })));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> breaker.call(() -> {
                    throw new IllegalArgumentException("the caller's own mistake");
                }));
        assertThrows(
                CancellationException.class,
                () -> breaker.call(() -> {
                    throw new CancellationException();
                }));
        assertEquals(new CircuitBreaker.Snapshot(State.CLOSED, 5, 3, 0), breaker.snapshot());
        CompletableFuture<String> stage =
                breaker.callAsync(CompletableFuture<String>::new).toCompletableFuture();
        assertTrue(stage.cancel(true));
        assertEquals(5, breaker.snapshot().calls(), "a cancelled stage");
        CompletableFuture<String> failed = breaker.<String>callAsync(() -> CompletableFuture.failedFuture(failure))
                .toCompletableFuture();
        assertTrue(failed.isCompletedExceptionally());
        assertEquals(State.OPEN, breaker.state(), "4 of 6 failed");
        int[] made = {0};
        assertThrows(CallNotPermittedException.class, () -> breaker.call(() -> made[0]++));
        CompletableFuture<String> refused = breaker.callAsync(() -> {
                    made[0]++;
                    return CompletableFuture.completedFuture("value");
                })
                .toCompletableFuture();
        assertTrue(refused.isCompletedExceptionally());
        assertEquals(0, made[0], "an open breaker makes no call");
        CircuitBreaker other = fresh();
        for (int i = 0; i < 6; i++) {
            other.callAsync(() -> {
                throw new IllegalStateException("no stage at all");
            });
        }
        assertEquals(State.OPEN, other.state(), "an action that throws instead of returning a stage failed");
    }

    @Test
    @DisplayName("CB-11 counts every result of every thread once")
    void losesNothing() throws Exception {
        for (Window window : List.of(Window.calls(100_000), Window.time(Duration.ofHours(1)))) {
            CircuitBreaker breaker = create(CONFIG.withWindow(window, 50_000).withFailureRate(1), ticker);
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    all.add(pool.submit(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            if (i % 5 == 0) {
                                breaker.onFailure(breaker.acquire(), ticker.nanos());
                            } else {
                                breaker.onSuccess(breaker.acquire(), ticker.nanos());
                            }
                        }
                    }));
                }
                for (Future<?> each : all) {
                    each.get(20, TimeUnit.SECONDS);
                }
            } finally {
                pool.shutdownNow();
            }
            assertEquals(new CircuitBreaker.Snapshot(State.CLOSED, 20_000, 4_000, 0), breaker.snapshot());
            // Another result comes in whenever the breaker reads its clock: what a read followed by a write exposes.
            CircuitBreaker[] meddled = new CircuitBreaker[1];
            boolean[] inside = {true};
            meddled[0] = create(CONFIG.withWindow(window, 50_000).withFailureRate(1), () -> {
                if (!inside[0]) {
                    inside[0] = true;
                    meddled[0].onFailure(meddled[0].acquire(), ticker.nanos());
                    inside[0] = false;
                }
                return ticker.nanos();
            });
            for (int i = 0; i < 2_000; i++) {
                long permit = meddled[0].acquire();
                inside[0] = false;
                meddled[0].onSuccess(permit, ticker.nanos());
                inside[0] = true;
            }
            CircuitBreaker.Snapshot seen = meddled[0].snapshot();
            long nested = seen.failures();
            assertEquals(2_000 + nested, seen.calls(), "each result of the outer and of the inner caller");
            assertTrue(nested >= 2_000, "an inner caller for each outer one");
        }
    }
}
