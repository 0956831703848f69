package dev.backendmastery.benchmarks.password;

import dev.backendmastery.security.password.PasswordHasher;
import dev.backendmastery.security.password.PasswordScheme;
import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.SchemeHasher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.BCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
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
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;

/**
 * One right password, verified: the string read, hashed, compared. The floor makes the hash alone. Argon2id with 19 MiB and two iterations, bcrypt with cost 10, PBKDF2 with HMAC-SHA-256 and
 * 100,000 rounds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class PasswordBenchmark {

    private static final String PASSWORD = "correct horse battery staple";
    private static final int COST = 10;
    private static final int ROUNDS = 100_000;

    @Param({"ours", "spring-security", "floor-primitive"})
    public String impl;

    private Verify argon2id;
    private Verify bcrypt;
    private Verify pbkdf2;

    /** Compares a password. */
    private interface Verify {
        Object right() throws GeneralSecurityException;
    }

    @Setup
    public void create() {
        switch (impl) {
            case "ours" -> {
                argon2id = ours(Argon2id.OWASP);
                bcrypt = ours(new Bcrypt(COST, false));
                pbkdf2 = ours(new PasswordScheme.Pbkdf2(ROUNDS));
            }
            case "spring-security" -> {
                argon2id = spring(new Argon2PasswordEncoder(16, 32, 1, 19_456, 2));
                bcrypt = spring(new BCryptPasswordEncoder(COST));
                pbkdf2 = spring(new Pbkdf2PasswordEncoder(
                        "", 16, ROUNDS, Pbkdf2PasswordEncoder.SecretKeyFactoryAlgorithm.PBKDF2WithHmacSHA256));
            }
            case "floor-primitive" -> {
                byte[] password = PASSWORD.getBytes(StandardCharsets.UTF_8);
                byte[] ended = Arrays.copyOf(password, password.length + 1);
                byte[] salt = new byte[16];
                argon2id = () -> {
                    Argon2BytesGenerator generator = new Argon2BytesGenerator();
                    generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                            .withMemoryAsKB(19_456)
                            .withIterations(2)
                            .withParallelism(1)
                            .withSalt(salt)
                            .build());
                    byte[] hash = new byte[32];
                    generator.generateBytes(password, hash);
                    return hash;
                };
                bcrypt = () -> BCrypt.generate(ended, salt, COST);
                pbkdf2 = () -> SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), salt, ROUNDS, 256))
                        .getEncoded();
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    private static Verify ours(PasswordScheme scheme) {
        PasswordHasher hasher = SchemeHasher.of(scheme).build();
        String stored = hasher.hash(PASSWORD);
        return () -> checked(hasher.verify(stored, PASSWORD).matches());
    }

    private static Verify spring(PasswordEncoder encoder) {
        String stored = encoder.encode(PASSWORD);
        return () -> checked(encoder.matches(PASSWORD, stored));
    }

    private static boolean checked(boolean matches) {
        if (!matches) {
            throw new IllegalStateException("the right password does not match");
        }
        return true;
    }

    /** What OWASP asks for at least. */
    @Benchmark
    public Object argon2id() throws GeneralSecurityException {
        return argon2id.right();
    }

    /** What most have. */
    @Benchmark
    public Object bcrypt() throws GeneralSecurityException {
        return bcrypt.right();
    }

    /** What FIPS allows. */
    @Benchmark
    public Object pbkdf2() throws GeneralSecurityException {
        return pbkdf2.right();
    }
}
