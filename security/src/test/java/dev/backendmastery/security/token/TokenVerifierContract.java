package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever believes tokens must hold. Extend it and say how to create yours. */
@DisplayName("TokenVerifier")
public abstract class TokenVerifierContract {

    private static final String ISSUER = "https://issuer.example";
    private static final String AUDIENCE = "https://api.example";
    private static final String TYPE = "at+jwt";
    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");
    private static final int MAX_LENGTH = 8_192;
    private static final Map<Algorithm, TokenKey> KEYS = keys();
    private static final TokenKey ES = key(Algorithm.ES256);

    private Instant now = NOW;

    /** Signs, where nothing else is said: the quickest; or the one that has two signatures. */
    private TokenKey used = key(Algorithm.HS256);

    /** What is under test: believes or throws. */
    @FunctionalInterface
    protected interface Verifier {
        Claims verify(String token) throws TokenRefusedException;
    }

    /** What it is made of. */
    protected record Parts(
            String issuer,
            String audience,
            String type,
            KeySource keys,
            InstantSource clock,
            Duration leeway,
            int maxLength,
            @Nullable Duration maxAge,
            @Nullable Revocations revocations,
            boolean lowS) {}

    protected abstract Verifier create(Parts parts);

    private static Map<Algorithm, TokenKey> keys() {
        Map<Algorithm, TokenKey> keys = new EnumMap<>(Algorithm.class);
        for (Algorithm algorithm : Algorithm.values()) {
            keys.put(algorithm, TokenKey.generate("key-" + algorithm.header(), algorithm));
        }
        // The same in each run, so that what is made from its tokens by chance is the same too.
        keys.put(Algorithm.HS256, TokenKey.secret("key-HS256", utf8("0123456789abcdef0123456789abcdef")));
        return keys;
    }

    private static TokenKey key(Algorithm algorithm) {
        TokenKey key = KEYS.get(algorithm);
        if (key == null) {
            throw new IllegalStateException(algorithm.toString());
        }
        return key;
    }

    private Parts parts(KeySource keys) {
        return new Parts(ISSUER, AUDIENCE, TYPE, keys, () -> now, Duration.ZERO, MAX_LENGTH, null, null, false);
    }

    private Verifier verifier() {
        return create(parts(TokenKeys.of(used)));
    }

    private static Map<String, @Nullable Object> header(TokenKey key) {
        Map<String, @Nullable Object> header = new LinkedHashMap<>();
        header.put("alg", key.algorithm().header());
        header.put("typ", TYPE);
        header.put("kid", key.id());
        return header;
    }

