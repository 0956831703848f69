package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Nothing that a program may write down shows a secret: no text of a value, no message of an error, nothing that is printed. */
final class SecretsTest {

    private static final String PLANTED = "planted-S3cret-that-nobody-may-read";

    @Test
    @DisplayName("PH-15 no text shows a password, a hash or a pepper (ASVS 16.2.5)")
    void texts() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream error = System.err;
        List<String> texts = new ArrayList<>();
        String stored;
        try (PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            System.setErr(captured);
            Peppers peppers = Peppers.of("k1", Map.of("k1", PLANTED.getBytes(StandardCharsets.UTF_8)));
            HashGate gate = HashGate.of(1, 1 << 20, 1, Duration.ofMillis(1));
            SchemeHasher hasher = SchemeHasher.of(new Argon2id(64, 1, 1))
                    .peppers(peppers)
                    .gate(gate)
                    .build();
            String hash = hasher.hash(PLANTED);
            stored = hash;
            InMemoryPasswordStore accounts = new InMemoryPasswordStore();
            accounts.put("one", SchemeHasher.of(new Argon2id(32, 1, 1)).build().hash(PLANTED));
            PasswordStore failing = new PasswordStore() {
                @Override
                public Optional<String> find(String account) {
                    return accounts.find(account);
                }

                @Override
                public boolean replace(String account, String verified, String fresh) {
                    throw new IllegalStateException(verified + fresh + PLANTED);
                }
            };
            PasswordSignIn signIn = new PasswordSignIn(hasher, failing);
            texts.addAll(List.of(
                    peppers.toString(),
                    gate.toString(),
                    hasher.toString(),
                    accounts.toString(),
                    signIn.signIn("one", PLANTED).toString(),
                    hasher.verify(hash, PLANTED).toString(),
                    hasher.verify("corrupt" + PLANTED, PLANTED).toString(),
                    String.valueOf(StoredHash.parse(hash)),
                    BreachedPasswords.from(prefix -> "").toString()));
            SchemeHasher bcrypt = SchemeHasher.of(new Bcrypt(4, false)).build();
            texts.add(trace(assertThrows(RuntimeException.class, () -> hasher.hash(PLANTED + "\0"))));
            texts.add(trace(assertThrows(RuntimeException.class, () -> hasher.hash(PLANTED.repeat(50)))));
            texts.add(trace(assertThrows(RuntimeException.class, () -> bcrypt.hash(PLANTED.repeat(3)))));
            texts.add(trace(assertThrows(
                    RuntimeException.class,
                    () -> Peppers.of("k", Map.of("k", "planted-S3cret".getBytes(StandardCharsets.UTF_8))))));
            texts.add(trace(assertThrows(RuntimeException.class, () -> BreachedPasswords.from(prefix -> "no list")
                    .count(PLANTED))));
        } finally {
            System.setOut(out);
            System.setErr(error);
        }
        texts.add(printed.toString(StandardCharsets.UTF_8));
        String secret = stored.substring(stored.lastIndexOf('$') + 1);
        for (String text : texts) {
            assertFalse(text.toLowerCase(Locale.ROOT).contains("planted-s3cret"), text);
            assertFalse(text.contains(secret), text);
        }
        assertTrue(texts.size() > 13);
    }

    private static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
