package dev.backendmastery.security.password;

/**
 * How a password is made into a hash, and at what price.
 *
 * <p><b>Threads.</b> Values. <b>Source.</b> OWASP, <i>Password Storage Cheat Sheet</i>, for the constants.
 */
public sealed interface PasswordScheme {

    /** How much memory one hash takes, in bytes. */
    long memory();

    /**
     * Whether no parameter of {@code other} is above this one's. False for another scheme.
     */
    boolean caps(PasswordScheme other);

    /**
     * Argon2id, version 1.3 (RFC 9106).
     *
     * @param memoryKib from 8 for each lane to 4 GiB
     * @param iterations from 1 to 1,000
     * @param parallelism lanes, from 1 to 64; they are worked off one after the other
     */
    record Argon2id(int memoryKib, int iterations, int parallelism) implements PasswordScheme {

        /** 19 MiB, twice. */
        public static final Argon2id OWASP = new Argon2id(19_456, 2, 1);

        /** Refuses what is out of range. */
        public Argon2id {
            check("parallelism", parallelism, 1, 64);
            check("memoryKib", memoryKib, 8 * parallelism, 4 << 20);
            check("iterations", iterations, 1, 1_000);
        }

        @Override
        public long memory() {
            return memoryKib * 1_024L;
        }

        @Override
        public boolean caps(PasswordScheme other) {
            return other instanceof Argon2id one
                    && one.memoryKib <= memoryKib
                    && one.iterations <= iterations
                    && one.parallelism <= parallelism;
        }
    }

    /**
     * bcrypt. It reads 72 bytes, and only until a NUL: a password that it would not read in full is refused, unless it is made into 64 letters before
     * ({@code HMAC-SHA-384} with the salt as its key, in base64; with the salt, so that no list of bare hashes can be tried on it).
     *
     * @param cost the logarithm of its rounds, from 4 to 31
     * @param prehashed whether it is made into letters before; then others cannot read its hashes
     */
    record Bcrypt(int cost, boolean prehashed) implements PasswordScheme {

        /** Cost 12, every password read in full. */
        public static final Bcrypt DEFAULT = new Bcrypt(12, true);

        /** Refuses what is out of range. */
        public Bcrypt {
            check("cost", cost, 4, 31);
        }

        @Override
        public long memory() {
            return 8_192;
        }

        @Override
        public boolean caps(PasswordScheme other) {
            return other instanceof Bcrypt one && one.cost <= cost;
        }
    }

    /**
     * scrypt (RFC 7914).
     *
     * @param logN the logarithm of its N, from 1 to 24; below 16 where r is 1
     * @param r size of a block in 128 bytes, from 1 to 64
     * @param p how often, from 1 to 64
     */
    record Scrypt(int logN, int r, int p) implements PasswordScheme {

        /** 128 MiB. */
        public static final Scrypt OWASP = new Scrypt(17, 8, 1);

        /** Refuses what is out of range. */
        public Scrypt {
            check("r", r, 1, 64);
            check("logN", logN, 1, r == 1 ? 15 : 24);
            check("p", p, 1, 64);
        }

        @Override
        public long memory() {
            return ((128L * r) << logN) + 128L * r * p;
        }

        @Override
        public boolean caps(PasswordScheme other) {
            return other instanceof Scrypt one && one.logN <= logN && one.r <= r && one.p <= p;
        }
    }

    /**
     * PBKDF2 with HMAC-SHA-256 (RFC 8018).
     *
     * @param iterations from 1 to 100 million
     */
    record Pbkdf2(int iterations) implements PasswordScheme {

        /** 600,000 rounds. */
        public static final Pbkdf2 OWASP = new Pbkdf2(600_000);

        /** Refuses what is out of range. */
        public Pbkdf2 {
            check("iterations", iterations, 1, 100_000_000);
        }

        @Override
        public long memory() {
            return 1_024;
        }

        @Override
        public boolean caps(PasswordScheme other) {
            return other instanceof Pbkdf2 one && one.iterations <= iterations;
        }
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
        }
    }
}
