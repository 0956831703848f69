package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CsrfTest extends CsrfContract {

    /** What users of the two classes write. */
    static Csrf ours(CsrfTokens tokens, Origin own, Set<Origin> trusted) {
        CsrfPolicy policy = new CsrfPolicy(tokens, own, trusted);
        return new Csrf() {
            @Override
            public String issue(String session) {
                return tokens.issue(session);
            }

            @Override
            public String mask(String token) {
                return tokens.mask(token);
            }

            @Override
            public void check(CsrfPolicy.Request request) {
                policy.check(request);
            }
        };
    }

    @Override
    protected Csrf create(MacKeys keys, Origin own, Set<Origin> trusted) {
        return ours(new CsrfTokens(keys), own, trusted);
    }

    @Test
    @DisplayName("A page may use a cookie's token again if it is of the session, and no other")
    void again() {
        CsrfTokens tokens = new CsrfTokens(MacKeys.random());
        String token = tokens.issue("s");
        assertTrue(tokens.isFor("s", token));
        for (String other : List.of("", "x", tokens.issue("t"), new CsrfTokens(MacKeys.random()).issue("s"))) {
            assertFalse(tokens.isFor("s", other));
        }
        assertFalse(tokens.isFor("s", null));
    }

    @Test
    @DisplayName("Weak keys are refused by name, two of one name too, and no text shows a secret")
    void keys() {
        byte[] secret = "a-secret-of-thirty-two-bytes-....".getBytes(StandardCharsets.US_ASCII);
        for (String id : List.of("", "a.b", "a b", "é", "a".repeat(17))) {
            assertThrows(IllegalArgumentException.class, () -> MacKeys.of(id, secret));
        }
        assertThrows(IllegalArgumentException.class, () -> MacKeys.of("a", new byte[31]));
        MacKeys keys = MacKeys.of("a", secret);
        assertThrows(IllegalArgumentException.class, () -> keys.andFormer("a", secret));
        assertFalse(keys.andFormer("b", secret).toString().contains("secret"));
    }
}
