package dev.backendmastery.core.id;

import dev.backendmastery.core.time.Ticker;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Gives {@link Ulid}s: 48 bits of milliseconds, a counter of 16, 64 random bits.
 *
 * <p><b>Guarantee.</b> All of {@link IdGenerator}. Within a millisecond the specification adds one to the 80 bits after
 * the time; here the first 16 of them grow and the others stay random, which sorts the same and does not let the next id
 * be guessed. Unique across processes by chance, once in 2<sup>64</sup> for equal milliseconds and counters.
 *
 * <p><b>Threads.</b> Lock-free; one compare-and-set. <b>Cost.</b> One clock read, one random number, one object; the
 * text costs 26 characters more. <b>Not for</b> secrets. <b>Source.</b> The ULID specification (github.com/ulid/spec).
 */
public final class Ulids implements IdGenerator<Ulid> {

    private final Timeline timeline;
    private final LongSupplier random;

    private Ulids(LongSupplier random, Timeline timeline) {
        this.random = random;
        this.timeline = timeline;
    }

    /** A generator with fast randomness: whoever has seen ids may compute the tails of others. */
    public static Ulids fast() {
        return of(
                () -> ThreadLocalRandom.current().nextLong(),
                InstantSource.system(),
                Ticker.system(),
                UuidV7.DEFAULT_POLICY);
    }

    /** A generator with cryptographic randomness, drawn in batches of 256 bytes a thread. */
    public static Ulids secure() {
        return of(
                Randomness.batched(new SecureRandom()), InstantSource.system(), Ticker.system(), UuidV7.DEFAULT_POLICY);
    }

    /**
     * A generator with everything given.
     *
     * @param random 64 random bits a call, safe for any number of threads
     * @param clock the wall clock
     * @param ticker measures how long a caller has waited for the clock
     */
    public static Ulids of(LongSupplier random, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        Objects.requireNonNull(random, "random");
        return new Ulids(
                random,
                new Timeline(
                        UuidV7.MILLIS_BITS,
                        UuidV7.COUNTER_BITS,
                        () -> random.getAsLong() & UuidV7.SEED_MASK,
                        Instant.EPOCH,
                        clock,
                        ticker,
                        policy));
    }

    @Override
    public Ulid next() {
        return new Ulid(timeline.next(), random.getAsLong());
    }

    @Override
    public Instant timestampOf(Ulid id) {
        return id.timestamp();
    }

    @Override
    public String format(Ulid id) {
        return id.toString();
    }

    @Override
    public Ulid parse(String text) {
        return Ulid.parse(text);
    }
}
