package dev.backendmastery.core.id;

import dev.backendmastery.core.time.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Version 7 UUIDs: 48 bits of milliseconds, a counter of 16, 58 random bits.
 *
 * <p><b>Guarantee.</b> All of {@link IdGenerator}, and the layout of RFC 9562 (ID-13). The counter fills rand_a and the
 * top of rand_b; each millisecond starts it at a random number of its lower half, so it holds at least 32,768 ids. Unique
 * across processes by chance: two ids of one millisecond and one counter value are equal once in 2<sup>58</sup>. Ordered
 * within this generator; between processes only as well as their clocks agree.
 *
 * <p><b>Threads.</b> Lock-free; one compare-and-set. <b>Cost.</b> One clock read, one random number, one object.
 * <b>Not for</b> secrets, also with secure randomness: most of the id is time. <b>Source.</b> RFC 9562, sections 5.7
 * and 6.2 (methods 1 and 3).
 */
public final class UuidV7 implements IdGenerator<UUID> {

    /**
     * Goes on from the last id when the clock steps back by up to a day: uniqueness does not hang on the clock here, so
     * an early timestamp is better than no id.
     */
    public static final ClockPolicy DEFAULT_POLICY = ClockPolicy.borrowing(Duration.ofDays(1));

    /*
     * 47 bits of milliseconds, until the year 6429: until then UUID.compareTo, which is signed, and the unsigned order
     * of the bytes agree. The counter's top 12 bits stand in rand_a, its low 4 below the variant.
     */
    static final int MILLIS_BITS = 47;
    static final int COUNTER_BITS = 16;
    static final long SEED_MASK = (1L << (COUNTER_BITS - 1)) - 1;

    private static final long TAIL_MASK = (1L << 58) - 1;

    private final Timeline timeline;
    private final LongSupplier random;

    private UuidV7(LongSupplier random, Timeline timeline) {
        this.random = random;
        this.timeline = timeline;
    }

    /** A generator with fast randomness: whoever has seen ids may compute the tails of others. */
    public static UuidV7 fast() {
        return of(
                () -> ThreadLocalRandom.current().nextLong(), InstantSource.system(), Ticker.system(), DEFAULT_POLICY);
    }

    /** A generator with cryptographic randomness, drawn in batches of 256 bytes a thread. */
    public static UuidV7 secure() {
        return of(Randomness.batched(new SecureRandom()), InstantSource.system(), Ticker.system(), DEFAULT_POLICY);
    }

    /**
     * A generator with everything given.
     *
     * @param random 64 random bits a call, safe for any number of threads
     * @param clock the wall clock
     * @param ticker measures how long a caller has waited for the clock
     */
    public static UuidV7 of(LongSupplier random, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        Objects.requireNonNull(random, "random");
        return new UuidV7(
                random,
                new Timeline(
                        MILLIS_BITS,
                        COUNTER_BITS,
                        () -> random.getAsLong() & SEED_MASK,
                        Instant.EPOCH,
                        clock,
                        ticker,
                        policy));
    }

    @Override
    public UUID next() {
        long word = timeline.next();
        return new UUID(
                (word & ~0xffffL) | 0x7000L | ((word & 0xffff) >>> 4),
                0x8000_0000_0000_0000L | ((word & 0xf) << 58) | (random.getAsLong() & TAIL_MASK));
    }

    @Override
    public Instant timestampOf(UUID id) {
        return timeline.timestampOf(id.getMostSignificantBits());
    }

    /** The 36 characters of RFC 9562, in lower case. */
    @Override
    public String format(UUID id) {
        return id.toString();
    }

    /** Stricter than {@link UUID#fromString}, which also reads upper case, short groups and other versions. */
    @Override
    public UUID parse(String text) {
        Crockford.checkLength(text, 36);
        UUID id = UUID.fromString(text);
        if (id.version() != 7 || id.variant() != 2 || !id.toString().equals(text)) {
            throw new IllegalArgumentException("text must be a version 7 UUID in lower case, was " + text);
        }
        return id;
    }
}
