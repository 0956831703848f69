package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TokenKeyTest {

    private static String replace(String json, String from, String to) {
        String changed = json.replace(from, to);
        assertTrue(!changed.equals(json), from);
        return changed;
    }

    private static void refused(String json) {
        WeakKeyException e = assertThrows(WeakKeyException.class, () -> TokenKey.jwk(json), json);
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
    }

    @Test
    @DisplayName("TK-1 keys are as they were after they were written and read")
    void roundTrip() {
        for (Algorithm algorithm : Algorithm.values()) {
            if (!algorithm.isSymmetric()) {
                TokenKey key = TokenKey.generate("k-1", algorithm);
                byte[] content = {1, 2, 3};
                TokenKey read = TokenKey.jwk(key.toPublicJwk());
                assertEquals(key.toPublicJwk(), read.toPublicJwk());
                assertEquals(algorithm, read.algorithm());
                assertFalse(read.canSign());
                assertTrue(read.verify(content, key.sign(content)));
                assertThrows(IllegalStateException.class, () -> read.sign(content));
                assertFalse(key.toPublicJwk().contains("\"d\""));
            }
        }
        TokenKey secret = TokenKey.generate("k", Algorithm.HS256);
        assertThrows(IllegalStateException.class, secret::toPublicJwk);
        assertThrows(IllegalStateException.class, secret::publicOnly);
    }

    @Test
    @DisplayName("TK-2 RFC 7515's and RFC 8037's own examples are right")
    void examples() throws TokenRefusedException {
        TokenKey es = TokenKey.jwk("{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"a3\","
                + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
                + "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}");
        assertTrue(es.canSign());
        String a3 =
                "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        assertEquals(70, Jws.open(a3, 1_000, header -> Jws.key(header, TokenKeys.of(es))).payload.length);
        TokenKey ed = TokenKey.jwk(
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\",\"kid\":\"a4\","
                        + "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
        String a4 = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assertEquals(26, Jws.open(a4, 1_000, header -> Jws.key(header, TokenKeys.of(ed))).payload.length);
    }

    @Test
    @DisplayName(
            "TK-3 weak keys are refused: short, with small exponents, of the broken generator, on other curves, not on theirs")
    void weak() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        KeyPair small = rsa.generateKeyPair();
        assertThrows(WeakKeyException.class, () -> TokenKey.of("k", Algorithm.RS256, small.getPublic()));
        String good = TokenKey.generate("k", Algorithm.RS256).toPublicJwk();
        for (String exponent : List.of("AQ", "Aw", "BQ", "AQAA")) {
            refused(replace(good, "\"e\":\"AQAB\"", "\"e\":\"" + exponent + "\""));
        }
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp384r1"));
        PublicKey other = ec.generateKeyPair().getPublic();
        assertThrows(WeakKeyException.class, () -> TokenKey.of("k", Algorithm.ES256, other));
        assertThrows(WeakKeyException.class, () -> TokenKey.of("k", Algorithm.EDDSA, other));
        assertThrows(WeakKeyException.class, () -> TokenKey.of("k", Algorithm.HS256, other));
        String point = TokenKey.generate("k", Algorithm.ES256).toPublicJwk();
        refused(point.replaceAll("\"y\":\"..", "\"y\":\"AA"));
        assertThrows(WeakKeyException.class, () -> TokenKey.secret("k", new byte[31]));
        assertThrows(WeakKeyException.class, () -> TokenKey.secret("k", new byte[32]));
        assertThrows(WeakKeyException.class, () -> TokenKey.secret("k", new byte[257]));
        KeyPairGenerator pairs = KeyPairGenerator.getInstance("Ed25519");
        KeyPair one = pairs.generateKeyPair();
        KeyPair two = pairs.generateKeyPair();
        assertThrows(
                WeakKeyException.class, () -> TokenKey.of("k", Algorithm.EDDSA, one.getPublic(), two.getPrivate()));
    }

    @Test
    @DisplayName("TK-4 keys of the broken generator are known, and others are not taken for such")
    void roca() {
        // A number that is a power of 65537 modulo all small primes, as those moduli are.
        BigInteger product = BigInteger.ONE;
        for (int prime = 2; prime < 168; prime++) {
            if (BigInteger.valueOf(prime).isProbablePrime(50)) {
                product = product.multiply(BigInteger.valueOf(prime));
            }
        }
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            BigInteger power = BigInteger.valueOf(65_537).modPow(new BigInteger(200, random), product);
            assertTrue(RsaKeys.isRoca(
                    product.multiply(new BigInteger(1800, random)).add(power)));
            assertFalse(RsaKeys.isRoca(new BigInteger(2048, random).setBit(0)));
        }
    }

    @Test
    @DisplayName("TK-5 a key in JSON says what it is for, each member once, in base64url; or it is refused")
    void strict() {
        for (Algorithm algorithm : List.of(Algorithm.RS256, Algorithm.ES256, Algorithm.EDDSA)) {
            String good = TokenKey.generate("k", algorithm).toPublicJwk();
            TokenKey.jwk(good);
            String more = good.substring(0, good.length() - 1);
            TokenKey.jwk(more + ",\"key_ops\":[\"verify\"]}");
            TokenKey.jwk(more + ",\"x5t\":\"abc\",\"unknown\":1}");
            refused(replace(good, "\"use\":\"sig\"", "\"use\":\"enc\""));
            refused(replace(good, "\"use\":\"sig\"", "\"use\":null"));
            refused(more + ",\"key_ops\":[]}");
            refused(more + ",\"key_ops\":[\"encrypt\"]}");
            refused(more + ",\"key_ops\":[\"verify\",\"encrypt\"]}");
            refused(more + ",\"key_ops\":[\"verify\",\"verify\"]}");
            refused(more + ",\"key_ops\":\"verify\"}");
            refused(more + ",\"key_ops\":[\"sign\"]}");
            refused(more + ",\"kid\":\"k\"}");
            refused(good + "x");
            refused(replace(good, "\"kid\":\"k\"", "\"kid\":1"));
            refused(replace(good, "\"kid\":\"k\",", ""));
            refused(replace(good, "\"alg\":\"" + algorithm.header() + "\",", ""));
            refused(replace(good, algorithm.header(), "HS256"));
            refused(replace(good, algorithm.header(), algorithm.header() + "x"));
            refused(replace(good, "\"kty\":\"" + algorithm.keyType(), "\"kty\":\"oct"));
            String member = algorithm == Algorithm.RS256 ? "\"n\":\"" : "\"x\":\"";
            refused(replace(good, member, member + "="));
            refused(replace(good, member, member + " "));
            refused(replace(good, member, member + "+/"));
        }
        refused("{}");
        refused("[]");
        refused("");
        for (String id : List.of("", "x".repeat(201), "a\nb", "\u00e9")) {
            assertThrows(IllegalArgumentException.class, () -> TokenKey.generate(id, Algorithm.HS256));
        }
    }

    @Test
    @DisplayName("TK-6 no text of a key shows its secret")
    void silent() {
        byte[] secret = new byte[32];
        new Random(1).nextBytes(secret);
        TokenKey key = TokenKey.secret("k", secret);
        assertFalse(key.toString().contains(Base64Url.encode(secret).substring(0, 8)));
        assertEquals("TokenKey[k, HS256, signs]", key.toString());
    }

    @Test
    @DisplayName("TK-7 base64url is that of the platform, one text for each bytes")
    void base64() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            String text = Base64Url.encode(bytes);
            assertEquals(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), text);
            assertArrayEquals(bytes, Base64Url.decode(text, 0, text.length()));
            String other = text + (char) random.nextInt(0x10000);
            byte[] decoded = Base64Url.decode(other, 0, other.length());
            if (decoded != null) {
                assertEquals(other, Base64Url.encode(decoded));
            }
        }
        assertNull(Base64Url.decode("A", 0, 1));
        assertNull(Base64Url.decode("AB", 0, 2));
        assertArrayEquals(new byte[1], Base64Url.decode("AA", 0, 2));
    }

    @Test
    @DisplayName("TV-8 a set has no name twice, and does not mix secrets with pairs")
    void sets() {
        TokenKey a = TokenKey.generate("a", Algorithm.ES256);
        TokenKey secret = TokenKey.generate("s", Algorithm.HS256);
        assertThrows(IllegalArgumentException.class, () -> TokenKeys.of(a, TokenKey.generate("a", Algorithm.EDDSA)));
        assertThrows(IllegalArgumentException.class, () -> TokenKeys.of(a, secret));
        assertThrows(IllegalArgumentException.class, TokenKeys::of);
        assertThrows(
                IllegalArgumentException.class,
                () -> TokenKeys.jwks("{\"keys\":[" + a.toPublicJwk() + "," + a.toPublicJwk() + "]}"));
        assertEquals(
                1, TokenKeys.jwks("{\"keys\":[" + a.toPublicJwk() + "]}").all().size());
        assertThrows(IllegalStateException.class, () -> TokenKeys.of(secret).toPublicJwks());
    }
}
