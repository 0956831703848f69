package dev.backendmastery.patterns.idempotency;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.patterns.idempotency.Idempotency.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;

/**
 * What {@link Idempotency} promises. Extend it, say how to make one and what an effect is: a note that is there once
 * the command has run.
 *
 * @param <C> what commands work in
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class IdempotencyContract<C> {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration KEPT = Duration.ofHours(24);

    private final ExecutorService pool = Executors.newFixedThreadPool(8);
    private final String scope = "scope-" + UUID.randomUUID();
    private volatile Instant now = Instant.parse("2026-03-14T12:00:00Z");

    /** What is under test, without answers of this test's. */
    protected abstract Idempotency<C> create(Duration patience, Duration kept, InstantSource clock);

    /** Leaves a note. */
    protected abstract void note(C context, String note);

    /** How many notes of this kind there are. */
    protected abstract long notes(String note);

    private Idempotency<C> create() {
        return create(PATIENCE, KEPT, () -> now);
    }

    private Request request(String key, String content) {
        return new Request(scope, key, Bytes.utf8(content));
    }

    private Idempotency.Command<C, RuntimeException> command(String key, Answer answer) {
        return context -> {
            note(context, scope + key);
            return answer;
        };
    }

    private Reply run(Idempotency<C> keys, String key, String answer) {
        return keys.run(request(key, "content"), command(key, Answer.of(200, answer)));
    }

    /** A command that waits for {@code end}, then leaves its note or throws. */
    private Future<Reply> begin(Idempotency<C> keys, String key, CountDownLatch end, boolean fails)
            throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Reply> reply = pool.submit(() -> keys.run(request(key, "content"), context -> {
            begun.countDown();
            if (!end.await(20, SECONDS)) {
                throw new IllegalStateException("nobody let the command go on");
            }
            if (fails) {
                throw new IOException("failed");
            }
            note(context, scope + key);
            return Answer.of(200, "first");
        }));
        assertTrue(begun.await(10, SECONDS));
        return reply;
    }

    @AfterEach
    final void end() {
        pool.shutdownNow();
    }

    @Test
    @DisplayName("ID-1 runs once, and answers the same byte for byte ever after")
    void once() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Location", "/links/1");
        headers.put("Content-Type", "application/octet-stream");
        headers.put("A", "ü \"quoted\", {braced}, \\ and empty:");
        headers.put("Empty", "");
        List<Answer> answers =
                List.of(new Answer(201, headers, Bytes.of(every)), new Answer(503, Map.of(), Bytes.of(new byte[0])));
        Idempotency<C> keys = create();
        for (Answer answer : answers) {
            String key = "key-" + answer.status();
            Reply first = keys.run(request(key, "content"), command(key, answer));
            assertEquals(new Reply(answer, false), first);
            for (int again = 0; again < 3; again++) {
                Reply reply = keys.run(request(key, "content"), command(key, Answer.of(500, "another")));
                assertTrue(reply.replayed());
                assertEquals(answer, reply.answer());
                assertEquals(
                        new ArrayList<>(answer.headers().keySet()),
                        new ArrayList<>(reply.answer().headers().keySet()));
            }
            assertEquals(1, notes(scope + key));
        }
    }

    @Test
    @DisplayName("ID-2 the keys of others are other keys")
    void scopes() {
        Idempotency<C> keys = create();
        assertFalse(run(keys, "k", "mine").replayed());
        Reply other = keys.run(
                new Request(scope + "k", "k", Bytes.utf8("other content")), command("", Answer.of(200, "another's")));
        assertFalse(other.replayed());
        Reply shifted =
                keys.run(new Request(scope, "kk", Bytes.utf8("x")), command("", Answer.of(200, "not concatenated")));
        assertFalse(shifted.replayed());
        assertEquals("mine", run(keys, "k", "again").answer().body().utf8());
    }

    @Test
    @DisplayName("ID-3 a key that comes with other content is refused, and nothing runs")
    void reused() {
        Idempotency<C> keys = create();
        run(keys, "k", "first");
        assertThrows(
                KeyReusedException.class,
                () -> keys.run(request("k", "other content"), command("k", Answer.of(200, "second"))));
        assertEquals(1, notes(scope + "k"));
        assertEquals("first", run(keys, "k", "third").answer().body().utf8());
    }

    @Test
    @DisplayName("ID-4 a command that throws has not been; its caller is told why, the next one runs it")
    void failure() {
        Idempotency<C> keys = create();
        for (int attempt = 0; attempt < 2; attempt++) {
            var thrown = assertThrows(
                    IOException.class,
                    () -> keys.run(request("k", "content"), context -> {
                        throw new IOException("no luck");
                    }));
            assertEquals("no luck", thrown.getMessage());
        }
        assertThrows(
                StackOverflowError.class,
                () -> keys.run(request("k", "content"), context -> {
                    throw new StackOverflowError();
                }));
        assertFalse(run(keys, "k", "at last").replayed());
        assertEquals(1, notes(scope + "k"));
    }

    @Test
    @DisplayName("ID-5 who asks meanwhile waits and gets the same answer")
    void waits() throws Exception {
        Idempotency<C> keys = create();
        CountDownLatch end = new CountDownLatch(1);
        Future<Reply> first = begin(keys, "k", end, false);
        List<Future<Reply>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(pool.submit(() -> run(keys, "k", "another")));
        }
        try {
            for (Future<Reply> one : waiting) {
                assertThrows(TimeoutException.class, () -> one.get(100, MILLISECONDS), "did not wait");
            }
        } finally {
            end.countDown();
        }
        assertFalse(first.get(10, SECONDS).replayed());
        for (Future<Reply> one : waiting) {
            assertEquals(new Reply(Answer.of(200, "first"), true), one.get(10, SECONDS));
        }
        assertEquals(1, notes(scope + "k"));
    }

    @Test
    @DisplayName("ID-6 who asks meanwhile is refused when patience ends, and nobody else is")
    void refuses() throws Exception {
        for (Duration patience : List.of(Duration.ZERO, Duration.ofMillis(60))) {
            String key = "k" + patience;
            Idempotency<C> keys = create(patience, KEPT, () -> now);
            CountDownLatch end = new CountDownLatch(1);
            Future<Reply> first = begin(keys, key, end, false);
            try {
                Future<Reply> refused = pool.submit(() -> run(keys, key, "another"));
                var thrown = assertThrows(ExecutionException.class, () -> refused.get(5, SECONDS));
                assertInstanceOf(InProgressException.class, thrown.getCause());
                assertFalse(pool.submit(() -> run(keys, "other" + patience, "x"))
                        .get(5, SECONDS)
                        .replayed());
            } finally {
                end.countDown();
            }
            assertFalse(first.get(10, SECONDS).replayed());
            assertEquals(new Reply(Answer.of(200, "first"), true), run(keys, key, "another"));
            assertEquals(1, notes(scope + key));
        }
    }

    @Test
    @DisplayName("ID-7 if the command fails, one of those who waited runs it and the others get that answer")
    void takeOver() throws Exception {
        Idempotency<C> keys = create();
        CountDownLatch end = new CountDownLatch(1);
        Future<Reply> first = begin(keys, "k", end, true);
        List<Future<Reply>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(pool.submit(() -> run(keys, "k", "second")));
        }
        try {
            assertThrows(TimeoutException.class, () -> waiting.get(0).get(100, MILLISECONDS));
        } finally {
            end.countDown();
        }
        var thrown = assertThrows(ExecutionException.class, () -> first.get(10, SECONDS));
        assertInstanceOf(IOException.class, thrown.getCause());
        int ran = 0;
        for (Future<Reply> one : waiting) {
            assertEquals("second", one.get(10, SECONDS).answer().body().utf8());
            ran += one.get().replayed() ? 0 : 1;
        }
        assertEquals(1, ran);
        assertEquals(1, notes(scope + "k"));
    }

    @Test
    @DisplayName("ID-8 an answer is kept for its time; then the key is new, and what is old can be removed")
    void expiry() {
        Idempotency<C> keys = create();
        run(keys, "k", "first");
        run(keys, "other", "first");
        now = now.plus(KEPT).minusMillis(1);
        assertEquals(0, keys.expire(), "removed what is to be kept");
        assertTrue(run(keys, "k", "second").replayed());
        now = now.plusMillis(1);
        Reply fresh = keys.run(request("k", "new content"), command("k", Answer.of(200, "third")));
        assertEquals(new Reply(Answer.of(200, "third"), false), fresh);
        assertEquals(2, notes(scope + "k"));
        assertTrue(keys.expire() > 0, "the one that was not asked for again");
        assertFalse(run(keys, "other", "fourth").replayed());
        assertTrue(keys.run(request("k", "new content"), command("k", Answer.of(200, "x")))
                .replayed());
    }

    @Test
    @DisplayName("ID-9 refuses bad input by name and runs nothing")
    void badInput() {
        refuses("scope", () -> new Request("", "k", Bytes.utf8("")));
        refuses("scope", () -> new Request("s".repeat(201), "k", Bytes.utf8("")));
        refuses("key", () -> new Request("s", "", Bytes.utf8("")));
        refuses("key", () -> new Request("s", "k".repeat(256), Bytes.utf8("")));
        refuses("key", () -> new Request("s", "a b", Bytes.utf8("")));
        refuses("status", () -> Answer.of(1000, ""));
        refuses("body", () -> new Answer(200, Map.of(), Bytes.of(new byte[(1 << 20) + 1])));
        refuses("patience", () -> create(Duration.ofMillis(-1), KEPT, () -> now));
        refuses("patience", () -> create(Duration.ofMinutes(2), KEPT, () -> now));
        refuses("kept", () -> create(PATIENCE, Duration.ZERO, () -> now));
        Idempotency<C> keys = create();
        refuses(
                "body",
                () -> keys.run(request("k", "content"), context -> {
                    throw new IllegalArgumentException("body is too large, said the answer");
                }));
        assertFalse(run(keys, "k", "small").replayed());
    }

    private static void refuses(String argument, Executable call) {
        var refusal = assertThrows(IllegalArgumentException.class, call);
        assertTrue(String.valueOf(refusal.getMessage()).contains(argument), refusal::getMessage);
    }
}
