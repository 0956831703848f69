package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Gives a node that has just joined little at first and its full share after a while, so that its caches, pools and compiler
 * can warm up.
 *
 * <p><b>Guarantee.</b> The share of a node that joins grows evenly, from a tenth of what the inner balancer would give to all
 * of it, over the time given (SS-1). The first nodes ever set, of which none is warmer than another, start at once. If the
 * inner balancer offers nothing but nodes that warm up, one of them is taken (SS-2).
 *
 * <p><b>Threads.</b> A pick reads one more word than the inner balancer's while nothing warms up. <b>Cost.</b> While something
 * does, up to {@value #TRIES} picks for one. <b>Not for</b> a fleet that is replaced at once: then all are cold.
 */
public final class SlowStart<N> implements LoadBalancer<N> {

    private static final double LEAST = 0.1;
    private static final int TRIES = 4;

    private final LoadBalancer<N> inner;
    private final long length;
    private final Ticker ticker;
    private final DoubleSupplier random;

    private volatile Map<N, Long> joined = Map.of();
    private volatile boolean warming;

    private SlowStart(LoadBalancer<N> inner, Duration length, Ticker ticker, DoubleSupplier random) {
        this.inner = Objects.requireNonNull(inner, "inner");
        if (length.isNegative() || length.isZero() || length.toDays() > 365) {
            throw new IllegalArgumentException("length must be positive and at most a year, was " + length);
        }
        this.length = length.toNanos();
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.random = Objects.requireNonNull(random, "random");
    }

    /** Around {@code inner}, whose nodes are set through this from now on, on the machine's clock and randomness. */
    public static <N> SlowStart<N> around(LoadBalancer<N> inner, Duration length) {
        return around(inner, length, Ticker.system(), () -> ThreadLocalRandom.current()
                .nextDouble());
    }

    /**
     * With everything given.
     *
     * @param length how long a node warms up; positive
     * @param random numbers from 0 to 1, safe for any number of threads
     */
    public static <N> SlowStart<N> around(
            LoadBalancer<N> inner, Duration length, Ticker ticker, DoubleSupplier random) {
        return new SlowStart<>(inner, length, ticker, random);
    }

    @Override
    public synchronized void setNodes(Collection<? extends N> nodes) {
        long now = ticker.nanos();
        Map<N, Long> next = new HashMap<>();
        for (N node : nodes) {
            Long since = joined.get(node);
            next.put(node, since == null ? (joined.isEmpty() ? now - length : now) : since);
        }
        inner.setNodes(nodes);
        joined = next;
        warming = next.values().stream().anyMatch(since -> now - since < length);
    }

    @Override
    public Pick<N> pick() {
        Pick<N> pick = inner.pick();
        if (!warming) {
            return pick;
        }
        long now = ticker.nanos();
        Map<N, Long> since = joined;
        if (since.values().stream().allMatch(time -> now - time >= length)) {
            warming = false;
            return pick;
        }
        for (int tries = 1; tries < TRIES && !isReady(since.get(pick.node()), now); tries++) {
            pick.ignored();
            pick = inner.pick();
        }
        return pick;
    }

    private boolean isReady(@org.jspecify.annotations.Nullable Long since, long now) {
        if (since == null || now - since >= length) {
            return true;
        }
        double share = LEAST + (1 - LEAST) * (now - since) / length;
        return random.getAsDouble() < share;
    }
}
