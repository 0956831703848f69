package dev.backendmastery.core.balance;

import dev.backendmastery.core.balance.LoadBalancer.Pick;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hosts with workers and queues, calls that come at random, and a balancer between the two, computed from event to event in
 * manual time: the same seed gives the same run.
 */
public final class BalanceSimulator {

    private BalanceSimulator() {}

    /**
     * A host.
     *
     * @param service the mean time of a call that does not wait
     * @param failures the share of calls that fail, at once, within {@code failsIn}
     * @param failsIn how fast a failure is
     * @param joins when it joins; until it has been there for {@code warmUp} its calls take up to five times as long
     * @param warmUp how long that is
     */
    public record Host(Duration service, double failures, Duration failsIn, Duration joins, Duration warmUp) {

        /** Healthy and there from the start. */
        public static Host healthy(Duration service) {
            return new Host(service, 0, Duration.ofMillis(1), Duration.ZERO, Duration.ZERO);
        }
    }

    /**
     * What happened.
     *
     * @param calls to each host
     * @param success the share of calls that succeeded
     * @param p50 of the latency of those, in nanoseconds
     * @param p99 of the latency of those, in nanoseconds
     */
    public record Run(List<Integer> calls, double success, long p50, long p99) {

        /** The share of {@code host} in all calls. */
        public double share(int host) {
            return (double) calls.get(host)
                    / calls.stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** The fleet of the races: 10 hosts of 8 workers each; one 10 times slower, one that fails at once, one that joins cold. */
    public static List<Host> fleet() {
        Duration service = Duration.ofMillis(10);
        List<Host> fleet = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            fleet.add(Host.healthy(service));
        }
        fleet.add(Host.healthy(service.multipliedBy(10)));
        fleet.add(new Host(service, 1, Duration.ofMillis(1), Duration.ZERO, Duration.ZERO));
        fleet.add(new Host(service, 0, Duration.ofMillis(1), Duration.ofSeconds(10), Duration.ofSeconds(5)));
        return fleet;
    }

    /**
     * Runs {@code length}.
     *
     * @param factory a balancer on the given ticker and randomness
     * @param perSecond calls
     */
    public static Run run(
            BiFunction<Ticker, DoubleSupplier, LoadBalancer<Integer>> factory,
            long seed,
            List<Host> hosts,
            double perSecond,
            Duration length) {
        return new Simulation(factory, seed, hosts).run(perSecond, length);
    }

    private static final class Call {
        final int host;
        final Pick<Integer> pick;
        final long start;
        boolean fails;
        long end;

        Call(int host, Pick<Integer> pick, long start) {
            this.host = host;
            this.pick = pick;
            this.start = start;
        }
    }

    private static final class Simulation {
        private static final int WORKERS = 8;
        private static final int QUEUE = 200;

        private final ManualTicker ticker = new ManualTicker();
        private final long origin = ticker.nanos();
        private final Random random;
        private final LoadBalancer<Integer> balancer;
        private final List<Host> hosts;
        private final PriorityQueue<Call> working = new PriorityQueue<>((a, b) -> Long.compare(a.end, b.end));
        private final List<ArrayDeque<Call>> queues = new ArrayList<>();
        private final int[] busy;
        private final int[] calls;
        private long[] latencies = new long[1 << 16];
        private int succeeded;
        private int joined;

        Simulation(BiFunction<Ticker, DoubleSupplier, LoadBalancer<Integer>> factory, long seed, List<Host> hosts) {
            this.random = new Random(seed);
            Random other = new Random(~seed);
            this.balancer = factory.apply(ticker, other::nextDouble);
            this.hosts = hosts;
            this.busy = new int[hosts.size()];
            this.calls = new int[hosts.size()];
            hosts.forEach(host -> queues.add(new ArrayDeque<>()));
        }

        private long now() {
            return ticker.nanos() - origin;
        }

        Run run(double perSecond, Duration length) {
            long arrival = exponential(1e9 / perSecond);
            join();
            while (now() < length.toNanos()) {
                Call first = working.peek();
                if (first == null || arrival <= first.end) {
                    ticker.advanceNanos(arrival - now());
                    join();
                    arrive();
                    arrival += exponential(1e9 / perSecond);
                } else {
                    ticker.advanceNanos(first.end - now());
                    finish(working.remove());
                }
            }
            int all = Arrays.stream(calls).sum();
            long[] sorted = Arrays.copyOf(latencies, succeeded);
            Arrays.sort(sorted);
            return new Run(
                    Arrays.stream(calls).boxed().toList(),
                    // Calls that have not ended are neither: there are few, for queues are bounded.
                    (double) succeeded / (all - working.size() - waiting()),
                    sorted[succeeded / 2],
                    sorted[(int) (succeeded * 0.99)]);
        }

        private int waiting() {
            return queues.stream().mapToInt(ArrayDeque::size).sum();
        }

        private void join() {
            List<Integer> in = new ArrayList<>();
            for (int i = 0; i < hosts.size(); i++) {
                if (hosts.get(i).joins().toNanos() <= now()) {
                    in.add(i);
                }
            }
            if (in.size() != joined) {
                joined = in.size();
                balancer.setNodes(in);
            }
        }

        private void arrive() {
            Pick<Integer> pick = balancer.pick();
            int host = pick.node();
            calls[host]++;
            Call call = new Call(host, pick, now());
            if (random.nextDouble() < hosts.get(host).failures()) {
                call.fails = true;
                call.end =
                        now() + exponential((double) hosts.get(host).failsIn().toNanos());
                working.add(call);
            } else if (busy[host] < WORKERS) {
                work(call);
            } else if (queues.get(host).size() < QUEUE) {
                queues.get(host).add(call);
            } else {
                pick.failed();
            }
        }

        private void work(Call call) {
            Host host = hosts.get(call.host);
            long age = now() - host.joins().toNanos();
            double cold = age < host.warmUp().toNanos()
                    ? 5 - 4.0 * age / host.warmUp().toNanos()
                    : 1;
            busy[call.host]++;
            call.end = now() + exponential(host.service().toNanos() * cold);
            working.add(call);
        }

        private void finish(Call call) {
            if (call.fails) {
                call.pick.failed();
                return;
            }
            call.pick.succeeded();
            if (succeeded == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * succeeded);
            }
            latencies[succeeded++] = now() - call.start;
            busy[call.host]--;
            @Nullable Call next = queues.get(call.host).poll();
            if (next != null) {
                work(next);
            }
        }

        private long exponential(double mean) {
            return (long) Math.max(1, -mean * Math.log(1 - random.nextDouble()));
        }
    }
}
