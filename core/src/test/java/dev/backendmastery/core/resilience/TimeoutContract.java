package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every timeout must hold. Extend it, say how to create yours, run it. The call moves the time itself, so that the
 * scheduler's task runs in the middle of it, in the same thread.
 */
@DisplayName("A timeout")
public abstract class TimeoutContract {

    private static final Duration LIMIT = Duration.ofSeconds(16);

    private final ManualScheduler scheduler = new ManualScheduler(new ManualTicker());

    /** A timeout of {@code limit} by {@code scheduler}. */
    protected abstract Policy create(Duration limit, ScheduledExecutorService scheduler);

    /** How much later than the limit a synchronous call may be interrupted. */
    protected Duration lateness() {
        return LIMIT.multipliedBy(3).dividedBy(16);
    }

    private Policy timeout() {
        return create(LIMIT, scheduler);
    }

    @AfterEach
    void clear() {
        // A thread that a fault has left interrupted must not disturb the next test.
        Thread.interrupted();
    }

    @Test
    @DisplayName("TO-1 interrupts a call that outlasts the limit and ends it with a type of its own and the cause")
    void interrupts() {
        Policy timeout = timeout();
        for (int i = 0; i < 5; i++) {
            InterruptedException own = new InterruptedException("the action's");
            CallTimeoutException end = assertThrows(
                    CallTimeoutException.class,
                    () -> timeout.call(() -> {
                        scheduler.advance(LIMIT.plus(lateness()));
                        if (Thread.interrupted()) {
                            throw own;
                        }
                        return "not interrupted";
                    }));
            assertEquals(LIMIT, end.limit());
            assertSame(own, end.getCause());
            scheduler.advance(Duration.ofSeconds(7L * i));
        }
        assertThrows(
                CallTimeoutException.class,
                () -> timeout.call(() -> {
                    scheduler.advance(LIMIT.plus(lateness()));
                    return "a value that came too late";
                }));
    }

    @Test
    @DisplayName("TO-2 ends no call early")
    void notEarly() throws Exception {
        Policy timeout = timeout();
        for (int i = 0; i < 40; i++) {
            scheduler.advance(Duration.ofMillis(317L * i));
            assertEquals("value", timeout.call(() -> {
                scheduler.advance(LIMIT);
                assertFalse(Thread.currentThread().isInterrupted(), "interrupted within the limit");
                return "value";
            }));
        }
        IOException failure = new IOException();
        assertSame(
                failure,
                assertThrows(
                        IOException.class,
                        () -> timeout.call(() -> {
                            throw failure;
                        })));
    }

    @Test
    @DisplayName("TO-3 leaves no interrupt behind, and interrupts nobody after the call")
    void leavesNothing() throws Exception {
        Policy timeout = timeout();
        assertThrows(
                CallTimeoutException.class,
                () -> timeout.call(() -> {
                    scheduler.advance(LIMIT.plus(lateness()));
                    return "ignores its interrupt";
                }));
        assertFalse(Thread.currentThread().isInterrupted(), "after a call that ignored its interrupt");
        assertEquals("value", timeout.call(() -> "value"));
        scheduler.advance(LIMIT.multipliedBy(10));
        assertFalse(Thread.currentThread().isInterrupted(), "long after a call that was over");
        assertEquals(0, scheduler.pending(), "nothing runs while there is no call");
    }

    @Test
    @DisplayName("TO-4 keeps an interrupt that somebody else had sent before")
    void keepsOthers() {
        assertThrows(CallTimeoutException.class, () -> timeout().call(() -> {
            Thread.currentThread().interrupt();
            scheduler.advance(LIMIT.plus(lateness()));
            return "value";
        }));
        assertTrue(Thread.interrupted(), "the interrupt of somebody else");
    }

    @Test
    @DisplayName("TO-5 fails a stage at the limit and cancels the action's")
    void stages() throws Exception {
        Policy timeout = timeout();
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = timeout.callAsync(() -> inner).toCompletableFuture();
        scheduler.advance(LIMIT.minusNanos(1));
        assertFalse(outer.isDone());
        scheduler.advance(Duration.ofNanos(1));
        assertTrue(outer.isDone(), "failed at the limit");
        assertInstanceOf(
                CallTimeoutException.class,
                assertThrows(ExecutionException.class, outer::get).getCause());
        assertTrue(inner.isCancelled());
        CompletableFuture<String> quick = new CompletableFuture<>();
        CompletableFuture<String> good = timeout.callAsync(() -> quick).toCompletableFuture();
        quick.complete("value");
        assertTrue(good.isDone());
        assertEquals("value", good.get());
        CompletableFuture<String> left = new CompletableFuture<>();
        timeout.callAsync(() -> left).toCompletableFuture().cancel(true);
        assertTrue(left.isCancelled(), "a caller that leaves takes the action with it");
        assertEquals(0, scheduler.pending(), "no timer outlives its call");
    }

    @Test
    @DisplayName("TO-6 measures a call within a call, and each for itself")
    void nested() throws Exception {
        Policy timeout = timeout();
        assertEquals("value", timeout.call(() -> {
            scheduler.advance(LIMIT.dividedBy(2));
            return timeout.call(() -> {
                scheduler.advance(LIMIT.dividedBy(2));
                return "value";
            });
        }));
        assertThrows(
                CallTimeoutException.class,
                () -> timeout.call(() -> {
                    for (int i = 0; i < 30; i++) {
                        timeout.call(() -> {
                            scheduler.advance(LIMIT.dividedBy(20));
                            return "value";
                        });
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                    }
                    return "value";
                }));
    }
}
