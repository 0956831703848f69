package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Of two nodes at random the one where a call would cost less: its latency times the calls that it has, plus one.
 *
 * <p>The latency is a moving average that jumps to a peak at once and comes down slowly. A failure counts as a call that took
 * as long as the penalty, however fast it was: otherwise a node that fails at once looks like the fastest of all and draws
 * the traffic to itself.
 *
 * <p><b>Guarantee.</b> {@link LoadBalancer}'s. A slow node gets less (LB-6), and so does a node that fails, fast or slow
 * (LB-7). What is known fades, so a node that was bad is tried again after a few times {@code tau}. A node that joins starts
 * with the mean latency of the others. <b>Threads.</b> Picks are wait-free; a report takes the lock of its node for one
 * computation. <b>Cost.</b> Constant. <b>Not for</b> calls that differ by orders of magnitude in themselves. <b>Source.</b>
 * Finagle's peak EWMA.
 */
public final class PeakEwma<N> extends HostBalancer<N, Boolean> {

    private final double tau;
    private final double penalty;
    private final DoubleSupplier random;

    private PeakEwma(Duration tau, Duration penalty, Ticker ticker, DoubleSupplier random) {
        super(ticker, true);
        this.tau = positive("tau", tau);
        this.penalty = positive("penalty", penalty);
        this.random = Objects.requireNonNull(random, "random");
    }

    /** Remembers for about 10 s, and takes a failure for a call of 5 s. */
    public static <N> PeakEwma<N> create() {
        return create(Duration.ofSeconds(10), Duration.ofSeconds(1), Ticker.system(), () -> ThreadLocalRandom.current()
                .nextDouble());
    }

    /**
     * With everything given.
     *
     * @param tau what is known fades to a third in this time; positive
     * @param penalty the latency of a failure: well above that of a success; positive
     * @param ticker measures latencies
     * @param random numbers from 0 to 1, safe for any number of threads
     * @throws IllegalArgumentException if a duration is out of its range
     */
    public static <N> PeakEwma<N> create(Duration tau, Duration penalty, Ticker ticker, DoubleSupplier random) {
        return new PeakEwma<>(tau, penalty, ticker, random);
    }

    private static double positive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.toDays() > 365) {
            throw new IllegalArgumentException(name + " must be positive and at most a year, was " + value);
        }
        return value.toNanos();
    }

    @Override
    Host<N> choose(Hosts<N, Boolean> hosts) {
        List<Host<N>> list = hosts.list();
        int one = LeastRequest.one(random, list.size());
        Host<N> first = list.get(one);
        Host<N> second = list.get(LeastRequest.other(random, list.size(), one));
        long now = ticker.nanos();
        return cost(first, now) <= cost(second, now) ? first : second;
    }

    private double cost(Host<N> host, long now) {
        // One nanosecond at least, so that of two unknown nodes the one with fewer calls is taken.
        return (host.latency(now, tau) + 1) * (host.inFlight.get() + 1);
    }

    @Override
    Host<N> join(N node, List<Host<N>> others) {
        double mean = others.stream().mapToDouble(Host::lastLatency).average().orElse(0);
        return new Host<>(node, mean, ticker.nanos());
    }

    @Override
    void ended(Host<N> host, long start, boolean success) {
        long now = ticker.nanos();
        double took = Math.max(0, now - start);
        host.observe(success ? took : Math.max(took, penalty), now, tau);
    }

    @Override
    Boolean prepare(List<Host<N>> hosts) {
        return true;
    }
}
