package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ApiKeyFormatTest {

    private static final ApiKeyFormat FORMAT = ApiKeyFormat.of("bm");
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    @DisplayName("AF-1 scanners find keys wherever they leak")
    void found() {
        String key = FORMAT.generate(RANDOM);
        for (String text : List.of(
                key,
                "Authorization: Bearer " + key,
                "API_KEY=" + key + "\n",
                "{\"key\":\"" + key + "\"}",
                "https://x.example/?key=" + key + "&a=b",
                "curl -u " + key + ": https://x.example",
                "<k>" + key + "</k>",
                "'" + key + "',",
                "see " + key + ".",
                "a-" + key + "-b")) {
            assertEquals(List.of(key), FORMAT.find(text), text);
        }
        String other = FORMAT.generate(RANDOM);
        assertEquals(List.of(key, other), FORMAT.find(key + " " + other));
    }

    @Test
    @DisplayName("AF-2 and nothing else: not in this project's own files, nor in millions of random letters")
    void nothingElse() throws IOException {
        Path sources = Path.of("src");
        assertTrue(Files.isDirectory(sources), () -> sources.toAbsolutePath().toString());
        long read = 0;
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".java"))::iterator) {
                String text = Files.readString(file);
                read += text.length();
                assertEquals(List.of(), FORMAT.find(text), file::toString);
            }
        }
        assertTrue(read > 100_000);
        Random random = new Random(9);
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < 4; i++) {
            random.nextBytes(bytes);
            assertEquals(List.of(), FORMAT.find(Base64.getEncoder().encodeToString(bytes)));
            assertEquals(List.of(), FORMAT.find(Base64.getUrlEncoder().encodeToString(bytes)));
        }
        for (int i = 0; i < 10_000; i++) {
            // Of the right form, and by nobody.
            StringBuilder near = new StringBuilder("bm_");
            for (int j = 0; j < 49; j++) {
                near.append(Character.forDigit(random.nextInt(36), 36));
            }
            assertTrue(FORMAT.pattern().matcher(near).matches());
            assertEquals(List.of(), FORMAT.find(near));
        }
        String key = FORMAT.generate(RANDOM);
        for (String text : List.of("x" + key, key + "x", "_" + key, key.substring(1), "bm-" + key.substring(3))) {
            assertEquals(List.of(), FORMAT.find(text), text);
        }
    }

    @Test
    @DisplayName("AF-3 the pattern has nothing that scanners without look-around cannot read")
    void plain() {
        assertEquals("\\bbm_[0-9A-Za-z]{49}\\b", FORMAT.pattern().pattern());
    }

    @Test
    @DisplayName("AF-4 one wrong character or two exchanged are noticed; prefixes are not mixed up")
    void checksum() {
        ApiKeyFormat other = ApiKeyFormat.of("bmx");
        for (int round = 0; round < 50; round++) {
            String key = FORMAT.generate(RANDOM);
            assertTrue(FORMAT.isWellFormed(key));
            assertEquals(52, key.length());
            assertFalse(other.isWellFormed("bmx" + key.substring(2)));
            assertFalse(FORMAT.isWellFormed(other.generate(RANDOM)));
            for (int i = 3; i < key.length(); i++) {
                char c = key.charAt(i) == 'q' ? 'Q' : 'q';
                assertFalse(FORMAT.isWellFormed(key.substring(0, i) + c + key.substring(i + 1)));
                if (i > 3 && key.charAt(i) != key.charAt(i - 1)) {
                    assertFalse(FORMAT.isWellFormed(
                            key.substring(0, i - 1) + key.charAt(i) + key.charAt(i - 1) + key.substring(i + 1)));
                }
            }
        }
        for (String bad : List.of("", "b", "Bm", "1b", "b_m", "x".repeat(17), "b-m", "bmé")) {
            assertThrows(IllegalArgumentException.class, () -> ApiKeyFormat.of(bad));
        }
    }

    @Test
    @DisplayName("SC-1 scopes are exact names, and read back from their text")
    void scopes() {
        Scopes scopes = Scopes.of("links:write", "links:read", "links:read");
        assertEquals("links:read links:write", scopes.toString());
        assertEquals(scopes, Scopes.parse(scopes.toString()));
        assertEquals(scopes.hashCode(), Scopes.parse("links:write links:read").hashCode());
        assertEquals(Scopes.none(), Scopes.parse(""));
        assertTrue(scopes.contains("links:read"));
        assertTrue(scopes.containsAll(Scopes.of("links:read")));
        assertTrue(scopes.containsAll(Scopes.none()));
        for (String not : List.of("links", "links:", "links:*", "*", "LINKS:READ", "links:read links:write")) {
            assertFalse(scopes.contains(not), not);
        }
        assertFalse(Scopes.of("links:*").containsAll(scopes));
        assertThrows(UnsupportedOperationException.class, () -> scopes.names().add("more"));
        for (String bad : List.of("", "a b", "a\"b", "a\\b", "é", "a\n", "x".repeat(101))) {
            assertThrows(IllegalArgumentException.class, () -> Scopes.of(bad), bad);
        }
        for (String bad : List.of(" ", "a  b", " a", "a ")) {
            assertThrows(IllegalArgumentException.class, () -> Scopes.parse(bad), bad);
        }
    }
}
