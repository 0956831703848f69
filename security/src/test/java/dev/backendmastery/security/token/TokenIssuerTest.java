package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TokenIssuerTest {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00.7Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private static TokenIssuer issuer(TokenKey key) {
        return new TokenIssuer("https://issuer.example", "at+jwt", key, Duration.ofMinutes(5), CLOCK);
    }

    private static TokenVerifier verifier(TokenKey key) {
        return TokenVerifier.of("https://issuer.example", "api", "at+jwt", TokenKeys.of(key))
                .clock(CLOCK)
                .lowS()
                .build();
    }

    @Test
    @DisplayName("TI-1 what it makes is believed, of each algorithm, and says what it was told")
    void believed() throws TokenRefusedException {
        for (Algorithm algorithm : Algorithm.values()) {
            TokenKey key = TokenKey.generate("k", algorithm);
            TokenIssuer.Issued issued = issuer(key)
                    .issue(
                            "me",
                            List.of("api", "other"),
                            Map.of("scope", "read", "n", 5, "list", List.of(1L, "a", true)));
            Claims claims = verifier(key).verify(issued.token());
            assertEquals("me", claims.subject());
            assertEquals(List.of("api", "other"), claims.audience());
            assertEquals(issued.id(), claims.id());
            assertEquals(issued.expiresAt(), claims.expiresAt());
            assertEquals(Instant.ofEpochSecond(NOW.getEpochSecond() + 300), claims.expiresAt());
            assertEquals("read", claims.text("scope").orElseThrow());
            assertEquals(5L, claims.all().get("n"));
            assertEquals(List.of(1L, "a", true), claims.all().get("list"));
            TokenKey read = algorithm.isSymmetric() ? key : TokenKey.jwk(key.toPublicJwk());
            assertEquals("me", verifier(read).verify(issued.token()).subject());
        }
    }

    @Test
    @DisplayName("TI-1 other libraries believe it too")
    void others() throws Exception {
        TokenKey rsa = TokenKey.generate("k", Algorithm.RS256);
        JWSObject token = JWSObject.parse(
                issuer(rsa).issue("me", List.of("api"), Map.of()).token());
        assertTrue(token.verify(new RSASSAVerifier((RSAPublicKey) rsa.verifying())));
        byte[] secret = new byte[32];
        secret[3] = 1;
        TokenKey mac = TokenKey.secret("k", secret);
        assertTrue(JWSObject.parse(
                        issuer(mac).issue(null, List.of("api"), Map.of()).token())
                .verify(new MACVerifier(secret)));
    }

    @Test
    @DisplayName("TI-2 no two have one name")
    void names() {
        TokenIssuer issuer = issuer(TokenKey.generate("k", Algorithm.HS256));
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertTrue(ids.add(issuer.issue("me", List.of("api"), Map.of()).id()));
        }
    }

    @Test
    @DisplayName("TI-3 claims of the caller replace none of its own; bad input is refused by name")
    void refuses() {
        TokenKey key = TokenKey.generate("k", Algorithm.HS256);
        for (String name : List.of("iss", "aud", "iat", "exp", "nbf", "jti", "sub")) {
            assertThrows(
                    IllegalArgumentException.class, () -> issuer(key).issue("me", List.of("api"), Map.of(name, 1L)));
        }
        assertThrows(IllegalArgumentException.class, () -> issuer(key).issue("me", List.of(), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> issuer(key).issue("me", List.of("api"), Map.of("a", NOW)));
        for (Duration lifetime : List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofDays(401))) {
            assertThrows(IllegalArgumentException.class, () -> new TokenIssuer("i", "t", key, lifetime, CLOCK));
        }
        TokenKey publicKey = TokenKey.generate("k", Algorithm.ES256).publicOnly();
        assertThrows(
                IllegalArgumentException.class,
                () -> new TokenIssuer("i", "t", publicKey, Duration.ofMinutes(1), CLOCK));
    }
}
