package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RateLimiter} must hold. Extend it, say how to create yours, run it.
 *
 * <p>Time is handed in and starts just before the wrap-around. {@link #burst} and {@link #resolutionNanos} say what yours
 * promises where implementations differ.
 */
@DisplayName("A RateLimiter")
public abstract class RateLimiterContract {

    /** Ten a second: small enough that a lost or an extra permit shows, slow enough that integer seconds starve. */
    protected static final Rate TEN_A_SECOND = Rate.perSecond(10);

    private static final long SECOND = 1_000_000_000L;

    private final ManualTicker ticker = new ManualTicker();
    private final long origin = ticker.nanos();

    /** A limiter of {@code rate} that admits up to {@code rate.permits()} in one call, and takes its time from {@code ticker}. */
    protected abstract RateLimiter create(Rate rate, Ticker ticker);

    /** The {@code burst} in {@code burst + rate x t}, for a limiter made by {@link #create}. */
    protected long burst(Rate rate) {
        return rate.permits();
    }

    /** The finest time that the limiter can tell apart. */
    protected long resolutionNanos() {
        return 1;
    }

    /** How many calls of one permit a whole limiter grants at one moment. */
    protected long atOnce(Rate rate) {
        return rate.permits();
    }

    private RateLimiter fresh() {
        return create(TEN_A_SECOND, ticker);
    }

    /** Takes what can be taken now; at most a bounded number, so that a limiter without a limit fails instead of hanging. */
    private static long drain(RateLimiter limiter) {
        long taken = 0;
        while (taken < 10_000 && limiter.tryAcquire()) {
            taken++;
        }
        return taken;
    }

    private Grants run(RateLimiter limiter, Duration length, LongUnaryOperator gap, LongUnaryOperator permits) {
        Grants grants = new Grants();
        long elapsed = 0;
        for (int call = 0; elapsed < length.toNanos() && call < 40_000; call++) {
            long n = permits.applyAsLong(call);
            if (limiter.tryAcquire(n)) {
                grants.add(elapsed, n);
            }
            long step = Math.max(resolutionNanos(), gap.applyAsLong(call));
            ticker.advanceNanos(step);
            elapsed += step;
        }
        return grants;
    }

    @Test
    @DisplayName("RL-1 grants at most burst + rate x t in any interval, at any pattern of calls")
    void bound() {
        Random random = new Random(1);
        LongUnaryOperator one = call -> 1;
        LongUnaryOperator some = call -> 1L + random.nextInt(10);
        LongUnaryOperator steady = call -> SECOND / 20;
        LongUnaryOperator bursts = call -> call % 40 == 39 ? SECOND * 9 / 10 : SECOND / 1000;
        LongUnaryOperator boundaries = call -> call % 20 == 19 ? SECOND - 19 * 1_000_000 : 1_000_000;
        LongUnaryOperator wild = call -> (long) (SECOND / 20 * -Math.log(1 - random.nextDouble()));
        LongUnaryOperator idle = call -> call % 50 == 49 ? Duration.ofDays(60).toNanos() : SECOND / 100;
        for (LongUnaryOperator permits : new LongUnaryOperator[] {one, some}) {
            for (LongUnaryOperator gap : new LongUnaryOperator[] {steady, bursts, boundaries, wild}) {
                run(fresh(), Duration.ofSeconds(60), gap, permits).assertWithin(burst(TEN_A_SECOND), TEN_A_SECOND);
            }
            run(fresh(), Duration.ofDays(600), idle, permits).assertWithin(burst(TEN_A_SECOND), TEN_A_SECOND);
        }
        Rate awkward = new Rate(7, Duration.ofNanos(3_000_000_011L));
        run(create(awkward, ticker), Duration.ofMinutes(10), wild, one).assertWithin(burst(awkward), awkward);
    }

    @Test
    @DisplayName("RL-2 starves no pattern of calls: who keeps asking gets the rate")
    void noStarvation() {
        for (long gap : new long[] {SECOND / 20, SECOND / 1000, SECOND / 11, SECOND / 10 + 1, SECOND * 3 / 2}) {
            Grants grants = run(fresh(), Duration.ofSeconds(30), call -> gap, call -> 1);
            double asked = 30.0 * SECOND / gap;
            double due = Math.min(asked, 300);
            assertTrue(
                    grants.total() >= due / 2,
                    () -> "a call every " + gap + " ns for 30 s: " + grants.total() + " granted, about " + (long) due
                            + " are due");
        }
    }

    @Test
    @DisplayName("RL-3 takes no permit for a call that is denied")
    void deniedIsFree() {
        RateLimiter asked = fresh();
        RateLimiter left = fresh();
        assertEquals(atOnce(TEN_A_SECOND), drain(asked));
        assertEquals(atOnce(TEN_A_SECOND), drain(left));
        for (int i = 0; i < 1_000; i++) {
            assertFalse(asked.tryAcquire(10));
        }
        long wait = left.nanosUntil(1);
        assertEquals(wait, asked.nanosUntil(1));
        ticker.advanceNanos(wait);
        assertTrue(asked.tryAcquire());
    }

    @Test
    @DisplayName("RL-4 tells the exact wait: a moment earlier is denied, then it is granted")
    void exactWait() {
        RateLimiter limiter = fresh();
        for (long permits : new long[] {1, 3, 10, 1, 7}) {
            drain(limiter);
            long wait = limiter.nanosUntil(permits);
            assertTrue(wait > 0, "an empty limiter makes wait");
            ticker.advanceNanos(wait - resolutionNanos());
            assertFalse(limiter.tryAcquire(permits), () -> permits + " permits a moment too early");
            ticker.advanceNanos(resolutionNanos());
            assertTrue(limiter.tryAcquire(permits), () -> permits + " permits after the wait");
        }
    }

    @Test
    @DisplayName("RL-5 serves reservations in their order, within the bound, and honours their waits")
    void reservations() {
        RateLimiter limiter = fresh();
        Grants grants = new Grants();
        Random random = new Random(2);
        long last = 0;
        long now = 0;
        for (int i = 0; i < 500; i++) {
            long permits = 1L + random.nextInt(3);
            long told = limiter.nanosUntil(permits);
            long wait = limiter.reserveNanos(permits, Duration.ofHours(1).toNanos());
            if (wait >= 0) {
                assertEquals(told, wait, "reserve waits as long as nanosUntil said");
                assertTrue(now + wait >= last, "a later reservation is not due before an earlier one");
                last = now + wait;
                grants.add(last, permits);
            }
            long step = random.nextInt(300_000_000);
            ticker.advanceNanos(step);
            now += step;
        }
        assertTrue(grants.total() >= 300, () -> "only " + grants.total() + " permits could be reserved");
        grants.assertWithin(burst(TEN_A_SECOND), TEN_A_SECOND);
    }

    @Test
    @DisplayName("RL-6 takes nothing if the wait would be longer than the caller accepts")
    void maxWait() {
        RateLimiter limiter = fresh();
        drain(limiter);
        long wait = limiter.nanosUntil(1);
        for (int i = 0; i < 100; i++) {
            assertEquals(RateLimiter.DENIED, limiter.reserveNanos(1, wait - resolutionNanos()));
            assertEquals(RateLimiter.DENIED, limiter.reserveNanos(1, -1));
        }
        assertEquals(wait, limiter.reserveNanos(1, wait));
    }

    @Test
    @DisplayName("RL-7 is whole after idleness of any length, and no more than whole")
    void idleness() {
        RateLimiter limiter = fresh();
        drain(limiter);
        for (Duration idle :
                new Duration[] {Duration.ofSeconds(3), Duration.ofHours(7).plusNanos(77), Duration.ofDays(200)}) {
            ticker.advance(idle);
            assertEquals(atOnce(TEN_A_SECOND), drain(limiter), () -> "permits after " + idle + " of idleness");
        }
    }

    @Test
    @DisplayName("RL-8 gives the last permit to one of two simultaneous callers")
    void simultaneous() {
        // Another caller comes in each time the limiter reads its clock: what a check followed by an act exposes, if
        // the
        // last permit happens to lie between the two; so the run starts with each number of permits already taken.
        for (int taken = 0; taken < atOnce(TEN_A_SECOND); taken++) {
            RateLimiter[] limiter = new RateLimiter[1];
            long[] granted = {0};
            boolean[] inside = {true};
            Ticker meddling = () -> {
                if (!inside[0]) {
                    inside[0] = true;
                    if (limiter[0].tryAcquire()) {
                        granted[0]++;
                    }
                    inside[0] = false;
                }
                return ticker.nanos();
            };
            limiter[0] = create(TEN_A_SECOND, meddling);
            for (int i = 0; i < 100; i++) {
                inside[0] = i < taken;
                if (limiter[0].tryAcquire()) {
                    granted[0]++;
                }
            }
            assertEquals(atOnce(TEN_A_SECOND), granted[0]);
        }
    }

    @Test
    @DisplayName("RL-9 grants nothing extra when the clock steps back and forth")
    void clockStepsBack() {
        long[] step = {0};
        RateLimiter limiter = create(TEN_A_SECOND, () -> ticker.nanos() + step[0]);
        ticker.advance(Duration.ofSeconds(60));
        long granted = drain(limiter);
        for (int i = 0; i < 20; i++) {
            step[0] = -5 * SECOND;
            granted += drain(limiter);
            step[0] = 0;
            granted += drain(limiter);
        }
        assertTrue(granted <= atOnce(TEN_A_SECOND), granted + " permits granted while no time passed");
        ticker.advance(Duration.ofSeconds(3));
        assertEquals(atOnce(TEN_A_SECOND), drain(limiter), "whole again when the clock has caught up");
    }

    @Test
    @DisplayName("RL-10 refuses permits out of range and takes nothing")
    void refusesBadPermits() {
        RateLimiter limiter = fresh();
        for (long bad : new long[] {0, -1, limiter.burst() + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            String message = assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquire(bad))
                    .getMessage();
            assertTrue(
                    message != null && message.contains("permits") && message.contains(Long.toString(limiter.burst())),
                    () -> "names argument and range: " + message);
            assertThrows(IllegalArgumentException.class, () -> limiter.reserveNanos(bad, SECOND));
            assertThrows(IllegalArgumentException.class, () -> limiter.nanosUntil(bad));
        }
        assertEquals(atOnce(TEN_A_SECOND), drain(limiter));
    }

    @Test
    @DisplayName("RL-11 acquire waits until the permits are due, or throws at once and takes nothing")
    void acquire() throws InterruptedException {
        RateLimiter limiter = fresh();
        drain(limiter);
        long wait = limiter.nanosUntil(2);
        long before = ticker.nanos();
        RateLimitExceededException refused = assertThrows(
                RateLimitExceededException.class,
                () -> limiter.acquire(2, Duration.ofNanos(wait - resolutionNanos()), ticker));
        assertEquals(Duration.ofNanos(wait), refused.retryAfter());
        assertEquals(0, ticker.nanos() - before, "refused without waiting");
        limiter.acquire(2, Duration.ofNanos(wait), ticker);
        assertEquals(wait, ticker.nanos() - before, "waited exactly");
    }

    @Test
    @DisplayName("RL-12 takes what it can of a wish, and never more than it has")
    void upTo() {
        RateLimiter limiter = fresh();
        long first = limiter.tryAcquireUpTo(Long.MAX_VALUE);
        assertTrue(first >= 1 && first <= 10, () -> first + " permits taken of a whole limiter");
        long rest = 0;
        for (long more; rest < 1_000 && (more = limiter.tryAcquireUpTo(4)) > 0; rest += more) {
            assertTrue(more <= 4);
        }
        assertFalse(limiter.tryAcquire());
        assertTrue(first + rest <= burst(TEN_A_SECOND));
        assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquireUpTo(0));
        assertTrue(ticker.nanos() - origin >= 0, "no time was needed");
    }
}
