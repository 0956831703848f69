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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class SingleFlightTest extends SingleFlightContract {

    @Override
    protected Flights create() {
        SingleFlight<String, String> flights = new SingleFlight<>();
        return new Flights() {
            @Override
            public String run(String key, Duration timeout, Callable<String> work)
                    throws ExecutionException, InterruptedException, TimeoutException {
                return flights.run(key, timeout, work);
            }

            @Override
            public void forget(String key) {
                flights.forget(key);
            }

            @Override
            public CompletableFuture<String> runAsync(
                    String key, Supplier<CompletableFuture<String>> work, Consumer<String> keep) {
                return SingleFlightContractBitesTest.runAsync(flights, key, work, keep);
            }

            @Override
            public void change(String key, Runnable change) {
                flights.change(key, change);
            }
        };
    }

    @Test
    void stagesAreSharedAndCancellingOnesViewHarmsNobody() throws Exception {
        SingleFlight<String, String> flights = new SingleFlight<>();
        CompletableFuture<String> source = new CompletableFuture<>();
        AtomicInteger executions = new AtomicInteger();
        CompletableFuture<String> first = flights.runAsync("k", () -> {
                    executions.incrementAndGet();
                    return source;
                })
                .toCompletableFuture();
        CompletableFuture<String> second = flights.runAsync("k", () -> source).toCompletableFuture();
        assertTrue(first.cancel(true));
        assertFalse(source.isDone());
        assertEquals(1, flights.inFlight());
        source.complete("v");
        assertEquals("v", second.get(5, SECONDS));
        assertEquals(1, executions.get());
        assertEquals(0, flights.inFlight());
    }

    @Test
    void stagesThatFailAndWorkThatThrowsAreTheSameFailure() {
        SingleFlight<String, String> flights = new SingleFlight<>();
        IllegalStateException planned = new IllegalStateException("planned");
        for (var stage : List.of(
                flights.runAsync("a", () -> CompletableFuture.failedFuture(planned)), flights.runAsync("b", () -> {
                    throw planned;
                }))) {
            var caught = assertThrows(
                    ExecutionException.class, () -> stage.toCompletableFuture().get(5, SECONDS));
            assertSame(planned, caught.getCause());
        }
        assertEquals(0, flights.inFlight());
    }

    @Test
    void callersInThreadsJoinAStage() throws Exception {
        SingleFlight<String, String> flights = new SingleFlight<>();
        CompletableFuture<String> source = new CompletableFuture<>();
        var stage = flights.runAsync("k", () -> source);
        assertThrows(TimeoutException.class, () -> flights.run("k", Duration.ofMillis(5), () -> "other"));
        source.complete("v");
        assertEquals("v", stage.toCompletableFuture().get(5, SECONDS));
        assertEquals("new", flights.run("k", Duration.ZERO, () -> "new"));
    }

    @Test
    void aKeeperLearnsOfFailuresAndItsOwnReachTheCallers() {
        SingleFlight<String, String> flights = new SingleFlight<>();
        IllegalStateException planned = new IllegalStateException("planned");
        List<Throwable> told = new ArrayList<>();
        var view = flights.runAsync("k", () -> CompletableFuture.failedFuture(planned), (value, failure) -> {
            if (failure != null) {
                told.add(failure);
            }
            throw new UnsupportedOperationException("cannot keep");
        });
        var caught = assertThrows(
                ExecutionException.class, () -> view.toCompletableFuture().get(5, SECONDS));
        assertEquals(List.of(planned), told);
        assertTrue(caught.getCause() instanceof UnsupportedOperationException, () -> "ended by " + caught.getCause());
        assertSame(planned, Objects.requireNonNull(caught.getCause()).getSuppressed()[0]);
    }

    @Test
    void aChangeThatAsksForItsOwnKeyIsTold() {
        SingleFlight<String, String> flights = new SingleFlight<>();
        flights.change("k", () -> {
            assertTrue(flights.isInFlight("k"));
            assertThrows(IllegalStateException.class, () -> flights.change("k", () -> {}));
            assertThrows(
                    IllegalStateException.class,
                    () -> flights.runAsync("k", () -> CompletableFuture.completedFuture("v")));
            assertThrows(IllegalStateException.class, () -> flights.run("k", Duration.ZERO, () -> "v"));
            flights.forgetAll();
        });
        assertFalse(flights.isInFlight("k"));
    }

    @Test
    void forgettingAllKeepsNothingThatIsUnderWay() throws Exception {
        SingleFlight<String, String> flights = new SingleFlight<>();
        CompletableFuture<String> source = new CompletableFuture<>();
        List<String> kept = new ArrayList<>();
        var view = flights.runAsync("k", () -> source, (value, failure) -> kept.add("k"));
        flights.forgetAll();
        assertEquals(0, flights.inFlight());
        source.complete("v");
        assertEquals("v", view.toCompletableFuture().get(5, SECONDS));
        assertEquals(List.of(), kept);
    }
}
