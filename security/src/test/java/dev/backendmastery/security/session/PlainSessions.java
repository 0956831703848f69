package dev.backendmastery.security.session;

import dev.backendmastery.security.session.SessionRefusedException.Reason;
import dev.backendmastery.security.session.Sessions.Issued;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sessions as one writes them, right unless given a fault: what each of these rules is good for shows when it is left out. */
final class PlainSessions implements SessionsContract.Subject {

    /** A rule that is left out. */
    enum Fault {
        GIVES_THE_SAME_TOKEN_AGAIN,
        KEEPS_THE_SECRET,
        ONLY_REFUSES_REUSE,
        KNOWS_ONLY_THE_LAST,
        FORKS,
        NO_GRACE,
        GRACE_AFTER_USE,
        GRACE_FOR_EVER,
        GRACE_FROM_THE_LAST_ASKED,
        REMEMBERS_SUCCESSORS_IN_MEMORY,
        TAKES_A_NO_OF_THE_STORE_FOR_A_YES,
        NEVER_IDLE,
        IDLE_FROM_THE_SIGN_IN,
        GOOD_AT_ITS_END,
        SLIDES_FOR_EVER,
        SIGNS_OUT_THE_TOKEN_ONLY,
        SIGNS_OUT_ANYBODY,
        EVERYWHERE_IS_HERE_TOO,
        EVERYWHERE_IS_EVERYBODY,
        LISTS_WHAT_IS_OVER,
        ENDS_BY_A_GUESS,
        WIDENS,
        USES_UP_BEFORE_IT_LOOKS_AT_SCOPES,
        FORGETS_WHAT_SCOPES_WERE_GIVEN_UP,
        USES_UP_WHEN_CHECKED,
        CHECKS_NOTHING_BUT_THE_SEAL,
        TELLS_EACH_TIME,
        TELLS_NOBODY,
        THROWS_WHAT_COMES,
        FORGETS_NOTHING,
        FORGETS_WHAT_WAS_ENDED,
        TAKES_UP_THE_SESSION_THAT_IS_THERE
    }

    private final SessionsContract.Parts parts;
    private final Set<Fault> faults;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Issued> given = new HashMap<>();
    private final Map<UUID, Instant> asked = new HashMap<>();
    private final Map<String, Issued> begun = new HashMap<>();

