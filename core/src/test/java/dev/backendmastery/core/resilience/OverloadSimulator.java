package dev.backendmastery.core.resilience;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Function;

/**
 * A server with a known number of workers and a queue in front of them, callers that come at random, and a limit between
 * the two. The optimum of the limit is known: the number of workers, for by Little's law it is throughput times the time
 * that a call takes when it does not wait.
 *
 * <p>All is computed from event to event in manual time: a minute takes some milliseconds, and the same seed gives the
 * same run.
 */
public final class OverloadSimulator {

    private static final long SAMPLE_EVERY = 10_000_000;

    private OverloadSimulator() {}

    /** What is between callers and server. */
    public interface Limiter {

        /** Whether a call may be made now, with {@code inFlight} calls under way. */
        boolean tryAcquire(int inFlight);

        /** What identifies the call that was just admitted; 0 if nothing has to. */
        default long permit() {
            return 0;
        }

        /** A call has ended now, without a failure. */
        void onSuccess(Call call);

        /** The present limit. */
        int limit();
    }

    /** A call under way. */
    public static final class Call {
        /** When it was admitted. */
        public final long start;
        /** Calls under way when it was admitted, itself included. */
        public final int inFlight;
        /** Whatever the limiter gave for it. */
        public final long permit;

        private long end;

        Call(long start, int inFlight, long permit) {
            this.start = start;
            this.inFlight = inFlight;
            this.permit = permit;
        }
    }

    /**
     * A stretch of time in which nothing changes.
     *
     * @param length how long
     * @param workers calls that the server works on at a time: the optimum
     * @param service the mean time that one takes
     * @param load calls that come, as a share of what the workers can do
     */
    public record Stretch(Duration length, int workers, Duration service, double load) {}

    /**
     * What happened.
     *
     * @param limits the limit every 10 ms
     * @param admitted calls
     * @param rejected calls
     * @param p99 of the latencies of the calls that were admitted, in nanoseconds
     * @param throughput calls that ended, as a share of what the workers could have done
     */
    public record Run(List<Integer> limits, long admitted, long rejected, long p99, double throughput) {

        /** The mean limit from {@code from} to {@code to}. */
        public double mean(Duration from, Duration to) {
            return part(from, to).stream().mapToInt(Integer::intValue).average().orElseThrow();
        }

        /** The share of the time from {@code from} to {@code to} in which the limit was within {@code share} of {@code optimum}. */
        public double within(double share, double optimum, Duration from, Duration to) {
            List<Integer> part = part(from, to);
            return (double) part.stream()
                            .filter(limit -> Math.abs(limit - optimum) <= share * optimum)
                            .count()
                    / part.size();
        }

        private List<Integer> part(Duration from, Duration to) {
            return limits.subList(
                    (int) (from.toNanos() / SAMPLE_EVERY), (int) Math.min(limits.size(), to.toNanos() / SAMPLE_EVERY));
        }
    }

    /** One of ours in the simulator. */
    public static Function<Ticker, Limiter> of(Function<Ticker, AdaptiveLimit> factory) {
        return ticker -> {
            AdaptiveLimit limit = factory.apply(ticker);
            return new Limiter() {
                private long permit;

                @Override
                public boolean tryAcquire(int inFlight) {
                    permit = limit.tryAcquire();
                    return permit != AdaptiveLimit.REJECTED;
                }

                @Override
                public long permit() {
                    return permit;
                }

                @Override
                public void onSuccess(Call call) {
                    limit.onSuccess(call.permit, call.start);
                }

                @Override
                public int limit() {
                    return limit.limit();
                }
            };
        };
    }

    /** Runs {@code stretches} one after the other. */
    public static Run run(Function<Ticker, Limiter> factory, long seed, Stretch... stretches) {
        return new Simulation(factory, seed).run(stretches);
    }

    private static final class Simulation {
        private final ManualTicker ticker = new ManualTicker(0);
        private final Limiter limiter;
        private final Random random;
        private final PriorityQueue<Call> working = new PriorityQueue<>((a, b) -> Long.compare(a.end, b.end));
        private final ArrayDeque<Call> queue = new ArrayDeque<>();
        private final List<Integer> limits = new ArrayList<>();
        private long[] latencies = new long[1 << 16];
        private int ended;
        private int inFlight;
        private long rejected;
        private double possible;

        Simulation(Function<Ticker, Limiter> factory, long seed) {
            this.limiter = factory.apply(ticker);
            this.random = new Random(seed);
        }

        Run run(Stretch... stretches) {
            long end = 0;
            long arrival = 0;
            for (Stretch now : stretches) {
                end += now.length().toNanos();
                possible += (double) now.workers()
                        * now.length().toNanos()
                        / now.service().toNanos();
                double gap = now.service().toNanos() / (now.load() * now.workers());
                arrival = ticker.nanos() + exponential(gap);
                for (long time = 0; time < end; ) {
                    startWork(now);
                    Call first = working.peek();
                    boolean arrives = first == null || arrival < first.end;
                    time = Math.min(end, arrives ? arrival : first.end);
                    while ((long) limits.size() * SAMPLE_EVERY < time) {
                        limits.add(limiter.limit());
                    }
                    ticker.advanceNanos(time - ticker.nanos());
                    if (time == end) {
                        break;
                    }
                    if (arrives) {
                        arrive();
                        arrival = time + exponential(gap);
                    } else {
                        leave(working.remove());
                    }
                }
            }
            long[] sorted = Arrays.copyOf(latencies, ended);
            Arrays.sort(sorted);
            return new Run(limits, ended + inFlight, rejected, sorted[(int) (ended * 0.99)], ended / possible);
        }

        private void arrive() {
            if (limiter.tryAcquire(inFlight)) {
                inFlight++;
                queue.add(new Call(ticker.nanos(), inFlight, limiter.permit()));
            } else {
                rejected++;
            }
        }

        private void startWork(Stretch now) {
            while (working.size() < now.workers() && !queue.isEmpty()) {
                Call call = queue.remove();
                double mean = now.service().toNanos();
                call.end = ticker.nanos() + (long) (mean / 2) + exponential(mean / 2);
                working.add(call);
            }
        }

        private void leave(Call call) {
            inFlight--;
            if (ended == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * ended);
            }
            latencies[ended++] = ticker.nanos() - call.start;
            limiter.onSuccess(call);
        }

        private long exponential(double mean) {
            return (long) Math.max(1, -mean * Math.log(1 - random.nextDouble()));
        }
    }
}
