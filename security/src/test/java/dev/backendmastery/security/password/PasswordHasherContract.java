package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.password.HashingRefusedException.Reason;
import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.PasswordScheme.Pbkdf2;
import dev.backendmastery.security.password.PasswordScheme.Scrypt;
import dev.backendmastery.security.password.Verification.Outcome;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What whoever hashes passwords must hold. Work is counted, not timed. Extend it and say how to create yours. */
@DisplayName("PasswordHasher")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class PasswordHasherContract {

    private static final Argon2id TINY = new Argon2id(64, 1, 1);
    private static final Bcrypt BCRYPT = new Bcrypt(4, false);
    private static final int MAX_LENGTH = 128;
    private static final byte[] FIRST = key(1);
    private static final byte[] SECOND = key(2);
    /** Long enough to be cut by whoever cuts. */
    private static final String PASSWORD = "correct horse battery staple";

    /** All the schemes, at almost no cost. */
    static final List<PasswordScheme> SCHEMES =
            List.of(TINY, BCRYPT, new Bcrypt(4, true), new Scrypt(2, 8, 1), new Pbkdf2(2));

    private final Counting work = new Counting();

    /**
     * Of what it is made.
     *
     * @param most caps for stored hashes
     */
    protected record Parts(
            PasswordScheme scheme,
            Peppers peppers,
            List<PasswordScheme> most,
            HashGate gate,
            int maxLength,
            HashFunction function) {}

    protected abstract PasswordHasher create(Parts parts);

    /** Hashes, and counts what it costs: the memory of each hash, and how many are made at a time. */
    private static final class Counting implements HashFunction {
        private final AtomicLong cost = new AtomicLong();
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private volatile @Nullable CountDownLatch gate;

        @Override
        public byte[] hash(PasswordScheme scheme, byte[] password, byte[] salt, int length) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                CountDownLatch closed = gate;
                if (closed != null && !closed.await(5, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody opened the gate");
                }
                cost.addAndGet(price(scheme));
                return made(scheme, password, salt, length);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                running.decrementAndGet();
            }
        }

        /** Without the work where it would be too much for a test. */
        private static byte[] made(PasswordScheme scheme, byte[] password, byte[] salt, int length) {
            return price(scheme) > 100_000 ? new byte[length] : STANDARD.hash(scheme, password, salt, length);
        }

        private static long price(PasswordScheme scheme) {
            if (scheme instanceof Argon2id one) {
                return (long) one.memoryKib() * one.iterations();
            }
            return scheme.memory() + 1;
        }

        long during(Runnable what) {
            long before = cost.get();
            what.run();
            return cost.get() - before;
        }
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    private static List<PasswordScheme> caps() {
        return List.of(new Argon2id(1_024, 4, 2), new Bcrypt(6, true), new Scrypt(6, 8, 2), new Pbkdf2(1_000));
    }

    private static HashGate wide() {
        return HashGate.of(8, 64 << 20, 8, Duration.ofSeconds(10));
    }

    private PasswordHasher hasher(PasswordScheme scheme, Peppers peppers, HashGate gate) {
        return create(new Parts(scheme, peppers, caps(), gate, MAX_LENGTH, work));
    }

    private PasswordHasher hasher(PasswordScheme scheme) {
        return hasher(scheme, Peppers.none(), wide());
    }

    private static Outcome outcome(PasswordHasher hasher, @Nullable String stored, CharSequence password) {
        return hasher.verify(stored, password).outcome();
    }

    @Test
    @DisplayName("PH-1 a password matches its own hash and no other, with each scheme")
    final void matches() {
        for (PasswordScheme scheme : SCHEMES) {
            PasswordHasher hasher = hasher(scheme);
            String stored = hasher.hash(PASSWORD);
            assertEquals(new Verification(Outcome.MATCH, false), hasher.verify(stored, PASSWORD), scheme::toString);
            for (String other : List.of(
                    "correct horse battery stapl",
                    "correct horse battery staplE",
                    "Correct horse battery staple",
                    "correct horse battery staple ",
                    " ",
                    "x")) {
                assertEquals(new Verification(Outcome.MISMATCH, false), hasher.verify(stored, other), scheme::toString);
            }
        }
    }

    @Test
    @DisplayName(
            "PH-2 it is the same in whatever form a keyboard sends it; nothing else is changed (RFC 8265, 4.2; NIST SP 800-63B-4, 3.1.1.2)")
    final void oneForm() {
        PasswordHasher hasher = hasher(TINY);
        String composed = "pâté à la crème";
        String stored = hasher.hash(composed);
        assertEquals(Outcome.MATCH, outcome(hasher, stored, Normalizer.normalize(composed, Normalizer.Form.NFD)));
        assertEquals(Outcome.MATCH, outcome(hasher, stored, composed.replace(' ', '\u00A0')));
        assertEquals(Outcome.MATCH, outcome(hasher, stored, composed.replace(' ', '\u3000')));
        assertEquals(Outcome.MISMATCH, outcome(hasher, stored, "PÂTÉ À LA CRÈME"));
        assertEquals(Outcome.MISMATCH, outcome(hasher, stored, "pate a la creme"));
        // Not the forms of compatibility: those are other characters, which somebody chose.
        assertEquals(Outcome.MISMATCH, outcome(hasher, hasher.hash("ﬁn de siècle"), "fin de siècle"));
        assertEquals(Outcome.MISMATCH, outcome(hasher, hasher.hash("  spaces  "), "spaces"));
    }

    @Test
    @DisplayName("PH-3 two hashes of one password differ, salt and all (ASVS 11.4.2)")
    final void salts() {
        for (PasswordScheme scheme : SCHEMES) {
            PasswordHasher hasher = hasher(scheme);
            String first = hasher.hash(PASSWORD);
            String second = hasher.hash(PASSWORD);
            assertNotEquals(first, second, scheme::toString);
            StoredHash one = StoredHash.parse(first);
            StoredHash two = StoredHash.parse(second);
            if (one == null || two == null) {
                throw new AssertionError("a text that nobody else reads, of " + scheme);
            }
            assertFalse(Arrays.equals(one.salt, two.salt), scheme::toString);
            assertTrue(one.salt.length >= 16, scheme::toString);
        }
    }

    @Test
    @DisplayName("PH-4 whoever asks about nobody costs as much as with a wrong password (ASVS 6.3.8)")
    final void nobody() {
        for (PasswordScheme scheme : SCHEMES) {
            PasswordHasher hasher = hasher(scheme);
            String stored = hasher.hash(PASSWORD);
            long known = work.during(() -> assertEquals(Outcome.MISMATCH, outcome(hasher, stored, "wrong")));
            long unknown = work.during(() -> assertEquals(Outcome.MISMATCH, outcome(hasher, null, "wrong")));
            assertEquals(known, unknown, scheme::toString);
            assertEquals(known, work.during(() -> outcome(hasher, stored, PASSWORD)), scheme::toString);
        }
        PasswordHasher peppered = hasher(TINY, Peppers.of("a", Map.of("a", FIRST)), wide());
        assertEquals(64, work.during(() -> assertEquals(Outcome.MISMATCH, outcome(peppered, null, "wrong"))));
    }

    @Test
    @DisplayName("PH-5 so does a hash that is corrupt")
    final void corruptCosts() {
        PasswordHasher hasher = hasher(TINY);
        for (String corrupt : List.of("", "x", "$argon2id$v=19$m=64,t=1,p=1$AAAA", "{noop}" + PASSWORD)) {
            assertEquals(64, work.during(() -> outcome(hasher, corrupt, PASSWORD)), corrupt);
        }
    }

    @Test
    @DisplayName("PH-6 a password is read in full or refused: bcrypt's 72 bytes, NUL (ASVS 6.2.8, 6.2.9)")
    final void inFull() {
        PasswordHasher plain = hasher(BCRYPT);
        String fits = "é".repeat(36);
        assertEquals(Outcome.MATCH, outcome(plain, plain.hash(fits), fits));
        assertEquals(Outcome.MISMATCH, outcome(plain, plain.hash(fits), fits + "x"));
        assertThrows(UnacceptablePasswordException.class, () -> plain.hash(fits + "x"));
        for (PasswordScheme scheme : SCHEMES) {
            PasswordHasher hasher = hasher(scheme);
            assertThrows(UnacceptablePasswordException.class, () -> hasher.hash("ab\0cd"), scheme::toString);
            if (!scheme.equals(BCRYPT)) {
                String stored = hasher.hash(fits + "x");
                assertEquals(Outcome.MATCH, outcome(hasher, stored, fits + "x"), scheme::toString);
                assertEquals(Outcome.MISMATCH, outcome(hasher, stored, fits + "y"), scheme::toString);
            }
        }
    }

    @Test
    @DisplayName("PH-7 what cannot be a password is refused: empty, controls, halves of characters, not assigned")
    final void characters() {
        PasswordHasher hasher = hasher(TINY);
        for (String no : List.of(
                "",
                "a\nb",
                "a\tb",
                "a\u007Fb",
                "a\u0085b",
                "a\uD800b",
                "a\uFFFFb",
                "a\u200Bb",
                "a\uE000b",
                "a\u2028b",
                "\u1100b")) {
            assertThrows(UnacceptablePasswordException.class, () -> hasher.hash(no));
            assertEquals(Outcome.MISMATCH, outcome(hasher, hasher.hash(PASSWORD), no));
        }
        for (String yes : List.of(
                "naïve café",
                "пароль",
                "密码密码",
                "한글",
                "\u1112\u1161\u11AB",
                "👩\u200D🚀 lift-off",
                "a",
                "<>&'\"\\;%00")) {
            assertEquals(Outcome.MATCH, outcome(hasher, hasher.hash(yes), yes), yes);
        }
    }

    @Test
    @DisplayName("PH-7 what is too long is refused before anything is hashed, known user or not")
    final void tooLong() {
        PasswordHasher hasher = hasher(TINY);
        String most = "x".repeat(MAX_LENGTH);
        assertEquals(Outcome.MATCH, outcome(hasher, hasher.hash(most), most));
        String stored = hasher.hash(PASSWORD);
        long cost = work.during(() -> {
            assertThrows(UnacceptablePasswordException.class, () -> hasher.hash(most + "x"));
            assertEquals(Outcome.MISMATCH, outcome(hasher, stored, most + "x"));
            assertEquals(Outcome.MISMATCH, outcome(hasher, null, most + "x"));
        });
        assertEquals(0, cost);
    }

    @Test
    @DisplayName("PH-8 a stored text is never an exception: what is no hash is UNUSABLE")
    final void corrupt() {
        PasswordHasher hasher = hasher(TINY);
        String salt = "AAAAAAAAAAAAAAAAAAAAAA";
        String hash = "A".repeat(43);
        List<String> corrupt = new ArrayList<>(List.of(
                "",
                "$",
                "$$$$$",
                "plain",
                "{noop}plain",
                "{bcrypt}$2b$04$" + "a".repeat(53),
                "$argon2id$m=64,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + hash,
                "$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$t=1,m=64,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=064,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=+64,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=0,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=-64,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=64,t=9999999999,p=1$" + salt + "$" + hash,
                "$argon2id$v=19$m=64,t=1,p=1$" + salt + "==$" + hash,
                "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAB$" + hash,
                "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + hash + "\n",
                "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + hash + "$",
                "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
                "$argon2id$v=19$m=64,t=1,p=1$" + salt,
                "$argon2id$v=19$m=64,t=1,p=1$$" + hash,
                "$argon2id$v=19$m=64,t=1,p=1,keyid=gone$" + salt + "$" + hash,
                "$scrypt$ln=1,r=0,p=1$" + salt + "$" + hash,
                "$pbkdf2-sha256$i=2,l=31$" + salt + "$" + hash,
                "$2b$04$" + "a".repeat(52),
                "$2b$4$" + "a".repeat(53),
                "$2b$03$" + "a".repeat(53),
                "$2b$04$" + "!".repeat(53),
                "\0".repeat(100),
                "x".repeat(100_000)));
        Random random = new Random(7);
        for (PasswordScheme scheme : SCHEMES) {
            String good = hasher(scheme).hash(PASSWORD);
            for (int i = 0; i < 40; i++) {
                int at = random.nextInt(good.length());
                corrupt.add(good.substring(0, random.nextInt(good.lastIndexOf('$'))));
                assertDoesNotThrow(() -> hasher.verify(
                        good.substring(0, at) + (char) random.nextInt(0x300) + good.substring(at + 1), PASSWORD));
            }
        }
        for (String text : corrupt) {
            Verification verification = assertDoesNotThrow(() -> hasher.verify(text, PASSWORD), text);
            assertEquals(new Verification(Outcome.UNUSABLE, false), verification, text);
        }
    }

    @Test
    @DisplayName("PH-8 $2a$, $2b$ and $2y$ are bcrypt's; $2x$, which lost bits, is refused")
    final void versions() {
        PasswordHasher hasher = hasher(BCRYPT);
        String stored = hasher.hash(PASSWORD);
        assertEquals("$2b$04$", stored.substring(0, 7));
        assertEquals(60, stored.length());
        for (String version : List.of("2a", "2y")) {
            assertEquals(
                    new Verification(Outcome.MATCH, true),
                    hasher.verify("$" + version + stored.substring(3), PASSWORD));
        }
        for (String version : List.of("2x", "2", "2c")) {
            assertEquals(Outcome.UNUSABLE, outcome(hasher, "$" + version + stored.substring(3), PASSWORD));
        }
    }

    @Test
    @DisplayName("PH-9 a stored hash costs no more than the caps allow, whatever it asks for")
    final void capped() {
        PasswordHasher hasher = hasher(TINY);
        String rest = "$AAAAAAAAAAAAAAAAAAAAAA$" + "A".repeat(43);
        for (String greedy : List.of(
                "$argon2id$v=19$m=1025,t=1,p=1" + rest,
                "$argon2id$v=19$m=64,t=5,p=1" + rest,
                "$argon2id$v=19$m=64,t=1,p=3" + rest,
                "$argon2id$v=19$m=4194304,t=1000,p=1" + rest,
                "$scrypt$ln=7,r=8,p=1" + rest,
                "$scrypt$ln=1,r=9,p=1" + rest,
                "$pbkdf2-sha256$i=1001,l=32" + rest,
                "$2b$07$" + ".".repeat(53))) {
            long cost = work.during(() -> assertEquals(Outcome.UNUSABLE, outcome(hasher, greedy, PASSWORD), greedy));
            assertEquals(64, cost, greedy);
        }
        PasswordHasher narrow = hasher(TINY, Peppers.none(), HashGate.of(1, 512 << 10, 8, Duration.ofSeconds(10)));
        assertEquals(
                Outcome.UNUSABLE,
                outcome(narrow, "$argon2id$v=19$m=1024,t=1,p=1" + rest, PASSWORD),
                "more than the gate will ever let in");
    }

    @Test
    @DisplayName("PH-10 a hash that is not what would be made today asks to be made anew, and only when it matches")
    final void rehash() {
        for (PasswordScheme was : SCHEMES) {
            String stored = hasher(was).hash(PASSWORD);
            for (PasswordScheme is : SCHEMES) {
                assertEquals(
                        new Verification(Outcome.MATCH, !was.equals(is)),
                        hasher(is).verify(stored, PASSWORD),
                        () -> was + " to " + is);
                assertEquals(
                        new Verification(Outcome.MISMATCH, false), hasher(is).verify(stored, "wrong"));
            }
        }
        assertTrue(hasher(new Argon2id(64, 2, 1))
                .verify(hasher(TINY).hash(PASSWORD), PASSWORD)
                .needsRehash());
        String shortSalt = new StoredHash(TINY, null, new byte[8], made(TINY, new byte[8], 16)).text();
        assertEquals(new Verification(Outcome.MATCH, true), hasher(TINY).verify(shortSalt, PASSWORD));
    }

    private static byte[] made(PasswordScheme scheme, byte[] salt, int length) {
        return HashFunction.STANDARD.hash(scheme, PASSWORD.getBytes(StandardCharsets.UTF_8), salt, length);
    }

    @Test
    @DisplayName(
            "PH-11 a hash is nothing without its pepper; old peppers verify and ask for the new one; one that is gone is UNUSABLE")
    final void peppers() {
        for (PasswordScheme scheme : List.of(TINY, new Bcrypt(4, true), new Scrypt(2, 8, 1), new Pbkdf2(2))) {
            PasswordHasher without = hasher(scheme);
            PasswordHasher first = hasher(scheme, Peppers.of("a", Map.of("a", FIRST)), wide());
            PasswordHasher both = hasher(scheme, Peppers.of("b", Map.of("a", FIRST, "b", SECOND)), wide());
            PasswordHasher other = hasher(scheme, Peppers.of("a", Map.of("a", SECOND)), wide());
            String old = first.hash(PASSWORD);
            assertTrue(old.contains(",keyid=a$"), old);
            assertEquals(new Verification(Outcome.MATCH, false), first.verify(old, PASSWORD));
            assertEquals(new Verification(Outcome.MATCH, true), both.verify(old, PASSWORD));
            assertEquals(Outcome.MISMATCH, outcome(other, old, PASSWORD));
            assertEquals(Outcome.UNUSABLE, outcome(without, old, PASSWORD));
            assertEquals(Outcome.MISMATCH, outcome(without, old.replace(",keyid=a", ""), PASSWORD));
            String fresh = both.hash(PASSWORD);
            assertEquals(new Verification(Outcome.MATCH, false), both.verify(fresh, PASSWORD));
            assertEquals(Outcome.UNUSABLE, outcome(first, fresh, PASSWORD));
            assertEquals(
                    new Verification(Outcome.MATCH, true), both.verify(without.hash(PASSWORD), PASSWORD), "had none");
        }
    }

    @Test
    @DisplayName("PH-12 no more hashes at a time, nor in more memory, than allowed; known user or not")
    final void bounded() throws Exception {
        HashGate threeAtATime = HashGate.of(3, 64 << 20, 100, Duration.ofSeconds(20));
        HashGate roomForTwo = HashGate.of(8, 128 << 10, 100, Duration.ofSeconds(20));
        for (Map.Entry<HashGate, Integer> gate :
                Map.of(threeAtATime, 3, roomForTwo, 2).entrySet()) {
            PasswordHasher hasher = hasher(TINY, Peppers.none(), gate.getKey());
            String stored = hasher.hash(PASSWORD);
            work.most.set(0);
            CountDownLatch closed = new CountDownLatch(1);
            work.gate = closed;
            ExecutorService pool = Executors.newFixedThreadPool(12);
            try {
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(pool.submit(() -> hasher.hash(PASSWORD)));
                    calls.add(pool.submit(() -> hasher.verify(stored, PASSWORD)));
                    calls.add(pool.submit(() -> hasher.verify(null, PASSWORD)));
                }
                int all = calls.size();
                await(() -> work.running.get() + gate.getKey().waiting() + ended(calls) >= all);
                closed.countDown();
                for (Future<?> call : calls) {
                    call.get(20, TimeUnit.SECONDS);
                }
                assertEquals(gate.getValue(), work.most.get());
            } finally {
                closed.countDown();
                pool.shutdownNow();
                work.gate = null;
            }
        }
    }

    private static long ended(List<Future<?>> calls) {
        return calls.stream().filter(Future::isDone).count();
    }

    private static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), "never came to be");
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("PH-13 whoever finds no room is refused within his time, or at once if too many wait")
    final void refused() throws Exception {
        HashGate gate = HashGate.of(1, 64 << 20, 1, Duration.ofMillis(300));
        PasswordHasher hasher = hasher(TINY, Peppers.none(), gate);
        String stored = hasher.hash(PASSWORD);
        CountDownLatch closed = new CountDownLatch(1);
        work.gate = closed;
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            Future<Verification> first = pool.submit(() -> hasher.verify(stored, PASSWORD));
            await(() -> work.running.get() == 1);
            Future<Reason> second = pool.submit(() -> refusal(hasher, stored));
            await(() -> gate.waiting() == 1 || second.isDone() || work.running.get() > 1);
            Future<Reason> third = pool.submit(() -> refusal(hasher, null));
            await(() -> third.isDone() || work.running.get() > 1);
            assertEquals(1, work.running.get());
            assertEquals(Reason.TOO_MANY_WAIT, third.get(10, TimeUnit.SECONDS));
            assertEquals(Reason.WAITED_TOO_LONG, second.get(10, TimeUnit.SECONDS));
            closed.countDown();
            assertTrue(first.get(10, TimeUnit.SECONDS).matches());
            assertTrue(hasher.verify(stored, PASSWORD).matches(), "room that was not given back");
        } finally {
            closed.countDown();
            pool.shutdownNow();
            work.gate = null;
        }
    }

    private static @Nullable Reason refusal(PasswordHasher hasher, @Nullable String stored) {
        try {
            hasher.verify(stored, PASSWORD);
            return null;
        } catch (HashingRefusedException e) {
            return e.reason();
        }
    }
}
