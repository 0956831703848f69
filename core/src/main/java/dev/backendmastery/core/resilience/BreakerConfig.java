package dev.backendmastery.core.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * When a circuit breaker opens and how it closes.
 *
 * @param window what is remembered
 * @param failureRate the share of failures that opens it; more than 0, at most 1
 * @param slowRate the share of slow calls that opens it; more than 0, at most 1
 * @param slowCall a call that takes longer is slow; positive; {@link #NEVER_SLOW} reads no clock to find out
 * @param minimumCalls no share is judged on fewer outcomes; from 1, and at most the size of a window of calls
 * @param openFor how long it stays open before it probes; positive
 * @param probes how many calls it admits half-open; from 1 to 1,000
 * @param probeDeadline a probe that has not reported after this is given up and replaced; positive
 * @param failure the failures that count as such; a failure that does not, counts as a success
 * @param ignore the failures that count as nothing
 */
public record BreakerConfig(
        Window window,
        double failureRate,
        double slowRate,
        Duration slowCall,
        int minimumCalls,
        Duration openFor,
        int probes,
        Duration probeDeadline,
        Predicate<? super Throwable> failure,
        Predicate<? super Throwable> ignore) {

    /** What a breaker remembers. */
    public sealed interface Window {

        /** The last {@code size} outcomes. */
        static Window calls(int size) {
            return new Calls(size);
        }

        /** The outcomes of the last {@code period}, in ten buckets: nothing older, and all but the oldest tenth. */
        static Window time(Duration period) {
            return new Time(period, 10);
        }

        /**
         * A window of calls.
         *
         * @param size from 1 to 1,000,000
         */
        record Calls(int size) implements Window {
            /** @throws IllegalArgumentException if the size is out of its range */
            public Calls {
                Check.range("size", size, 1, 1_000_000);
            }
        }

        /**
         * A window of time.
         *
         * @param period what is older is forgotten; at least a nanosecond a bucket
         * @param buckets from 1 to 1,000; what is younger than {@code period x (1 - 1/buckets)} is remembered
         */
        record Time(Duration period, int buckets) implements Window {
            /** @throws IllegalArgumentException if one is out of its range */
            public Time {
                Check.positive("period", period);
                Check.range("buckets", buckets, 1, (int) Math.min(1_000, period.toNanos()));
            }
        }
    }

    /** No call is slow, so none is measured. */
    public static final Duration NEVER_SLOW = Duration.ofDays(365);

    /**
     * The last 100 calls, half of them failed, at least 20 of them; none is slow; open for 5 s; 5 probes of at most 30 s
     * each. Rejections, interruptions and cancellations are ignored.
     */
    public static final BreakerConfig DEFAULT = new BreakerConfig(
            Window.calls(100),
            0.5,
            1,
            NEVER_SLOW,
            20,
            Duration.ofSeconds(5),
            5,
            Duration.ofSeconds(30),
            failure -> true,
            Check::isNoAnswer);

    /** Checks the bounds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public BreakerConfig {
        Objects.requireNonNull(window, "window");
        Check.share("failureRate", failureRate);
        Check.share("slowRate", slowRate);
        Check.positive("slowCall", slowCall);
        Check.range(
                "minimumCalls", minimumCalls, 1, window instanceof Window.Calls calls ? calls.size() : 1_000_000_000);
        Check.positive("openFor", openFor);
        Check.range("probes", probes, 1, 1_000);
        Check.positive("probeDeadline", probeDeadline);
        Objects.requireNonNull(failure, "failure");
        Objects.requireNonNull(ignore, "ignore");
    }

    /** Whether the duration of calls matters. */
    boolean measuresCalls() {
        return !slowCall.equals(NEVER_SLOW);
    }

    /** This, with another window and minimum of calls. */
    public BreakerConfig withWindow(Window value, int minimum) {
        return new BreakerConfig(
                value, failureRate, slowRate, slowCall, minimum, openFor, probes, probeDeadline, failure, ignore);
    }

    /** This, with another share of failures. */
    public BreakerConfig withFailureRate(double value) {
        return new BreakerConfig(
                window, value, slowRate, slowCall, minimumCalls, openFor, probes, probeDeadline, failure, ignore);
    }

    /** This, with another measure of slowness. */
    public BreakerConfig withSlowCalls(Duration longer, double rate) {
        return new BreakerConfig(
                window, failureRate, rate, longer, minimumCalls, openFor, probes, probeDeadline, failure, ignore);
    }

    /** This, with another time in the open state. */
    public BreakerConfig withOpenFor(Duration value) {
        return new BreakerConfig(
                window, failureRate, slowRate, slowCall, minimumCalls, value, probes, probeDeadline, failure, ignore);
    }

    /** This, with other probes. */
    public BreakerConfig withProbes(int value, Duration deadline) {
        return new BreakerConfig(
                window, failureRate, slowRate, slowCall, minimumCalls, openFor, value, deadline, failure, ignore);
    }

    /** This, with another judgement of failures. */
    public BreakerConfig withFailures(Predicate<? super Throwable> counted, Predicate<? super Throwable> ignored) {
        return new BreakerConfig(
                window,
                failureRate,
                slowRate,
                slowCall,
                minimumCalls,
                openFor,
                probes,
                probeDeadline,
                counted,
                ignored);
    }
}