    private static Map<String, @Nullable Object> claims() {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        claims.put("iss", ISSUER);
        claims.put("sub", "somebody");
        claims.put("aud", AUDIENCE);
        claims.put("iat", NOW.getEpochSecond());
        claims.put("exp", NOW.getEpochSecond() + 300);
        claims.put("jti", "1");
        return claims;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sign(TokenKey key, byte[] header, byte[] payload) {
        String content = Base64Url.encode(header) + "." + Base64Url.encode(payload);
        return content + "." + Base64Url.encode(key.sign(utf8(content)));
    }

    private static String token(TokenKey key) {
        return sign(key, StrictJson.bytes(header(key)), StrictJson.bytes(claims()));
    }

    /** Signed as it should be, with another header. */
    private String withHeader(String name, @Nullable Object value) {
        Map<String, @Nullable Object> header = header(used);
        header.put(name, value);
        return sign(used, StrictJson.bytes(header), StrictJson.bytes(claims()));
    }

    private String withoutHeader(String name) {
        Map<String, @Nullable Object> header = header(used);
        header.remove(name);
        return sign(used, StrictJson.bytes(header), StrictJson.bytes(claims()));
    }

    private String withClaim(String name, @Nullable Object value) {
        Map<String, @Nullable Object> claims = claims();
        claims.put(name, value);
        return sign(used, StrictJson.bytes(header(used)), StrictJson.bytes(claims));
    }

    private String withoutClaim(String name) {
        Map<String, @Nullable Object> claims = claims();
        claims.remove(name);
        return sign(used, StrictJson.bytes(header(used)), StrictJson.bytes(claims));
    }

    /** Signed as it should be, whatever the bytes. */
    private String withText(String header, String payload) {
        return sign(used, utf8(header), utf8(payload));
    }

    private static String text(Map<String, @Nullable Object> object) {
        return new String(StrictJson.bytes(object), StandardCharsets.UTF_8);
    }

    private static Reason refused(Verifier verifier, String token, String what) {
        try {
            verifier.verify(token);
        } catch (TokenRefusedException e) {
            assertTrue(
                    token.length() < 40 || !String.valueOf(e.getMessage()).contains(token),
                    "the message has the token");
            return e.reason();
        } catch (RuntimeException | Error e) {
            return fail(what + " throws " + e, e);
        }
        return fail(what + " was believed");
    }

    private static void refuses(Reason reason, Verifier verifier, String token, String what) {
        assertEquals(reason, refused(verifier, token, what), what);
    }

    private static Claims believed(Verifier verifier, String token) {
        try {
            return verifier.verify(token);
        } catch (TokenRefusedException e) {
            return fail("was refused: " + e.getMessage(), e);
        }
    }

    @Test
    @DisplayName("TV-1 believes what its key has signed, with each algorithm, and says what it says")
    final void believes() {
        for (Algorithm algorithm : Algorithm.values()) {
            TokenKey key = key(algorithm);
            Claims claims = believed(create(parts(TokenKeys.of(key))), token(key));
            assertEquals("somebody", claims.subject(), algorithm.toString());
            assertEquals(ISSUER, claims.issuer());
            assertEquals(List.of(AUDIENCE), claims.audience());
            assertEquals(NOW.plusSeconds(300), claims.expiresAt());
            assertEquals(NOW, claims.issuedAt());
            assertEquals("1", claims.id());
            assertEquals(key.id(), claims.keyId());
        }
        KeySource both = TokenKeys.of(key(Algorithm.RS256), ES);
        assertEquals(ES.id(), believed(create(parts(both)), token(ES)).keyId());
    }

    @Test
    @DisplayName("TV-2 a token has one text: no padding, spaces, other alphabets, or bits that say nothing")
    final void oneText() {
        used = ES;
        String token = token(ES);
        Verifier verifier = verifier();
        List<String> others = new ArrayList<>(
                List.of(token + "=", token + "==", " " + token, token + " ", token + "\n", token + "\0", "\t" + token));
        String[] parts = token.split("\\.", -1);
        for (int i = 0; i < 3; i++) {
            for (UnaryOperator<String> change : List.<UnaryOperator<String>>of(
                    part -> part + "=",
                    part -> part + "==",
                    part -> part.substring(0, 5) + " " + part.substring(5),
                    part -> part.substring(0, 5) + "\n" + part.substring(5),
                    part -> part.substring(0, 5) + "?" + part.substring(5),
                    part -> part.substring(0, 5) + "#" + part.substring(5),
                    part -> part.substring(0, 4) + "++++" + part.substring(4),
                    part -> part.replace('-', '+').replace('_', '/') + "+",
                    part -> part.substring(0, 4) + "\u00e9" + part.substring(4))) {
                String[] changed = parts.clone();
                changed[i] = change.apply(parts[i]);
                others.add(String.join(".", changed));
            }
        }
        // The last character of the 64 bytes of a signature has four bits that say nothing.
        char last = token.charAt(token.length() - 1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int bits = 1; bits < 16; bits++) {
            char other = alphabet.charAt(alphabet.indexOf(last) ^ bits);
            others.add(token.substring(0, token.length() - 1) + other);
        }
        for (String other : others) {
            refuses(Reason.MALFORMED, verifier, other, other);
        }
        // With the other alphabet where it says the same.
        for (int i = 0; i < 50; i++) {
            String more = token(ES);
            String changed = more.replace('-', '+').replace('_', '/');
            if (!changed.equals(more)) {
                refuses(Reason.MALFORMED, verifier, changed, changed);
            }
        }
    }

    @Test
    @DisplayName("TV-3 a token has three parts, none of them empty but for claims, which cannot be")
    final void threeParts() {
        String token = token(used);
        int dot = token.lastIndexOf('.');
        for (String other : List.of(
                "",
                ".",
                "..",
                "...",
                "a",
                "a.b",
                "a.b.c",
                token + ".",
                "." + token,
                token + "." + token,
                token.substring(0, dot),
                token.substring(0, dot + 1),
                token.substring(token.indexOf('.')),
                token.substring(0, token.indexOf('.')) + "." + token.substring(dot),
                token.substring(0, token.indexOf('.')) + "." + token.substring(dot + 1),
                "eyJ".repeat(20),
                "{}.{}.{}")) {
            refused(verifier(), other, other);
        }
    }

    @Test
    @DisplayName("TV-4 a token has one meaning: each member once, nothing behind, UTF-8, objects alone")
    final void oneMeaning() {
        Verifier verifier = verifier();
        String header = text(header(used));
        String claims = text(claims());
        String more = claims.substring(0, claims.length() - 1);
        for (String payload : List.of(
                more + ",\"sub\":\"another\"}",
                more + ",\"exp\":9999999999}",
                more + ",\"a\":{\"b\":1,\"b\":2}}",
                claims + "{}",
                claims + ",",
                claims + " x",
                claims + "\0",
                "[1]",
                "\"text\"",
                "1",
                "null",
                "",
                "\ufeff" + claims,
                " " + claims,
                more,
                more + ",}",
                more + ",\"a\":NaN}",
                more + ",\"a\":01}",
                more + ",\"a\":'b'}",
                more + ",\"a\":\"\n\"}",
                more + ",a:1}",
                "/**/" + claims)) {
            refuses(Reason.MALFORMED, verifier, withText(header, payload), payload);
        }
        for (String other : List.of(
                header.substring(0, header.length() - 1) + ",\"alg\":\"HS256\"}",
                header.substring(0, header.length() - 1) + ",\"alg\":\"none\"}",
                header + "{}",
                "[" + header + "]",
                "null")) {
            refuses(Reason.MALFORMED, verifier, withText(other, claims), other);
        }
        byte[] utf16 = claims.getBytes(StandardCharsets.UTF_16);
        refuses(Reason.MALFORMED, verifier, sign(used, utf8(header), utf16), "UTF-16");
        byte[] broken = utf8(claims.replace("somebody", "someb?dy"));
        for (int i = 0; i < broken.length; i++) {
            broken[i] = broken[i] == '?' ? (byte) 0xC0 : broken[i];
        }
        refuses(Reason.MALFORMED, verifier, sign(used, utf8(header), broken), "a byte that is no UTF-8");
    }

    @Test
    @DisplayName("TV-5 a token that asks for what is not done is refused: crit, b64, zip")
    final void asksForNothing() {
        Verifier verifier = verifier();
        for (Object crit : List.of(
                List.of("https://example.com/ext"), List.of("exp"), List.of("b64"), List.of(), List.of("kid"), "kid")) {
            refuses(Reason.UNSUPPORTED, verifier, withHeader("crit", crit), "crit " + crit);
        }
        refuses(Reason.UNSUPPORTED, verifier, withHeader("b64", false), "b64");
        refuses(Reason.UNSUPPORTED, verifier, withHeader("zip", "DEF"), "zip");
        refuses(Reason.UNSUPPORTED, verifier, withHeader("crit", null), "crit null");
    }

    @Test
    @DisplayName("TV-6 a key is used with its own algorithm and no other, whatever the header says")
    final void oneAlgorithm() {
        for (String none : List.of("none", "None", "NONE", "nOnE", "", " ", "hs256", "HS-256", "HS256\0")) {
            refuses(Reason.ALGORITHM, verifier(), withHeader("alg", none), "alg " + none);
        }
        refuses(Reason.ALGORITHM, verifier(), withHeader("alg", null), "alg null");
        refuses(Reason.ALGORITHM, verifier(), withHeader("alg", 1), "alg 1");
        refuses(Reason.ALGORITHM, verifier(), withoutHeader("alg"), "no alg");
        String unsigned = Base64Url.encode(StrictJson.bytes(Map.of("alg", "none", "typ", TYPE, "kid", used.id())));
        refused(verifier(), unsigned + "." + Base64Url.encode(StrictJson.bytes(claims())) + ".", "none, no signature");
        // The public key, which everybody knows, taken for a secret.
        for (Algorithm algorithm : List.of(Algorithm.RS256, Algorithm.ES256, Algorithm.EDDSA)) {
            TokenKey key = key(algorithm);
            byte[] bytes = key.verifying().getEncoded();
            String pem = "-----BEGIN PUBLIC KEY-----\n"
                    + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                    + "\n-----END PUBLIC KEY-----\n";
            for (byte[] secret : List.of(bytes, utf8(pem), utf8(pem.strip()), utf8(key.toPublicJwk()))) {
                TokenKey forged = TokenKey.secret(key.id(), Arrays.copyOf(secret, Math.min(256, secret.length)));
                refuses(Reason.ALGORITHM, create(parts(TokenKeys.of(key))), token(forged), "HS256 with " + algorithm);
            }
        }
        // One pair, another padding.
        TokenKey pss = key(Algorithm.PS256);
        TokenKey pkcs = TokenKey.of(pss.id(), Algorithm.RS256, (java.security.PublicKey) pss.verifying());
        refuses(Reason.ALGORITHM, create(parts(TokenKeys.of(pkcs))), token(pss), "PS256 with a key for RS256");
    }

    @Test
    @DisplayName("TV-7 a token that its key has not signed is refused")
    final void signed() {
        for (Algorithm algorithm : Algorithm.values()) {
            TokenKey key = key(algorithm);
            Verifier verifier = create(parts(TokenKeys.of(key)));
            String token = token(key);
            int dot = token.lastIndexOf('.');
            byte[] signature = Base64Url.decode(token, dot + 1, token.length());
            if (signature == null) {
                throw new IllegalStateException(token);
            }
            String content = token.substring(0, dot + 1);
            Random random = new Random(1);
            for (int i = 0; i < 20; i++) {
                byte[] flipped = signature.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                refuses(Reason.SIGNATURE, verifier, content + Base64Url.encode(flipped), algorithm + " flipped");
            }
            for (int length : new int[] {1, 31, 32, 63, signature.length - 1, signature.length + 1}) {
                byte[] cut = Arrays.copyOf(signature, length);
                if (length != signature.length) {
                    refuses(Reason.SIGNATURE, verifier, content + Base64Url.encode(cut), algorithm + " of " + length);
                }
            }
            refuses(Reason.SIGNATURE, verifier, content + Base64Url.encode(new byte[64]), algorithm + " r = s = 0");
            TokenKey another = TokenKey.generate(key.id(), algorithm);
            refuses(Reason.SIGNATURE, verifier, token(another), algorithm + " by another key of the name");
            String changed = token(key);
            int first = changed.indexOf('.');
            String claims = text(claims()).replace("somebody", "somebod1");
            refuses(
                    Reason.SIGNATURE,
                    verifier,
                    changed.substring(0, first + 1)
                            + Base64Url.encode(utf8(claims))
                            + changed.substring(changed.lastIndexOf('.')),
                    algorithm + " claims changed");
        }
    }

    @Test
    @DisplayName("TV-9 a token of another kind is refused, and one of no kind")
    final void kind() {
        for (String type :
                List.of("JWT", "dpop+jwt", "logout+jwt", "at+jwt2", "xat+jwt", "at", "", "application/", "x/at+jwt")) {
            refuses(Reason.TYPE, verifier(), withHeader("typ", type), "typ " + type);
        }
        refuses(Reason.TYPE, verifier(), withHeader("typ", List.of(TYPE)), "typ in a list");
        refuses(Reason.TYPE, verifier(), withHeader("typ", null), "typ null");
        refuses(Reason.TYPE, verifier(), withoutHeader("typ"), "no typ");
        for (String type : List.of("AT+JWT", "application/at+jwt", "Application/At+Jwt")) {
            assertEquals(
                    "somebody", believed(verifier(), withHeader("typ", type)).subject());
        }
    }

    @Test
    @DisplayName("TV-10 a token by another issuer is refused")
    final void issuer() {
        for (Object issuer : List.of(
                ISSUER + "/",
                ISSUER + ".evil.example",
                "https://issuer.exampl",
                ISSUER.toUpperCase(java.util.Locale.ROOT),
                "",
                1,
                List.of(ISSUER))) {
            refuses(Reason.ISSUER, verifier(), withClaim("iss", issuer), "iss " + issuer);
        }
        refuses(Reason.ISSUER, verifier(), withClaim("iss", null), "iss null");
        refuses(Reason.ISSUER, verifier(), withoutClaim("iss"), "no iss");
    }

    @Test
    @DisplayName("TV-11 a token for others is refused")
    final void audience() {
        for (Object audience : List.of(AUDIENCE + "/", "", List.of(), List.of("x"), List.of(List.of(AUDIENCE)))) {
            Reason reason = refused(verifier(), withClaim("aud", audience), "aud " + audience);
            assertTrue(Set.of(Reason.AUDIENCE, Reason.CLAIM).contains(reason), () -> audience + ": " + reason);
        }
        refused(verifier(), withClaim("aud", List.of(AUDIENCE, 1)), "aud with a number");
        refused(verifier(), withClaim("aud", Map.of(AUDIENCE, 1)), "aud a map");
        refused(verifier(), withClaim("aud", null), "aud null");
        refuses(Reason.AUDIENCE, verifier(), withoutClaim("aud"), "no aud");
        assertEquals(
                List.of("x", AUDIENCE),
                believed(verifier(), withClaim("aud", List.of("x", AUDIENCE))).audience());
    }

    @Test
    @DisplayName("TV-12 a token is believed until its end, and not at it; one without an end never")
    final void expires() {
        Verifier verifier = verifier();
        String token = token(used);
        now = NOW.plusSeconds(300).minusNanos(1);
        believed(verifier, token);
        now = NOW.plusSeconds(300);
        refuses(Reason.EXPIRED, verifier, token, "at its end");
        now = NOW;
        refuses(Reason.EXPIRED, verifier, withClaim("exp", NOW.getEpochSecond()), "exp now");
        refuses(Reason.EXPIRED, verifier, withClaim("exp", 0L), "exp 0");
        refuses(Reason.CLAIM, verifier, withoutClaim("exp"), "no exp");
        refuses(Reason.CLAIM, verifier, withClaim("exp", null), "exp null");
        String claims = text(claims());
        for (String time : List.of(
                "\"" + (NOW.getEpochSecond() + 300) + "\"",
                "-1",
                "1e400",
                "1E400",
                "9.3e19",
                "92233720368547758070",
                "1e999999999",
                "true",
                "[1]",
                "{}",
                "253402300800",
                "1".repeat(200))) {
            String payload = claims.replace("\"exp\":" + (NOW.getEpochSecond() + 300), "\"exp\":" + time);
            assertTrue(!payload.equals(claims));
            Reason reason = refused(verifier, withText(text(header(used)), payload), "exp " + time);
            assertTrue(Set.of(Reason.CLAIM, Reason.MALFORMED).contains(reason), () -> time + ": " + reason);
        }
        String fraction =
                claims.replace("\"exp\":" + (NOW.getEpochSecond() + 300), "\"exp\":" + NOW.getEpochSecond() + ".5");
        believed(verifier, withText(text(header(used)), fraction));
        now = NOW.plusMillis(500);
        refuses(Reason.EXPIRED, verifier, withText(text(header(used)), fraction), "half a second later");
        Verifier lenient = create(with(Duration.ofSeconds(30), null, null, false));
        now = NOW.plusSeconds(330).minusNanos(1);
        believed(lenient, token);
        now = NOW.plusSeconds(330);
        refuses(Reason.EXPIRED, lenient, token, "beyond the leeway");
    }

    private Parts with(Duration leeway, @Nullable Duration maxAge, @Nullable Revocations revocations, boolean lowS) {
        Parts p = parts(TokenKeys.of(used));
        return new Parts(p.issuer, p.audience, p.type, p.keys, p.clock, leeway, p.maxLength, maxAge, revocations, lowS);
    }

    @Test
    @DisplayName("TV-13 a token is not believed before its begin")
    final void notBefore() {
        String token = withClaim("nbf", NOW.getEpochSecond() + 10);
        refuses(Reason.NOT_YET, verifier(), token, "before its begin");
        refuses(Reason.CLAIM, verifier(), withClaim("nbf", "0"), "nbf as a text");
        refuses(Reason.CLAIM, verifier(), withClaim("nbf", null), "nbf null");
        Verifier lenient = create(with(Duration.ofSeconds(10), null, null, false));
        believed(lenient, token);
        now = NOW.minusNanos(1);
        refuses(Reason.NOT_YET, lenient, token, "before the leeway");
        now = NOW.plusSeconds(10);
        believed(verifier(), token);
    }

    @Test
    @DisplayName("TV-14 a token that was made in the future is refused")
    final void madeLater() {
        refuses(Reason.NOT_YET, verifier(), withClaim("iat", NOW.getEpochSecond() + 1), "made in a second");
        refuses(Reason.NOT_YET, verifier(), withClaim("iat", NOW.getEpochSecond() + 100_000_000), "made in years");
        refuses(Reason.CLAIM, verifier(), withClaim("iat", "1"), "iat as a text");
        Verifier lenient = create(with(Duration.ofSeconds(1), null, null, false));
        believed(lenient, withClaim("iat", NOW.getEpochSecond() + 1));
    }

    @Test
    @DisplayName("TV-15 a token that was made too long ago is refused, whatever it says of its end")
    final void tooOld() {
        Verifier verifier = create(with(Duration.ZERO, Duration.ofMinutes(1), null, false));
        now = NOW.plusSeconds(60);
        believed(verifier, token(used));
        now = NOW.plusSeconds(61);
        refuses(Reason.EXPIRED, verifier, token(used), "too old");
        now = NOW;
        refuses(Reason.EXPIRED, verifier, withoutClaim("iat"), "of no age");
    }

    @Test
    @DisplayName(
            "TV-16 a token that was taken back is refused, in whatever bytes it comes; one that cannot be is refused")
    final void revoked() {
        used = ES;
        Revocations revocations = new InMemoryRevocations(() -> now);
        Verifier verifier = create(with(Duration.ZERO, null, revocations, false));
        String token = token(ES);
        believed(verifier, token);
        believed(verifier, second(token));
        revocations.revoke(ISSUER, "1", NOW.plusSeconds(300));
        refuses(Reason.REVOKED, verifier, token, "taken back");
        refuses(Reason.REVOKED, verifier, second(token), "taken back, with the other signature");
        refuses(Reason.REVOKED, verifier, withClaim("another", "claim"), "taken back, with other claims");
        believed(verifier, withClaim("jti", "2"));
        refuses(Reason.CLAIM, verifier, withoutClaim("jti"), "no jti");
        refuses(Reason.CLAIM, verifier, withClaim("jti", ""), "an empty jti");
        refuses(Reason.CLAIM, verifier, withClaim("jti", 1L), "a jti that is a number");
        refuses(Reason.CLAIM, verifier, withoutClaim("iat"), "no iat");
    }

    /** The same with the other signature of ECDSA. */
    private static String second(String token) {
        int dot = token.lastIndexOf('.');
        byte[] signature = Base64Url.decode(token, dot + 1, token.length());
        if (signature == null) {
            throw new IllegalStateException(token);
        }
        return token.substring(0, dot + 1) + Base64Url.encode(TokenKey.other(signature));
    }

    @Test
    @DisplayName("TV-17 all tokens about a subject that were made before are taken back at once, and none made after")
    final void allRevoked() {
        Revocations revocations = new InMemoryRevocations(() -> now);
        Verifier verifier = create(with(Duration.ZERO, null, revocations, false));
        revocations.revokeAll(ISSUER, "somebody", NOW, NOW.plusSeconds(300));
        refuses(Reason.REVOKED, verifier, token(used), "made at the time");
        refuses(Reason.REVOKED, verifier, withClaim("iat", NOW.getEpochSecond() - 100), "made before");
        believed(verifier, withClaim("sub", "another"));
        now = NOW.plusSeconds(2);
        believed(verifier, withClaim("iat", NOW.getEpochSecond() + 1));
    }

    @Test
    @DisplayName("TV-18 what is too large is refused before it is read, and what is too deep")
    final void bounded() {
        Verifier verifier = verifier();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            String large = "e".repeat(20 << 20);
            long start = System.nanoTime();
            refuses(Reason.TOO_LARGE, verifier, large, "20 MiB");
            refuses(Reason.TOO_LARGE, verifier, large + "." + large + "." + large, "60 MiB");
            refuses(Reason.TOO_LARGE, verifier, token(used) + "A".repeat(MAX_LENGTH), "a long signature");
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(2).toNanos());
        });
        refuses(Reason.TOO_LARGE, verifier, withHeader("x", "x".repeat(2_000)), "a long header");
        Parts p = parts(TokenKeys.of(used));
        Verifier roomy =
                create(new Parts(p.issuer, p.audience, p.type, p.keys, p.clock, p.leeway, 65_536, null, null, false));
        String claims = text(claims());
        for (int depth : new int[] {100, 1_000, 20_000}) {
            String deep =
                    claims.substring(0, claims.length() - 1) + ",\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
            refuses(Reason.MALFORMED, roomy, withText(text(header(used)), deep), depth + " deep");
        }
        believed(roomy, withClaim("a", List.of(List.of(List.of(1L)))));
    }

    @Test
    @DisplayName("TV-19 any text is answered: each one that is changed is refused, and nothing else is thrown")
    final void anyText() {
        Random random = new Random(42);
        Verifier verifier = verifier();
        String token = token(used);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder changed = new StringBuilder(token);
            int times = 1 + random.nextInt(3);
            for (int j = 0; j < times; j++) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(4)) {
                    case 0 -> changed.setCharAt(at, (char) (32 + random.nextInt(96)));
                    case 1 -> changed.deleteCharAt(at);
                    case 2 -> changed.insert(at, (char) random.nextInt(0x10000));
                    default -> changed.insert(at, changed.substring(at, Math.min(changed.length(), at + 5)));
                }
            }
            if (!changed.toString().equals(token)) {
                refused(verifier, changed.toString(), changed.toString());
            }
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] header = utf8(text(header(used)));
            byte[] payload = utf8(text(claims()));
            byte[] which = random.nextBoolean() ? header : payload;
            which[random.nextInt(which.length)] = (byte) random.nextInt(256);
            try {
                verifier.verify(sign(used, header, payload));
            } catch (TokenRefusedException e) {
                assertTrue(e.getMessage() != null);
            }
        }
    }

    @Test
    @DisplayName("TV-20 addresses and keys that a token brings with it are never used")
    final void ownKeys() throws IOException {
        used = ES;
        TokenKey attacker = TokenKey.generate("attacker", Algorithm.ES256);
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(300);
            String address = "http://127.0.0.1:" + server.getLocalPort() + "/keys";
            for (Map.Entry<String, Object> brought : Map.<String, Object>of(
                            "jku", address,
                            "x5u", address,
                            "kid", address,
                            "x5c", List.of("MIIB"),
                            "jwk", Map.of("kty", "EC", "crv", "P-256", "x", "AA", "y", "AA"))
                    .entrySet()) {
                Map<String, @Nullable Object> header = header(attacker);
                header.put(brought.getKey(), brought.getValue());
                String token = sign(attacker, StrictJson.bytes(header), StrictJson.bytes(claims()));
                refuses(
                        Reason.UNKNOWN_KEY,
                        create(parts(TokenKeys.of(ES, key(Algorithm.RS256)))),
                        token,
                        brought.getKey());
                header.put("kid", ES.id());
                if (!brought.getKey().equals("kid")) {
                    String named = sign(attacker, StrictJson.bytes(header), StrictJson.bytes(claims()));
                    refuses(Reason.SIGNATURE, verifier(), named, brought.getKey());
                }
            }
            assertThrows(SocketTimeoutException.class, server::accept, "somebody asked");
        }
    }

    @Test
    @DisplayName("TV-21 with low S alone no one can make a second text of a token")
    final void lowS() {
        used = ES;
        Verifier verifier = create(with(Duration.ZERO, null, null, true));
        for (int i = 0; i < 20; i++) {
            String token = token(ES);
            believed(verifier, token);
            refuses(Reason.SIGNATURE, verifier, second(token), "the other signature");
        }
    }

    @Test
    @DisplayName("TV-22 a token names its key, or there is but one; names are names, and nothing else")
    final void named() {
        used = ES;
        KeySource two = TokenKeys.of(ES, key(Algorithm.RS256));
        for (String id : List.of(
                "", "unknown", "key-ES256 ", "KEY-ES256", "../key-ES256", "' OR '1'='1", "key-ES256\0", "\u0000")) {
            refuses(Reason.UNKNOWN_KEY, create(parts(two)), withHeader("kid", id), "kid " + id);
        }
        refuses(Reason.MALFORMED, create(parts(two)), withHeader("kid", 1L), "kid 1");
        refuses(Reason.MALFORMED, create(parts(two)), withHeader("kid", null), "kid null");
        refuses(Reason.MALFORMED, create(parts(two)), withHeader("kid", List.of(ES.id())), "kid in a list");
        refuses(Reason.UNKNOWN_KEY, create(parts(two)), withoutHeader("kid"), "no kid, and two keys");
        believed(verifier(), withoutHeader("kid"));
    }
}
