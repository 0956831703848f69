package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.token.Algorithm;
import dev.backendmastery.security.token.InMemoryRevocations;
import dev.backendmastery.security.token.Revocations;
import dev.backendmastery.security.token.TokenIssuer;
import dev.backendmastery.security.token.TokenKey;
import dev.backendmastery.security.token.TokenKeys;
import dev.backendmastery.security.token.TokenRefusedException;
import dev.backendmastery.security.token.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class SessionsTest extends SessionsContract {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");

    private final SessionStore store = new InMemorySessionStore();

    @Override
    protected SessionStore store() {
        return store;
    }

    @Test
    @DisplayName("SE-24 neither what is given out nor what is refused shows a token as text, and scanners find one")
    void shows() throws Exception {
        Sessions sessions = Sessions.in(store, () -> NOW).build();
        Sessions.Issued issued = sessions.signIn("somebody", "here", Set.of());
        String secret = issued.token().substring(RefreshToken.PREFIX.length() + 30);
        assertFalse(issued.toString().contains(secret));
        assertFalse(sessions.check(issued.token()).toString().contains(secret));
        sessions.signOut(issued.token());
        SessionRefusedException refused =
                assertThrows(SessionRefusedException.class, () -> sessions.check(issued.token()));
        assertFalse(refused.toString().contains(secret));
        assertTrue(Pattern.compile("\\bbmrt_[A-Za-z0-9_-]{91}\\b")
                .matcher(issued.token())
                .matches());
    }

    @Test
    @DisplayName("SE-25 what is out of its range is refused, and nothing is kept")
    void arguments() {
        Sessions sessions = Sessions.in(store, () -> NOW).build();
        assertThrows(IllegalArgumentException.class, () -> sessions.signIn("", "", Set.of()));
        assertThrows(IllegalArgumentException.class, () -> sessions.signIn("x".repeat(1_001), "", Set.of()));
        assertThrows(IllegalArgumentException.class, () -> sessions.signIn("x", "x".repeat(1_001), Set.of()));
        Set<String> many = IntStream.range(0, 101).mapToObj(String::valueOf).collect(Collectors.toSet());
        assertThrows(IllegalArgumentException.class, () -> sessions.signIn("x", "", many));
        assertEquals(List.of(), sessions.of("x"));
        Sessions.Builder builder = Sessions.in(store, () -> NOW);
        assertThrows(IllegalArgumentException.class, () -> builder.idle(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.absolute(Duration.ofDays(3_651)));
        assertThrows(IllegalArgumentException.class, () -> builder.grace(Duration.ofMinutes(11)));
    }

    @Test
    @DisplayName("SE-26 with the session, the tokens that were given out for it can be taken back")
    void takesBackAccess() throws Exception {
        InstantSource clock = () -> NOW;
        TokenKey key = TokenKey.generate("k", Algorithm.EDDSA);
        Revocations revocations = new InMemoryRevocations(clock);
        TokenVerifier verifier = TokenVerifier.of("issuer", "api", "at+jwt", TokenKeys.of(key))
                .clock(clock)
                .revocations(revocations)
                .build();
        Duration lifetime = Duration.ofMinutes(5);
        Sessions sessions = Sessions.in(store, clock)
                .grace(Duration.ZERO)
                .listener((id, subject, end) -> revocations.revokeAll(
                        "issuer", subject, end.at(), end.at().plus(lifetime)))
                .build();
        TokenIssuer issuer = new TokenIssuer("issuer", "at+jwt", key, lifetime, clock);
        Sessions.Issued first = sessions.signIn("somebody", "", Set.of());
        String access = issuer.issue("somebody", List.of("api"), Map.of()).token();
        verifier.verify(access);
        sessions.refresh(first.token());
        verifier.verify(access);
        assertThrows(SessionRefusedException.class, () -> sessions.refresh(first.token()));
        assertThrows(TokenRefusedException.class, () -> verifier.verify(access));
    }
}
