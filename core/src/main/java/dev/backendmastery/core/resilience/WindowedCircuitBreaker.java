package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker over a window of calls or of time.
 *
 * <p><b>Guarantee.</b> {@link CircuitBreaker}'s. <b>Threads.</b> Lock-free; closed, a call is two reads of the state and one
 * addition, besides one clock read for a window of time and two where slow calls count; refused, it only reads.
 * <b>Cost.</b> No allocation per call; a state change allocates the new state, and a window of time a bucket each time one
 * begins. 4 bytes a call of the window, or 400 a bucket.
 */
final class WindowedCircuitBreaker implements CircuitBreaker {

    /*
     * The state is one immutable object, its successor a pure function of it, the step one compare-and-set. The window
     * belongs to its closed state: whoever fetched an older one writes into a window that nobody reads any more.
     *
     * A permit is the generation of the state, 32 bits, over a serial number, 31 bits. A closed state gives all calls the
     * same number, 0; a half-open one gives each probe its own and keeps the list of those that are out. A result counts
     * if its generation is the present one and, half-open, its serial is on the list: so neither a result of an older
     * state, nor that of a probe that was given up, nor the second report of a probe can count.
     */
    private static final int SERIAL_BITS = 31;

    private static final long SERIALS = (1L << SERIAL_BITS) - 1;
    private static final double ROUNDING = 1e-9;

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(WindowedCircuitBreaker.class, "phase", Phase.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BreakerConfig config;
    private final Ticker ticker;
    private final boolean measures;
    private final boolean clocked;
    private final long slowNanos;
    private final long openNanos;
    private final long probeNanos;

    private volatile Phase phase;

    WindowedCircuitBreaker(BreakerConfig config, Ticker ticker) {
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.measures = config.measuresCalls();
        this.clocked = measures || config.window() instanceof BreakerConfig.Window.Time;
        this.slowNanos = config.slowCall().toNanos();
        this.openNanos = config.openFor().toNanos();
        this.probeNanos = config.probeDeadline().toNanos();
        this.phase = closed(0, ticker.nanos());
    }

    @Override
    public long tryAcquire() {
        Phase now = phase;
        return now instanceof Closed ? now.permit(0) : tryAcquireProbe();
    }

    private long tryAcquireProbe() {
        long time = ticker.nanos();
        for (; ; ) {
            Phase seen = phase;
            HalfOpen next;
            if (seen instanceof HalfOpen halfOpen) {
                next = halfOpen.admit(time, config.probes(), probeNanos);
            } else if (seen instanceof Open open) {
                next = open.left(time) > 0
                        ? null
                        : HalfOpen.none(seen.generation + 1).admit(time, config.probes(), probeNanos);
            } else {
                return seen.permit(0);
            }
            if (next == null) {
                return REJECTED;
            }
            if (PHASE.compareAndSet(this, seen, next)) {
                return next.permit(next.lastSerial);
            }
        }
    }

    @Override
    public void onSuccess(long permit, long startNanos) {
        if (!clocked && phase instanceof Closed closed && closed.permit(0) == permit) {
            closed.outcomes.add(0, 0);
            return;
        }
        long now = ticker.nanos();
        report(permit, slowness(startNanos, now), now);
    }

    @Override
    public void onFailure(long permit, long startNanos) {
        long now = ticker.nanos();
        report(permit, Outcomes.FAILED | slowness(startNanos, now), now);
    }

    private int slowness(long startNanos, long now) {
        return measures && now - startNanos > slowNanos ? Outcomes.SLOW : 0;
    }

    private void report(long permit, int outcome, long now) {
        Phase seen = phase;
        if (seen instanceof Closed closed) {
            if (closed.permit(0) == permit) {
                closed.outcomes.add(outcome, now);
                if (outcome != 0 && isBad(closed, now)) {
                    PHASE.compareAndSet(this, seen, new Open(seen.generation + 1, now, openNanos));
                }
            }
            return;
        }
        while (seen instanceof HalfOpen halfOpen && seen.generation == permit >>> SERIAL_BITS) {
            HalfOpen next = halfOpen.report((int) (permit & SERIALS), outcome);
            if (next == null || PHASE.compareAndSet(this, seen, verdict(next, now))) {
                return;
            }
            seen = phase;
        }
    }

    private boolean isBad(Closed closed, long now) {
        long calls = closed.outcomes.calls(now);
        long bad = closed.outcomes.bad(now);
        return calls >= config.minimumCalls()
                && (reaches(Outcomes.failures(bad), config.failureRate(), calls)
                        || reaches(Outcomes.slow(bad), config.slowRate(), calls));
    }

    private static boolean reaches(long bad, double rate, long calls) {
        return bad > 0 && bad >= rate * calls - ROUNDING;
    }

    /** Open as soon as the probes cannot be good enough any more, closed when all are in and are. */
    private Phase verdict(HalfOpen probed, long now) {
        if (reaches(probed.failures, config.failureRate(), config.probes())
                || reaches(probed.slow, config.slowRate(), config.probes())) {
            return new Open(probed.generation + 1, now, openNanos);
        }
        return probed.done == config.probes() ? closed(probed.generation + 1, now) : probed;
    }

    @Override
    public void onIgnored(long permit) {
        for (; ; ) {
            Phase seen = phase;
            if (!(seen instanceof HalfOpen halfOpen) || seen.generation != permit >>> SERIAL_BITS) {
                return;
            }
            HalfOpen next = halfOpen.withdraw((int) (permit & SERIALS));
            if (next == null || PHASE.compareAndSet(this, seen, next)) {
                return;
            }
        }
    }

    @Override
    public long nanosUntilPermit() {
        Phase seen = phase;
        if (seen instanceof Closed) {
            return 0;
        }
        long now = ticker.nanos();
        return seen instanceof Open open ? Math.max(0, open.left(now)) : ((HalfOpen) seen).left(now, config.probes());
    }

    @Override
    public Snapshot snapshot() {
        Phase seen = phase;
        if (seen instanceof Closed closed) {
            long now = ticker.nanos();
            long bad = closed.outcomes.bad(now);
            return new Snapshot(State.CLOSED, closed.outcomes.calls(now), Outcomes.failures(bad), Outcomes.slow(bad));
        }
        return seen instanceof HalfOpen halfOpen
                ? new Snapshot(State.HALF_OPEN, halfOpen.done, halfOpen.failures, halfOpen.slow)
                : new Snapshot(State.OPEN, 0, 0, 0);
    }

    @Override
    public BreakerConfig config() {
        return config;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    private Closed closed(long generation, long now) {
        BreakerConfig.Window window = config.window();
        return new Closed(
                generation,
                window instanceof BreakerConfig.Window.Time time
                        ? new Outcomes.OfTime(time.period().toNanos(), time.buckets(), now)
                        : new Outcomes.OfCalls(((BreakerConfig.Window.Calls) window).size()));
    }

    private abstract static sealed class Phase {
        final long generation;
        private final long firstPermit;

        Phase(long generation) {
            this.generation = generation & 0xFFFF_FFFFL;
            this.firstPermit = this.generation << SERIAL_BITS;
        }

        final long permit(int serial) {
            return firstPermit | serial;
        }
    }

    private static final class Closed extends Phase {
        final Outcomes outcomes;

        Closed(long generation, Outcomes outcomes) {
            super(generation);
            this.outcomes = outcomes;
        }
    }

    private static final class Open extends Phase {
        private final long since;
        private final long length;

        Open(long generation, long since, long length) {
            super(generation);
            this.since = since;
            this.length = length;
        }

        long left(long now) {
            return length - (now - since);
        }
    }

    /** Which probes are out, and what those that came back have said. */
    private static final class HalfOpen extends Phase {
        final int lastSerial;
        final int done;
        final int failures;
        final int slow;
        private final int[] serials;
        private final long[] deadlines;

        private HalfOpen(
                long generation, int lastSerial, int[] serials, long[] deadlines, int done, int failures, int slow) {
            super(generation);
            this.lastSerial = lastSerial;
            this.serials = serials;
            this.deadlines = deadlines;
            this.done = done;
            this.failures = failures;
            this.slow = slow;
        }

        static HalfOpen none(long generation) {
            return new HalfOpen(generation, 0, new int[0], new long[0], 0, 0, 0);
        }

        /** With one more probe out, in a free place or in that of one whose deadline is over; null if there is none. */
        @Nullable
        HalfOpen admit(long now, int probes, long probeNanos) {
            int place = serials.length;
            if (place + done >= probes) {
                place = 0;
                while (place < serials.length && deadlines[place] - now > 0) {
                    place++;
                }
                if (place == serials.length) {
                    return null;
                }
            }
            int length = Math.max(serials.length, place + 1);
            int serial = (int) ((lastSerial + 1) & SERIALS);
            int[] newSerials = Arrays.copyOf(serials, length);
            long[] newDeadlines = Arrays.copyOf(deadlines, length);
            newSerials[place] = serial;
            newDeadlines[place] = now + probeNanos;
            return new HalfOpen(generation, serial, newSerials, newDeadlines, done, failures, slow);
        }

        @Nullable
        HalfOpen report(int serial, int outcome) {
            return without(serial, 1, outcome & Outcomes.FAILED, (outcome & Outcomes.SLOW) >> 1);
        }

        @Nullable
        HalfOpen withdraw(int serial) {
            return without(serial, 0, 0, 0);
        }

        /** Null if no such probe is out. */
        private @Nullable HalfOpen without(int serial, int moreDone, int moreFailures, int moreSlow) {
            for (int i = 0; i < serials.length; i++) {
                if (serials[i] == serial) {
                    int last = serials.length - 1;
                    int[] newSerials = Arrays.copyOf(serials, last);
                    long[] newDeadlines = Arrays.copyOf(deadlines, last);
                    if (i < last) {
                        newSerials[i] = serials[last];
                        newDeadlines[i] = deadlines[last];
                    }
                    return new HalfOpen(
                            generation,
                            lastSerial,
                            newSerials,
                            newDeadlines,
                            done + moreDone,
                            failures + moreFailures,
                            slow + moreSlow);
                }
            }
            return null;
        }

        long left(long now, int probes) {
            if (serials.length + done < probes) {
                return 0;
            }
            long least = Long.MAX_VALUE;
            for (long deadline : deadlines) {
                least = Math.min(least, deadline - now);
            }
            return Math.max(0, least);
        }
    }
}
