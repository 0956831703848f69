package dev.backendmastery.observability.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.health.HealthReport.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever answers probers must hold. Extend it and say how to create yours. */
@DisplayName("Health")
public abstract class HealthContract {

    private static final Duration MAX_AGE = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration BOUND = Duration.ofSeconds(4);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final ManualTicker ticker = new ManualTicker();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Subject open;

    /** What is under test. */
    protected interface Subject extends AutoCloseable {
        HealthReport live();

        HealthReport started();

        HealthReport ready();

        void drain();

        @Override
        void close();
    }

    /** One thing that is looked at. */
    protected record Thing(HealthCheck check, boolean critical) {}

    /** What it is made of. */
    protected record Parts(
            Map<String, Thing> things, Duration timeout, Duration maxAge, int downAfter, int upAfter, Ticker ticker) {}

    /** Ours, unless said otherwise. */
    protected Subject create(Parts parts) {
        Health.Builder builder = Health.builder()
                .timeout(parts.timeout)
                .maxAge(parts.maxAge)
                .hysteresis(parts.downAfter, parts.upAfter)
                .ticker(parts.ticker);
        parts.things.forEach((name, thing) -> {
            if (thing.critical) {
                builder.critical(name, thing.check);
            } else {
                builder.degrading(name, thing.check);
            }
        });
        Health health = builder.build();
        return new Subject() {
            @Override
            public HealthReport live() {
                return health.live();
            }

            @Override
            public HealthReport started() {
                return health.started();
            }

            @Override
            public HealthReport ready() {
                return health.ready();
            }

            @Override
            public void drain() {
                health.drain();
            }

            @Override
            public void close() {
                health.close();
            }
        };
    }

    private static HealthReport.Check check(HealthReport report, String name) {
        HealthReport.Check check = report.checks().get(name);
        assertNotNull(check, () -> "nothing is said of " + name);
        return check;
    }

    @AfterEach
    final void end() {
        over.countDown();
        if (open != null) {
            open.close();
        }
    }

    private Subject of(Map<String, Thing> things, Duration timeout) {
        Subject made = create(new Parts(things, timeout, MAX_AGE, 3, 2, ticker));
        open = made;
        return made;
    }

    private Subject of(HealthCheck critical) {
        return of(Map.of("database", new Thing(critical, true)), LONG);
    }

    private HealthReport again(Subject health) {
        ticker.advance(MAX_AGE);
        return health.ready();
    }

    /** There, or not. */
    private static final class Database implements HealthCheck {
        private volatile boolean there = true;
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public void check() throws Exception {
            asked.incrementAndGet();
            if (!there) {
                throw new IllegalStateException("secret-host:5432 does not answer");
            }
        }
    }

    @Test
    @DisplayName("HC-1 whether it lives is asked of nobody")
    final void livesAlone() {
        Database database = new Database();
        database.there = false;
        Subject health = of(database);
        assertEquals(Status.UP, health.live().status());
        assertEquals(0, database.asked.get());
        health.ready();
        assertEquals(Status.UP, health.live().status());
    }

