package dev.backendmastery.core.id;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A word of milliseconds and counter that only grows: what all generators are made of.
 *
 * <p>The transition is a pure function of the last word and the time: the first word of a millisecond that is new, else
 * the last word plus one, whose carry out of the counter is the next millisecond. So overflow and a clock that steps
 * back need no code of their own; both leave the word ahead of the clock, and how far is one comparison. The clock is
 * read once before the loop: a lost race makes the reading older, which can only overstate how far ahead the word is,
 * and the slow path reads it again before it waits or refuses.
 */
final class Timeline {

    private static final long PAUSE_NANOS = 50_000;

    private final AtomicLong last = new AtomicLong();
    private final int counterBits;
    private final LongSupplier seed;
    private final long epochMillis;
    private final long endMillis;
    private final InstantSource clock;
    private final Ticker ticker;
    private final ClockPolicy policy;
    private final long borrowMillis;

    /**
     * @param millisBits how many bits of milliseconds the id has room for, with {@code counterBits} at most 63
     * @param seed where the counter of a new millisecond starts, less than half of its range
     */
    Timeline(
            int millisBits,
            int counterBits,
            LongSupplier seed,
            Instant epoch,
            InstantSource clock,
            Ticker ticker,
            ClockPolicy policy) {
        this.counterBits = counterBits;
        this.seed = seed;
        this.epochMillis = epoch.toEpochMilli();
        this.endMillis = (1L << millisBits) - 1;
        this.clock = Objects.requireNonNull(clock, "clock");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.policy = policy;
        this.borrowMillis = policy.maxAhead().toMillis();
    }

    long next() {
        long now = clock.millis() - epochMillis;
        long previous = last.get();
        while (true) {
            long next = after(previous, now);
            long millis = next >>> counterBits;
            if (millis - now > borrowMillis || millis > endMillis) {
                return nextWhenTheClockAllows();
            }
            long witness = last.compareAndExchange(previous, next);
            if (witness == previous) {
                return next;
            }
            previous = witness;
        }
    }

    Instant timestampOf(long word) {
        return Instant.ofEpochMilli((word >>> counterBits) + epochMillis);
    }

    private long after(long previous, long now) {
        return now > previous >>> counterBits ? (now << counterBits) | seed.getAsLong() : previous + 1;
    }

    private long nextWhenTheClockAllows() {
        long started = ticker.nanos();
        boolean interrupted = false;
        try {
            while (true) {
                long now = clock.millis() - epochMillis;
                long previous = last.get();
                long next = after(previous, now);
                if (now > endMillis || next >>> counterBits > endMillis) {
                    throw new IllegalStateException(
                            "the ids of this epoch end at " + Instant.ofEpochMilli(endMillis + epochMillis));
                }
                Duration ahead = Duration.ofMillis((next >>> counterBits) - now);
                Duration missing = ahead.minusMillis(borrowMillis);
                if (missing.isNegative() || missing.isZero()) {
                    if (last.compareAndSet(previous, next)) {
                        return next;
                    }
                    continue;
                }
                if (missing.compareTo(policy.maxWait()) > 0
                        || ticker.nanos() - started >= policy.maxWait().toNanos()) {
                    throw new ClockBehindException(ahead, policy);
                }
                LockSupport.parkNanos(this, PAUSE_NANOS);
                interrupted |= Thread.interrupted(); // a set flag would turn the park into a spin
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
