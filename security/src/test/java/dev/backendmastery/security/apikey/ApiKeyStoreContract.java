package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.security.apikey.ApiKeyStore.Hashed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever keeps API keys must hold. Clauses make keys of owners of their own, so one store may serve all. */
@DisplayName("ApiKeyStore")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class ApiKeyStoreContract {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00.123456Z");
    private static final UuidV7 IDS = UuidV7.fast();

    private final String owner = "owner-" + IDS.next();
    private final Random random = new Random();

    protected abstract ApiKeyStore create();

    private String hash() {
        StringBuilder hash = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            hash.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hash.toString();
    }

    private Hashed key(Instant created, @Nullable Instant expires, @Nullable UUID issuedBy) {
        return new Hashed(
                new ApiKey(
                        IDS.next(),
                        owner,
                        "näme \" '",
                        Scopes.of("links:read", "links:write"),
                        "bm_…abcd",
                        issuedBy,
                        created,
                        expires,
                        null,
                        null,
                        null),
                hash());
    }

    private Hashed key() {
        return key(NOW, null, null);
    }

    private static ApiKey found(ApiKeyStore store, Hashed key) {
        ApiKey byId = store.find(key.key().id()).orElseThrow();
        Hashed byHash = store.findByHash(key.hash()).orElseThrow();
        assertEquals(byId, byHash.key());
        assertEquals(key.hash(), byHash.hash());
        return byId;
    }

    @Test
    @DisplayName("KS-1 a key is found by its hash and its id, as it was added, and no other is")
    final void finds() {
        ApiKeyStore store = create();
        Hashed plain = key();
        Hashed full = new Hashed(
                new ApiKey(
                        IDS.next(),
                        owner,
                        "n",
                        Scopes.none(),
                        "h",
                        null,
                        NOW,
                        NOW.plusSeconds(60),
                        NOW.plusSeconds(1),
                        NOW.plusSeconds(2),
                        IDS.next()),
                hash());
        assertTrue(store.add(plain));
        assertTrue(store.add(full));
        assertEquals(plain.key(), found(store, plain));
        assertEquals(full.key(), found(store, full));
        Hashed issued = key(NOW, NOW.plus(Duration.ofDays(4_000)), plain.key().id());
        assertTrue(store.add(issued));
        assertEquals(issued.key(), found(store, issued));
        assertEquals(Optional.empty(), store.findByHash(hash()));
        assertEquals(Optional.empty(), store.find(IDS.next()));
    }

    @Test
    @DisplayName("KS-2 a hash or an id is there once; the first one stays")
    final void once() {
        ApiKeyStore store = create();
        Hashed first = key();
        assertTrue(store.add(first));
        Hashed other = key();
        assertFalse(store.add(new Hashed(other.key(), first.hash())));
        assertFalse(store.add(new Hashed(first.key(), other.hash())));
        assertEquals(first.key(), found(store, first));
        assertEquals(Optional.empty(), store.find(other.key().id()));
        assertEquals(Optional.empty(), store.findByHash(other.hash()));
    }

    @Test
    @DisplayName("KS-3 an owner's keys are listed, newest first, and nobody else's")
    final void lists() {
        ApiKeyStore store = create();
        List<ApiKey> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Hashed key = key(NOW.plusSeconds(i), null, null);
            assertTrue(store.add(key));
            newestFirst.add(0, key.key());
        }
        assertEquals(newestFirst, store.list(owner));
        assertEquals(List.of(), store.list(owner + "x"));
        assertEquals(List.of(), store.list("o"));
        assertEquals(1, store.revoke(newestFirst.get(0).id(), NOW));
        assertEquals(5, store.list(owner).size());
    }

    @Test
    @DisplayName("KS-4 a key gets one successor, and ends no later than before")
    final void succeeds() {
        ApiKeyStore store = create();
        Hashed forEver = key();
        Hashed ending = key(NOW, NOW.plusSeconds(10), null);
        Hashed revoked = key();
        for (Hashed key : List.of(forEver, ending, revoked)) {
            assertTrue(store.add(key));
        }
        Hashed next = key();
        assertTrue(store.succeed(forEver.key().id(), NOW.plusSeconds(60), next));
        assertEquals(NOW.plusSeconds(60), found(store, forEver).expiresAt());
        assertEquals(next.key().id(), found(store, forEver).successor());
        assertEquals(next.key(), found(store, next));
        Hashed late = key();
        assertFalse(store.succeed(forEver.key().id(), NOW.plusSeconds(600), late));
        assertEquals(Optional.empty(), store.find(late.key().id()));
        assertEquals(NOW.plusSeconds(60), found(store, forEver).expiresAt());
        assertTrue(store.succeed(ending.key().id(), NOW.plusSeconds(60), key()));
        assertEquals(NOW.plusSeconds(10), found(store, ending).expiresAt());
        store.revoke(revoked.key().id(), NOW);
        assertFalse(store.succeed(revoked.key().id(), NOW.plusSeconds(60), key()));
        assertFalse(store.succeed(IDS.next(), NOW.plusSeconds(60), key()));
    }

    @Test
    @DisplayName("KS-4 also if many add one at the same time")
    final void race() throws Exception {
        ApiKeyStore store = create();
        int callers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 40; round++) {
                Hashed old = key();
                assertTrue(store.add(old));
                CyclicBarrier start = new CyclicBarrier(callers);
                List<Hashed> successors = new ArrayList<>();
                List<Future<Boolean>> answers = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    Hashed mine = key();
                    successors.add(mine);
                    answers.add(pool.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return store.succeed(old.key().id(), NOW.plusSeconds(60), mine);
                    }));
                }
                List<UUID> winners = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    UUID id = successors.get(i).key().id();
                    boolean won = answers.get(i).get(20, TimeUnit.SECONDS);
                    assertEquals(won, store.find(id).isPresent());
                    if (won) {
                        winners.add(id);
                    }
                }
                assertEquals(
                        List.of(Optional.ofNullable(found(store, old).successor())
                                .orElseThrow()),
                        winners);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("KS-5 what is revoked is revoked for good, with all that it and those have issued, and nothing else")
    final void revokes() {
        ApiKeyStore store = create();
        Hashed root = key();
        Hashed child = key(NOW, null, root.key().id());
        Hashed grandchild = key(NOW, null, child.key().id());
        Hashed other = key();
        for (Hashed key : List.of(root, child, grandchild, other)) {
            assertTrue(store.add(key));
        }
        assertEquals(1, store.revoke(grandchild.key().id(), NOW));
        assertEquals(2, store.revoke(root.key().id(), NOW.plusSeconds(5)));
        assertEquals(0, store.revoke(root.key().id(), NOW.plusSeconds(9)));
        assertEquals(0, store.revoke(IDS.next(), NOW));
        assertEquals(NOW, found(store, grandchild).revokedAt());
        assertEquals(NOW.plusSeconds(5), found(store, child).revokedAt());
        assertEquals(NOW.plusSeconds(5), found(store, root).revokedAt());
        assertNull(found(store, other).revokedAt());
    }

    @Test
    @DisplayName("KS-6 the time of last use goes forward, in steps")
    final void used() {
        ApiKeyStore store = create();
        Hashed key = key();
        assertTrue(store.add(key));
        UUID id = key.key().id();
        assertTrue(store.used(id, NOW, NOW.minusSeconds(60)));
        assertEquals(NOW, found(store, key).lastUsedAt());
        assertFalse(store.used(id, NOW.plusSeconds(30), NOW.minusSeconds(30)));
        assertEquals(NOW, found(store, key).lastUsedAt());
        assertTrue(store.used(id, NOW.plusSeconds(90), NOW.plusSeconds(30)));
        Instant last = found(store, key).lastUsedAt();
        assertNotNull(last);
        assertEquals(NOW.plusSeconds(90), last);
        assertFalse(store.used(id, NOW.plusSeconds(40), NOW.minusSeconds(20)), "a late one");
        assertEquals(last, found(store, key).lastUsedAt());
        assertFalse(store.used(IDS.next(), NOW, NOW));
    }
}
