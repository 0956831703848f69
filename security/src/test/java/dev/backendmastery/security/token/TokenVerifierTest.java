package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TokenVerifierTest extends TokenVerifierContract {

    @Override
    protected Verifier create(Parts parts) {
        TokenVerifier.Builder builder = TokenVerifier.of(parts.issuer(), parts.audience(), parts.type(), parts.keys())
                .clock(parts.clock())
                .leeway(parts.leeway())
                .maxLength(parts.maxLength());
        if (parts.maxAge() != null) {
            builder.maxAge(parts.maxAge());
        }
        if (parts.revocations() != null) {
            builder.revocations(parts.revocations());
        }
        if (parts.lowS()) {
            builder.lowS();
        }
        return builder.build()::verify;
    }

    @Test
    @DisplayName("Settings out of range are refused by name")
    void settings() {
        TokenKeys keys = TokenKeys.of(TokenKey.generate("a", Algorithm.HS256));
        TokenVerifier.Builder builder = TokenVerifier.of("i", "a", "t", keys);
        for (Duration leeway : List.of(Duration.ofSeconds(-1), Duration.ofMillis(1), Duration.ofMinutes(6))) {
            assertThrows(IllegalArgumentException.class, () -> builder.leeway(leeway));
        }
        assertThrows(IllegalArgumentException.class, () -> builder.maxLength(255));
        assertThrows(IllegalArgumentException.class, () -> builder.maxLength(65_537));
        assertThrows(IllegalArgumentException.class, () -> builder.maxAge(Duration.ZERO));
        for (List<String> parts : List.of(List.of("", "a", "t"), List.of("i", "", "t"), List.of("i", "a", ""))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> TokenVerifier.of(parts.get(0), parts.get(1), parts.get(2), keys));
        }
    }
}
