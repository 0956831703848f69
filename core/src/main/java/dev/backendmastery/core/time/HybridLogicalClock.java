package dev.backendmastery.core.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Timestamps that are close to the time of day and yet never contradict cause and effect: what a message told its receiver
 * is earlier than anything that the receiver does afterwards.
 *
 * <p><b>Guarantee.</b> Every timestamp is greater than all that this clock has given or seen (HLC-1), also when the
 * machine's clock stands still or steps back (HLC-2). If an event can have caused another, its timestamp is smaller (HLC-3).
 * A timestamp is never further ahead of the fastest machine's clock than one millisecond for each 65,536 events within a
 * millisecond (HLC-4), because a timestamp from a clock that is more than {@code maxAhead} fast is refused (HLC-5).
 *
 * <p><b>Threads.</b> Lock-free, for any number of threads. <b>Cost.</b> A reading of the clock and a compare-and-set.
 * <b>Not for</b> finding out whether two events were concurrent: that needs a {@link VectorClock}; nor for ids, which need
 * the node in them. A clock is new after a restart: a node that steps back and restarts can repeat timestamps, unless it first
 * {@linkplain #observe observes} the last one that it stored.
 * <b>Source.</b> Kulkarni, Demirbas, Madappa, Avva, Leone: <i>Logical Physical Clocks</i>, OPODIS 2014.
 */
public final class HybridLogicalClock {

    /** A timestamp is one word, so "later than both and not before the clock" is a maximum, and a full counter carries. */
    private final AtomicLong last = new AtomicLong();

    private final InstantSource wall;
    private final long maxAheadMillis;

    private HybridLogicalClock(InstantSource wall, long maxAheadMillis) {
        this.wall = wall;
        this.maxAheadMillis = maxAheadMillis;
    }

    /**
     * A clock on {@code wall}.
     *
     * @param maxAhead how far ahead of {@code wall} a timestamp of another clock may be, at least 1 ms: more than the machines'
     *     clocks differ, little enough that one wrong machine does not drag the others into its future
     */
    public static HybridLogicalClock of(InstantSource wall, Duration maxAhead) {
        if (maxAhead.toMillis() < 1) {
            throw new IllegalArgumentException("maxAhead must be at least 1 ms, was " + maxAhead);
        }
        return new HybridLogicalClock(wall, maxAhead.toMillis());
    }

    /** The timestamp of an event here: of a write, or of a message that is sent. */
    public HybridTimestamp now() {
        return next(Long.MIN_VALUE, wall.millis());
    }

    /**
     * The timestamp of an event here that follows {@code remote}: of a message that was received.
     *
     * @throws ClockDriftException if {@code remote} is more than {@code maxAhead} ahead of this machine's clock; this clock is
     *     as it was, and whoever asks decides whether to drop the message
     */
    public HybridTimestamp observe(HybridTimestamp remote) {
        long millis = wall.millis();
        long ahead = remote.millis() - millis;
        if (ahead > maxAheadMillis) {
            throw new ClockDriftException(Duration.ofMillis(ahead), Duration.ofMillis(maxAheadMillis));
        }
        return next(remote.bits(), millis);
    }

    private HybridTimestamp next(long seen, long millis) {
        long physical = HybridTimestamp.of(millis, 0).bits();
        for (; ; ) {
            long before = last.get();
            long after = Math.max(Math.max(before, seen) + 1, physical);
            if (last.compareAndSet(before, after)) {
                return new HybridTimestamp(after);
            }
            Thread.onSpinWait();
        }
    }
}
