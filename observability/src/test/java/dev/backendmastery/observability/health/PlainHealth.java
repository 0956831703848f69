package dev.backendmastery.observability.health;

import dev.backendmastery.observability.health.HealthReport.Check;
import dev.backendmastery.observability.health.HealthReport.Status;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Health as one writes it, right unless it is given a fault. */
final class PlainHealth implements HealthContract.Subject {

    /** A rule that is left out. */
    enum Fault {
        LIVES_WITH_THE_DATABASE,
        ONE_AFTER_THE_OTHER,
        WAITS_FOR_EVER,
        ASKS_EACH_TIME,
        REMEMBERS_FOR_EVER,
        A_ROUND_FOR_EACH,
        PILES_UP,
        NEVER_ASKS_WHO_HUNG,
        DOWN_AT_ONCE,
        COUNTS_ALL_FAILURES,
        UP_AT_ONCE,
        ALL_IS_CRITICAL,
        NOTHING_IS_CRITICAL,
        READY_BEFORE_IT_HAS_STARTED,
        STARTS_ANEW,
        DRAINS_WHEN_IT_FORGETS,
        DRAINS_AND_ASKS,
        DIES_WHEN_IT_DRAINS,
        EXCEPTIONS_ALONE,
        TRUSTS_THE_MESSAGE,
        INTERRUPTED_IS_DOWN
    }

    private final HealthContract.Parts parts;
    private final Set<Fault> faults;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Future<Optional<Throwable>>> running = new ConcurrentHashMap<>();
    private final Map<String, Boolean> up = new ConcurrentHashMap<>();
    private final Map<String, Integer> inARow = new ConcurrentHashMap<>();
    private final Set<String> everUp = ConcurrentHashMap.newKeySet();
    private final Set<String> hung = ConcurrentHashMap.newKeySet();
    private volatile @Nullable HealthReport last;
    private volatile long lastAt;
    private volatile boolean draining;

