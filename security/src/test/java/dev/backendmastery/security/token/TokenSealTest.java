package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.token.SealingKey.Cipher;
import dev.backendmastery.security.token.SealingKey.Way;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TokenSealTest extends TokenSealContract {

    @Override
    protected Opener create(List<SealingKey> keys) {
        return TokenSeal.with(keys.get(0), keys.subList(1, keys.size()).toArray(SealingKey[]::new))::open;
    }

    @Test
    @DisplayName("JE-14 no two seals are alike, and nothing of the content shows")
    void hides() {
        for (Way way : Way.values()) {
            TokenSeal seal = TokenSeal.with(SealingKey.generate("k", way, Cipher.A256GCM));
            String sealed = seal.seal("the same");
            assertNotEquals(sealed, seal.seal("the same"));
            assertFalse(sealed.contains("the same"));
        }
    }

    @Test
    @DisplayName("JE-15 a sealed token is believed only as far as what is inside it")
    void sealedIsNotSigned() throws Exception {
        SealingKey pair = SealingKey.generate("pair", Way.ECDH_ES_A256KW, Cipher.A256GCM);
        TokenKey signing = TokenKey.generate("k", Algorithm.EDDSA);
        TokenKey strangers = TokenKey.generate("k", Algorithm.EDDSA);
        TokenVerifier verifier = TokenVerifier.of("issuer", "api", "at+jwt", TokenKeys.of(signing))
                .build();
        TokenSeal seal = TokenSeal.with(pair);
        assertEquals(
                "somebody",
                verifier.verify(seal.open(seal.seal(token(signing)))).subject());
        String strangersInside = seal.open(seal.seal(token(strangers)));
        assertThrows(TokenRefusedException.class, () -> verifier.verify(strangersInside));
    }

    private static String token(TokenKey key) {
        return new TokenIssuer("issuer", "at+jwt", key, Duration.ofMinutes(5), InstantSource.system())
                .issue("somebody", List.of("api"), Map.of("salary", 7))
                .token();
    }

    @Test
    @DisplayName("JE-16 weak keys are refused when they are made, and no text shows a secret")
    void keys() throws Exception {
        byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThrows(WeakKeyException.class, () -> SealingKey.secret("k", Way.A128KW, Cipher.A256GCM, secret));
        assertThrows(WeakKeyException.class, () -> SealingKey.secret("k", Way.DIRECT, Cipher.A256CBC_HS512, secret));
        assertThrows(WeakKeyException.class, () -> SealingKey.secret("k", Way.ECDH_ES, Cipher.A256GCM, secret));
        assertFalse(SealingKey.secret("k", Way.A256KW, Cipher.A256GCM, secret)
                .toString()
                .contains("0123456789"));
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        KeyPair weak = rsa.generateKeyPair();
        assertThrows(
                WeakKeyException.class,
                () -> SealingKey.of("k", Way.RSA_OAEP_256, Cipher.A256GCM, weak.getPublic(), null));
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair other = ec.generateKeyPair();
        assertThrows(
                WeakKeyException.class, () -> SealingKey.of("k", Way.ECDH_ES, Cipher.A256GCM, other.getPublic(), null));
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair one = ec.generateKeyPair();
        KeyPair two = ec.generateKeyPair();
        assertThrows(
                WeakKeyException.class,
                () -> SealingKey.of("k", Way.ECDH_ES, Cipher.A256GCM, one.getPublic(), two.getPrivate()));
        SealingKey sealsOnly = SealingKey.of("k", Way.ECDH_ES, Cipher.A256GCM, one.getPublic(), null);
        String sealed = TokenSeal.with(sealsOnly).seal("x");
        assertThrows(
                TokenRefusedException.class, () -> TokenSeal.with(sealsOnly).open(sealed));
        assertEquals(
                "x",
                TokenSeal.with(SealingKey.of("k", Way.ECDH_ES, Cipher.A256GCM, one.getPublic(), one.getPrivate()))
                        .open(sealed));
        assertThrows(IllegalArgumentException.class, () -> TokenSeal.with(sealsOnly, sealsOnly));
        SealingKey k2 = SealingKey.of("k2", Way.ECDH_ES, Cipher.A256GCM, one.getPublic(), null);
        assertThrows(IllegalArgumentException.class, () -> TokenSeal.with(sealsOnly, k2));
    }

    @Test
    @DisplayName("JE-17 a JWK that may not be used for sealing is refused")
    void jwk() throws Exception {
        String good = "{\"kty\":\"oct\",\"alg\":\"A128KW\",\"kid\":\"k\",\"k\":\"AAECAwQFBgcICQoLDA0ODw\"";
        TokenSeal seal = TokenSeal.with(
                SealingKey.jwk(good + ",\"use\":\"enc\",\"key_ops\":[\"wrapKey\",\"unwrapKey\"]}", Cipher.A128GCM));
        assertEquals("x", seal.open(seal.seal("x")));
        for (String bad : List.of(
                good + ",\"use\":\"sig\"}",
                good + ",\"key_ops\":[\"sign\"]}",
                good + ",\"key_ops\":[]}",
                good + ",\"key_ops\":\"wrapKey\"}",
                good + "",
                good.replace("A128KW", "A256KW") + "}",
                good.replace("A128KW", "PBES2-HS256+A128KW") + "}",
                good.replace("oct", "RSA") + "}",
                good.replace("\"kid\":\"k\",", "") + "}")) {
            assertThrows(WeakKeyException.class, () -> SealingKey.jwk(bad, Cipher.A128GCM), bad);
        }
    }
}
