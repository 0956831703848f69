package dev.backendmastery.core.concurrent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What sharing one execution must hold. Every wait here is bounded: a deadlock is a failure and not a hang. */
@DisplayName("A single flight")
public abstract class SingleFlightContract {

    private static final Duration LONG = Duration.ofMillis(1_500);

    private final ExecutorService pool = Executors.newCachedThreadPool();

    /** What the kit asks of an implementation. */
    protected interface Flights {
        /** As {@link SingleFlight#run}. */
        String run(String key, Duration timeout, Callable<String> work)
                throws ExecutionException, InterruptedException, TimeoutException;

        /** As {@link SingleFlight#forget}. */
        void forget(String key);

        /** As {@link SingleFlight#runAsync(Object, Supplier, SingleFlight.Keeper)}; {@code keep} is given results. */
        CompletableFuture<String> runAsync(String key, Supplier<CompletableFuture<String>> work, Consumer<String> keep);

        /** As {@link SingleFlight#change}. */
        void change(String key, Runnable change);
    }

    /** Nothing under way. */
    protected abstract Flights create();

    @AfterEach
    void stop() throws InterruptedException {
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(5, SECONDS), "a caller hangs");
    }

    /** An execution that somebody else started and that ends when told to. */
    private final class Held {
        final CountDownLatch started = new CountDownLatch(1);
        final CompletableFuture<String> end = new CompletableFuture<>();
        final CompletableFuture<Thread> thread = new CompletableFuture<>();
        final Future<String> result;

        Held(Flights flights, String key) throws InterruptedException {
            result = pool.submit(() -> {
                thread.complete(Thread.currentThread());
                return flights.run(key, LONG, () -> {
                    started.countDown();
                    return end.get(2, SECONDS);
                });
            });
            assertTrue(started.await(5, SECONDS));
        }
    }

    /** Callers that have all had the time to join. */
    private List<Future<String>> join(Flights flights, String key, int callers, Callable<String> work)
            throws Exception {
        List<Future<String>> futures = new ArrayList<>();
        List<CompletableFuture<Thread>> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            threads.add(thread);
            futures.add(pool.submit(() -> {
                thread.complete(Thread.currentThread());
                return flights.run(key, LONG, work);
            }));
        }
        for (CompletableFuture<Thread> thread : threads) {
            Thread caller = thread.get(3, SECONDS);
            for (int i = 0; i < 2_000 && caller.getState() != Thread.State.TIMED_WAITING; i++) {
                LockSupport.parkNanos(100_000);
            }
        }
        return futures;
    }

    @Test
    @DisplayName("SF-1 executes once for all who call while it runs")
    void once() throws Exception {
        Flights flights = create();
        AtomicInteger executions = new AtomicInteger(1);
        Held held = new Held(flights, "k");
        List<Future<String>> callers = join(flights, "k", 20, () -> "again " + executions.incrementAndGet());
        held.end.complete("v");
        for (Future<String> caller : callers) {
            caller.get(3, SECONDS);
        }
        assertEquals(1, executions.get());
    }

    @Test
    @DisplayName("SF-2 gives everybody the same value")
    void value() throws Exception {
        Flights flights = create();
        Held held = new Held(flights, "k");
        List<Future<String>> callers = join(flights, "k", 5, () -> "other");
        String value = String.valueOf(new char[] {'v'});
        held.end.complete(value);
        assertSame(value, held.result.get(3, SECONDS));
        for (Future<String> caller : callers) {
            assertSame(value, caller.get(3, SECONDS));
        }
    }

    @Test
    @DisplayName("SF-3 gives everybody the same failure, and remembers none")
    void failure() throws Exception {
        Flights flights = create();
        Held held = new Held(flights, "k");
        List<Future<String>> callers = join(flights, "k", 5, () -> "other");
        IllegalStateException planned = new IllegalStateException("planned");
        // end.get() wraps it once; what the work throws is that wrapper.
        held.end.completeExceptionally(planned);
        Throwable thrown = causeOf(held.result);
        assertSame(planned, thrown.getCause());
        for (Future<String> caller : callers) {
            assertSame(thrown, causeOf(caller));
        }
        assertEquals("new", flights.run("k", LONG, () -> "new"));
    }

    /** What the work threw: the cause of the cause that a future gives. */
    private static Throwable causeOf(Future<String> future) {
        Throwable caught = assertThrows(ExecutionException.class, () -> future.get(3, SECONDS));
        for (int i = 0; i < 2; i++) {
            Throwable cause = caught.getCause();
            if (cause == null) {
                throw new AssertionError("no cause", caught);
            }
            caught = cause;
        }
        return caught;
    }

    @Test
    @DisplayName("SF-4 starts anew for a call after the end")
    void nothingIsKept() throws Exception {
        Flights flights = create();
        AtomicInteger executions = new AtomicInteger();
        for (int i = 1; i <= 3; i++) {
            assertEquals("v" + i, flights.run("k", LONG, () -> "v" + executions.incrementAndGet()));
        }
    }

    @Test
    @DisplayName("SF-5 a caller that gives up, by deadline or interrupt, disturbs nobody")
    void givingUp() throws Exception {
        Flights flights = create();
        Held held = new Held(flights, "k");
        assertThrows(TimeoutException.class, () -> flights.run("k", Duration.ofMillis(20), () -> "other"));
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Future<String> interrupted = pool.submit(() -> {
            thread.complete(Thread.currentThread());
            return flights.run("k", LONG, () -> "other");
        });
        thread.get(3, SECONDS).interrupt();
        ExecutionException caught = assertThrows(ExecutionException.class, () -> interrupted.get(3, SECONDS));
        assertTrue(caught.getCause() instanceof InterruptedException, () -> "ended by " + caught.getCause());
        assertFalse(held.result.isDone());
        List<Future<String>> others = join(flights, "k", 3, () -> "other");
        held.end.complete("v");
        assertEquals("v", held.result.get(3, SECONDS));
        for (Future<String> other : others) {
            assertEquals("v", other.get(3, SECONDS));
        }
    }

    @Test
    @DisplayName("SF-6 if the executor is interrupted, one of the others executes in its place")
    void executorGivesUp() throws Exception {
        Flights flights = create();
        AtomicInteger executions = new AtomicInteger();
        Held held = new Held(flights, "k");
        CountDownLatch go = new CountDownLatch(1);
        List<Future<String>> callers = join(flights, "k", 5, () -> {
            executions.incrementAndGet();
            assertTrue(go.await(5, SECONDS));
            return "second";
        });
        held.thread.get(3, SECONDS).interrupt();
        assertThrows(ExecutionException.class, () -> held.result.get(3, SECONDS));
        // Long enough for all five to have joined the second execution, or to have started one each.
        for (int i = 0; i < 2_000 && executions.get() == 0; i++) {
            LockSupport.parkNanos(1_000_000);
        }
        join(flights, "k", 1, () -> "third");
        LockSupport.parkNanos(50_000_000);
        go.countDown();
        for (Future<String> caller : callers) {
            assertEquals("second", caller.get(3, SECONDS));
        }
        assertEquals(1, executions.get());
    }

    @Test
    @DisplayName("SF-7 keys do not wait for each other, nor does one execution for another that it starts")
    void keys() throws Exception {
        Flights flights = create();
        Held held = new Held(flights, "k");
        Future<String> nested =
                pool.submit(() -> flights.run("a", LONG, () -> flights.run("b", LONG, () -> "b") + "a"));
        assertEquals("ba", nested.get(1, SECONDS));
        held.end.complete("v");
    }

    @Test
    @DisplayName("SF-8 says so if a thread would wait for itself")
    void recursion() throws Exception {
        Flights flights = create();
        Future<String> recursive =
                pool.submit(() -> flights.run("k", LONG, () -> flights.run("k", LONG, () -> "inner")));
        Throwable caught = assertThrows(ExecutionException.class, () -> recursive.get(3, SECONDS));
        while (caught.getCause() != null) {
            caught = caught.getCause();
        }
        assertEquals(IllegalStateException.class, caught.getClass());
        assertEquals("v", flights.run("k", LONG, () -> "v"));
    }

    @Test
    @DisplayName("SF-9 after forget the next call starts anew, and earlier ones keep what they joined")
    void forget() throws Exception {
        Flights flights = create();
        Held first = new Held(flights, "k");
        List<Future<String>> joined = join(flights, "k", 3, () -> "other");
        flights.forget("k");
        Held second = new Held(flights, "k");
        first.end.complete("old");
        assertEquals("old", first.result.get(3, SECONDS));
        for (Future<String> caller : joined) {
            assertEquals("old", caller.get(3, SECONDS));
        }
        // The end of the forgotten one must not end the second.
        List<Future<String>> late = join(flights, "k", 3, () -> "third");
        second.end.complete("new");
        for (Future<String> caller : late) {
            assertEquals("new", caller.get(3, SECONDS));
        }
    }

    @Test
    @DisplayName("SF-10 keeps a result before anybody learns of it, and none that was forgotten")
    void keeping() throws Exception {
        Flights flights = create();
        CompletableFuture<String> source = new CompletableFuture<>();
        AtomicReference<String> kept = new AtomicReference<>("nothing");
        CompletableFuture<String> seen =
                flights.runAsync("k", () -> source, kept::set).thenApply(value -> kept.get());
        source.complete("v");
        assertEquals("v", seen.get(3, SECONDS));
        CompletableFuture<String> forgotten = new CompletableFuture<>();
        CompletableFuture<String> view = flights.runAsync("k", () -> forgotten, kept::set);
        flights.forget("k");
        forgotten.complete("old");
        assertEquals("old", view.get(3, SECONDS));
        assertEquals("v", kept.get());
    }

    @Test
    @DisplayName("SF-11 a change is the last word: what began before is not kept, or was, and nothing begins meanwhile")
    void change() throws Exception {
        Flights flights = create();
        AtomicReference<String> kept = new AtomicReference<>("nothing");
        CompletableFuture<String> before = new CompletableFuture<>();
        CompletableFuture<String> joined = flights.runAsync("k", () -> before, kept::set);
        CountDownLatch changing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<?> change = pool.submit(() -> flights.change("k", () -> {
            changing.countDown();
            awaitAtMost(go);
            kept.set("changed");
        }));
        assertTrue(changing.await(3, SECONDS));
        AtomicReference<String> sawAtStart = new AtomicReference<>("not started");
        CompletableFuture<String> meanwhile = flights.runAsync(
                "k",
                () -> {
                    sawAtStart.set(kept.get());
                    return CompletableFuture.completedFuture("after");
                },
                value -> {});
        before.complete("stale");
        go.countDown();
        change.get(3, SECONDS);
        assertEquals("stale", joined.get(3, SECONDS));
        assertEquals("after", meanwhile.get(3, SECONDS));
        assertEquals("changed", sawAtStart.get());
        assertEquals("changed", kept.get());
        // And one that comes while a result is being kept waits for it.
        CountDownLatch keeping = new CountDownLatch(1);
        CountDownLatch keep = new CountDownLatch(1);
        Future<String> keeper =
                pool.submit(() -> flights.runAsync("k", () -> CompletableFuture.completedFuture("loaded"), value -> {
                            keeping.countDown();
                            awaitAtMost(keep);
                            kept.set(value);
                        })
                        .get(3, SECONDS));
        assertTrue(keeping.await(3, SECONDS));
        CompletableFuture<Thread> changer = new CompletableFuture<>();
        Future<?> late = pool.submit(() -> {
            changer.complete(Thread.currentThread());
            flights.change("k", () -> kept.set("last"));
        });
        Thread waits = changer.get(3, SECONDS);
        for (int i = 0; i < 2_000 && !late.isDone() && waits.getState() != Thread.State.WAITING; i++) {
            LockSupport.parkNanos(100_000);
        }
        keep.countDown();
        late.get(3, SECONDS);
        assertEquals("loaded", keeper.get(3, SECONDS));
        assertEquals("last", kept.get());
    }

    private static void awaitAtMost(CountDownLatch latch) {
        try {
            assertTrue(latch.await(3, SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