    PlainSessions(SessionsContract.Parts parts, @Nullable Fault fault) {
        this.parts = parts;
        this.faults = fault == null ? EnumSet.noneOf(Fault.class) : EnumSet.of(fault);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private Instant now() {
        return parts.clock().instant();
    }

    private byte[] bits(int count) {
        byte[] bits = new byte[count];
        random.nextBytes(bits);
        return bits;
    }

    private static SessionRefusedException refused(Reason reason) {
        return new SessionRefusedException(reason);
    }

    private static Issued issued(StoredSession session, byte[] secret) {
        byte[] seal = HexFormat.of().parseHex(session.seal());
        return new Issued(
                RefreshToken.of(session.id(), session.generation(), secret, seal)
                        .text(),
                session.view());
    }

    private String kept(byte[] secret) {
        return has(Fault.KEEPS_THE_SECRET) ? HexFormat.of().formatHex(secret) : RefreshToken.hash(secret);
    }

    @Override
    public Issued signIn(String subject, String device, Set<String> scopes) {
        Issued there = begun.get(subject);
        if (has(Fault.TAKES_UP_THE_SESSION_THAT_IS_THERE) && there != null) {
            return there;
        }
        byte[] secret = bits(RefreshToken.SECRET);
        Instant now = now();
        StoredSession session = new StoredSession(
                UUID.randomUUID(),
                subject,
                device,
                scopes,
                now,
                now,
                0,
                kept(secret),
                null,
                null,
                HexFormat.of().formatHex(bits(16)),
                has(Fault.NEVER_IDLE) ? now.plus(parts.absolute()) : now.plus(parts.idle()),
                now.plus(parts.absolute()),
                null);
        parts.store().add(session);
        Issued issued = issued(session, secret);
        begun.put(subject, issued);
        return issued;
    }

    private RefreshToken parsed(String text) throws SessionRefusedException {
        if (has(Fault.THROWS_WHAT_COMES)) {
            return RefreshToken.parse(text).orElseThrow();
        }
        return RefreshToken.parse(text).orElseThrow(() -> refused(Reason.UNKNOWN));
    }

    private StoredSession good(RefreshToken token) throws SessionRefusedException {
        StoredSession session = parts.store().find(token.id()).orElseThrow(() -> refused(Reason.UNKNOWN));
        if (!token.sealedWith(HexFormat.of().parseHex(session.seal()))) {
            if (has(Fault.ENDS_BY_A_GUESS)) {
                end(session, End.Cause.REUSED);
            }
            throw refused(Reason.UNKNOWN);
        }
        Instant now = now();
        if (session.end() != null) {
            if (has(Fault.TELLS_EACH_TIME)) {
                parts.listener().ended(session.id(), session.subject(), session.end());
            }
            throw refused(Reason.ENDED);
        }
        boolean good =
                has(Fault.GOOD_AT_ITS_END) ? !now.isAfter(session.expiresAt()) : now.isBefore(session.expiresAt());
        if (!good) {
            throw refused(Reason.EXPIRED);
        }
        String hash = kept(token.secret());
        if (hash.equals(session.current())) {
            return session;
        }
        if (hash.equals(session.previous()) && inGrace(session, now)) {
            return session;
        }
        if (has(Fault.GRACE_AFTER_USE)
                && given.containsKey(token.text())
                && now.isBefore(session.refreshedAt().plus(parts.grace()))) {
            return session;
        }
        if (has(Fault.ONLY_REFUSES_REUSE) || (has(Fault.KNOWS_ONLY_THE_LAST) && !hash.equals(session.previous()))) {
            throw refused(Reason.UNKNOWN);
        }
        end(session, End.Cause.REUSED);
        throw refused(Reason.REUSED);
    }

    private boolean inGrace(StoredSession session, Instant now) {
        if (has(Fault.GRACE_FOR_EVER)) {
            return true;
        }
        if (has(Fault.NO_GRACE)) {
            return false;
        }
        Instant since = session.refreshedAt();
        if (has(Fault.GRACE_FROM_THE_LAST_ASKED)) {
            since = asked.getOrDefault(session.id(), since);
            if (now.isBefore(since.plus(parts.grace()))) {
                asked.put(session.id(), now);
            }
        }
        return now.isBefore(since.plus(parts.grace()));
    }

    @Override
    public synchronized Session check(String token) throws SessionRefusedException {
        RefreshToken presented = parsed(token);
        if (has(Fault.CHECKS_NOTHING_BUT_THE_SEAL)) {
            StoredSession session = parts.store().find(presented.id()).orElseThrow(() -> refused(Reason.UNKNOWN));
            if (presented.sealedWith(HexFormat.of().parseHex(session.seal()))) {
                return session.view();
            }
        }
        StoredSession session = good(presented);
        if (has(Fault.USES_UP_WHEN_CHECKED)) {
            refresh(token, null);
        }
        return session.view();
    }

    @Override
    public Issued refresh(String text, @Nullable Set<String> scopes) throws SessionRefusedException {
        RefreshToken token = parsed(text);
        while (true) {
            StoredSession session = good(token);
            boolean wider = scopes != null && !session.scopes().containsAll(scopes);
            if (wider && !has(Fault.WIDENS) && !has(Fault.USES_UP_BEFORE_IT_LOOKS_AT_SCOPES)) {
                throw refused(Reason.SCOPE);
            }
            if (token.generation() < session.generation() && !has(Fault.FORKS)) {
                if (has(Fault.REMEMBERS_SUCCESSORS_IN_MEMORY) || has(Fault.GRACE_AFTER_USE)) {
                    Issued before;
                    synchronized (given) {
                        before = given.get(text);
                    }
                    if (before != null) {
                        return before;
                    }
                    if (has(Fault.REMEMBERS_SUCCESSORS_IN_MEMORY)) {
                        throw refused(Reason.REUSED);
                    }
                }
                byte[] salt = HexFormat.of().parseHex(String.valueOf(session.salt()));
                return issued(session, RefreshToken.successor(token.secret(), salt));
            }
            byte[] salt = bits(RefreshToken.SECRET);
            byte[] secret = has(Fault.GIVES_THE_SAME_TOKEN_AGAIN)
                    ? token.secret()
                    : has(Fault.FORKS) ? bits(RefreshToken.SECRET) : RefreshToken.successor(token.secret(), salt);
            StoredSession next = next(session, scopes, secret, salt);
            Issued issued = issued(has(Fault.GIVES_THE_SAME_TOKEN_AGAIN) ? session : next, secret);
            boolean advanced;
            synchronized (given) {
                advanced = parts.store().advance(next);
                if (advanced) {
                    given.put(text, issued);
                }
            }
            if (advanced || has(Fault.TAKES_A_NO_OF_THE_STORE_FOR_A_YES)) {
                if (wider && has(Fault.USES_UP_BEFORE_IT_LOOKS_AT_SCOPES)) {
                    throw refused(Reason.SCOPE);
                }
                return issued;
            }
        }
    }

    private StoredSession next(StoredSession session, @Nullable Set<String> scopes, byte[] secret, byte[] salt) {
        Instant now = now();
        Instant idleUntil = has(Fault.IDLE_FROM_THE_SIGN_IN)
                ? session.idleUntil()
                : has(Fault.NEVER_IDLE) ? session.until() : now.plus(parts.idle());
        Set<String> left = scopes == null || has(Fault.FORGETS_WHAT_SCOPES_WERE_GIVEN_UP) ? session.scopes() : scopes;
        return new StoredSession(
                session.id(),
                session.subject(),
                session.device(),
                left,
                session.createdAt(),
                now,
                session.generation() + 1,
                kept(secret),
                session.current(),
                HexFormat.of().formatHex(salt),
                session.seal(),
                idleUntil,
                has(Fault.SLIDES_FOR_EVER) ? now.plus(parts.absolute()) : session.until(),
                null);
    }

    private boolean end(StoredSession session, End.Cause cause) {
        End end = new End(cause, now());
        boolean ended = parts.store().end(session.id(), end);
        if ((ended || has(Fault.TELLS_EACH_TIME)) && !has(Fault.TELLS_NOBODY)) {
            parts.listener().ended(session.id(), session.subject(), end);
        }
        return ended;
    }

    @Override
    public boolean signOut(String token) throws SessionRefusedException {
        StoredSession session = good(parsed(token));
        if (has(Fault.SIGNS_OUT_THE_TOKEN_ONLY)) {
            refresh(token, null);
            return true;
        }
        return end(session, End.Cause.SIGNED_OUT);
    }

    @Override
    public boolean signOut(String subject, UUID id) {
        return parts.store()
                .find(id)
                .filter(session -> session.subject().equals(subject) || has(Fault.SIGNS_OUT_ANYBODY))
                .map(session -> end(session, End.Cause.SIGNED_OUT))
                .orElse(false);
    }

    @Override
    public int signOutEverywhere(String subject, @Nullable UUID except) {
        End end = new End(End.Cause.SIGNED_OUT_EVERYWHERE, now());
        UUID stays = has(Fault.EVERYWHERE_IS_HERE_TOO) ? null : except;
        List<UUID> ended = parts.store().endAll(subject, stays, end);
        if (has(Fault.EVERYWHERE_IS_EVERYBODY)) {
            parts.store().endAll("not " + subject, stays, end);
        }
        if (!has(Fault.TELLS_NOBODY)) {
            ended.forEach(id -> parts.listener().ended(id, subject, end));
        }
        return ended.size();
    }

    @Override
    public List<Session> of(String subject) {
        Instant since = has(Fault.LISTS_WHAT_IS_OVER) ? Instant.EPOCH : now();
        return parts.store().of(subject, since).stream()
                .map(StoredSession::view)
                .toList();
    }

    @Override
    public int forget() {
        if (has(Fault.FORGETS_NOTHING)) {
            return 0;
        }
        Instant now = now();
        // Far enough for what was ended to be gone with the rest.
        return parts.store().forget(has(Fault.FORGETS_WHAT_WAS_ENDED) ? now.plus(parts.absolute()) : now);
    }
}
