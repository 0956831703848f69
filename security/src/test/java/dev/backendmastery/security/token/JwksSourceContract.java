package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.token.JwksSource.Fetcher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever looks up an issuer's published keys must hold. */
@DisplayName("Published keys")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class JwksSourceContract {

    private static final Duration REFRESH = Duration.ofMinutes(5);
    private static final Duration KEEP = Duration.ofHours(1);
    private static final Duration COOL = Duration.ofSeconds(10);
    private static final TokenKey A = TokenKey.generate("a", Algorithm.ES256);
    private static final TokenKey B = TokenKey.generate("b", Algorithm.EDDSA);
    private static final TokenKey C = TokenKey.generate("c", Algorithm.RS256);

    private final ManualTicker ticker = new ManualTicker();
    private final Issuer issuer = new Issuer();
    private final Queue<Runnable> ahead = new ArrayDeque<>();

    /** Of what it is made; fetches ahead of time are handed to the executor. */
    protected record Parts(
            Fetcher fetcher,
            Ticker ticker,
            Executor executor,
            Duration refresh,
            Duration keep,
            Duration coolDown,
            Duration timeout) {}

    protected abstract KeySource create(Parts parts);

    /** Publishes what it is told to. */
    private static final class Issuer implements Fetcher {
        private final AtomicInteger fetches = new AtomicInteger();
        private volatile String published =
                TokenKeys.of(A.publicOnly(), B.publicOnly()).toPublicJwks();
        private volatile boolean out;
        private volatile @Nullable CountDownLatch gate;

        @Override
        public String fetch() throws IOException, InterruptedException {
            fetches.incrementAndGet();
            CountDownLatch closed = gate;
            if (closed != null) {
                closed.await();
            }
            if (out) {
                throw new IOException("out");
            }
            return published;
        }

        void publish(TokenKey... keys) {
            List<TokenKey> all = new ArrayList<>();
            for (TokenKey key : keys) {
                all.add(key.publicOnly());
            }
            published = TokenKeys.of(all).toPublicJwks();
        }
    }

    private KeySource source() {
        return create(new Parts(issuer, ticker, ahead::add, REFRESH, KEEP, COOL, Duration.ofSeconds(2)));
    }

    private void runAhead() {
        for (Runnable task = ahead.poll(); task != null; task = ahead.poll()) {
            task.run();
        }
    }

    private static boolean has(KeySource source, TokenKey key) {
        Optional<TokenKey> found = source.find(key.id());
        found.ifPresent(one -> assertEquals(key.toPublicJwk(), one.toPublicJwk()));
        return found.isPresent();
    }

    @Test
    @DisplayName("JS-1 known keys are answered from memory")
    final void memory() {
        KeySource source = source();
        for (int i = 0; i < 100; i++) {
            assertTrue(has(source, A));
            assertTrue(has(source, B));
        }
        assertEquals(1, issuer.fetches.get());
    }

    @Test
    @DisplayName("JS-2 they are fetched anew ahead of time, without anybody waiting")
    final void aheadOfTime() {
        KeySource source = source();
        assertTrue(has(source, A));
        ticker.advance(REFRESH);
        issuer.publish(A, B, C);
        for (int i = 0; i < 10; i++) {
            assertTrue(has(source, A));
        }
        assertEquals(1, issuer.fetches.get(), "fetched while somebody waited");
        assertEquals(1, ahead.size());
        runAhead();
        assertEquals(2, issuer.fetches.get());
        assertTrue(has(source, C));
        assertEquals(2, issuer.fetches.get());
    }

    @Test
    @DisplayName(
            "JS-3 a name that is not known is looked for once for all who ask at the same time; a new key is found at once")
    final void together() throws Exception {
        KeySource source = source();
        assertTrue(has(source, A));
        ticker.advance(COOL);
        issuer.publish(A, B, C);
        CountDownLatch gate = new CountDownLatch(1);
        issuer.gate = gate;
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(pool.submit(() -> has(source, C)));
            }
            long start = System.nanoTime();
            while (issuer.fetches.get() < 2 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
                Thread.onSpinWait();
            }
            gate.countDown();
            for (Future<Boolean> answer : answers) {
                assertTrue(answer.get(10, TimeUnit.SECONDS));
            }
            assertEquals(2, issuer.fetches.get());
        } finally {
            gate.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("JS-4 however many names are made up, it is fetched once in a cool-down")
    final void coolDown() {
        KeySource source = source();
        assertTrue(has(source, A));
        for (int i = 0; i < 1_000; i++) {
            assertTrue(source.find("made-up-" + i).isEmpty());
        }
        assertEquals(1, issuer.fetches.get());
        for (int round = 2; round < 5; round++) {
            ticker.advance(COOL);
            for (int i = 0; i < 1_000; i++) {
                assertTrue(source.find("made-up-" + i).isEmpty());
            }
            assertEquals(round, issuer.fetches.get());
        }
    }

    @Test
    @DisplayName("JS-5 who asks for known keys notices nothing of it, even while a fetch hangs")
    final void undisturbed() throws Exception {
        KeySource source = source();
        assertTrue(has(source, A));
        for (int i = 0; i < 100; i++) {
            assertTrue(source.find("made-up-" + i).isEmpty());
            assertTrue(has(source, A));
        }
        ticker.advance(COOL);
        CountDownLatch gate = new CountDownLatch(1);
        issuer.gate = gate;
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<?> hangs = pool.submit(() -> source.find("made-up"));
            long start = System.nanoTime();
            while (issuer.fetches.get() < 2 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 1_000; i++) {
                assertTrue(pool.submit(() -> has(source, A)).get(2, TimeUnit.SECONDS));
            }
            assertFalse(hangs.isDone());
        } finally {
            gate.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName(
            "JS-6 while the issuer is out the last good set serves, for so long and no longer; then it is an error, and mends itself")
    final void outage() {
        KeySource source = source();
        assertTrue(has(source, A));
        issuer.out = true;
        for (Duration past = Duration.ZERO; past.compareTo(KEEP.minus(REFRESH)) < 0; past = past.plus(REFRESH)) {
            assertTrue(has(source, A));
            runAhead();
            ticker.advance(REFRESH);
        }
        assertTrue(has(source, A));
        runAhead();
        ticker.advance(REFRESH);
        assertThrows(KeysUnavailableException.class, () -> source.find("a"));
        int before = issuer.fetches.get();
        assertThrows(KeysUnavailableException.class, () -> source.find("a"));
        assertThrows(KeysUnavailableException.class, () -> source.find("made-up"));
        assertEquals(before, issuer.fetches.get(), "asked again before the cool-down");
        issuer.out = false;
        ticker.advance(COOL);
        assertTrue(has(source, A));
    }

    @Test
    @DisplayName("JS-7 a set with a name twice, a weak key, a secret, or no key is not taken; the last good one serves")
    final void goodOnes() {
        KeySource source = source();
        assertTrue(has(source, A));
        String a = A.toPublicJwk();
        String weak =
                "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"c\",\"e\":\"Aw\",\"n\":\"" + "A".repeat(342) + "\"}";
        for (String set : List.of(
                "{\"keys\":[" + a + "," + a + "]}",
                "{\"keys\":[" + a + ","
                        + TokenKey.generate("a", Algorithm.EDDSA).toPublicJwk() + "]}",
                "{\"keys\":[" + a + "," + weak + "]}",
                "{\"keys\":[{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"c\",\"k\":\"" + "AQ".repeat(40) + "Ag\"}]}",
                "{\"keys\":[]}",
                "{\"keys\":{}}",
                "{}",
                "<html>",
                "",
                "{\"keys\":[" + a + "],\"keys\":[]}",
                "{\"keys\":[" + a + "]} x")) {
            issuer.published = set;
            ticker.advance(REFRESH);
            assertTrue(has(source, A), set);
            runAhead();
            assertTrue(has(source, A), set);
            assertTrue(has(source, B), set);
        }
        issuer.publish(A, C);
        ticker.advance(REFRESH);
        assertTrue(has(source, A));
        runAhead();
        assertTrue(has(source, C));
    }

    @Test
    @DisplayName(
            "JS-8 what the issuer has removed is gone with the next fetch; old and new serve side by side until then")
    final void rotation() {
        KeySource source = source();
        assertTrue(has(source, A));
        issuer.publish(B, C);
        ticker.advance(REFRESH);
        assertTrue(has(source, B));
        assertTrue(has(source, A));
        runAhead();
        assertTrue(has(source, C));
        assertFalse(has(source, A));
    }

    @Test
    @DisplayName(
            "JS-9 an issuer that hangs at the first fetch is an error within the time-out for those who wait for it")
    final void hangs() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        issuer.gate = gate;
        KeySource source = create(new Parts(issuer, ticker, ahead::add, REFRESH, KEEP, COOL, Duration.ofMillis(200)));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Future<?> first = pool.submit(() -> source.find("a"));
            long start = System.nanoTime();
            while (issuer.fetches.get() < 1 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
                Thread.onSpinWait();
            }
            Future<Boolean> second = pool.submit(() -> {
                try {
                    source.find("a");
                    return false;
                } catch (KeysUnavailableException e) {
                    return true;
                }
            });
            assertTrue(second.get(5, TimeUnit.SECONDS));
            assertFalse(first.isDone());
        } finally {
            gate.countDown();
            pool.shutdownNow();
        }
    }
}
