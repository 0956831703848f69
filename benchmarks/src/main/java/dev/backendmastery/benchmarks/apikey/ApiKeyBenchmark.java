package dev.backendmastery.benchmarks.apikey;

import dev.backendmastery.security.apikey.ApiKeyFormat;
import dev.backendmastery.security.apikey.ApiKeyRefusedException;
import dev.backendmastery.security.apikey.HashedApiKeys;
import dev.backendmastery.security.apikey.InMemoryApiKeyStore;
import dev.backendmastery.security.apikey.Scopes;
import dev.backendmastery.security.password.PasswordHasher;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.SchemeHasher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One request's key, authenticated, among 10,000 in memory; and one that was mistyped. The floor hashes the text and does nothing with it; the naive one looks the key up by a name and
 * compares its secret as one compares a password, with bcrypt of cost 10.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class ApiKeyBenchmark {

    private static final ApiKeyFormat FORMAT = ApiKeyFormat.of("bm");
    private static final int KEYS = 10_000;

    @Param({"ours", "naive-bcrypt", "floor-sha256"})
    public String impl;

    private String text;
    private String mistyped;
    private Authenticate authenticate;

    /** Whether a key is one. */
    private interface Authenticate {
        Object key(String text) throws GeneralSecurityException;
    }

    @Setup
    public void create() {
        text = FORMAT.generate(new SecureRandom());
        switch (impl) {
            case "ours" -> {
                HashedApiKeys keys = HashedApiKeys.of(FORMAT, new InMemoryApiKeyStore())
                        .lastUsed(Runnable::run, Duration.ofMinutes(5))
                        .build();
                for (int i = 1; i < KEYS; i++) {
                    keys.issue("owner " + i % 100, "key " + i, Scopes.of("links:read"), null);
                }
                text = keys.issue("owner", "key", Scopes.of("links:read"), null).text();
                authenticate = key -> {
                    try {
                        return keys.authenticate(key);
                    } catch (ApiKeyRefusedException e) {
                        return e.reason();
                    }
                };
            }
            case "naive-bcrypt" -> {
                PasswordHasher hasher = SchemeHasher.of(new Bcrypt(10, false)).build();
                String stored = hasher.hash(text);
                authenticate = key -> hasher.verify(stored, key).matches();
            }
            case "floor-sha256" ->
                authenticate =
                        key -> MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
            default -> throw new IllegalArgumentException("impl " + impl);
        }
        char last = text.charAt(text.length() - 1);
        mistyped = text.substring(0, text.length() - 1) + (last == 'x' ? 'y' : 'x');
    }

    /** The right one. */
    @Benchmark
    public Object right() throws GeneralSecurityException {
        return authenticate.key(text);
    }

    /** One with a wrong letter. */
    @Benchmark
    public Object mistyped() throws GeneralSecurityException {
        return authenticate.key(mistyped);
    }
}
