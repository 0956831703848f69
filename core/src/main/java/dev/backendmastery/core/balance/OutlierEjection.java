package dev.backendmastery.core.balance;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Takes nodes that fail out of another balancer for a while, but never too many of them.
 *
 * <p><b>Guarantee.</b> A node that fails so many times in a row is not picked for a time (OE-1), which grows with each
 * further ejection and shrinks back to the first after a success. Never more than the cap's share of nodes is out (OE-2):
 * when all fail, the fault is elsewhere, and no ejection may take the rest down. An ejected node comes back (OE-3).
 *
 * <p><b>Threads.</b> A pick reads one more word than the inner balancer's; a failure, and a success after one, takes a lock.
 * <b>Cost.</b> A lease more a pick. <b>Not for</b> fewer nodes than one over the cap: then it ejects none.
 * <b>Source.</b> Envoy's outlier detection.
 */
public final class OutlierEjection<N> implements LoadBalancer<N> {

    /**
     * When to eject.
     *
     * @param failures in a row, from 1
     * @param ejectFor the first time; positive
     * @param maxEjectFor no time is longer; at least {@code ejectFor}
     * @param cap the most that may be out, as a share of the nodes; from 0 to 1
     */
    public record Config(int failures, Duration ejectFor, Duration maxEjectFor, double cap) {

        /** After 5 failures, for 10 s to 5 min, at most 30 % of the nodes. */
        public static final Config DEFAULT = new Config(5, Duration.ofSeconds(10), Duration.ofMinutes(5), 0.3);

        /** Checks the bounds.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Config {
            if (failures < 1) {
                throw new IllegalArgumentException("failures must be at least 1, was " + failures);
            }
            if (ejectFor.isNegative() || ejectFor.isZero() || ejectFor.toDays() > 365) {
                throw new IllegalArgumentException("ejectFor must be positive and at most a year, was " + ejectFor);
            }
            if (maxEjectFor.compareTo(ejectFor) < 0 || maxEjectFor.toDays() > 365) {
                throw new IllegalArgumentException(
                        "maxEjectFor must be at least ejectFor and at most a year, was " + maxEjectFor);
            }
            if (!(cap >= 0 && cap <= 1)) {
                throw new IllegalArgumentException("cap must be from 0 to 1, was " + cap);
            }
        }
    }

    private final LoadBalancer<N> inner;
    private final Config config;
    private final Ticker ticker;

    /** Replaced as a whole; its records are changed under the lock of this. */
    private volatile Map<N, History> records = new LinkedHashMap<>();

    private int ejected;

    private volatile boolean anyOut;
    private volatile long nextReturn;

    private OutlierEjection(LoadBalancer<N> inner, Config config, Ticker ticker) {
        this.inner = Objects.requireNonNull(inner, "inner");
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /** Around {@code inner}, whose nodes are set through this from now on. */
    public static <N> OutlierEjection<N> around(LoadBalancer<N> inner, Config config, Ticker ticker) {
        return new OutlierEjection<>(inner, config, ticker);
    }

    private static final class History {
        volatile int failures;
        int times;
        boolean out;
        long until;
    }

    @Override
    public synchronized void setNodes(Collection<? extends N> nodes) {
        if (new HashSet<>(nodes).size() < nodes.size()) {
            throw new IllegalArgumentException("nodes must differ, were " + nodes);
        }
        Map<N, History> next = new LinkedHashMap<>();
        for (N node : nodes) {
            History known = records.get(node);
            next.put(node, known == null ? new History() : known);
        }
        Map<N, History> before = records;
        records = next;
        // Fewer nodes may be allowed out than before: those that would return last stay out.
        List<History> out =
                new ArrayList<>(next.values().stream().filter(r -> r.out).toList());
        out.sort((a, b) -> Long.signum(a.until - b.until));
        ejected = out.size();
        for (History record : out) {
            if (ejected > allowed()) {
                record.out = false;
                ejected--;
            }
        }
        try {
            tellInner();
        } catch (RuntimeException e) {
            records = before;
            ejected = (int) before.values().stream().filter(r -> r.out).count();
            throw e;
        }
    }

    private int allowed() {
        return (int) (records.size() * config.cap());
    }

    private void tellInner() {
        List<N> in = new ArrayList<>();
        boolean any = false;
        long first = 0;
        for (Map.Entry<N, History> entry : records.entrySet()) {
            History record = entry.getValue();
            if (!record.out) {
                in.add(entry.getKey());
            } else {
                first = any && first - record.until < 0 ? first : record.until;
                any = true;
            }
        }
        inner.setNodes(in);
        nextReturn = first;
        anyOut = any;
    }

    /** The nodes that are out at present. */
    public synchronized Collection<N> ejected() {
        Map<N, History> out = new HashMap<>(records);
        out.values().removeIf(record -> !record.out);
        return List.copyOf(out.keySet());
    }

    @Override
    public Pick<N> pick() {
        if (anyOut && ticker.nanos() - nextReturn >= 0) {
            letReturn();
        }
        Pick<N> pick = inner.pick();
        return new Pick<>() {
            @Override
            public N node() {
                return pick.node();
            }

            @Override
            public void succeeded() {
                pick.succeeded();
                good(pick.node());
            }

            @Override
            public void failed() {
                pick.failed();
                bad(pick.node());
            }

            @Override
            public void ignored() {
                pick.ignored();
            }
        };
    }

    private synchronized void letReturn() {
        long now = ticker.nanos();
        boolean changed = false;
        for (History record : records.values()) {
            if (record.out && now - record.until >= 0) {
                record.out = false;
                // One more failure sends it out again, for longer; a success clears it.
                record.failures = config.failures() - 1;
                ejected--;
                changed = true;
            }
        }
        if (changed) {
            tellInner();
        }
    }

    private void good(N node) {
        History record = records.get(node);
        if (record != null && record.failures > 0) {
            synchronized (this) {
                record.failures = 0;
                record.times = 0;
            }
        }
    }

    private synchronized void bad(N node) {
        History record = records.get(node);
        if (record == null || record.out) {
            return;
        }
        record.failures++;
        if (record.failures >= config.failures() && ejected + 1 <= allowed()) {
            record.out = true;
            record.until = ticker.nanos() + length(record.times++);
            ejected++;
            tellInner();
        }
    }

    private long length(int times) {
        long first = config.ejectFor().toNanos();
        long most = config.maxEjectFor().toNanos();
        int doublings = Math.min(times, 30);
        return first > most >> doublings ? most : first << doublings;
    }
}
