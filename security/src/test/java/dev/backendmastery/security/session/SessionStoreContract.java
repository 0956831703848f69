package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.session.End.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a store of sessions must hold. Extend it and say how to create yours. */
@DisplayName("SessionStore")
public abstract class SessionStoreContract {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00.123Z");
    private static final End OUT = new End(Cause.SIGNED_OUT, NOW.plusSeconds(1));
    private static final End STOLEN = new End(Cause.REUSED, NOW.plusSeconds(2));
    private static final int RACES = 50;
    private static final int THREADS = 4;

    private final String subject = "user " + UUID.randomUUID();

    @SuppressWarnings("NullAway.Init") // setUp comes first
    private SessionStore store;

    /** The store under test, which may hold sessions of others. */
    protected abstract SessionStore store();

    @BeforeEach
    final void setUp() {
        store = store();
    }

    private StoredSession session(Instant created, int generation) {
        return new StoredSession(
                UUID.randomUUID(),
                subject,
                "a laptop ☃ 'quoted' \"twice\"",
                Set.of("a,b", "c d", "{}"),
                created,
                created.plusMillis(generation),
                generation,
                "current " + generation,
                generation == 0 ? null : "current " + (generation - 1),
                generation == 0 ? null : "salt",
                "seal",
                created.plus(Duration.ofDays(1)),
                created.plus(Duration.ofDays(9)),
                null);
    }

    private static StoredSession next(StoredSession session, String current) {
        return new StoredSession(
                session.id(),
                session.subject(),
                session.device(),
                Set.of("c d"),
                session.createdAt(),
                session.refreshedAt().plusSeconds(5),
                session.generation() + 1,
                current,
                session.current(),
                "salt of " + current,
                session.seal(),
                session.idleUntil().plusSeconds(5),
                session.until(),
                null);
    }

    private StoredSession added() {
        StoredSession session = session(NOW, 0);
        store.add(session);
        return session;
    }

    private @Nullable StoredSession found(UUID id) {
        return store.find(id).orElse(null);
    }

    @Test
    @DisplayName("SS-1 what was added is found as it was, and stays so")
    final void finds() {
        StoredSession fresh = added();
        StoredSession third = session(NOW, 3);
        store.add(third);
        StoredSession over = session(NOW, 2).ended(STOLEN);
        store.add(over);
        assertEquals(fresh, found(fresh.id()));
        assertEquals(third, found(third.id()));
        assertEquals(over, found(over.id()));
        assertTrue(store.find(UUID.randomUUID()).isEmpty());
        assertThrows(IllegalStateException.class, () -> store.add(next(fresh, "another")));
        assertEquals(fresh, found(fresh.id()));
    }

    @Test
    @DisplayName("SS-2 of those that advance it from one generation one does")
    final void advances() throws Exception {
        StoredSession fresh = added();
        StoredSession next = next(fresh, "next");
        assertFalse(store.advance(next(next, "one too far")));
        assertTrue(store.advance(next));
        assertEquals(next, found(fresh.id()));
        assertFalse(store.advance(next(fresh, "late")));
        assertEquals(next, found(fresh.id()));
        assertFalse(store.advance(next(session(NOW, 0), "unknown")));
        race(() -> {
            StoredSession start = added();
            return thread -> store.advance(next(start, "by " + thread));
        });
    }

    @Test
    @DisplayName("SS-3 none does once it has ended")
    final void notAfterItsEnd() throws Exception {
        StoredSession fresh = added();
        assertTrue(store.end(fresh.id(), OUT));
        assertFalse(store.advance(next(fresh, "late")));
        assertEquals(fresh.ended(OUT), found(fresh.id()));
        for (int i = 0; i < RACES; i++) {
            StoredSession start = added();
            List<Boolean> done =
                    atOnce(2, thread -> thread == 0 ? store.end(start.id(), OUT) : store.advance(next(start, "by 1")));
            assertTrue(done.get(0));
            StoredSession left = Objects.requireNonNull(found(start.id()));
            assertEquals((done.get(1) ? next(start, "by 1") : start).ended(OUT), left);
        }
    }

