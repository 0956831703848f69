package dev.backendmastery.security.password;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.PasswordScheme.Pbkdf2;
import dev.backendmastery.security.password.PasswordScheme.Scrypt;
import dev.backendmastery.security.password.Verification.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PasswordHasher} that makes hashes of one scheme and verifies those of all: PHC strings of Argon2id, scrypt and PBKDF2, and bcrypt's own of
 * {@code $2a$}, {@code $2b$} and {@code $2y$}.
 *
 * <p><b>Threads.</b> Safe for any number; blocks at its {@link HashGate}. <b>Cost.</b> One hash for each call, of the parameters that the stored text names. So whoever has
 * an old hash takes another time than nobody, until he has signed in once.
 */
public final class SchemeHasher implements PasswordHasher {

    private static final int SALT = 16;
    private static final int HASH = 32;
    /** Fits bcrypt, and is compared with nothing. */
    private static final byte[] FILL = "a password of nobody".getBytes(StandardCharsets.US_ASCII);

    private final PasswordScheme scheme;
    private final Peppers peppers;
    private final Map<Class<?>, PasswordScheme> caps;
    private final HashGate gate;
    private final int maxLength;
    private final HashFunction function;
    private final SecureRandom random;
    private final StoredHash nobody;

    private SchemeHasher(Builder builder) {
        scheme = builder.scheme;
        peppers = builder.peppers;
        caps = Map.copyOf(builder.caps);
        gate = builder.gate == null ? gate(scheme) : builder.gate;
        maxLength = builder.maxLength;
        function = builder.function;
        random = builder.random;
        if (!gate.canEverTake(scheme.memory())) {
            throw new IllegalArgumentException("gate must have room for " + scheme);
        }
        if (!isWithinCaps(scheme)) {
            throw new IllegalArgumentException("scheme must be within the caps, was " + scheme);
        }
        if (peppers.current() != null && scheme instanceof Bcrypt bcrypt && !bcrypt.prehashed()) {
            throw new IllegalArgumentException("scheme must be prehashed to go with a pepper, was " + scheme);
        }
        nobody = new StoredHash(scheme, peppers.current(), bytes(SALT), bytes(length(scheme)));
    }

    private static HashGate gate(PasswordScheme scheme) {
        int cores = Runtime.getRuntime().availableProcessors();
        long memory = Math.max(256L << 20, scheme.memory() * cores);
        return HashGate.of(cores, memory, 32 * cores, Duration.ofSeconds(2));
    }

    /** A hasher that makes hashes of {@code scheme}; {@link Argon2id#OWASP} where nothing speaks against it. */
    public static Builder of(PasswordScheme scheme) {
        return new Builder(scheme);
    }

    @Override
    public String hash(CharSequence password) {
        byte[] text = OpaqueString.bytes(password, maxLength);
        if (text == null) {
            throw new UnacceptablePasswordException("password must have 1 to " + maxLength
                    + " characters, and none that are not allowed (RFC 8265, section 4.2)");
        }
        byte[] salt = bytes(SALT);
        byte[] input = input(scheme, peppers.current(), salt, text);
        Arrays.fill(text, (byte) 0);
        if (input == null) {
            throw new UnacceptablePasswordException("password must have at most " + HashFunction.BCRYPT_READS
                    + " bytes for bcrypt that is not prehashed");
        }
        byte[] hash = make(scheme, input, salt, length(scheme));
        return new StoredHash(scheme, peppers.current(), salt, hash).text();
    }

    @Override
    public Verification verify(@Nullable String stored, CharSequence password) {
        byte[] text = OpaqueString.bytes(password, maxLength);
        if (text == null) {
            // No hash was ever made of it; that it is said at once depends on the password alone.
            return new Verification(Outcome.MISMATCH, false);
        }
        StoredHash parsed = stored == null ? null : StoredHash.parse(stored);
        boolean usable = parsed != null && isWithinCaps(parsed.scheme) && peppers.knows(parsed.pepper);
        StoredHash against = usable && parsed != null ? parsed : nobody;
        byte[] input = input(against.scheme, against.pepper, against.salt, text);
        Arrays.fill(text, (byte) 0);
        byte[] hash = make(against.scheme, input == null ? FILL.clone() : input, against.salt, against.hash.length);
        boolean same = same(hash, against.hash) && input != null && usable;
        if (same) {
            boolean today = against.isLike(scheme, peppers.current(), SALT, length(scheme));
            return new Verification(Outcome.MATCH, !today);
        }
        return new Verification(stored == null || usable ? Outcome.MISMATCH : Outcome.UNUSABLE, false);
    }

