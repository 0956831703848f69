package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Files of signatures and seals in Wycheproof's format, in the folder that {@code -Ddata.wycheproof=FOLDER} names. */
final class WycheproofTest {

    private static final Set<String> OURS = Set.of("RS256", "PS256", "ES256", "EdDSA", "HS256");

    @Test
    @DisplayName(
            "Of a file of vectors none that is wrong is believed, and all that are right and of our algorithms are")
    void vectors() throws IOException {
        String folder = System.getProperty("data.wycheproof", "");
        assumeTrue(!folder.isEmpty(), "-Ddata.wycheproof=FOLDER is not given: skipped");
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(folder))) {
            files = all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        int run = 0;
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            Map<String, @Nullable Object> vectors = StrictJson.object(Files.readAllBytes(file));
            for (Object group :
                    list(Objects.requireNonNull(vectors, file.toString()).get("testGroups"))) {
                Map<?, ?> members = (Map<?, ?>) group;
                Object key = members.containsKey("public") ? members.get("public") : members.get("private");
                for (Object test : list(members.get("tests"))) {
                    Map<?, ?> vector = (Map<?, ?>) test;
                    if (vector.get("jws") instanceof String jws) {
                        run++;
                        check(
                                (Map<?, ?>) Objects.requireNonNull(key),
                                jws,
                                vector,
                                file + " " + vector.get("tcId"),
                                wrong);
                    } else if (vector.get("jwe") instanceof String jwe) {
                        run++;
                        checkSeal(
                                (Map<?, ?>) Objects.requireNonNull(members.get("private")),
                                jwe,
                                vector,
                                file + " " + vector.get("tcId"),
                                wrong);
                    }
                }
            }
        }
        System.out.println("vectors run: " + run);
        assertTrue(run > 0, () -> "no vectors of signatures or seals in " + folder);
        assertEquals(List.of(), wrong);
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static void check(Map<?, ?> key, String jws, Map<?, ?> vector, String name, List<String> wrong) {
        boolean believed;
        try {
            String json = new String(StrictJson.bytes(named(key)), StandardCharsets.UTF_8);
            TokenKeys keys = key.containsKey("keys") ? TokenKeys.jwks(json) : TokenKeys.of(TokenKey.jwk(json));
            var unused = Jws.open(jws, 65_536, header -> Jws.key(header, keys));
            believed = true;
        } catch (TokenRefusedException | IllegalArgumentException e) {
            believed = false;
        }
        boolean valid = "valid".equals(vector.get("result"));
        if (believed && !valid) {
            wrong.add(name + " is wrong and was believed");
        }
        if (!believed && valid && isOurs(key)) {
            wrong.add(name + " is right and was refused: " + vector.get("comment"));
        }
    }

    private static void checkSeal(Map<?, ?> key, String jwe, Map<?, ?> vector, String name, List<String> wrong) {
        SealingKey.Cipher cipher = SealingKey.Cipher.of(vector.get("enc"));
        boolean opened;
        try {
            if (cipher == null) {
                throw new WeakKeyException("no cipher of ours");
            }
            SealingKey sealing =
                    SealingKey.jwk(new String(StrictJson.bytes(named(key)), StandardCharsets.UTF_8), cipher);
            byte[] content = Jwe.open(jwe, 65_536, header -> sealing);
            opened = HexFormat.of().formatHex(content).equals(vector.get("pt"));
        } catch (TokenRefusedException | WeakKeyException e) {
            opened = false;
        }
        boolean valid = "valid".equals(vector.get("result"));
        if (opened && !valid) {
            wrong.add(name + " is wrong and was opened");
        }
        if (!opened && valid && isOurs(key, jwe, cipher)) {
            wrong.add(name + " is right and was refused: " + vector.get("comment"));
        }
    }

    /** Compression is right by RFC 7516, and is not done here; nor are other curves. */
    private static boolean isOurs(Map<?, ?> key, String jwe, SealingKey.@Nullable Cipher cipher) {
        byte[] header = Base64.getUrlDecoder().decode(jwe.substring(0, jwe.indexOf('.')));
        boolean compressed = new String(header, StandardCharsets.UTF_8).contains("\"zip\"");
        return !compressed
                && cipher != null
                && SealingKey.Way.of(key.get("alg")) != null
                && !"P-384".equals(key.get("crv"));
    }

    private static boolean isOurs(Map<?, ?> key) {
        return key.containsKey("keys")
                ? list(key.get("keys")).stream().allMatch(one -> isOurs((Map<?, ?>) one))
                : OURS.contains(String.valueOf(key.get("alg")));
    }

    private static Map<String, @Nullable Object> named(Map<?, ?> map) {
        Map<String, @Nullable Object> named = new java.util.LinkedHashMap<>();
        map.forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }
}
