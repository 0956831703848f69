package dev.backendmastery.patterns.inbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.messaging.log.Envelope;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;

/**
 * What an {@link Inbox} promises. Extend it, say how to make one and what an effect is: a note that is there once the
 * effect has taken place.
 *
 * @param <C> what effects work in
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class InboxContract<C> {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");
    private static final Duration HORIZON = Duration.ofDays(7);

    private final ExecutorService pool = Executors.newFixedThreadPool(8);
    private final String group = "group-" + UUID.randomUUID();
    private volatile Instant now = NOW;

    /** An inbox, empty at least of what was not received by this test; called once a test. */
    protected abstract Inbox<C> create(Duration horizon, InstantSource clock);

    /** Leaves a note. */
    protected abstract void note(C context, String note);

    /** The notes of effects that took place and start with {@code prefix}. */
    protected abstract List<String> notes(String prefix);

    /** How many messages {@code inbox} remembers, of all groups. */
    protected abstract long remembered(Inbox<C> inbox);

    private Inbox<C> create() {
        return create(HORIZON, () -> now);
    }

    private static Envelope message(Instant time) {
        return new Envelope(UUID.randomUUID(), "thing.happened", 1, time, null, "text/plain");
    }

    private boolean receive(Inbox<C> inbox, String by, Envelope message) {
        return inbox.receive(by, message, context -> note(context, by + " " + message.id()));
    }

    private long effects(String by, Envelope message) {
        return notes(by + " " + message.id()).size();
    }

    /** Begins to receive {@code message}; the effect waits for {@code end}, leaves its note, then throws if it is to. */
    private Future<Boolean> begin(Inbox<C> inbox, Envelope message, CountDownLatch end, boolean fails)
            throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Boolean> received = pool.submit(() -> inbox.receive(group, message, context -> {
            begun.countDown();
            if (!end.await(20, SECONDS)) {
                throw new IllegalStateException("nobody let the effect go on");
            }
            if (fails) {
                throw new IOException("failed");
            }
            note(context, group + " " + message.id());
        }));
        assertTrue(begun.await(10, SECONDS));
        return received;
    }

    @AfterEach
    final void end() {
        pool.shutdownNow();
    }

    @Test
    @DisplayName("IN-1 a message takes effect once, however often it comes")
    void once() {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        assertTrue(receive(inbox, group, message));
        for (int again = 0; again < 3; again++) {
            now = now.plus(Duration.ofDays(2));
            assertFalse(receive(inbox, group, message));
        }
        assertEquals(1, effects(group, message));
        Envelope other = message(NOW);
        assertTrue(receive(inbox, group, other));
        assertEquals(1, effects(group, other));
    }

    @Test
    @DisplayName("IN-2 takes effect once in each group")
    void groups() {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        assertTrue(receive(inbox, group, message));
        assertTrue(receive(inbox, group + "-2", message));
        assertFalse(receive(inbox, group, message));
        assertEquals(1, effects(group, message));
        assertEquals(1, effects(group + "-2", message));
    }

    @Test
    @DisplayName(
            "IN-3 an effect that throws has not taken place, the caller is told why, and the message may come again")
    void failure() {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        for (int attempt = 0; attempt < 2; attempt++) {
            var thrown = assertThrows(
                    IOException.class,
                    () -> inbox.receive(group, message, context -> {
                        throw new IOException("no luck");
                    }));
            assertEquals("no luck", thrown.getMessage());
        }
        assertThrows(
                StackOverflowError.class,
                () -> inbox.receive(group, message, context -> {
                    throw new StackOverflowError();
                }));
        assertTrue(receive(inbox, group, message));
        assertEquals(1, effects(group, message));
    }

    @Test
    @DisplayName("IN-4 of those who bring one message at once one runs the effect, the others wait for its end")
    void together() throws Exception {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        CountDownLatch end = new CountDownLatch(1);
        Future<Boolean> first = begin(inbox, message, end, false);
        List<Future<Long>> others = IntStream.range(0, 3)
                .mapToObj(i -> pool.submit(() -> {
                    assertFalse(receive(inbox, group, message));
                    return effects(group, message);
                }))
                .toList();
        try {
            for (Future<Long> other : others) {
                assertThrows(TimeoutException.class, () -> other.get(100, MILLISECONDS), "did not wait");
            }
        } finally {
            end.countDown();
        }
        assertTrue(first.get(10, SECONDS));
        for (Future<Long> other : others) {
            assertEquals(1, other.get(10, SECONDS), "the effect that it waited for was not there");
        }
        assertEquals(1, effects(group, message));
    }

    @Test
    @DisplayName("IN-5 if the first one fails, one of those who waited runs the effect")
    void takeOver() throws Exception {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        CountDownLatch end = new CountDownLatch(1);
        Future<Boolean> first = begin(inbox, message, end, true);
        List<Future<Boolean>> others = IntStream.range(0, 3)
                .mapToObj(i -> pool.submit(() -> receive(inbox, group, message)))
                .toList();
        try {
            assertThrows(TimeoutException.class, () -> others.get(0).get(100, MILLISECONDS));
        } finally {
            end.countDown();
        }
        assertThrows(Exception.class, () -> first.get(10, SECONDS));
        int ran = 0;
        for (Future<Boolean> other : others) {
            ran += other.get(10, SECONDS) ? 1 : 0;
        }
        assertEquals(1, ran);
        assertEquals(1, effects(group, message));
    }

    @Test
    @DisplayName("IN-6 other messages, and other groups, do not wait")
    void apart() throws Exception {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        CountDownLatch end = new CountDownLatch(1);
        Future<Boolean> first = begin(inbox, message, end, false);
        try {
            assertTrue(pool.submit(() -> receive(inbox, group, message(NOW))).get(5, SECONDS));
            assertTrue(pool.submit(() -> receive(inbox, group + "-2", message)).get(5, SECONDS));
            assertFalse(first.isDone());
        } finally {
            end.countDown();
        }
        assertTrue(first.get(10, SECONDS));
    }

    @Test
    @DisplayName("IN-7 what is out of the horizon is refused, neither run nor skipped")
    void horizon() {
        Inbox<C> inbox = create();
        for (Instant time : List.of(
                NOW.minus(HORIZON).minusMillis(1),
                NOW.plus(Inbox.AHEAD).plusMillis(1),
                NOW.minus(HORIZON.multipliedBy(9)))) {
            Envelope message = message(time);
            assertThrows(BeyondHorizonException.class, () -> receive(inbox, group, message));
            assertEquals(0, effects(group, message));
        }
        for (Instant time : List.of(NOW.minus(HORIZON), NOW.plus(Inbox.AHEAD))) {
            Envelope message = message(time);
            assertTrue(receive(inbox, group, message));
            assertFalse(receive(inbox, group, message));
        }
    }

    @Test
    @DisplayName("IN-8 forgets what is beyond the horizon and nothing that is within")
    void forgets() {
        Inbox<C> inbox = create();
        List<Envelope> messages = IntStream.rangeClosed(-6, 0)
                .mapToObj(day -> message(NOW.plus(Duration.ofDays(day))))
                .toList();
        messages.forEach(message -> assertTrue(receive(inbox, group, message)));
        long before = remembered(inbox);
        assertEquals(0, inbox.forget(), "forgot what is young");
        for (int day = 1; day <= 12; day++) {
            now = now.plus(Duration.ofDays(1));
            inbox.forget();
            for (Envelope message : messages) {
                if (!message.time().isBefore(now.minus(HORIZON))) {
                    assertFalse(receive(inbox, group, message), "forgot what is within the horizon");
                }
            }
        }
        assertTrue(remembered(inbox) <= before - 5, "keeps what is long beyond the horizon");
        messages.forEach(message -> assertTrue(effects(group, message) == 1));
    }

    @Test
    @DisplayName("IN-9 refuses bad input by name and runs nothing")
    void badInput() {
        Inbox<C> inbox = create();
        Envelope message = message(NOW);
        refuses("group", () -> receive(inbox, "", message));
        refuses("group", () -> receive(inbox, "g".repeat(201), message));
        assertTrue(receive(inbox, group, message));
        refuses("horizon", () -> create(Duration.ofMinutes(59), () -> now));
        refuses("horizon", () -> create(Duration.ofDays(3651), () -> now));
    }

    private static void refuses(String argument, Executable call) {
        var refusal = assertThrows(IllegalArgumentException.class, call);
        assertTrue(String.valueOf(refusal.getMessage()).contains(argument), refusal::getMessage);
    }
}