    /** As long for the right as for the wrong. */
    static boolean same(byte[] made, byte[] stored) {
        return MessageDigest.isEqual(made, stored);
    }

    private boolean isWithinCaps(PasswordScheme one) {
        PasswordScheme most = caps.get(one.getClass());
        return most != null && most.caps(one) && gate.canEverTake(one.memory());
    }

    private byte[] make(PasswordScheme one, byte[] input, byte[] salt, int length) {
        try {
            return gate.run(one.memory(), () -> function.hash(one, input, salt, length));
        } finally {
            Arrays.fill(input, (byte) 0);
        }
    }

    /** What is hashed; null if the scheme would not read all of it. */
    private byte @Nullable [] input(PasswordScheme one, @Nullable String pepper, byte[] salt, byte[] text) {
        byte[] input = pepper == null ? text.clone() : peppers.mix(pepper, text);
        if (!(one instanceof Bcrypt bcrypt)) {
            return input;
        }
        if (bcrypt.prehashed()) {
            return Peppers.letters(new SecretKeySpec(salt, "HmacSHA384"), input);
        }
        return input.length > HashFunction.BCRYPT_READS ? null : input;
    }

    private static int length(PasswordScheme one) {
        return one instanceof Bcrypt ? HashFunction.BCRYPT_GIVES : HASH;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Says how hashes are made. */
    @Override
    public String toString() {
        return scheme + ", " + peppers;
    }

    /** What a hasher may know besides. Not safe for several threads. */
    public static final class Builder {

        private final PasswordScheme scheme;
        private Peppers peppers = Peppers.none();
        private final Map<Class<?>, PasswordScheme> caps = new LinkedHashMap<>();
        private @Nullable HashGate gate;
        private int maxLength = 256;
        private HashFunction function = HashFunction.STANDARD;
        private final SecureRandom random = new SecureRandom();

        private Builder(PasswordScheme scheme) {
            this.scheme = Objects.requireNonNull(scheme, "scheme");
            cap(new Argon2id(256 << 10, 10, 16));
            cap(new Bcrypt(15, true));
            cap(new Scrypt(18, 16, 4));
            cap(new Pbkdf2(5_000_000));
        }

        /** Mixed into passwords before they are hashed; none by default. */
        public Builder peppers(Peppers peppers) {
            this.peppers = Objects.requireNonNull(peppers, "peppers");
            return this;
        }

        /**
         * The most that a stored hash of this scheme may ask for, parameter by parameter: whoever can have a hash imported may not choose what it costs. By default
         * Argon2id 256 MiB, 10 times, 16 lanes; bcrypt 15; scrypt 2^18, 16, 4; PBKDF2 5 million.
         */
        public Builder cap(PasswordScheme most) {
            caps.put(most.getClass(), most);
            return this;
        }

        /** How many hashes at a time; by default one for each core, in 256 MiB at least, for 2 s. Share one among hashers. */
        public Builder gate(HashGate gate) {
            this.gate = Objects.requireNonNull(gate, "gate");
            return this;
        }

        /** How many characters (of UTF-16) a password may have, from 64 to 4,096; 256 by default. */
        public Builder maxLength(int characters) {
            if (characters < 64 || characters > 4_096) {
                throw new IllegalArgumentException("characters must be from 64 to 4096, were " + characters);
            }
            maxLength = characters;
            return this;
        }

        Builder function(HashFunction function) {
            this.function = function;
            return this;
        }

        /** The hasher. */
        public SchemeHasher build() {
            return new SchemeHasher(this);
        }
    }
}