    @Test
    @DisplayName("SS-4 an end is the first that was said")
    final void endsOnce() throws Exception {
        StoredSession fresh = added();
        assertTrue(store.end(fresh.id(), STOLEN));
        assertFalse(store.end(fresh.id(), OUT));
        assertEquals(List.of(), store.endAll(subject, null, OUT));
        assertEquals(fresh.ended(STOLEN), found(fresh.id()));
        assertFalse(store.end(UUID.randomUUID(), OUT));
        race(() -> {
            StoredSession start = added();
            return thread -> store.end(start.id(), thread % 2 == 0 ? OUT : STOLEN);
        });
    }

    @Test
    @DisplayName("SS-5 all of one subject end but one, and nobody else's")
    final void endsAll() {
        StoredSession one = added();
        StoredSession two = added();
        StoredSession stays = added();
        StoredSession other = new StoredSession(
                UUID.randomUUID(),
                "not " + subject,
                "",
                Set.of(),
                NOW,
                NOW,
                0,
                "c",
                null,
                null,
                "s",
                NOW.plus(Duration.ofDays(9)),
                NOW.plus(Duration.ofDays(9)),
                null);
        store.add(other);
        assertEquals(Set.of(one.id(), two.id()), Set.copyOf(store.endAll(subject, stays.id(), OUT)));
        assertEquals(one.ended(OUT), found(one.id()));
        assertEquals(two.ended(OUT), found(two.id()));
        assertEquals(stays, found(stays.id()));
        assertEquals(other, found(other.id()));
        assertEquals(List.of(stays.id()), store.endAll(subject, null, STOLEN));
    }

    @Test
    @DisplayName("SS-6 those that go on are listed, newest first")
    final void lists() {
        StoredSession old = session(NOW.minusSeconds(60), 0);
        StoredSession young = session(NOW.plusSeconds(60), 1);
        StoredSession over = session(NOW, 0).ended(OUT);
        StoredSession idle = session(NOW.minus(Duration.ofDays(2)), 0);
        for (StoredSession each : List.of(old, idle, young, over)) {
            store.add(each);
        }
        assertEquals(List.of(young, old), store.of(subject, NOW.plusSeconds(61)));
        assertEquals(List.of(young), store.of(subject, NOW.minusSeconds(60).plus(Duration.ofDays(1))));
        assertEquals(List.of(), store.of(subject, NOW.plus(Duration.ofDays(2))));
    }

    @Test
    @DisplayName("SS-7 those whose time is over are dropped, and nothing else")
    final void forgets() {
        StoredSession fresh = added();
        StoredSession ended = session(NOW, 0).ended(STOLEN);
        StoredSession later = session(NOW.plusSeconds(1), 0);
        store.add(ended);
        store.add(later);
        Instant until = fresh.until();
        store.forget(until.minusMillis(1));
        assertEquals(fresh, found(fresh.id()));
        assertEquals(ended, found(ended.id()));
        assertTrue(store.forget(until) >= 2);
        assertEquals(null, found(fresh.id()));
        assertEquals(null, found(ended.id()));
        assertEquals(later, found(later.id()));
        assertEquals(0, store.forget(until));
    }

    /** Done by one of several threads. */
    private interface Deed {
        boolean by(int thread);
    }

    private interface Start {
        Deed begin();
    }

    private static void race(Start start) throws Exception {
        for (int i = 0; i < RACES; i++) {
            assertEquals(
                    1,
                    atOnce(THREADS, start.begin()).stream().filter(done -> done).count(),
                    "how many did it");
        }
    }

    private static List<Boolean> atOnce(int count, Deed deed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            CyclicBarrier barrier = new CyclicBarrier(count);
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int thread = i;
                answers.add(threads.submit(() -> {
                    barrier.await(20, TimeUnit.SECONDS);
                    return deed.by(thread);
                }));
            }
            List<Boolean> done = new ArrayList<>();
            for (Future<Boolean> answer : answers) {
                done.add(answer.get(30, TimeUnit.SECONDS));
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }
}
