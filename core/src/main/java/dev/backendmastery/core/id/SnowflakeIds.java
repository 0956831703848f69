package dev.backendmastery.core.id;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Ids of 64 bits: 41 of milliseconds since an epoch, 10 of worker, 12 of counter. They stay positive.
 *
 * <p><b>Guarantee.</b> All of {@link IdGenerator}. Unique across processes as long as no two generators live with the
 * same worker number and epoch, and a restarted worker does not come back before the time it had borrowed (see
 * {@link ClockPolicy}). The 41 bits last 69 years; then {@link #next()} throws {@link IllegalStateException}.
 *
 * <p><b>Threads.</b> Lock-free; one compare-and-set. <b>Cost.</b> One clock read, no allocation by {@link #nextLong()}.
 * Above 4,096 ids a millisecond the counter outruns the clock: the default policy then waits. <b>Not for</b> fleets
 * above 1,024 workers, or where nobody can hand out worker numbers: {@link UuidV7}. <b>Source.</b> Twitter's Snowflake
 * (2010).
 */
public final class SnowflakeIds implements IdGenerator<Long> {

    /** The epoch unless another is given: it lasts until September 2094. */
    public static final Instant DEFAULT_EPOCH = Instant.parse("2025-01-01T00:00:00Z");

    /** Never ahead of the clock; bridges steps back, such as of NTP, of up to a second. */
    public static final ClockPolicy DEFAULT_POLICY = ClockPolicy.waiting(Duration.ofSeconds(1));

    /** Worker numbers are from 0 to this, exclusive. */
    public static final int WORKERS = 1 << 10;

    private static final int COUNTER_BITS = 12;
    private static final int WORKER_BITS = 10;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;

    private final Timeline timeline;
    private final long worker;

    private SnowflakeIds(int worker, Timeline timeline) {
        this.worker = (long) worker << COUNTER_BITS;
        this.timeline = timeline;
    }

    /** A generator on the machine's clock, with the default epoch and policy.
     *
     * @throws IllegalArgumentException if {@code worker} is not from 0 to 1023
     */
    public static SnowflakeIds ofWorker(int worker) {
        return of(worker, DEFAULT_EPOCH, InstantSource.system(), Ticker.system(), DEFAULT_POLICY);
    }

    /**
     * A generator with everything given.
     *
     * @param worker the number of this generator, different from that of every other that lives
     * @param epoch millisecond 0; the same for all workers, for ever
     * @param clock the wall clock
     * @param ticker measures how long a caller has waited for the clock
     * @throws IllegalArgumentException if {@code worker} is not from 0 to 1023
     */
    public static SnowflakeIds of(int worker, Instant epoch, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        if (worker < 0 || worker >= WORKERS) {
            throw new IllegalArgumentException("worker must be from 0 to " + (WORKERS - 1) + ", was " + worker);
        }
        return new SnowflakeIds(worker, new Timeline(41, COUNTER_BITS, () -> 0, epoch, clock, ticker, policy));
    }

    @Override
    public Long next() {
        return nextLong();
    }

    /** As {@link #next()}, without the box. */
    public long nextLong() {
        long word = timeline.next();
        return ((word & ~COUNTER_MASK) << WORKER_BITS) | worker | (word & COUNTER_MASK);
    }

    @Override
    public Instant timestampOf(Long id) {
        return timeline.timestampOf(id >>> WORKER_BITS);
    }

    /** The worker that made {@code id}. */
    public static int workerOf(long id) {
        return (int) (id >>> COUNTER_BITS) & (WORKERS - 1);
    }

    /** 13 characters of Crockford's base 32. */
    @Override
    public String format(Long id) {
        if (id < 0) {
            throw new IllegalArgumentException("id must be at least 0, was " + id);
        }
        char[] text = new char[13];
        Crockford.write(id, text, 0, 13);
        return new String(text);
    }

    @Override
    public Long parse(String text) {
        Crockford.checkLength(text, 13);
        if (text.charAt(0) > '7') {
            throw new IllegalArgumentException("text must be at most 7ZZZZZZZZZZZZ, was " + text);
        }
        return Crockford.read(text, 0, 13);
    }
}
