package dev.backendmastery.observability.health;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.health.HealthReport.Check;
import dev.backendmastery.observability.health.HealthReport.Status;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers probers.
 *
 * <p><b>Guarantee.</b> {@link #live} asks nobody (HC-1). {@link #ready} runs the checks side by side and gives up on each after the time-out (HC-2, HC-3), answers from memory for so
 * long (HC-4), runs them once for all who ask at the same time (HC-5), and no check again while an earlier run of it hangs (HC-6). What was up is down after so many failures in a row,
 * and what was down up after so many successes (HC-7, HC-8). Without a critical thing it is down, without another one degraded (HC-9). It is not ready before all critical things have been
 * there once (HC-10), nor from {@link #drain} on, when it asks nobody and lives (HC-11). Whatever a check throws, it failed (HC-12); an interrupted caller spoils nobody's answer (HC-13).
 *
 * <p><b>Threads.</b> Safe for any number; {@link #ready} waits up to the time-out. Has one thread a check at the most, also when all hang. <b>Cost.</b> From memory, two volatile reads
 * and the time. <b>Not for</b> restarting what depends on others: a liveness probe that asks the database restarts all processes when the database is slow.
 *
 * <p><b>Source.</b> Kubernetes, <i>Probes</i>; Hunt, <i>Implementing health checks</i>.
 */
public final class Health implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final HealthReport UP = new HealthReport(Status.UP, Collections.emptySortedMap());
    private static final int LONGEST_PROBLEM = 500;

    private final List<Watched> watched;
    private final Duration timeout;
    private final Duration maxAge;
    private final int downAfter;
    private final int upAfter;
    private final Ticker ticker;
    private final ExecutorService threads;
    private final AtomicReference<@Nullable Round> round = new AtomicReference<>();
    private volatile HealthReport known = UP;
    private volatile boolean draining;
    private volatile boolean started;

    private Health(Builder builder) {
        timeout = builder.timeout;
        maxAge = builder.maxAge;
        downAfter = builder.downAfter;
        upAfter = builder.upAfter;
        ticker = builder.ticker;
        watched = builder.checks.values().stream().map(Watched::new).toList();
        threads = Executors.newCachedThreadPool(
                work -> { // as many as there are checks: none runs twice at a time
                    Thread thread = new Thread(work, "health");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Without checks as yet: 1 s for each, answers for 1 s, down after 3 failures, up after 2 successes, unless said otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether the process is one: up for as long as it can answer. */
    public HealthReport live() {
        return UP;
    }

    /** Whether all critical things have been there once. Asks as {@link #ready} does until they have. */
    public HealthReport started() {
        if (started) {
            return UP;
        }
        HealthReport report = draining ? known : checked();
        return started ? UP : new HealthReport(Status.DOWN, report.checks());
    }

    /** Whether to send work. What was never there is down, so it is not ready before it has started. */
    public HealthReport ready() {
        HealthReport report = draining ? known : checked();
        return draining ? new HealthReport(Status.DOWN, report.checks()) : report;
    }

    /** Not ready from now on: what is under way is finished, and nothing new should come. There is no way back. */
    public void drain() {
        draining = true;
    }

    /** Whether {@link #drain} was said: answers may then tell callers to come back on another connection. */
    public boolean isDraining() {
        return draining;
    }

    private HealthReport checked() {
        while (true) {
            Round current = round.get();
            if (current != null && current.isGood(ticker, maxAge)) {
                return current.await();
            }
            Round next = new Round();
            if (round.compareAndSet(current, next)) {
                HealthReport report = new HealthReport(Status.DOWN, known.checks());
                try {
                    report = look();
                    known = report;
                } finally {
                    next.end(report, ticker.nanos()); // else those who wait would wait for ever
                }
                return report;
            }
        }
    }

    /** Made by one thread at a time: the next round begins when this one has ended. */
    private HealthReport look() {
        long begin = System.nanoTime();
        for (Watched one : watched) {
            one.begin(threads);
        }
        SortedMap<String, Check> checks = new TreeMap<>();
        boolean interrupted = false;
        for (Watched one : watched) {
            interrupted |= one.await(begin + timeout.toNanos());
            checks.put(one.name, one.judge(timeout, downAfter, upAfter));
        }
        if (watched.stream().allMatch(one -> one.everUp || !one.critical)) {
            started = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        boolean down = watched.stream().anyMatch(one -> one.critical && !one.up);
        boolean degraded = watched.stream().anyMatch(one -> !one.up);
        return new HealthReport(down ? Status.DOWN : degraded ? Status.DEGRADED : Status.UP, checks);
    }

    /** Not ready from now on, and no thread is left: checks that hang are interrupted. Does not wait for them. */
    @Override
    public void close() {
        drain();
        threads.shutdownNow();
    }

    /** One round of all checks, which all who ask meanwhile wait for. */
    private static final class Round {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable HealthReport report;
        private long endedAt;

        void end(HealthReport result, long now) {
            endedAt = now;
            report = result;
            ended.countDown();
        }

        boolean isGood(Ticker ticker, Duration maxAge) {
            return report == null || ticker.nanos() - endedAt < maxAge.toNanos();
        }

        /** Bounded, as the round is; so an interrupted caller is answered as all are. */
        HealthReport await() {
            HealthReport result = report;
            boolean interrupted = false;
            while (result == null) {
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                result = report;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return result;
        }
    }

    /** One run of a check. */
    private static final class Run {
        private final long begin = System.nanoTime();
        private final CountDownLatch ended = new CountDownLatch(1);
        private long nanos;
        private @Nullable String problem;

        void end(@Nullable Throwable thrown) {
            nanos = System.nanoTime() - begin;
            problem = thrown == null ? null : tell(thrown);
            ended.countDown();
        }

        private static String tell(Throwable thrown) {
            try {
                String text = thrown.toString();
                return text.length() <= LONGEST_PROBLEM ? text : text.substring(0, LONGEST_PROBLEM) + "...";
            } catch (RuntimeException e) { // a message may be anything, also one that cannot be told
                return thrown.getClass().getName();
            }
        }
    }

    /** One check and what is known of it. Touched by the thread that makes the round alone. */
    private static final class Watched {
        private final String name;
        private final HealthCheck check;
        private final boolean critical;
        private Run run = new Run();
        private boolean up;
        private boolean everUp;
        private int inARow;

        Watched(Part part) {
            name = part.name;
            check = part.check;
            critical = part.critical;
            run.end(null); // none is under way
        }

        void begin(ExecutorService threads) {
            if (run.ended.getCount() > 0) {
                return; // it hangs
            }
            Run next = new Run();
            run = next;
            try {
                threads.execute(() -> {
                    Throwable thrown = null;
                    try {
                        check.check();
                    } catch (Throwable e) { // an Error too: whoever waits is told, and it is the check's, not ours
                        thrown = e;
                    }
                    next.end(thrown);
                });
            } catch (RejectedExecutionException | OutOfMemoryError e) { // closed, or no thread to be had
                next.end(e);
            }
        }

        /** Waits for it until then, also when interrupted, and says whether that happened. */
        boolean await(long deadline) {
            boolean interrupted = false;
            boolean over = false;
            while (!over) {
                try {
                    over = run.ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                            || System.nanoTime() - deadline >= 0;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return interrupted;
        }

        Check judge(Duration timeout, int downAfter, int upAfter) {
            boolean ended = run.ended.getCount() == 0;
            String problem = ended ? run.problem : "no answer within " + timeout.toMillis() + " ms";
            boolean good = problem == null;
            inARow = good == up ? 0 : inARow + 1;
            if ((good && !everUp) || inARow >= (good ? upAfter : downAfter)) {
                if (up && !good) {
                    LOG.warn("{} is DOWN: {}", name, problem);
                } else if (!up && good) {
                    LOG.info("{} is UP", name);
                }
                up = good;
                inARow = 0;
            }
            everUp |= good;
            long nanos = ended ? run.nanos : System.nanoTime() - run.begin;
            return new Check(up ? Status.UP : Status.DOWN, critical, problem, TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }

    private record Part(String name, HealthCheck check, boolean critical) {}

    /** What is looked at, and how. Not thread-safe. */
    public static final class Builder {

        private final Map<String, Part> checks = new LinkedHashMap<>();
        private Duration timeout = Duration.ofSeconds(1);
        private Duration maxAge = Duration.ofSeconds(1);
        private int downAfter = 3;
        private int upAfter = 2;
        private Ticker ticker = Ticker.system();

        private Builder() {}

        /** Something without which nothing goes. */
        public Builder critical(String name, HealthCheck check) {
            return add(new Part(name, Objects.requireNonNull(check, "check"), true));
        }

        /** Something that can be done without. */
        public Builder degrading(String name, HealthCheck check) {
            return add(new Part(name, Objects.requireNonNull(check, "check"), false));
        }

        private Builder add(Part one) {
            if (checks.putIfAbsent(one.name, one) != null) {
                throw new IllegalArgumentException("name must be one of its own, two are " + one.name);
            }
            return this;
        }

        /** How long to wait for each, from 1 ms to 1 minute. */
        public Builder timeout(Duration time) {
            timeout = within("timeout", time, Duration.ofMillis(1));
            return this;
        }

        /** How long an answer is good, from 0 to 1 minute. */
        public Builder maxAge(Duration time) {
            maxAge = within("maxAge", time, Duration.ZERO);
            return this;
        }

        private static Duration within(String name, Duration time, Duration least) {
            if (time.compareTo(least) < 0 || time.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException(name + " must be from " + least + " to 1 minute, was " + time);
            }
            return time;
        }

        /** How many failures in a row make it down, from 1 to 100, and how many successes make it up again. */
        public Builder hysteresis(int failures, int successes) {
            if (failures < 1 || failures > 100 || successes < 1 || successes > 100) {
                throw new IllegalArgumentException(
                        "failures and successes must be from 1 to 100, were " + failures + " and " + successes);
            }
            downAfter = failures;
            upAfter = successes;
            return this;
        }

        /** By which answers age. */
        public Builder ticker(Ticker source) {
            ticker = Objects.requireNonNull(source, "source");
            return this;
        }

        /** As said so far. */
        public Health build() {
            return new Health(this);
        }
    }
}
