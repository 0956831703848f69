package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import dev.backendmastery.security.token.SealingKey.Cipher;
import dev.backendmastery.security.token.SealingKey.Way;
import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.Deflater;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever opens sealed tokens must hold. Extend it and say how to create yours. */
@DisplayName("TokenSeal")
public abstract class TokenSealContract {

    private static final String TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl";
    private static final SealingKey DIRECT =
            SealingKey.secret("direct", Way.DIRECT, Cipher.A256GCM, utf8("0123456789abcdef0123456789abcdef"));
    private static final SealingKey WRAPPED =
            SealingKey.secret("wrapped", Way.A256KW, Cipher.A128CBC_HS256, utf8("fedcba9876543210fedcba9876543210"));
    private static final SealingKey AGREED = SealingKey.generate("agreed", Way.ECDH_ES_A256KW, Cipher.A256GCM);

    private static final Map<String, SealingKey> KEYS = new ConcurrentHashMap<>();

    /** Made once: pairs of RSA take their time. */
    private static SealingKey key(Way way, Cipher cipher) {
        return KEYS.computeIfAbsent(way + " " + cipher, name -> SealingKey.generate("k", way, cipher));
    }

    /** What is under test: gives what was sealed, or throws. */
    @FunctionalInterface
    protected interface Opener {
        String open(String sealed) throws TokenRefusedException;
    }

    /** Opens what was sealed for one of these. */
    protected abstract Opener create(List<SealingKey> keys);

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String seal(SealingKey key) {
        return TokenSeal.with(key).seal(TOKEN);
    }

    /** As {@link #DIRECT} seals, with any header over any content. */
    private static String sealed(String header, byte[] content) {
        return sealedBytes(utf8(header), content);
    }

