package dev.backendmastery.core.concurrent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
}
