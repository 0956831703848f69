package dev.backendmastery.security.password;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * Finds the parameters of Argon2id that a machine can make within a time and a memory: as much memory as fits, then as often as fits (RFC 9106, section 4).
 *
 * <p><b>Guarantee.</b> What it finds needs no more memory than allowed (CA-1) and, as measured, no more time (CA-2), unless that would be weaker than what OWASP
 * asks for: then it is the least that OWASP asks for with this memory, and takes longer (CA-3). <b>Threads.</b> Safe; measures on the caller's, for some multiples of
 * the time. <b>Not for</b> each start of a program: parameters that a busy machine chose are weaker, and then all hashes are made anew. Run it once, write down what it
 * says.
 */
public final class Calibration {

    /** What OWASP holds to be equally strong: memory and iterations. */
    private static final int[][] LEAST = {{47_104, 1}, {19_456, 2}, {12_288, 3}, {9_216, 4}, {7_168, 5}};

    private static final int SMALLEST = 7_168;
    private static final int LARGEST = 1 << 20;
    private static final int RUNS = 3;
    private static final int MOST_ITERATIONS = 1_000;

    private final Ticker ticker;
    private final HashFunction function;

    Calibration(Ticker ticker, HashFunction function) {
        this.ticker = ticker;
        this.function = function;
    }

    /** Measures with {@code ticker}. */
    public Calibration(Ticker ticker) {
        this(Objects.requireNonNull(ticker, "ticker"), HashFunction.STANDARD);
    }

    /**
     * Parameters for this machine.
     *
     * @param time for one hash, 1 ms to 1 minute
     * @param memoryBytes for one hash, at least 7 MiB
     */
    public Argon2id calibrate(Duration time, long memoryBytes) {
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("time must be from 1 ms to 1 minute, was " + time);
        }
        if (memoryBytes < SMALLEST * 1_024L) {
            throw new IllegalArgumentException("memoryBytes must be at least 7 MiB, was " + memoryBytes);
        }
        int memory = (int) Math.min(LARGEST, memoryBytes / 1_024);
        while (true) {
            Argon2id least = new Argon2id(memory, iterationsAtLeast(memory), 1);
            if (nanos(least) <= time.toNanos()) {
                return more(least, time.toNanos());
            }
            int less = lessThan(memory);
            if (less < SMALLEST) {
                return weakestWithin(memoryBytes);
            }
            memory = less;
        }
    }

    private static int lessThan(int memory) {
        int less = memory * 3 / 4;
        for (int[] one : LEAST) {
            if (one[0] < memory && one[0] > less) {
                return one[0];
            }
        }
        return less;
    }

    private static Argon2id weakestWithin(long memoryBytes) {
        if (memoryBytes >= Argon2id.OWASP.memory()) {
            return Argon2id.OWASP;
        }
        int memory = (int) (memoryBytes / 1_024);
        return new Argon2id(memory, iterationsAtLeast(memory), 1);
    }

    /** How often with so much memory, so that it is as strong as OWASP asks for. */
    private static int iterationsAtLeast(int memory) {
        for (int[] one : LEAST) {
            if (memory >= one[0]) {
                return one[1];
            }
        }
        throw new IllegalArgumentException("memory must be at least " + SMALLEST + " KiB, was " + memory);
    }

    /** As often as fits: doubled until it does not, then by halves. */
    private Argon2id more(Argon2id least, long budget) {
        int fits = least.iterations();
        int tooOften = Math.min(MOST_ITERATIONS + 1, 2 * fits);
        while (tooOften <= MOST_ITERATIONS && nanos(with(least, tooOften)) <= budget) {
            fits = tooOften;
            tooOften = Math.min(MOST_ITERATIONS + 1, 2 * fits);
        }
        while (tooOften - fits > 1) {
            int middle = (fits + tooOften) >>> 1;
            if (nanos(with(least, middle)) <= budget) {
                fits = middle;
            } else {
                tooOften = middle;
            }
        }
        return with(least, fits);
    }

    private static Argon2id with(Argon2id scheme, int iterations) {
        return new Argon2id(scheme.memoryKib(), iterations, 1);
    }

    /** The least of some runs: what disturbs only adds. */
    private long nanos(Argon2id scheme) {
        byte[] password = "correct horse battery staple".getBytes(StandardCharsets.US_ASCII);
        long least = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long begin = ticker.nanos();
            function.hash(scheme, password.clone(), new byte[16], 32);
            least = Math.min(least, ticker.nanos() - begin);
        }
        return least;
    }
}