    PlainHealth(HealthContract.Parts parts, @Nullable Fault fault) {
        this.parts = parts;
        this.faults = fault == null ? EnumSet.noneOf(Fault.class) : EnumSet.of(fault);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private static HealthReport plain(Status status) {
        return new HealthReport(status, new TreeMap<>());
    }

    @Override
    public HealthReport live() {
        if (has(Fault.LIVES_WITH_THE_DATABASE)) {
            return ready();
        }
        return plain(draining && has(Fault.DIES_WHEN_IT_DRAINS) ? Status.DOWN : Status.UP);
    }

    private boolean isStarted() {
        return parts.things().entrySet().stream()
                .filter(thing -> thing.getValue().critical())
                .allMatch(thing -> everUp.contains(thing.getKey())
                        && (!has(Fault.STARTS_ANEW) || Boolean.TRUE.equals(up.get(thing.getKey()))));
    }

    @Override
    public synchronized HealthReport started() {
        HealthReport report = checked();
        return isStarted() ? plain(Status.UP) : new HealthReport(Status.DOWN, report.checks());
    }

    @Override
    public HealthReport ready() {
        if (has(Fault.A_ROUND_FOR_EACH)) {
            return judged();
        }
        synchronized (this) {
            return judged();
        }
    }

    private HealthReport judged() {
        if (draining && has(Fault.DRAINS_WHEN_IT_FORGETS) && last != null && isFresh()) {
            return last;
        }
        if (draining && !has(Fault.DRAINS_AND_ASKS)) {
            return plain(Status.DOWN);
        }
        HealthReport report = checked();
        return draining ? new HealthReport(Status.DOWN, report.checks()) : report;
    }

    private boolean isUp(String name) {
        return up.getOrDefault(name, has(Fault.READY_BEFORE_IT_HAS_STARTED));
    }

    private boolean isFresh() {
        return has(Fault.REMEMBERS_FOR_EVER)
                || (!has(Fault.ASKS_EACH_TIME)
                        && parts.ticker().nanos() - lastAt < parts.maxAge().toNanos());
    }

    private HealthReport checked() {
        HealthReport known = last;
        if (known == null || !isFresh()) {
            known = look();
            last = known;
            lastAt = parts.ticker().nanos();
        }
        return known;
    }

    @Override
    public void drain() {
        draining = true;
    }

    private HealthReport look() {
        long begin = System.nanoTime();
        Map<String, Future<Optional<Throwable>>> round = new LinkedHashMap<>();
        parts.things().forEach((name, thing) -> {
            Future<Optional<Throwable>> before = running.get(name);
            boolean hangs =
                    before != null && (!before.isDone() || (has(Fault.NEVER_ASKS_WHO_HUNG) && hung.contains(name)));
            if (!hangs || has(Fault.PILES_UP) || has(Fault.A_ROUND_FOR_EACH)) {
                before = threads.submit(() -> outcome(thing.check()));
                if (has(Fault.ONE_AFTER_THE_OTHER)) {
                    problem(before, System.nanoTime());
                }
            }
            running.put(name, before);
            round.put(name, before);
        });
        TreeMap<String, Check> checks = new TreeMap<>();
        round.forEach((name, future) -> {
            String problem = problem(future, begin);
            if (!future.isDone()) {
                hung.add(name);
            }
            note(name, problem == null);
            boolean critical = Objects.requireNonNull(parts.things().get(name)).critical();
            checks.put(name, new Check(isUp(name) ? Status.UP : Status.DOWN, critical, problem, 0));
        });
        boolean down = checks.values().stream()
                .anyMatch(check -> check.status() == Status.DOWN
                        && (check.critical() || has(Fault.ALL_IS_CRITICAL))
                        && !has(Fault.NOTHING_IS_CRITICAL));
        boolean degraded = checks.values().stream().anyMatch(check -> check.status() == Status.DOWN);
        return new HealthReport(down ? Status.DOWN : degraded ? Status.DEGRADED : Status.UP, checks);
    }

    private void note(String name, boolean good) {
        boolean was = isUp(name);
        int row = good == was
                ? (has(Fault.COUNTS_ALL_FAILURES) ? inARow.getOrDefault(name, 0) : 0)
                : inARow.merge(name, 1, Integer::sum);
        int needed = good
                ? (has(Fault.UP_AT_ONCE) || !everUp.contains(name) ? 1 : parts.upAfter())
                : (has(Fault.DOWN_AT_ONCE) ? 1 : parts.downAfter());
        if (good != was && row >= needed) {
            up.put(name, good);
            row = 0;
        }
        inARow.put(name, row);
        if (good) {
            everUp.add(name);
        }
    }

    private @Nullable String problem(Future<Optional<Throwable>> future, long begin) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = parts.timeout().toNanos() - (System.nanoTime() - begin);
                    Optional<Throwable> thrown = has(Fault.WAITS_FOR_EVER)
                            ? future.get()
                            : future.get(Math.max(0, left), TimeUnit.NANOSECONDS);
                    return thrown.isPresent() ? tell(thrown.get()) : null;
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (has(Fault.INTERRUPTED_IS_DOWN)) {
                        return "interrupted";
                    }
                }
            }
        } catch (TimeoutException e) {
            return "no answer within " + parts.timeout().toMillis() + " ms";
        } catch (ExecutionException e) {
            throw new AssertionError("an outcome is never thrown", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Optional<Throwable> outcome(HealthCheck check) {
        try {
            check.check();
            return Optional.empty();
        } catch (Throwable e) { // told by whoever waits for it
            return Optional.of(e);
        }
    }

    private String tell(Throwable thrown) {
        if (has(Fault.EXCEPTIONS_ALONE) && thrown instanceof Error error) {
            throw error;
        }
        try {
            return thrown.toString();
        } catch (IllegalStateException mute) {
            if (has(Fault.TRUSTS_THE_MESSAGE)) {
                throw mute;
            }
            return thrown.getClass().getName();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
