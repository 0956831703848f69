package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;

/** The generic cell rate algorithm on one 64-bit word: what a token bucket and a leaky bucket have in common. */
abstract sealed class Gcra extends LocalRateLimiter permits TokenBucket, LeakyBucket {

    /*
     * The word is the theoretical arrival time (TAT): when the last permit granted so far would be due if permits came
     * evenly. A call for n permits moves it from max(TAT, now) by n intervals, and may act as soon as the new TAT is no
     * further ahead than the tolerance. One CAS decides; a loser of the race tries again with the same reading of the
     * clock, which is then a little old and so on the safe side. A denied call writes nothing, so it runs at the speed
     * of the clock.
     *
     * Time is counted in units of 1/scale nanosecond, so that the interval of a rate such as 3 a second is exact. Where
     * that would need units finer than 1/64 ns the interval is rounded up, by less than 1/(64 x its nanoseconds): never
     * faster than the limit. Only differences of times are used, modulo 2^64, so neither the clock's wrap-around nor the
     * multiplication's matters as long as the limiter is not left alone for 2^63 units: 292 years at scale 1, 4.5 at 64.
     */
    private static final long FINEST = 64;

    /** 1.1 years at the finest scale. */
    static final long FURTHEST = Long.MAX_VALUE / 4;

    private static final VarHandle TAT;

    static {
        try {
            TAT = MethodHandles.lookup().findVarHandle(Gcra.class, "tat", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Pace pace;
    private final long tolerance;

    @SuppressWarnings("unused") // through TAT
    private volatile long tat;

    Gcra(Pace pace, long tolerance, Ticker ticker) {
        super(ticker);
        this.pace = pace;
        this.tolerance = tolerance;
        long now = ticker.nanos() * pace.scale;
        this.tat = now == RETIRED ? now - 1 : now;
    }

    /** Another limiter in the same state, which must not be a retired one. */
    Gcra(Gcra like) {
        super(like.ticker);
        this.pace = like.pace;
        this.tolerance = like.tolerance;
        this.tat = (long) TAT.getVolatile(like);
    }

    /** The furthest that this limiter lets reservations reach into the future, in units. */
    abstract long furthest();

    @Override
    final long ask(long permits, long maxWaitNanos, boolean take) {
        long scale = pace.scale;
        long now = ticker.nanos() * scale;
        long cost = permits * pace.interval;
        for (; ; ) {
            long seen = (long) TAT.getOpaque(this);
            if (seen == RETIRED) {
                return RETIRED;
            }
            long ahead = Math.max(0, seen - now);
            long wait = waitFor(ahead, cost);
            if (wait > 0) {
                // Compared in nanoseconds, rounded up: a caller cannot wait for a part of one.
                long nanos = (wait + scale - 1) / scale;
                if (!take) {
                    return nanos;
                }
                if (nanos > maxWaitNanos || wait > furthest()) {
                    return DENIED;
                }
                wait = nanos;
            } else if (!take) {
                return 0;
            }
            long next = now + ahead + cost;
            if (next == RETIRED) {
                next++;
            }
            if (TAT.compareAndSet(this, seen, next)) {
                return Math.max(0, wait);
            }
            Thread.onSpinWait();
        }
    }

    private long waitFor(long ahead, long cost) {
        return tolerance == 0 ? ahead : ahead + cost - tolerance;
    }

    @Override
    public final long tryAcquireUpTo(long permits) {
        RateLimiter.checkPermits(permits, Long.MAX_VALUE);
        long most = Math.min(permits, burst());
        long now = ticker.nanos() * pace.scale;
        for (; ; ) {
            long seen = (long) TAT.getOpaque(this);
            long ahead = Math.max(0, seen - now);
            long free = tolerance == 0 ? (ahead == 0 ? most : 0) : (tolerance - ahead) / pace.interval;
            long taken = Math.min(most, free);
            if (seen == RETIRED || taken <= 0) {
                return 0;
            }
            long next = now + ahead + taken * pace.interval;
            if (TAT.compareAndSet(this, seen, next == RETIRED ? next + 1 : next)) {
                return taken;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    final boolean retireIfIdle() {
        long seen = (long) TAT.getVolatile(this);
        return seen == RETIRED || (seen - ticker.nanos() * pace.scale <= 0 && TAT.compareAndSet(this, seen, RETIRED));
    }

    /** The interval between two permits, in units of 1/scale nanosecond; shared by all limiters of one rate. */
    static final class Pace {
        final long scale;
        final long interval;

        Pace(Rate rate) {
            long nanos = rate.period().toNanos();
            long common = BigInteger.valueOf(nanos)
                    .gcd(BigInteger.valueOf(rate.permits()))
                    .longValueExact();
            boolean exact = rate.permits() / common <= FINEST;
            scale = exact ? rate.permits() / common : FINEST;
            interval = exact ? nanos / common : (nanos * FINEST + rate.permits() - 1) / rate.permits();
        }

        /** How many permits may be due at once before the arithmetic would overflow. */
        long most() {
            return FURTHEST / interval;
        }
    }
}
