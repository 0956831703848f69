package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.security.apikey.ApiKeyRefusedException.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever issues API keys and believes them must hold, on whatever store. */
@DisplayName("ApiKeys")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class ApiKeysContract {

    private static final ApiKeyFormat FORMAT = ApiKeyFormat.of("bmt");
    private static final Duration INTERVAL = Duration.ofMinutes(5);
    private static final Scopes READ = Scopes.of("links:read");
    private static final Scopes BOTH = Scopes.of("links:read", "links:write");

    private volatile Instant now = Instant.parse("2026-03-14T12:00:00.123456Z");
    private final String owner = "owner-" + UuidV7.fast().next();
    private final Queue<Runnable> handedOn = new ArrayDeque<>();

    /** Of what it is made; what is to be written by the way is handed to the executor. */
    protected record Parts(
            ApiKeyFormat format, ApiKeyStore store, InstantSource clock, Executor executor, Duration interval) {}

    protected abstract ApiKeys create(Parts parts);

    /** A store for this clause; it may have others' keys. */
    protected abstract ApiKeyStore store();

    /** Counts what is asked of a store, keeps what is written, and fails if it is told to. */
    private static final class Watched implements ApiKeyStore {
        private final ApiKeyStore store;
        private final AtomicInteger lookups = new AtomicInteger();
        private final AtomicInteger uses = new AtomicInteger();
        private final List<String> written = new ArrayList<>();
        private @Nullable RuntimeException failure;

        Watched(ApiKeyStore store) {
            this.store = store;
        }

        @Override
        public boolean add(Hashed key) {
            written.add(key.hash() + " " + key.key());
            return store.add(key);
        }

        @Override
        public Optional<Hashed> findByHash(String hash) {
            lookups.incrementAndGet();
            return store.findByHash(hash);
        }

        @Override
        public Optional<ApiKey> find(UUID id) {
            lookups.incrementAndGet();
            return store.find(id);
        }

        @Override
        public List<ApiKey> list(String owner) {
            lookups.incrementAndGet();
            return store.list(owner);
        }

        @Override
        public boolean succeed(UUID id, Instant until, Hashed successor) {
            written.add(successor.hash() + " " + successor.key());
            return store.succeed(id, until, successor);
        }

        @Override
        public int revoke(UUID id, Instant time) {
            return store.revoke(id, time);
        }

        @Override
        public boolean used(UUID id, Instant time, Instant before) {
            uses.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
            return store.used(id, time, before);
        }
    }

    private ApiKeys keys(ApiKeyStore store, Executor executor) {
        return create(new Parts(FORMAT, store, () -> now, executor, INTERVAL));
    }

    private ApiKeys keys() {
        return keys(store(), handedOn::add);
    }

    private static Reason reason(ApiKeys keys, String text) {
        return assertThrows(ApiKeyRefusedException.class, () -> keys.authenticate(text))
                .reason();
    }

    private void runHandedOn() {
        for (Runnable task = handedOn.poll(); task != null; task = handedOn.poll()) {
            task.run();
        }
    }

    @Test
    @DisplayName("AK-1 a key that was issued is believed, and says whose it is and what it may do")
    final void believed() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        IssuedApiKey issued = keys.issue(owner, "ci", BOTH, Duration.ofDays(30));
        ApiKey key = keys.authenticate(issued.text());
        assertEquals(issued.key(), key);
        assertEquals(owner, key.owner());
        assertEquals("ci", key.name());
        assertEquals(BOTH, key.scopes());
        assertEquals(now, key.createdAt());
        assertEquals(now.plus(Duration.ofDays(30)), key.expiresAt());
        assertTrue(key.hint().startsWith("bmt_"));
        assertTrue(key.hint().endsWith(issued.text().substring(issued.text().length() - 4)));
        assertEquals(Optional.of(key), keys.find(key.id()));
    }

    @Test
    @DisplayName("AK-1 one that is configured is there once, however often it is made sure of")
    final void ensured() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        String text = FORMAT.generate(new SecureRandom());
        ApiKey key = keys.ensure(text, owner, "root", BOTH);
        assertEquals(key, keys.ensure(text, owner, "another name", READ));
        assertEquals(key, keys.authenticate(text));
        assertEquals(List.of(key), keys.list(owner));
        assertThrows(IllegalArgumentException.class, () -> keys.ensure("secret", owner, "root", BOTH));
    }

    @Test
    @DisplayName("AK-2 no other text is believed, however near")
    final void nothingElse() {
        ApiKeys keys = keys();
        String text = keys.issue(owner, "ci", BOTH, null).text();
        assertEquals(Reason.UNKNOWN, reason(keys, FORMAT.generate(new SecureRandom())));
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'a' ? 'b' : 'a';
            assertEquals(Reason.MALFORMED, reason(keys, text.substring(0, i) + other + text.substring(i + 1)));
        }
        for (String near : List.of(
                text.toUpperCase(Locale.ROOT),
                text.substring(1),
                text.substring(0, text.length() - 1),
                text + "0",
                " " + text,
                text + " ",
                text + "\n",
                "",
                "bmt_",
                "Bearer " + text,
                ApiKeyFormat.of("bmx").generate(new SecureRandom()),
                text.substring(0, text.length() - 6),
                "x".repeat(1_000_000))) {
            assertEquals(Reason.MALFORMED, reason(keys, near));
        }
    }

    @Test
    @DisplayName("AK-3 what cannot be a key is refused without a look into the store")
    final void checksum() {
        Watched store = new Watched(store());
        ApiKeys keys = keys(store, handedOn::add);
        String text = keys.issue(owner, "ci", BOTH, null).text();
        int before = store.lookups.get();
        for (int i = 4; i < text.length(); i++) {
            char other = text.charAt(i) == 'a' ? 'b' : 'a';
            reason(keys, text.substring(0, i) + other + text.substring(i + 1));
            if (i > 4) {
                String swapped = text.substring(0, i - 1) + text.charAt(i) + text.charAt(i - 1) + text.substring(i + 1);
                if (!swapped.equals(text)) {
                    reason(keys, swapped);
                }
            }
        }
        reason(keys, "");
        reason(keys, "x".repeat(1_000_000));
        assertEquals(before, store.lookups.get());
    }

    @Test
    @DisplayName("AK-4 the store is given nothing from which a key could be made (ASVS 11.4, 13.3)")
    final void hashed() {
        Watched store = new Watched(store());
        ApiKeys keys = keys(store, handedOn::add);
        IssuedApiKey first = keys.issue(owner, "ci", BOTH, null);
        IssuedApiKey second = keys.rotate(first.key().id(), Duration.ZERO).orElseThrow();
        for (IssuedApiKey issued : List.of(first, second)) {
            String secret = issued.text().substring(4, 47);
            for (String written : store.written) {
                for (int i = 0; i + 8 <= secret.length(); i++) {
                    assertFalse(written.contains(secret.substring(i, i + 8)), written);
                }
            }
        }
        assertEquals(2, store.written.size());
        assertTrue(store.written.get(0).matches("(?s)[0-9a-f]{64} .*"), "not a hash of 256 bits");
    }

    @Test
    @DisplayName("AK-5 no two are alike, each has 256 random bits, and each is well formed")
    final void random() {
        ApiKeys keys = keys();
        Set<String> texts = new HashSet<>();
        Set<String> begins = new HashSet<>();
        Set<Character> characters = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            String text = keys.issue(owner, "ci", READ, null).text();
            assertTrue(FORMAT.isWellFormed(text));
            assertTrue(texts.add(text.substring(4, 47)));
            assertTrue(begins.add(text.substring(4, 14)), "a part that is not random");
            assertTrue(begins.add(text.substring(37, 47)), "a part that is not random");
            for (char c : text.substring(4, 47).toCharArray()) {
                characters.add(c);
            }
        }
        assertEquals(62, characters.size());
    }

    @Test
    @DisplayName("AK-6 a key is believed until it expires and not at that time")
    final void expires() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        IssuedApiKey short_ = keys.issue(owner, "short", READ, Duration.ofSeconds(10));
        IssuedApiKey forEver = keys.issue(owner, "for ever", READ, null);
        Instant end = now.plusSeconds(10);
        now = end.minusNanos(1_000);
        assertEquals("short", keys.authenticate(short_.text()).name());
        now = end;
        assertEquals(Reason.EXPIRED, reason(keys, short_.text()));
        now = end.plus(Duration.ofDays(40_000));
        assertEquals(Reason.EXPIRED, reason(keys, short_.text()));
        assertNull(keys.authenticate(forEver.text()).expiresAt());
        for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(4_000))) {
            assertThrows(IllegalArgumentException.class, () -> keys.issue(owner, "bad", READ, bad));
        }
    }

    @Test
    @DisplayName("AK-7 a key is believed until it is revoked, and so is all that it has issued, at once")
    final void revoked() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        IssuedApiKey root = keys.issue(owner, "root", BOTH, null);
        IssuedApiKey other = keys.issue(owner, "other", BOTH, null);
        IssuedApiKey child = keys.issue(root.key(), "child", BOTH, null);
        IssuedApiKey grandchild = keys.issue(child.key(), "grandchild", READ, null);
        assertEquals("grandchild", keys.authenticate(grandchild.text()).name());
        assertEquals(3, keys.revoke(root.key().id()));
        for (IssuedApiKey gone : List.of(root, child, grandchild)) {
            assertEquals(Reason.REVOKED, reason(keys, gone.text()));
        }
        assertEquals("other", keys.authenticate(other.text()).name());
        assertEquals(0, keys.revoke(root.key().id()));
    }

    @Test
    @DisplayName(
            "AK-8 a key issues none that may do more or lives longer than itself, for nobody else, and none when it is no longer believed")
    final void noEscalation() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        ApiKey reader = keys.issue(owner, "reader", READ, Duration.ofDays(2)).key();
        for (Scopes more : List.of(
                BOTH, Scopes.of("links:write"), Scopes.of("links"), Scopes.of("links:*"), Scopes.of("LINKS:READ"))) {
            assertThrows(ScopeEscalationException.class, () -> keys.issue(reader, "more", more, null));
        }
        assertThrows(IllegalArgumentException.class, () -> keys.issue(reader, "longer", READ, Duration.ofDays(3)));
        ApiKey child = keys.issue(reader, "child", READ, null).key();
        assertEquals(reader.expiresAt(), child.expiresAt());
        assertEquals(owner, child.owner());
        assertEquals(reader.id(), child.issuedBy());
        assertEquals(
                Scopes.none(),
                keys.issue(reader, "less", Scopes.none(), Duration.ofDays(1))
                        .key()
                        .scopes());
        // What the caller holds may be old or made up: what is kept counts.
        ApiKey madeUp = new ApiKey(reader.id(), "somebody", "x", BOTH, "h", null, now, null, null, null, null);
        assertThrows(ScopeEscalationException.class, () -> keys.issue(madeUp, "more", BOTH, null));
        assertEquals(owner, keys.issue(madeUp, "mine", READ, null).key().owner());
        keys.revoke(reader.id());
        assertThrows(ApiKeyRefusedException.class, () -> keys.issue(reader, "late", READ, null));
        assertEquals(
                Reason.REVOKED,
                assertThrows(ApiKeyRefusedException.class, () -> keys.issue(child, "late", READ, null))
                        .reason());
        ApiKey brief = keys.issue(owner, "brief", READ, Duration.ofSeconds(5)).key();
        now = now.plusSeconds(5);
        assertThrows(ApiKeyRefusedException.class, () -> keys.issue(brief, "late", READ, null));
        assertEquals(5, keys.list(owner).size());
    }

    @Test
    @DisplayName("AK-9 while a key is rotated both are believed, the old one for so long and no longer than before")
    final void rotates() throws ApiKeyRefusedException {
        ApiKeys keys = keys();
        IssuedApiKey old = keys.issue(owner, "ci", BOTH, Duration.ofDays(30));
        now = now.plus(Duration.ofDays(20));
        IssuedApiKey fresh = keys.rotate(old.key().id(), Duration.ofHours(1)).orElseThrow();
        assertNotEquals(old.text(), fresh.text());
        assertEquals(fresh.key(), keys.authenticate(fresh.text()));
        assertEquals("ci", fresh.key().name());
        assertEquals(BOTH, fresh.key().scopes());
        assertEquals(owner, fresh.key().owner());
        assertEquals(now.plus(Duration.ofDays(30)), fresh.key().expiresAt());
        assertEquals(old.key().id(), keys.authenticate(old.text()).id());
        assertEquals(Optional.empty(), keys.rotate(old.key().id(), Duration.ofHours(1)), "a second successor");
        now = now.plus(Duration.ofHours(1));
        assertEquals(Reason.EXPIRED, reason(keys, old.text()));
        assertEquals(fresh.key().id(), keys.authenticate(fresh.text()).id());

        IssuedApiKey ending = keys.issue(owner, "ending", READ, Duration.ofSeconds(10));
        assertTrue(keys.rotate(ending.key().id(), Duration.ofHours(1)).isPresent());
        now = now.plusSeconds(10);
        assertEquals(Reason.EXPIRED, reason(keys, ending.text()));
        assertEquals(Optional.empty(), keys.rotate(ending.key().id(), Duration.ofHours(1)), "of one that is over");
        IssuedApiKey leaked = keys.issue(owner, "leaked", READ, null);
        IssuedApiKey next = keys.rotate(leaked.key().id(), Duration.ofHours(1)).orElseThrow();
        keys.revoke(leaked.key().id());
        assertEquals(Reason.REVOKED, reason(keys, leaked.text()));
        assertEquals("leaked", keys.authenticate(next.text()).name());
        assertEquals(Optional.empty(), keys.rotate(leaked.key().id(), Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class, () -> keys.rotate(next.key().id(), Duration.ofDays(91)));
        assertThrows(
                IllegalArgumentException.class, () -> keys.rotate(next.key().id(), Duration.ofSeconds(-1)));
    }

    @Test
    @DisplayName("AK-9 of many who rotate a key at the same time one gets its successor")
    final void race() throws Exception {
        ApiKeys keys = keys();
        int callers = 6;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 25; round++) {
                UUID id = keys.issue(owner, "racer", READ, null).key().id();
                CyclicBarrier start = new CyclicBarrier(callers);
                List<Future<Optional<IssuedApiKey>>> answers = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    answers.add(pool.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return keys.rotate(id, Duration.ofHours(1));
                    }));
                }
                int won = 0;
                for (Future<Optional<IssuedApiKey>> answer : answers) {
                    won += answer.get(20, TimeUnit.SECONDS).isPresent() ? 1 : 0;
                }
                assertEquals(1, won);
            }
            assertEquals(50, keys.list(owner).size());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("AK-10 a list has all of an owner's keys, newest first, and no secret; nor has any other text")
    final void lists() {
        ApiKeys keys = keys();
        IssuedApiKey first = keys.issue(owner, "first", READ, null);
        now = now.plusSeconds(1);
        IssuedApiKey second = keys.issue(owner, "second", BOTH, Duration.ofDays(1));
        assertEquals(List.of(second.key(), first.key()), keys.list(owner));
        assertEquals(List.of(), keys.list(owner + "x"));
        for (IssuedApiKey issued : List.of(first, second)) {
            for (String text : List.of(issued.toString(), keys.list(owner).toString(), keys.toString())) {
                assertFalse(text.contains(issued.text().substring(4, 12)), text);
                assertFalse(text.contains(issued.text().substring(35, 43)), text);
            }
        }
    }

    @Test
    @DisplayName(
            "AK-11 when a key was last used is written at most once in an interval, and by nobody who waits for an answer")
    final void lastUsed() throws ApiKeyRefusedException {
        Watched store = new Watched(store());
        ApiKeys keys = keys(store, handedOn::add);
        IssuedApiKey issued = keys.issue(owner, "ci", READ, null);
        Instant first = now;
        for (int i = 0; i < 50; i++) {
            keys.authenticate(issued.text());
        }
        assertEquals(0, store.uses.get(), "written while somebody waited");
        assertEquals(1, handedOn.size());
        runHandedOn();
        assertEquals(1, store.uses.get());
        assertEquals(first, keys.find(issued.key().id()).orElseThrow().lastUsedAt());
        now = first.plus(INTERVAL).minusSeconds(1);
        keys.authenticate(issued.text());
        runHandedOn();
        assertEquals(1, store.uses.get());
        now = first.plus(INTERVAL);
        keys.authenticate(issued.text());
        runHandedOn();
        assertEquals(now, keys.find(issued.key().id()).orElseThrow().lastUsedAt());
        reason(keys, FORMAT.generate(new SecureRandom()));
        keys.revoke(issued.key().id());
        now = now.plus(INTERVAL).plus(INTERVAL);
        reason(keys, issued.text());
        runHandedOn();
        assertEquals(2, store.uses.get(), "written of who was refused");
    }

    @Test
    @DisplayName("AK-12 that it cannot be written fails nothing, and is not tried by each request")
    final void lastUsedFails() throws ApiKeyRefusedException {
        Watched store = new Watched(store());
        AtomicInteger refusals = new AtomicInteger();
        ApiKeys full = keys(store, task -> {
            refusals.incrementAndGet();
            throw new RejectedExecutionException("full");
        });
        IssuedApiKey issued = full.issue(owner, "ci", READ, null);
        for (int i = 0; i < 20; i++) {
            assertEquals("ci", full.authenticate(issued.text()).name());
        }
        assertEquals(1, refusals.get());
        ApiKeys failing = keys(store, Runnable::run);
        store.failure = new ApiKeyStoreException("out", new IllegalStateException());
        for (int i = 0; i < 20; i++) {
            assertEquals("ci", failing.authenticate(issued.text()).name());
        }
        assertEquals(1, store.uses.get());
        store.failure = null;
        now = now.plus(INTERVAL);
        failing.authenticate(issued.text());
        assertEquals(now, failing.find(issued.key().id()).orElseThrow().lastUsedAt());
    }
}
