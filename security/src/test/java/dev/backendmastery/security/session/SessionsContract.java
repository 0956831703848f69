package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.session.SessionRefusedException.Reason;
import dev.backendmastery.security.session.Sessions.Issued;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever keeps sessions must hold, on whatever store. Extend it and say how to create yours. */
@DisplayName("Sessions")
public abstract class SessionsContract {

    private static final Instant START = Instant.parse("2026-03-14T12:00:00Z");
    private static final Duration IDLE = Duration.ofDays(2);
    private static final Duration ABSOLUTE = Duration.ofDays(5);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int THREADS = 8;
    private static final Set<String> SCOPES = Set.of("read", "write");

    private volatile Instant now = START;
    private final String subject = "user " + UUID.randomUUID();
    private final List<String> ends = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // setUp comes first
    private SessionStore store;

    @SuppressWarnings("NullAway.Init") // as above
    private Subject sessions;

    /** What is under test. */
    protected interface Subject {
        Issued signIn(String subject, String device, Set<String> scopes);

        Issued refresh(String token, @Nullable Set<String> scopes) throws SessionRefusedException;

        Session check(String token) throws SessionRefusedException;

        boolean signOut(String token) throws SessionRefusedException;

        boolean signOut(String subject, UUID id);

        int signOutEverywhere(String subject, @Nullable UUID except);

        List<Session> of(String subject);

        int forget();
    }

    /** What it is made of. */
    protected record Parts(
            SessionStore store,
            InstantSource clock,
            Duration idle,
            Duration absolute,
            Duration grace,
            SessionListener listener) {}

    /** Ours, unless said otherwise. */
    protected Subject create(Parts parts) {
        Sessions real = Sessions.in(parts.store, parts.clock)
                .idle(parts.idle)
                .absolute(parts.absolute)
                .grace(parts.grace)
                .listener(parts.listener)
                .build();
        return new Subject() {
            @Override
            public Issued signIn(String subject, String device, Set<String> scopes) {
                return real.signIn(subject, device, scopes);
            }

            @Override
            public Issued refresh(String token, @Nullable Set<String> scopes) throws SessionRefusedException {
                return scopes == null ? real.refresh(token) : real.refresh(token, scopes);
            }

            @Override
            public Session check(String token) throws SessionRefusedException {
                return real.check(token);
            }

            @Override
            public boolean signOut(String token) throws SessionRefusedException {
                return real.signOut(token);
            }

            @Override
            public boolean signOut(String subject, UUID id) {
                return real.signOut(subject, id);
            }

            @Override
            public int signOutEverywhere(String subject, @Nullable UUID except) {
                return real.signOutEverywhere(subject, except);
            }

            @Override
            public List<Session> of(String subject) {
                return real.of(subject);
            }

            @Override
            public int forget() {
                return real.forget();
            }
        };
    }

    /** The store that it works on, the same each time in one test. */
    protected abstract SessionStore store();

    @BeforeEach
    final void setUp() {
        store = store();
        sessions = on(store, GRACE);
    }

