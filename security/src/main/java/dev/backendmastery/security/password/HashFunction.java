package dev.backendmastery.security.password;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.BCrypt;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** The slow part: a password, which is text in UTF-8 of at least one byte, and a salt to so many bytes. */
@FunctionalInterface
interface HashFunction {

    /** How much bcrypt reads. */
    int BCRYPT_READS = 72;

    /** What bcrypt gives, but for a byte that its inventors' code cut off. */
    int BCRYPT_GIVES = 23;

    byte[] hash(PasswordScheme scheme, byte[] password, byte[] salt, int length);

    /** By Bouncy Castle and the platform. */
    HashFunction STANDARD = (scheme, password, salt, length) -> {
        if (scheme instanceof PasswordScheme.Argon2id argon2) {
            return argon2id(argon2, password, salt, length, new byte[0], new byte[0]);
        }
        if (scheme instanceof PasswordScheme.Scrypt scrypt) {
            return SCrypt.generate(password, salt, 1 << scrypt.logN(), scrypt.r(), scrypt.p(), length);
        }
        if (scheme instanceof PasswordScheme.Pbkdf2 pbkdf2) {
            return pbkdf2(pbkdf2.iterations(), password, salt, length);
        }
        if (scheme instanceof PasswordScheme.Bcrypt bcrypt) {
            // The NUL at its end belongs to what is hashed, where there is room for it.
            byte[] ended = Arrays.copyOf(password, Math.min(password.length + 1, BCRYPT_READS));
            byte[] hash = BCrypt.generate(ended, salt, bcrypt.cost());
            Arrays.fill(ended, (byte) 0);
            return Arrays.copyOf(hash, BCRYPT_GIVES);
        }
        throw new IllegalStateException("no such scheme: " + scheme);
    };

    static byte[] argon2id(
            PasswordScheme.Argon2id scheme, byte[] password, byte[] salt, int length, byte[] secret, byte[] data) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(scheme.memoryKib())
                .withIterations(scheme.iterations())
                .withParallelism(scheme.parallelism())
                .withSalt(salt)
                .withSecret(secret)
                .withAdditional(data)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }

    /** The platform takes characters and makes them into UTF-8 again. */
    private static byte[] pbkdf2(int iterations, byte[] password, byte[] salt, int length) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(password));
        char[] text = new char[decoded.remaining()];
        decoded.get(text);
        decoded.clear();
        decoded.put(new char[decoded.capacity()]);
        PBEKeySpec key = new PBEKeySpec(text, salt, iterations, length * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(key)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform since 8 has PBKDF2WithHmacSHA256", e);
        } finally {
            key.clearPassword();
            Arrays.fill(text, '\0');
        }
    }
}
