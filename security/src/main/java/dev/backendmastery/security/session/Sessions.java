package dev.backendmastery.security.session;

import dev.backendmastery.security.session.SessionRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that a refresh token stands for, each token replaced as it is used.
 *
 * <p><b>Guarantee.</b> A token refreshes into one other, whoever asks how often (SE-1, SE-8). One that comes again after it was replaced ends its session, however
 * long ago that was (SE-3, SE-4); within the grace time, and until its successor is used itself, it is given that same successor (SE-5 to SE-7). So an answer that was lost, or
 * a process that died between using up a token and telling its successor, costs nobody his session (SE-18), and without a grace time no race leaves two tokens (SE-9). Nothing
 * that is kept helps to make a token (SE-2), and none that was made up has an effect (SE-16). Sessions end when not refreshed for a time, in any case after a longer one
 * (SE-10, SE-11), and when ended here, also under races (SE-12 to SE-14). Scopes only shrink (SE-17).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> A refresh is one read and one write of the store, and four HMACs; {@link #check} one read and one HMAC. <b>Not for</b>
 * each request between services: give out short-lived tokens ({@code security.token}) at each refresh, and take them back when {@link SessionListener} says that a session has ended.
 *
 * <p><b>Source.</b> RFC 9700, section 4.14.2; OWASP ASVS 5.0, 7.2 to 7.4 and 10.4.5, 10.4.8. The same successor for the same token: its secret is HMAC(the token's secret, a salt
 * that is kept).
 */
public final class Sessions {

    private static final int SEAL = 16;
    private static final int MAX_TEXT = 1_000;
    private static final int MAX_SCOPES = 100;

    private final SessionStore store;
    private final InstantSource clock;
    private final Duration idle;
    private final Duration absolute;
    private final Duration grace;
    private final SessionListener listener;
    private final SecureRandom random = new SecureRandom();

    private Sessions(Builder builder) {
        store = builder.store;
        clock = builder.clock;
        idle = builder.idle;
        absolute = builder.absolute;
        grace = builder.grace;
        listener = builder.listener;
    }

    /** In {@code store}: 14 days without a refresh, 90 in all, 10 s of grace, unless said otherwise. */
    public static Builder in(SessionStore store, InstantSource clock) {
        return new Builder(store, clock);
    }

    /** How sessions live. */
    public static final class Builder {

        private final SessionStore store;
        private final InstantSource clock;
        private Duration idle = Duration.ofDays(14);
        private Duration absolute = Duration.ofDays(90);
        private Duration grace = Duration.ofSeconds(10);
        private SessionListener listener = (id, subject, end) -> {};

        private Builder(SessionStore store, InstantSource clock) {
            this.store = Objects.requireNonNull(store, "store");
            this.clock = Objects.requireNonNull(clock, "clock");
        }

        /** How long a session lasts without a refresh, from 1 s to 10 years. */
        public Builder idle(Duration time) {
            idle = within("idle", time, Duration.ofSeconds(1), Duration.ofDays(3_650));
            return this;
        }

        /** How long it lasts in any case, from 1 s to 10 years. */
        public Builder absolute(Duration time) {
            absolute = within("absolute", time, Duration.ofSeconds(1), Duration.ofDays(3_650));
            return this;
        }

        /** How long a replaced token is still given its successor, from 0 to 10 minutes; with 0 a lost answer costs the session. */
        public Builder grace(Duration time) {
            grace = within("grace", time, Duration.ZERO, Duration.ofMinutes(10));
            return this;
        }

        /** Who is told of ends. */
        public Builder listener(SessionListener hears) {
            listener = Objects.requireNonNull(hears, "hears");
            return this;
        }

        private static Duration within(String name, Duration time, Duration least, Duration most) {
            if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
                throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + time);
            }
            return time;
        }

        /** As said so far. */
        public Sessions build() {
            return new Sessions(this);
        }
    }

    /** A token to be given to who signed in, and the session that it stands for. Shows nothing of the token as text. */
    public record Issued(String token, Session session) {
        @Override
        public String toString() {
            return "Issued[" + session + "]";
        }
    }

    /**
     * Begins a session, of a new id.
     *
     * @param subject who has signed in, from 1 to 1,000 characters
     * @param device what to show him of where, up to 1,000 characters
     * @param scopes what its tokens are good for, up to 100
     * @throws IllegalArgumentException if one of these is longer
     * @throws SessionStoreException if the store does not answer; a session may have been made that nobody has a token of
     */
    public Issued signIn(String subject, String device, Set<String> scopes) {
        if (subject.isEmpty() || subject.length() > MAX_TEXT) {
            throw new IllegalArgumentException("subject must be of 1 to 1000 characters, had " + subject.length());
        }
        if (device.length() > MAX_TEXT) {
            throw new IllegalArgumentException("device must be of up to 1000 characters, had " + device.length());
        }
        if (scopes.size() > MAX_SCOPES) {
            throw new IllegalArgumentException("scopes must be up to 100, were " + scopes.size());
        }
        Instant now = now();
        byte[] secret = bits(RefreshToken.SECRET);
        byte[] seal = bits(SEAL);
        Instant until = now.plus(absolute);
        StoredSession session = new StoredSession(
                UUID.randomUUID(),
                subject,
                device,
                scopes,
                now,
                now,
                0,
                RefreshToken.hash(secret),
                null,
                null,
                hex(seal),
                now.plus(idle),
                until,
                null);
        store.add(session);
        return issued(session, secret);
    }

    /** As {@link #refresh(String, Set)}, with all scopes that the session has. */
    public Issued refresh(String token) throws SessionRefusedException {
        return refresh(token, null);
    }

    /**
     * Uses up a token for its successor.
     *
     * @param scopes what the session keeps, of what it has, or null for all of it
     * @throws SessionRefusedException if the token is no good; after {@link Reason#REUSED} its session is over, else it is as it was
     * @throws SessionStoreException if the store does not answer; the same token may be used again
     */
    public Issued refresh(String token, @Nullable Set<String> scopes) throws SessionRefusedException {
        RefreshToken presented = parsed(token);
        while (true) { // round again only if somebody else advanced it, and then this token is no longer the newest
            StoredSession session = good(presented);
            if (scopes != null && !session.scopes().containsAll(scopes)) {
                throw refused(Reason.SCOPE);
            }
            if (presented.generation() < session.generation()) {
                byte[] salt = HexFormat.of().parseHex(Objects.requireNonNull(session.salt(), "salt"));
                return issued(session, RefreshToken.successor(presented.secret(), salt));
            }
            byte[] salt = bits(RefreshToken.SECRET);
            byte[] secret = RefreshToken.successor(presented.secret(), salt);
            Instant now = now();
            StoredSession next = new StoredSession(
                    session.id(),
                    session.subject(),
                    session.device(),
                    scopes == null ? session.scopes() : scopes,
                    session.createdAt(),
                    now,
                    Math.addExact(session.generation(), 1),
                    RefreshToken.hash(secret),
                    session.current(),
                    hex(salt),
                    session.seal(),
                    now.plus(idle),
                    session.until(),
                    null);
            if (store.advance(next)) {
                return issued(next, secret);
            }
        }
    }

    /**
     * Whose session a token stands for, without using it up.
     *
     * @throws SessionRefusedException as {@link #refresh(String)}
     * @throws SessionStoreException if the store does not answer
     */
    public Session check(String token) throws SessionRefusedException {
        return good(parsed(token)).view();
    }

    private static RefreshToken parsed(String token) throws SessionRefusedException {
        return RefreshToken.parse(token).orElseThrow(() -> refused(Reason.UNKNOWN));
    }

    /** The session of a token that is the newest, or the one before it within its grace time. */
    private StoredSession good(RefreshToken token) throws SessionRefusedException {
        StoredSession session = store.find(token.id()).orElseThrow(() -> refused(Reason.UNKNOWN));
        if (!token.sealedWith(HexFormat.of().parseHex(session.seal()))) {
            throw refused(Reason.UNKNOWN);
        }
        if (session.end() != null) {
            throw refused(Reason.ENDED);
        }
        Instant now = now();
        if (!now.isBefore(session.expiresAt())) {
            throw refused(Reason.EXPIRED);
        }
        if (token.generation() == session.generation() && same(token, session.current())) {
            return session;
        }
        boolean justReplaced = token.generation() == session.generation() - 1
                && session.previous() != null
                && same(token, session.previous());
        if (justReplaced && now.isBefore(session.refreshedAt().plus(grace))) {
            return session;
        }
        end(session, new End(End.Cause.REUSED, now));
        throw refused(Reason.REUSED);
    }

    private static boolean same(RefreshToken token, String hash) {
        return MessageDigest.isEqual(
                RefreshToken.hash(token.secret()).getBytes(StandardCharsets.US_ASCII),
                hash.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Ends the session of a token.
     *
     * @return whether this call did
     * @throws SessionRefusedException as {@link #refresh(String)}
     * @throws SessionStoreException if the store does not answer
     */
    public boolean signOut(String token) throws SessionRefusedException {
        StoredSession session = good(parsed(token));
        return end(session, new End(End.Cause.SIGNED_OUT, now()));
    }

    /**
     * Ends a session of {@code subject}, from a list of his devices.
     *
     * @return whether this call did; not if it is somebody else's
     * @throws SessionStoreException if the store does not answer
     */
    public boolean signOut(String subject, UUID id) {
        Optional<StoredSession> session =
                store.find(id).filter(found -> found.subject().equals(subject));
        return session.isPresent() && end(session.get(), new End(End.Cause.SIGNED_OUT, now()));
    }

    /**
     * Ends all sessions of {@code subject} that there are, as after a change of his password.
     *
     * @param except the one that stays, or null for none
     * @return how many it ended
     * @throws SessionStoreException if the store does not answer
     */
    public int signOutEverywhere(String subject, @Nullable UUID except) {
        End end = new End(End.Cause.SIGNED_OUT_EVERYWHERE, now());
        List<UUID> ended = store.endAll(subject, except, end);
        for (UUID id : ended) {
            listener.ended(id, subject, end);
        }
        return ended.size();
    }

    /** The sessions of {@code subject} that go on, newest first. */
    public List<Session> of(String subject) {
        return store.of(subject, now()).stream().map(StoredSession::view).toList();
    }

    /**
     * Drops what is kept of sessions whose absolute lifetime is over: to be called now and then.
     *
     * @return how many
     */
    public int forget() {
        return store.forget(now());
    }

    private boolean end(StoredSession session, End end) {
        boolean ended = store.end(session.id(), end);
        if (ended) {
            listener.ended(session.id(), session.subject(), end);
        }
        return ended;
    }

    private Issued issued(StoredSession session, byte[] secret) {
        return new Issued(
                RefreshToken.of(
                                session.id(),
                                session.generation(),
                                secret,
                                HexFormat.of().parseHex(session.seal()))
                        .text(),
                session.view());
    }

    private static SessionRefusedException refused(Reason reason) {
        return new SessionRefusedException(reason);
    }

    /** To the millisecond, which every store keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private byte[] bits(int bytes) {
        byte[] bits = new byte[bytes];
        random.nextBytes(bits);
        return bits;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