    private Subject on(SessionStore store, Duration grace) {
        return create(new Parts(store, () -> now, IDLE, ABSOLUTE, grace, (id, who, end) -> {
            synchronized (ends) {
                ends.add(who + " " + end.cause());
            }
        }));
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private Issued signIn() {
        return sessions.signIn(subject, "a laptop", SCOPES);
    }

    private String refresh(String token) throws SessionRefusedException {
        return sessions.refresh(token, null).token();
    }

    private void refused(Reason reason, String token) {
        assertEquals(
                reason,
                assertThrows(SessionRefusedException.class, () -> sessions.refresh(token, null))
                        .reason());
    }

    private void good(String token) throws SessionRefusedException {
        assertEquals(subject, sessions.check(token).subject());
    }

    @Test
    @DisplayName("SE-1 a token refreshes into another one of the same session")
    final void refreshes() throws Exception {
        Issued first = signIn();
        pass(Duration.ofHours(1));
        Issued second = sessions.refresh(first.token(), null);
        assertNotEquals(first.token(), second.token());
        assertEquals(first.session().id(), second.session().id());
        assertEquals(
                new Session(first.session().id(), subject, "a laptop", SCOPES, START, now, now.plus(IDLE)),
                second.session());
        good(second.token());
        good(refresh(second.token()));
    }

    @Test
    @DisplayName("SE-2 what is kept holds no token, nor the secret of one")
    final void nothingAtRest() throws Exception {
        Issued issued = signIn();
        List<String> tokens = new ArrayList<>(List.of(issued.token()));
        for (int i = 0; i < 3; i++) {
            tokens.add(refresh(tokens.get(i)));
        }
        String kept = store.find(issued.session().id()).orElseThrow().toString();
        for (String token : tokens) {
            assertFalse(kept.contains(token));
            byte[] secret = RefreshToken.parse(token).orElseThrow().secret();
            assertFalse(kept.toLowerCase(Locale.ROOT).contains(HexFormat.of().formatHex(secret)));
            assertFalse(kept.contains(Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(secret)
                    .substring(0, 40)));
        }
    }

    @Test
    @DisplayName("SE-3 a token that comes again after its grace time ends the session")
    final void reuse() throws Exception {
        String first = signIn().token();
        String second = refresh(first);
        pass(GRACE);
        refused(Reason.REUSED, first);
        refused(Reason.ENDED, second);
        refused(Reason.ENDED, first);
    }

    @Test
    @DisplayName("SE-4 however long ago it was replaced")
    final void reuseOfOld() throws Exception {
        String first = signIn().token();
        String token = first;
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofHours(20));
            token = refresh(token);
        }
        good(token);
        refused(Reason.REUSED, first);
        refused(Reason.ENDED, token);
    }

    @Test
    @DisplayName("SE-5 within its grace time it is given the same successor again")
    final void sameSuccessor() throws Exception {
        String first = signIn().token();
        Issued second = sessions.refresh(first, null);
        pass(GRACE.minusMillis(1));
        Issued again = sessions.refresh(first, null);
        assertEquals(second.token(), again.token());
        assertEquals(second.session(), again.session());
        good(refresh(second.token()));
    }

    @Test
    @DisplayName("SE-6 which ends as soon as the successor is refreshed: it has arrived")
    final void graceEndsByUse() throws Exception {
        String first = signIn().token();
        String third = refresh(refresh(first));
        refused(Reason.REUSED, first);
        refused(Reason.ENDED, third);
    }

    @Test
    @DisplayName("SE-7 and at its time, counted from the first refresh, not from the last")
    final void graceEndsByTime() throws Exception {
        String first = signIn().token();
        refresh(first);
        pass(GRACE.minusMillis(1));
        refresh(first);
        pass(Duration.ofMillis(1));
        refused(Reason.REUSED, first);
    }

    @Test
    @DisplayName("SE-8 of many at once with one token, each is given the same successor")
    final void race() throws Exception {
        Issued first = signIn();
        Subject racing = on(new Meeting(store), GRACE);
        Set<String> successors = new HashSet<>();
        for (Future<Issued> answer : atOnce(() -> racing.refresh(first.token(), null))) {
            successors.add(answer.get().token());
        }
        assertEquals(1, successors.size());
        assertEquals(1, store.find(first.session().id()).orElseThrow().generation());
        good(refresh(successors.iterator().next()));
    }

    @Test
    @DisplayName("SE-9 without a grace time no more than one is given any, and the session ends")
    final void raceWithoutGrace() throws Exception {
        Issued first = signIn();
        Subject racing = on(new Meeting(store), Duration.ZERO);
        List<String> successors = new ArrayList<>();
        for (Future<Issued> answer : atOnce(() -> racing.refresh(first.token(), null))) {
            try {
                successors.add(answer.get().token());
            } catch (ExecutionException e) {
                assertTrue(e.getCause() instanceof SessionRefusedException, () -> "was " + e.getCause());
            }
        }
        assertTrue(successors.size() <= 1, () -> successors.size() + " successors");
        assertThrows(SessionRefusedException.class, () -> racing.check(first.token()));
        for (String successor : successors) {
            assertThrows(SessionRefusedException.class, () -> racing.check(successor));
        }
    }

    @Test
    @DisplayName("SE-10 a session ends when it is not refreshed for its idle time, and a refresh begins that anew")
    final void idle() throws Exception {
        String first = signIn().token();
        pass(IDLE.minusMillis(1));
        good(first);
        String second = refresh(first);
        pass(IDLE.minusMillis(1));
        good(second);
        pass(Duration.ofMillis(1));
        refused(Reason.EXPIRED, second);
        assertThrows(SessionRefusedException.class, () -> sessions.check(second));
        assertEquals(List.of(), sessions.of(subject));
    }

    @Test
    @DisplayName("SE-11 and after its absolute time however often it is refreshed")
    final void absolute() throws Exception {
        String token = signIn().token();
        for (int i = 0; i < 4; i++) {
            pass(Duration.ofDays(1));
            token = refresh(token);
        }
        pass(Duration.ofDays(1).minusMillis(1));
        Issued last = sessions.refresh(token, null);
        assertEquals(START.plus(ABSOLUTE), last.session().expiresAt());
        pass(Duration.ofMillis(1));
        refused(Reason.EXPIRED, last.token());
    }

    @Test
    @DisplayName("SE-12 what was signed out is over, also for the token before within its grace time")
    final void signsOut() throws Exception {
        String first = signIn().token();
        String second = refresh(first);
        assertTrue(sessions.signOut(second));
        refused(Reason.ENDED, second);
        refused(Reason.ENDED, first);
        assertThrows(SessionRefusedException.class, () -> sessions.check(second));
        assertThrows(SessionRefusedException.class, () -> sessions.signOut(second));
        Issued other = signIn();
        assertFalse(sessions.signOut("somebody else", other.session().id()));
        good(other.token());
        assertTrue(sessions.signOut(subject, other.session().id()));
        assertFalse(sessions.signOut(subject, other.session().id()));
        refused(Reason.ENDED, other.token());
    }

    @Test
    @DisplayName("SE-13 signing out everywhere ends all of one subject, but the one that is to stay, and nobody else's")
    final void everywhere() throws Exception {
        Issued one = signIn();
        Issued two = signIn();
        Issued here = signIn();
        Issued others = sessions.signIn("not " + subject, "", Set.of());
        assertEquals(2, sessions.signOutEverywhere(subject, here.session().id()));
        refused(Reason.ENDED, one.token());
        refused(Reason.ENDED, two.token());
        good(here.token());
        assertEquals(1, sessions.signOutEverywhere(subject, null));
        refused(Reason.ENDED, here.token());
        assertEquals("not " + subject, sessions.check(others.token()).subject());
    }

    @Test
    @DisplayName("SE-14 a refresh on its way gives nothing to a session that is ended meanwhile")
    final void endedOnTheWay() {
        Issued first = signIn();
        Subject racing = on(
                new Delegate(store) {
                    @Override
                    public boolean advance(StoredSession next) {
                        assertEquals(1, sessions.signOutEverywhere(subject, null));
                        return super.advance(next);
                    }
                },
                GRACE);
        assertEquals(
                Reason.ENDED,
                assertThrows(SessionRefusedException.class, () -> racing.refresh(first.token(), null))
                        .reason());
    }

    @Test
    @DisplayName("SE-15 the list has those that go on, newest first")
    final void lists() throws Exception {
        Issued first = signIn();
        pass(Duration.ofDays(1));
        Issued second = signIn();
        Issued out = signIn();
        sessions.signOut(out.token());
        pass(Duration.ofHours(1));
        Issued third = signIn();
        assertEquals(List.of(third.session(), second.session(), first.session()), sessions.of(subject));
        pass(Duration.ofDays(1).minusHours(1));
        assertEquals(List.of(third.session(), second.session()), sessions.of(subject));
        assertEquals(List.of(), sessions.of("nobody " + subject));
    }

    @Test
    @DisplayName("SE-16 a token that was made up has no effect, whatever it gets right")
    final void madeUp() throws Exception {
        Issued first = signIn();
        String second = refresh(first.token());
        pass(GRACE);
        byte[] body = Base64.getUrlDecoder().decode(second.substring(RefreshToken.PREFIX.length()));
        for (int bit = 0; bit < body.length * 8; bit++) {
            byte[] flipped = body.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            refused(
                    Reason.UNKNOWN,
                    RefreshToken.PREFIX
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(flipped));
        }
        for (int generation = -1; generation < 3; generation++) {
            refused(
                    Reason.UNKNOWN,
                    RefreshToken.of(first.session().id(), generation, new byte[RefreshToken.SECRET], new byte[16])
                            .text());
        }
        good(second);
        assertEquals(List.of(), ends);
    }

    @Test
    @DisplayName("SE-17 scopes shrink and never grow, and asking for more costs nothing")
    final void scopes() throws Exception {
        String first = signIn().token();
        assertEquals(
                Reason.SCOPE,
                assertThrows(SessionRefusedException.class, () -> sessions.refresh(first, Set.of("read", "admin")))
                        .reason());
        good(first);
        assertEquals(0, generation(first));
        Issued second = sessions.refresh(first, Set.of("read"));
        assertEquals(Set.of("read"), second.session().scopes());
        assertEquals(Set.of("read"), sessions.check(second.token()).scopes());
        assertEquals(
                Reason.SCOPE,
                assertThrows(SessionRefusedException.class, () -> sessions.refresh(second.token(), SCOPES))
                        .reason());
        assertEquals(
                Set.of("read"), sessions.refresh(second.token(), null).session().scopes());
    }

    private int generation(String token) {
        return store.find(RefreshToken.parse(token).orElseThrow().id())
                .orElseThrow()
                .generation();
    }

    @Test
    @DisplayName("SE-18 who dies between using up a token and telling its successor costs nobody his session")
    final void diesBetween() throws Exception {
        String first = signIn().token();
        Subject dying = on(
                new Delegate(store) {
                    @Override
                    public boolean advance(StoredSession next) {
                        assertTrue(super.advance(next));
                        throw new SessionStoreException("died", new IllegalStateException("died"));
                    }
                },
                GRACE);
        assertThrows(SessionStoreException.class, () -> dying.refresh(first, null));
        assertEquals(1, generation(first));
        String second = on(store, GRACE).refresh(first, null).token();
        assertEquals(1, generation(first));
        good(second);
        good(refresh(second));
    }

    @Test
    @DisplayName("SE-19 a check uses nothing up, and refuses what a refresh would refuse")
    final void checks() throws Exception {
        String first = signIn().token();
        good(first);
        good(first);
        assertEquals(0, generation(first));
        String second = refresh(first);
        good(first);
        good(second);
        pass(GRACE);
        assertEquals(
                Reason.REUSED,
                assertThrows(SessionRefusedException.class, () -> sessions.check(first))
                        .reason());
        refused(Reason.ENDED, second);
    }

    @Test
    @DisplayName("SE-20 each end is told once, with its cause, also if many come at once")
    final void tells() throws Exception {
        String first = signIn().token();
        refresh(first);
        pass(GRACE);
        Subject racing = on(new Meeting(store), GRACE);
        for (Future<Issued> answer : atOnce(() -> racing.refresh(first, null))) {
            assertThrows(ExecutionException.class, answer::get);
        }
        sessions.signOut(signIn().token());
        signIn();
        sessions.signOutEverywhere(subject, null);
        assertEquals(List.of(subject + " REUSED", subject + " SIGNED_OUT", subject + " SIGNED_OUT_EVERYWHERE"), ends);
    }

    @Test
    @DisplayName("SE-21 any text is answered")
    final void anyText() {
        Random random = new Random(7);
        String token = signIn().token();
        List<String> texts = new ArrayList<>(List.of("", RefreshToken.PREFIX, token + "=", " " + token, token + "\n"));
        for (int i = 0; i < 300; i++) {
            char[] changed = token.toCharArray();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                changed[random.nextInt(changed.length)] = (char) random.nextInt(i % 2 == 0 ? 128 : 65_536);
            }
            String cut = new String(changed).substring(random.nextInt(3));
            if (!cut.equals(token)) {
                texts.add(cut);
            }
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            texts.add(new String(noise, StandardCharsets.ISO_8859_1));
        }
        for (String text : texts) {
            refused(Reason.UNKNOWN, text);
        }
    }

    @Test
    @DisplayName("SE-22 what is over is forgotten, and nothing by which a theft is known sooner")
    final void forgets() throws Exception {
        Issued old = signIn();
        pass(ABSOLUTE.minus(IDLE));
        Issued young = signIn();
        sessions.signOut(subject, young.session().id());
        assertEquals(0, sessions.forget());
        refused(Reason.ENDED, young.token());
        pass(IDLE);
        assertTrue(sessions.forget() >= 1);
        refused(Reason.UNKNOWN, old.token());
        refused(Reason.ENDED, young.token());
    }

    @Test
    @DisplayName("SE-23 each sign-in begins a session of its own")
    final void noFixation() throws Exception {
        Issued first = signIn();
        Issued second = signIn();
        assertNotEquals(first.session().id(), second.session().id());
        assertNotEquals(first.token(), second.token());
        sessions.signOut(first.token());
        good(second.token());
    }

    private static List<Future<Issued>> atOnce(Callable<Issued> call) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Issued>> answers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                answers.add(threads.submit(call));
            }
            threads.shutdown();
            assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    /** A store whose first reader waits until as many have read as there are threads, so that all have read the same. */
    private static final class Meeting extends Delegate {
        private final CountDownLatch there = new CountDownLatch(THREADS);

        Meeting(SessionStore store) {
            super(store);
        }

        @Override
        public Optional<StoredSession> find(UUID id) {
            Optional<StoredSession> found = super.find(id);
            there.countDown();
            try {
                assertTrue(there.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return found;
        }
    }

    /** As another store. */
    private abstract static class Delegate implements SessionStore {
        private final SessionStore store;

        Delegate(SessionStore store) {
            this.store = store;
        }

        @Override
        public void add(StoredSession session) {
            store.add(session);
        }

        @Override
        public Optional<StoredSession> find(UUID id) {
            return store.find(id);
        }

        @Override
        public boolean advance(StoredSession next) {
            return store.advance(next);
        }

        @Override
        public boolean end(UUID id, End end) {
            return store.end(id, end);
        }

        @Override
        public List<UUID> endAll(String subject, @Nullable UUID except, End end) {
            return store.endAll(subject, except, end);
        }

        @Override
        public List<StoredSession> of(String subject, Instant now) {
            return store.of(subject, now);
        }

        @Override
        public int forget(Instant now) {
            return store.forget(now);
        }
    }
}
