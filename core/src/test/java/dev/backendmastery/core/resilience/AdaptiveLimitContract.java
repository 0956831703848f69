package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.OverloadSimulator.Run;
import dev.backendmastery.core.resilience.OverloadSimulator.Stretch;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link AdaptiveLimit} must hold. Extend it, say how to create yours, run it. It runs in {@link OverloadSimulator}. */
@DisplayName("An AdaptiveLimit")
public abstract class AdaptiveLimitContract {

    private static final Duration SERVICE = Duration.ofMillis(10);
    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final ManualTicker ticker = new ManualTicker();

    /** A limit that starts at 20 and stays from 4 to 1,000. */
    protected abstract AdaptiveLimit create(Ticker ticker);

    private Run run(long seed, Stretch... stretches) {
        return OverloadSimulator.run(OverloadSimulator.of(this::create), seed, stretches);
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static void assertNear(double optimum, double mean, String what) {
        assertTrue(Math.abs(mean - optimum) <= 0.1 * optimum, () -> what + ": " + mean + ", the optimum is " + optimum);
    }

    @Test
    @DisplayName("AL-1 settles within 10 % of the optimum under overload, and keeps the server busy")
    void settles() {
        for (int workers : new int[] {30, 100}) {
            for (double load : new double[] {1.5, 3}) {
                Run run = run(1, new Stretch(seconds(40), workers, SERVICE, load));
                String what = "limit with " + workers + " workers at load " + load;
                assertNear(workers, run.mean(seconds(10), seconds(40)), what);
                double within = run.within(0.2, workers, seconds(10), seconds(40));
                assertTrue(within >= 0.9, () -> what + " is within 20 % for a share of " + within + " of the time");
                assertTrue(run.throughput() >= 0.93, () -> what + ", throughput " + run.throughput());
            }
        }
    }

    @Test
    @DisplayName("AL-2 follows a step of capacity or of latency within 500 latencies without load")
    void follows() {
        Stretch[] steps = {
            new Stretch(seconds(20), 40, SERVICE, 1.5),
            new Stretch(seconds(20), 20, SERVICE, 3),
            new Stretch(seconds(20), 60, SERVICE, 1.5),
            new Stretch(seconds(40), 60, SERVICE.multipliedBy(3), 1.5),
            new Stretch(seconds(20), 60, SERVICE, 1.5)
        };
        Run run = run(2, steps);
        Duration start = Duration.ZERO;
        for (int i = 0; i < steps.length; i++) {
            Duration settled = start.plus(steps[i].service().multipliedBy(500));
            start = start.plus(steps[i].length());
            assertNear(steps[i].workers(), run.mean(settled, start), "stretch " + i);
        }
    }

    @Test
    @DisplayName("AL-3 does not climb under an overload that is mild and long")
    void doesNotClimb() {
        for (double load : new double[] {1.02, 1.1}) {
            Run run = run(3, new Stretch(seconds(150), 50, SERVICE, load));
            double early = run.mean(seconds(20), seconds(60));
            double late = run.mean(seconds(120), seconds(150));
            assertTrue(late <= 1.25 * 50, () -> "at load " + load + " the limit came to " + late + " for 50");
            assertTrue(late <= early * 1.15, () -> "at load " + load + " it climbed from " + early + " to " + late);
        }
    }

    @Test
    @DisplayName("AL-4 never admits more than the limit")
    void bound() {
        AdaptiveLimit limit = create(ticker);
        List<Long> permits = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            long permit = limit.tryAcquire();
            if (permit != AdaptiveLimit.REJECTED) {
                permits.add(permit);
                assertTrue(limit.inFlight() <= limit.limit());
            }
        }
        assertEquals(permits.size(), limit.inFlight());
        assertTrue(permits.size() <= 20, () -> permits.size() + " admitted by a limit of 20");
        assertThrows(LimitExceededException.class, limit::acquire);
    }

    @Test
    @DisplayName("AL-5 a drop lowers it")
    void drops() {
        AdaptiveLimit limit = create(ticker);
        int before = limit.limit();
        for (int i = 0; i < 2_000; i++) {
            limit.onDropped(limit.acquire());
        }
        assertTrue(limit.limit() < before * 0.7, () -> "after 2,000 drops it is " + limit.limit() + " of " + before);
        assertTrue(limit.limit() >= 1);
    }

    @Test
    @DisplayName("AL-6 does not grow without demand")
    void noDemand() {
        Run run = run(4, new Stretch(MINUTE, 1_000, SERVICE, 0.005));
        assertTrue(run.mean(seconds(50), MINUTE) <= 22, () -> "it grew to " + run.mean(seconds(50), MINUTE));
        assertTrue(run.rejected() < 0.02 * run.admitted(), () -> run.rejected() + " rejected without load");
    }

    @Test
    @DisplayName("AL-7 gets every permit back, whatever the outcome")
    void comesBack() throws Exception {
        AdaptiveLimit limit = create(ticker);
        for (int i = 0; i < 100; i++) {
            assertEquals("value", limit.call(() -> "value"));
            assertThrows(
                    IOException.class,
                    () -> limit.call(() -> {
                        throw new IOException();
                    }));
            assertThrows(
                    CallTimeoutException.class,
                    () -> limit.call(() -> {
                        throw new CallTimeoutException(SERVICE, null);
                    }));
            limit.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
            limit.callAsync(() -> {
                throw new IllegalStateException();
            });
            CompletableFuture<String> stage =
                    limit.callAsync(CompletableFuture<String>::new).toCompletableFuture();
            assertEquals(1, limit.inFlight());
            stage.cancel(true);
            assertEquals(0, limit.inFlight());
            long permit = limit.tryAcquire();
            assertNotEquals(AdaptiveLimit.REJECTED, permit);
            limit.onIgnored(permit);
        }
        assertEquals(0, limit.inFlight());
    }
}