    @Test
    @DisplayName("HC-2 the checks run side by side")
    final void sideBySide() {
        CountDownLatch all = new CountDownLatch(3);
        Map<String, Thing> things = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            things.put(
                    "thing " + i,
                    new Thing(
                            () -> {
                                all.countDown();
                                if (!all.await(2, TimeUnit.SECONDS)) {
                                    throw new IllegalStateException("alone");
                                }
                            },
                            true));
        }
        assertEquals(Status.UP, of(things, LONG).ready().status());
    }

    @Test
    @DisplayName("HC-3 one that hangs costs the time-out, and says so")
    final void hangs() {
        Map<String, Thing> things = new LinkedHashMap<>();
        things.put("hangs", new Thing(over::await, true));
        things.put("good", new Thing(() -> {}, true));
        Subject health = of(things, SHORT);
        HealthReport report = assertTimeoutPreemptively(BOUND, health::ready);
        assertEquals(Status.DOWN, report.status());
        assertTrue(String.valueOf(check(report, "hangs").problem()).contains("200"));
        assertEquals(Status.UP, check(report, "good").status());
    }

    @Test
    @DisplayName("HC-4 an answer is good for its time and not longer")
    final void remembers() {
        Database database = new Database();
        Subject health = of(database);
        health.ready();
        ticker.advance(MAX_AGE.minusNanos(1));
        health.ready();
        assertEquals(1, database.asked.get());
        ticker.advance(Duration.ofNanos(1));
        health.ready();
        assertEquals(2, database.asked.get());
    }

    @Test
    @DisplayName("HC-5 all who ask at the same time are answered by one round")
    final void once() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Subject health = of(() -> {
            asked.incrementAndGet();
            begun.countDown();
            go.await();
        });
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Future<HealthReport>> answers = new ArrayList<>();
            answers.add(callers.submit(health::ready));
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                answers.add(callers.submit(() -> {
                    synchronized (waiting) {
                        waiting.add(Thread.currentThread());
                    }
                    return health.ready();
                }));
            }
            awaitParked(waiting, 7);
            go.countDown();
            for (Future<HealthReport> answer : answers) {
                assertEquals(Status.UP, answer.get(20, TimeUnit.SECONDS).status());
            }
            assertEquals(1, asked.get());
        } finally {
            go.countDown();
            callers.shutdownNow();
        }
    }

    private static void awaitParked(List<Thread> threads, int count) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < deadline) {
            synchronized (threads) {
                long parked = threads.stream()
                        .filter(thread -> thread.getState() == Thread.State.WAITING
                                || thread.getState() == Thread.State.TIMED_WAITING
                                || thread.getState() == Thread.State.BLOCKED)
                        .count();
                if (parked == count) {
                    return;
                }
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    @DisplayName("HC-6 one that still hangs is not asked again, and is asked again when it is through")
    final void noPileUp() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(1);
        Subject health = of(
                Map.of(
                        "slow",
                        new Thing(
                                () -> {
                                    if (asked.incrementAndGet() == 1) {
                                        over.await();
                                        ended.countDown();
                                    }
                                },
                                true)),
                SHORT);
        for (int i = 0; i < 2; i++) {
            HealthReport report = assertTimeoutPreemptively(BOUND, () -> again(health));
            assertEquals(Status.DOWN, report.status());
        }
        assertEquals(1, asked.get());
        over.countDown();
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        again(health);
        again(health);
        assertTrue(asked.get() >= 2, () -> "asked " + asked);
        assertEquals(Status.UP, again(health).status());
    }

    @Test
    @DisplayName("HC-7 what was up is down after three failures in a row, not after fewer")
    final void down() {
        Database database = new Database();
        Subject health = of(database);
        assertEquals(Status.UP, health.ready().status());
        database.there = false;
        assertEquals(Status.UP, again(health).status());
        assertEquals(Status.UP, again(health).status());
        database.there = true;
        assertEquals(Status.UP, again(health).status());
        database.there = false;
        assertEquals(Status.UP, again(health).status());
        assertEquals(Status.UP, again(health).status());
        assertEquals(Status.DOWN, again(health).status());
    }

    @Test
    @DisplayName("HC-8 what was down is up after two successes in a row")
    final void upAgain() {
        Database database = new Database();
        Subject health = of(database);
        health.ready();
        database.there = false;
        for (int i = 0; i < 3; i++) {
            again(health);
        }
        database.there = true;
        assertEquals(Status.DOWN, again(health).status());
        database.there = false;
        assertEquals(Status.DOWN, again(health).status());
        database.there = true;
        assertEquals(Status.DOWN, again(health).status());
        assertEquals(Status.UP, again(health).status());
    }

    @Test
    @DisplayName("HC-9 without what can be done without it is degraded, and work may come")
    final void degraded() {
        Database database = new Database();
        Database index = new Database();
        Subject health = of(Map.of("database", new Thing(database, true), "index", new Thing(index, false)), LONG);
        assertEquals(Status.UP, health.ready().status());
        index.there = false;
        for (int i = 0; i < 2; i++) {
            assertEquals(Status.UP, again(health).status());
        }
        HealthReport report = again(health);
        assertEquals(Status.DEGRADED, report.status());
        assertEquals(Status.DOWN, check(report, "index").status());
        assertFalse(check(report, "index").critical());
        database.there = false;
        for (int i = 0; i < 2; i++) {
            again(health);
        }
        assertEquals(Status.DOWN, again(health).status());
    }

    @Test
    @DisplayName(
            "HC-10 it has started, and may be ready, when all critical things have been there once; then it has started for good")
    final void starts() {
        Database database = new Database();
        Database index = new Database();
        database.there = false;
        index.there = false;
        Subject health = of(Map.of("database", new Thing(database, true), "index", new Thing(index, false)), LONG);
        assertEquals(Status.DOWN, health.started().status());
        assertEquals(Status.DOWN, health.ready().status());
        database.there = true;
        ticker.advance(MAX_AGE);
        assertEquals(Status.UP, health.started().status());
        assertEquals(Status.DEGRADED, health.ready().status());
        database.there = false;
        for (int i = 0; i < 4; i++) {
            again(health);
        }
        assertEquals(Status.DOWN, health.ready().status());
        assertEquals(Status.UP, health.started().status());
    }

    @Test
    @DisplayName("HC-11 who drains is ready no more, at once, asks nobody and lives")
    final void drains() {
        Database database = new Database();
        Subject health = of(database);
        assertEquals(Status.UP, health.ready().status());
        health.drain();
        assertEquals(Status.DOWN, health.ready().status());
        assertEquals(Status.DOWN, again(health).status());
        assertEquals(1, database.asked.get());
        assertEquals(Status.UP, health.live().status());
        assertEquals(Status.UP, health.started().status());
    }

    @Test
    @DisplayName("HC-12 whatever a check throws, it is a check that failed")
    final void throwsAnything() {
        Map<String, Thing> things = new LinkedHashMap<>();
        things.put(
                "error",
                new Thing(
                        () -> {
                            throw new StackOverflowError("deep");
                        },
                        false));
        things.put(
                "checked",
                new Thing(
                        () -> {
                            throw new Exception("no");
                        },
                        false));
        things.put(
                "mute",
                new Thing(
                        () -> {
                            throw new Mute();
                        },
                        false));
        things.put("good", new Thing(() -> {}, true));
        HealthReport report = of(things, LONG).ready();
        assertEquals(Status.DEGRADED, report.status());
        assertEquals(Status.DOWN, check(report, "error").status());
        assertTrue(String.valueOf(check(report, "checked").problem()).contains("no"));
        assertTrue(String.valueOf(check(report, "mute").problem()).contains("Mute"));
    }

    /** Cannot be told. */
    private static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("mute");
        }
    }

    @Test
    @DisplayName("HC-13 that a caller was interrupted spoils nobody's answer, and he is told")
    final void interrupted() {
        Subject health = of(new Database());
        Thread.currentThread().interrupt();
        HealthReport report;
        boolean told;
        try {
            report = health.ready();
        } finally {
            told = Thread.interrupted();
        }
        assertEquals(Status.UP, report.status());
        assertTrue(told);
    }

    @Test
    @DisplayName("HC-14 who may not see details sees none")
    final void details() {
        Database database = new Database();
        database.there = false;
        HealthReport report = of(database).ready();
        assertEquals("{\"status\":\"DOWN\"}", report.json());
        assertEquals(
                "{\"status\":\"DOWN\",\"checks\":{\"database\":{\"status\":\"DOWN\",\"critical\":true}}}",
                report.jsonWithChecks());
        assertTrue(report.jsonWithDetails().contains("secret-host:5432"));
        assertTrue(report.jsonWithDetails().contains("\"database\":{\"status\":\"DOWN\",\"critical\":true"));
    }
}
