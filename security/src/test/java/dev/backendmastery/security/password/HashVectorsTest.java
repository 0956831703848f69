package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.PasswordScheme.Pbkdf2;
import dev.backendmastery.security.password.PasswordScheme.Scrypt;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What others have published, and what others make. */
final class HashVectorsTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static String hex(PasswordScheme scheme, String password, String salt, int length) {
        return HexFormat.of().formatHex(HashFunction.STANDARD.hash(scheme, utf8(password), utf8(salt), length));
    }

    @Test
    @DisplayName("Argon2id: RFC 9106, section 5.3")
    void argon2id() {
        assertArrayEquals(
                HexFormat.of().parseHex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
                HashFunction.argon2id(
                        new Argon2id(32, 3, 4), filled(32, 1), filled(16, 2), 32, filled(8, 3), filled(12, 4)));
    }

    @Test
    @DisplayName("Argon2id: strings of the reference implementation")
    void argon2Strings() {
        for (String stored : new String[] {
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        }) {
            assertEquals(
                    new Verification(Verification.Outcome.MATCH, true),
                    SchemeHasher.of(new Argon2id(64, 1, 1)).build().verify(stored, "password"));
            StoredHash parsed = StoredHash.parse(stored);
            assertNotNull(parsed);
            assertEquals(stored, parsed.text());
        }
    }

    @Test
    @DisplayName("scrypt: RFC 7914, section 12")
    void scrypt() {
        assertEquals(
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
                hex(new Scrypt(10, 8, 16), "password", "NaCl", 64));
        assertEquals(
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
                hex(new Scrypt(14, 8, 1), "pleaseletmein", "SodiumChloride", 64));
    }

    @Test
    @DisplayName("PBKDF2 with HMAC-SHA-256: RFC 7914, section 11; and RFC 6070's inputs, as published for SHA-256")
    void pbkdf2() {
        assertEquals(
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                        + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
                hex(new Pbkdf2(1), "passwd", "salt", 64));
        assertEquals(
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                        + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
                hex(new Pbkdf2(80_000), "Password", "NaCl", 64));
        assertEquals(
                "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b",
                hex(new Pbkdf2(1), "password", "salt", 32));
        assertEquals(
                "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
                hex(new Pbkdf2(4_096), "password", "salt", 32));
        assertEquals(
                "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9",
                hex(new Pbkdf2(4_096), "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 40));
    }

    @Test
    @DisplayName("bcrypt: vectors published with jBCrypt")
    void bcrypt() {
        Map<String, String> published = Map.of(
                "a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
                "abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
                "abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
                "~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO");
        SchemeHasher hasher = SchemeHasher.of(new Bcrypt(4, false)).build();
        published.forEach((password, stored) -> {
            assertEquals(new Verification(Verification.Outcome.MATCH, true), hasher.verify(stored, password), password);
            assertEquals(new Verification(Verification.Outcome.MISMATCH, false), hasher.verify(stored, password + "x"));
        });
    }

    @Test
    @DisplayName(
            "bcrypt: what Bouncy Castle's own encoder makes verifies, and it verifies what is made here, up to 72 bytes")
    void otherEncoder() {
        SchemeHasher hasher = SchemeHasher.of(new Bcrypt(4, false)).build();
        for (int length = 1; length <= 72; length++) {
            String password = "p".repeat(length);
            String theirs = OpenBSDBCrypt.generate("2b", utf8(password), filled(16, length), 4);
            assertEquals(new Verification(Verification.Outcome.MATCH, false), hasher.verify(theirs, password));
            assertEquals(true, OpenBSDBCrypt.checkPassword(hasher.hash(password), utf8(password)));
        }
    }
}