    private static String sealedBytes(byte[] header, byte[] content) {
        try {
            javax.crypto.Cipher gcm = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
            byte[] iv = new byte[12];
            new Random(header.length).nextBytes(iv);
            gcm.init(
                    javax.crypto.Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(utf8("0123456789abcdef0123456789abcdef"), "AES"),
                    new GCMParameterSpec(128, iv));
            gcm.updateAAD(utf8(base64(header)));
            byte[] both = gcm.doFinal(content);
            int text = both.length - 16;
            return base64(header) + ".." + base64(iv) + "." + base64(Arrays.copyOf(both, text)) + "."
                    + base64(Arrays.copyOfRange(both, text, both.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(String more) {
        return "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"cty\":\"JWT\",\"kid\":\"direct\"" + more + "}";
    }

    private static Reason refusal(Opener opener, String sealed) {
        return assertThrows(TokenRefusedException.class, () -> opener.open(sealed))
                .reason();
    }

    private Opener opener() {
        return create(List.of(DIRECT, WRAPPED, AGREED));
    }

    @Test
    @DisplayName("JE-1 what was sealed for a key opens with it, by whomever it was sealed")
    final void opens() throws Exception {
        for (Way way : Way.values()) {
            for (Cipher cipher : Cipher.values()) {
                SealingKey key = key(way, cipher);
                assertEquals(TOKEN, create(List.of(key)).open(seal(key)), way + " " + cipher);
                JWEObject theirs = new JWEObject(
                        new JWEHeader.Builder(JWEAlgorithm.parse(way.header()), EncryptionMethod.parse(cipher.header()))
                                .keyID("k")
                                .contentType("JWT")
                                .build(),
                        new Payload(TOKEN));
                theirs.encrypt(key.encrypter());
                assertEquals(TOKEN, create(List.of(key)).open(theirs.serialize()), way + " " + cipher);
            }
        }
        assertEquals(TOKEN, opener().open(sealed(header(""), utf8(TOKEN))));
    }

    @Test
    @DisplayName("JE-2 it has one text: no padding, spaces, other alphabets, stray bits")
    final void oneText() {
        String[] parts = seal(DIRECT).split("\\.", -1);
        for (int i : new int[] {0, 2, 3, 4}) {
            for (String suffix : List.of("=", " ", "\n", "?", "AAAA ")) {
                String[] changed = parts.clone();
                changed[i] += suffix;
                assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", changed)), i + suffix);
            }
        }
        String[] stray = parts.clone();
        char last = stray[4].charAt(stray[4].length() - 1); // 16 bytes leave four bits that stand for nothing
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        stray[4] = stray[4].substring(0, stray[4].length() - 1) + alphabet.charAt(alphabet.indexOf(last) ^ 1);
        assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", stray)));
    }

    @Test
    @DisplayName("JE-3 it has five parts")
    final void fiveParts() {
        String sealed = seal(DIRECT);
        for (String text : List.of(
                sealed + ".", sealed + ".AAAA", sealed.substring(0, sealed.lastIndexOf('.')), TOKEN, "", "....")) {
            assertEquals(Reason.MALFORMED, refusal(opener(), text), text);
        }
    }

    @Test
    @DisplayName("JE-4 its header has one meaning: each member once, nothing behind, UTF-8, an object")
    final void oneMeaning() {
        byte[] content = utf8(TOKEN);
        for (String header : List.of(
                header(",\"cty\":\"JWT\""),
                header(",\"alg\":\"dir\""),
                header(",\"a\":{\"b\":1,\"b\":1}"),
                header("") + "{}",
                header("") + " x",
                "[" + header("") + "]")) {
            assertEquals(Reason.MALFORMED, refusal(opener(), sealed(header, content)), header);
        }
        byte[] notUtf8 = utf8(header(",\"x\":\"?\""));
        notUtf8[notUtf8.length - 3] = (byte) 0xC0;
        assertEquals(Reason.MALFORMED, refusal(opener(), sealedBytes(notUtf8, content)));
    }

    @Test
    @DisplayName("JE-5 what is not done is refused: extensions, compression, keys and rounds that it brings itself")
    final void unsupported() {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(utf8(TOKEN));
        deflater.finish();
        byte[] deflated = new byte[200];
        deflated = Arrays.copyOf(deflated, deflater.deflate(deflated));
        deflater.end();
        assertEquals(Reason.UNSUPPORTED, refusal(opener(), sealed(header(",\"zip\":\"DEF\""), deflated)));
        for (String member : List.of(
                "\"crit\":[\"x\"],\"x\":1",
                "\"crit\":[]",
                "\"zip\":\"NONE\"",
                "\"p2c\":1000000",
                "\"jku\":\"http://127.0.0.1:1/keys\"",
                "\"jwk\":{}",
                "\"x5u\":\"http://127.0.0.1:1/\"")) {
            assertEquals(Reason.UNSUPPORTED, refusal(opener(), sealed(header("," + member), utf8(TOKEN))), member);
        }
    }

    @Test
    @DisplayName("JE-6 a key is used in its own way and with its own cipher, whatever the header says")
    final void ownWay() throws Exception {
        // The wrapping secret, used as the key of the content.
        SealingKey misused =
                SealingKey.secret("wrapped", Way.DIRECT, Cipher.A256GCM, utf8("fedcba9876543210fedcba9876543210"));
        assertEquals(Reason.ALGORITHM, refusal(opener(), seal(misused)));
        SealingKey otherCipher =
                SealingKey.secret("wrapped", Way.A256KW, Cipher.A256GCM, utf8("fedcba9876543210fedcba9876543210"));
        assertEquals(Reason.ALGORITHM, refusal(opener(), seal(otherCipher)));
        for (String alg : List.of("none", "RSA1_5", "RSA-OAEP", "PBES2-HS256+A128KW", "DIR", "")) {
            String header = header("").replace("\"dir\"", "\"" + alg + "\"");
            assertEquals(Reason.ALGORITHM, refusal(opener(), sealed(header, utf8(TOKEN))), alg);
        }
    }

    @Test
    @DisplayName("JE-7 whatever bit is changed behind the header, the one answer is that it was not sealed for its key")
    final void anyBit() {
        for (SealingKey key : List.of(WRAPPED, DIRECT, AGREED)) {
            String[] parts = seal(key).split("\\.", -1);
            for (int part = 1; part < parts.length; part++) {
                byte[] bytes = Base64.getUrlDecoder().decode(parts[part]);
                for (int bit = 0; bit < bytes.length * 8; bit += 7) {
                    byte[] flipped = bytes.clone();
                    flipped[bit / 8] ^= (byte) (1 << bit % 8);
                    String[] changed = parts.clone();
                    changed[part] = base64(flipped);
                    assertEquals(
                            Reason.SEAL,
                            refusal(opener(), String.join(".", changed)),
                            key + " part " + part + " bit " + bit);
                }
            }
        }
    }

    @Test
    @DisplayName("JE-8 tags and vectors have their length, and keys are there where they are needed alone")
    final void lengths() {
        String[] parts = seal(DIRECT).split("\\.", -1);
        for (int part : new int[] {2, 4}) {
            byte[] bytes = Base64.getUrlDecoder().decode(parts[part]);
            for (int length = 0; length < bytes.length; length++) {
                String[] cut = parts.clone();
                cut[part] = base64(Arrays.copyOf(bytes, length));
                assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", cut)), part + " of " + length);
            }
            String[] longer = parts.clone();
            longer[part] = base64(Arrays.copyOf(bytes, bytes.length + 1));
            assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", longer)));
        }
        String[] needless = parts.clone();
        needless[1] = "AAAA";
        assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", needless)));
        String[] missing = seal(WRAPPED).split("\\.", -1);
        missing[1] = "";
        assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", missing)));
    }

    @Test
    @DisplayName("JE-9 what is too large is refused before it is read")
    final void tooLarge() {
        String sealed = sealed(header(""), new byte[40_000]);
        assertEquals(Reason.TOO_LARGE, refusal(opener(), sealed));
        assertEquals(Reason.TOO_LARGE, refusal(opener(), "?".repeat(40_000)));
        assertEquals(
                Reason.TOO_LARGE,
                refusal(opener(), sealed(header(",\"x\":\"" + "x".repeat(4_000) + "\""), utf8(TOKEN))));
    }

    @Test
    @DisplayName("JE-10 a point is on its curve, or it is not used")
    final void points() {
        String[] parts = seal(AGREED).split("\\.", -1);
        String header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
        String x = header.replaceAll("(?s).*\"x\":\"([^\"]*)\".*", "$1");
        String y = header.replaceAll("(?s).*\"y\":\"([^\"]*)\".*", "$1");
        byte[] off = Base64.getUrlDecoder().decode(x);
        off[31] ^= 1;
        for (String changed : List.of(
                header.replace(x, base64(off)),
                header.replace(x, base64(new byte[32])).replace(y, base64(new byte[32])),
                header.replace(x, base64(new byte[31])),
                header.replace("\"P-256\"", "\"P-384\""),
                header.replace("\"epk\":{", "\"epk\":{\"d\":\"AQ\","),
                header.replaceAll("\"epk\":\\{[^}]*}", "\"epk\":\"x\""))) {
            parts[0] = base64(utf8(changed));
            assertNotEquals(header, changed);
            assertEquals(Reason.SEAL, refusal(opener(), String.join(".", parts)), changed);
        }
        parts[0] = base64(utf8(header.replaceAll("\"epk\":\\{[^}]*},?", "")));
        assertEquals(Reason.MALFORMED, refusal(opener(), String.join(".", parts)));
    }

    @Test
    @DisplayName("JE-11 the key is the one that the header names, and older ones open as well")
    final void namedKey() throws Exception {
        assertEquals(TOKEN, opener().open(seal(WRAPPED)));
        assertEquals(TOKEN, opener().open(seal(AGREED)));
        for (String name : List.of("\"nobody\"", "\"\"", "7", "null")) {
            String header = header("").replace("\"direct\"", name);
            assertEquals(Reason.UNKNOWN_KEY, refusal(opener(), sealed(header, utf8(TOKEN))), name);
        }
        String nameless = header("").replace(",\"kid\":\"direct\"", "");
        assertEquals(Reason.UNKNOWN_KEY, refusal(opener(), sealed(nameless, utf8(TOKEN))));
    }

    @Test
    @DisplayName("JE-12 what is sealed is a token, and text")
    final void content() {
        for (String cty : List.of("\"text/plain\"", "\"jwt \"", "7")) {
            String header = header("").replace("\"JWT\"", cty);
            assertEquals(Reason.TYPE, refusal(opener(), sealed(header, utf8(TOKEN))), cty);
        }
        assertEquals(Reason.MALFORMED, refusal(opener(), sealed(header(""), new byte[] {(byte) 0xC3, 0x28})));
    }

    @Test
    @DisplayName("JE-13 any text is answered")
    final void anyText() {
        Random random = new Random(7);
        List<String> seeds = List.of(seal(DIRECT), seal(WRAPPED), seal(AGREED));
        for (int i = 0; i < 1_200; i++) {
            String seed = seeds.get(i % seeds.size());
            char[] changed = seed.toCharArray();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                changed[random.nextInt(i % 2 == 0 ? changed.length : 60)] = (char) random.nextInt(128);
            }
            String text = new String(changed);
            if (!text.equals(seed)) {
                try {
                    assertEquals(TOKEN, opener().open(text)); // another text for it is a matter of JE-2
                } catch (TokenRefusedException e) {
                    assertTrue(e.getMessage() != null);
                }
            }
        }
    }
}
