package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Compares the latency under load with the latency without, which it measures by probes.
 *
 * <p><b>Guarantee.</b> {@link AdaptiveLimit}'s. <b>Threads.</b> Taking and giving back are lock-free; one report in a
 * window's worth of them takes a lock to compute the next limit. <b>Cost.</b> Two compare-and-sets, one clock read and two
 * additions a call, no allocation; while it probes, every {@value #PROBE_EVERY} windows, the limit is a quarter lower.
 * <b>Not for</b> calls whose latency depends on what they ask more than on load: split them by kind first.
 */
public final class GradientLimit implements AdaptiveLimit {

    /*
     * Let S be the mean latency without load and W the mean at limit L. A server that works on C calls at a time and
     * queues the rest has W = S x L / C while L is above C: so L x S / W is C itself, in one step and from any height.
     * Below C, W is S: the limit then grows by a few percent a window, if there is demand. The two balance a little
     * above C, by the growth divided by the smoothing.
     *
     * All depends on S. An average or a minimum of W over a longer time, which is what others take, drifts: under a
     * steady overload W holds the queue that the limit itself allows, S follows it, and the limit climbs. So S is only
     * ever learnt while the limit is held down by a quarter, which empties the queue as long as the limit is less than a
     * third too high; if it was higher, each probe brings it down by a quarter, and the next sees more clearly.
     *
     * The mean of a probe is over the first so many calls that began in it, whenever they end. The first so many to end
     * would be the short ones. After a fall of the limit, calls that began before it are not counted: they waited in the
     * queue that the fall is to empty, and would make it fall again.
     */
    private static final double GROWTH = 0.01;

    private static final double SMOOTHING = 0.5;
    private static final double STEADY = 0.25;
    private static final double SUSPICIOUS = 0.75;
    private static final double BACKOFF = 0.9;
    private static final double PROBE_SHARE = 0.75;
    private static final double PROBE_SMOOTHING = 0.3;
    private static final int PROBE_EVERY = 25;
    private static final int PROBE_APART = 3;
    private static final double STARTING_GROWTH = 0.3;
    private static final double CLEAR = 0.98;
    private static final int MOST_CLEAR = 5;
    private static final double MIN_GROWTH = 0.1;

    /** How many times its size a probe waits for calls that it measures. */
    private static final int PATIENCE = 20;

    private static final VarHandle IN_FLIGHT;
    private static final VarHandle ADMITTED;
    private static final VarHandle REPORTED;
    private static final VarHandle SUM;
    private static final VarHandle UNMEASURED;
    private static final VarHandle DROPPED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            IN_FLIGHT = lookup.findVarHandle(GradientLimit.class, "inFlight", int.class);
            ADMITTED = lookup.findVarHandle(Window.class, "admitted", int.class);
            REPORTED = lookup.findVarHandle(Window.class, "reported", int.class);
            SUM = lookup.findVarHandle(Window.class, "sum", long.class);
            UNMEASURED = lookup.findVarHandle(Window.class, "unmeasured", int.class);
            DROPPED = lookup.findVarHandle(Window.class, "dropped", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The bounds.
     *
     * @param initial the limit at first, from {@code least} to {@code most}
     * @param least from 1
     * @param most at most 1,000,000
     */
    public record Config(int initial, int least, int most) {

        /** 20 at first, from 4 to 1,000. */
        public static final Config DEFAULT = new Config(20, 4, 1_000);

        /** Checks the bounds.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Config {
            Check.range("least", least, 1, 1_000_000);
            Check.range("most", most, least, 1_000_000);
            Check.range("initial", initial, least, most);
        }
    }

    private final Config config;
    private final Ticker ticker;

    private volatile int inFlight;
    private volatile int limit;
    private volatile Window window;

    // Guarded by this.
    private double estimate;
    private double noLoad;
    private int untilProbe;
    private int sinceProbe;
    private int clear;
    private double fellFrom;
    private double fellAt;
    private boolean starting = true;

    private GradientLimit(Config config, Ticker ticker) {
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.estimate = config.initial();
        this.window = Window.probe(1, estimate);
        this.limit = probeLimit();
    }

    /** On the machine's clock. */
    public static GradientLimit of(Config config) {
        return of(config, Ticker.system());
    }

    /** On {@code ticker}. */
    public static GradientLimit of(Config config, Ticker ticker) {
        return new GradientLimit(config, ticker);
    }

    /** What is measured at present. A permit is the number of the window in which its call began. */
    private static final class Window {
        final long number;
        final boolean probe;
        /** Calls that began in an earlier window are not counted. */
        final long since;
        /** How many calls to measure. */
        final int target;

        volatile int admitted;
        volatile int reported;
        volatile int unmeasured;
        volatile long sum;
        volatile boolean dropped;
        volatile boolean limited;

        private Window(long number, boolean probe, long since, int target) {
            this.number = number;
            this.probe = probe;
            this.since = since;
            this.target = target;
        }

        static Window probe(long number, double estimate) {
            return new Window(number, true, number, (int) Math.max(50, Math.min(2_000, estimate * 8)));
        }

        static Window load(long number, long since, double estimate) {
            return new Window(number, false, since, (int) Math.max(50, Math.min(2_000, estimate * 8)));
        }

        boolean counts(long permit) {
            return probe ? permit == number : permit >= since;
        }
    }

    @Override
    public long tryAcquire() {
        for (; ; ) {
            Window now = window;
            int most = limit;
            int seen = inFlight;
            if (seen + 1 >= most && !now.limited) {
                now.limited = true;
            }
            if (seen >= most) {
                return REJECTED;
            }
            if (IN_FLIGHT.compareAndSet(this, seen, seen + 1)) {
                return now.probe ? admitToProbe(now) : now.number;
            }
        }
    }

    /** The first calls that begin in a probe are measured; those after them belong to the window that follows. */
    private long admitToProbe(Window probe) {
        if (probe.admitted < probe.target) {
            int place = (int) ADMITTED.getAndAdd(probe, 1);
            if (place == probe.target - 1) {
                synchronized (this) {
                    if (window == probe) {
                        setLimit();
                    }
                }
            }
            if (place < probe.target) {
                return probe.number;
            }
        }
        return probe.number + 1;
    }

    @Override
    public void onSuccess(long permit, long startNanos) {
        long nanos = Math.max(0, ticker.nanos() - startNanos);
        release();
        Window now = window;
        if (now.counts(permit)) {
            SUM.getAndAdd(now, nanos);
            report(now);
        } else {
            pass(now);
        }
    }

    @Override
    public void onDropped(long permit) {
        release();
        Window now = window;
        if (!now.dropped && DROPPED.compareAndSet(now, false, true)) {
            synchronized (this) {
                estimate = Math.max(config.least(), estimate * BACKOFF);
                starting = false;
                if (limit > estimate) {
                    setLimit();
                }
            }
        }
        unmeasured(now, permit);
    }

    @Override
    public void onIgnored(long permit) {
        release();
        unmeasured(window, permit);
    }

    private void release() {
        IN_FLIGHT.getAndAdd(this, -1);
    }

    private void unmeasured(Window now, long permit) {
        if (now.counts(permit)) {
            UNMEASURED.getAndAdd(now, 1);
            report(now);
        } else {
            pass(now);
        }
    }

    private void report(Window now) {
        if ((int) REPORTED.getAndAdd(now, 1) == now.target - 1) {
            close(now);
        }
    }

    /** A call that is not counted went by: if that happens too often, one that is counted was lost. */
    private void pass(Window now) {
        if (now.admitted >= now.target && now.probe && (int) ADMITTED.getAndAdd(now, 1) == PATIENCE * now.target) {
            close(now);
        }
    }

    private synchronized void close(Window closed) {
        if (window != closed) {
            return;
        }
        int measured = Math.min(closed.reported, closed.target) - closed.unmeasured;
        double mean = measured > 0 ? Math.max(1, (double) closed.sum / measured) : noLoad;
        long since;
        if (closed.probe) {
            learn(mean);
            since = closed.number + 1;
        } else {
            double before = estimate;
            double gradient = compare(closed, mean);
            since = estimate < before * BACKOFF ? closed.number + 1 : 0;
            sinceProbe++;
            untilProbe = gradient < SUSPICIOUS && sinceProbe >= PROBE_APART ? 0 : untilProbe - 1;
        }
        boolean probe = !closed.probe && untilProbe <= 0;
        window = probe ? Window.probe(closed.number + 1, estimate) : Window.load(closed.number + 1, since, estimate);
        if (probe) {
            limit = probeLimit();
        } else {
            setLimit();
        }
    }

    private void learn(double mean) {
        if (mean <= 0) {
            return;
        }
        sinceProbe = 0;
        boolean first = noLoad == 0;
        double before = noLoad;
        boolean steady = !first && Math.abs(mean / before - 1) < STEADY;
        noLoad = steady ? before + PROBE_SMOOTHING * (mean - before) : mean;
        if (mean > before && !steady && fellFrom > 0) {
            // The other side had become slower, not fuller: so the fall was too deep.
            estimate = Math.max(estimate, fellFrom * Math.min(1, mean / fellAt));
        }
        // Much less than before: the queue had not been empty, and may not be yet.
        untilProbe = first || steady || mean > before ? PROBE_EVERY : PROBE_APART;
    }

    private double compare(Window closed, double mean) {
        if (mean <= 0 || noLoad <= 0) {
            return 1;
        }
        if (mean < noLoad * (1 - STEADY)) {
            // Nothing is faster under load than without: the other side has become faster, so what was learnt is void.
            noLoad = mean;
            untilProbe = 0;
        }
        double gradient = Math.max(0.5, Math.min(1.1, noLoad / mean));
        if (gradient < BACKOFF) {
            starting = false;
        }
        double target = estimate * gradient;
        boolean steady = gradient > 1 - STEADY;
        double next = steady ? estimate + SMOOTHING * (target - estimate) : target;
        if (closed.limited) {
            clear = gradient > CLEAR ? Math.min(clear + 1, MOST_CLEAR) : 0;
            next += Math.max(MIN_GROWTH, estimate * (starting ? STARTING_GROWTH : GROWTH * (1 + clear)));
        } else {
            // Nobody asked for more: what is not used cannot be judged, so it does not grow.
            next = Math.min(next, estimate);
        }
        if (gradient < SUSPICIOUS && fellFrom == 0) {
            fellFrom = estimate;
            fellAt = mean;
        } else if (gradient >= SUSPICIOUS) {
            fellFrom = 0;
        }
        estimate = Math.max(config.least(), Math.min(config.most(), next));
        return gradient;
    }

    private int probeLimit() {
        return Math.max(1, (int) Math.round(estimate * PROBE_SHARE));
    }

    private void setLimit() {
        limit = (int) Math.round(estimate);
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }
}
