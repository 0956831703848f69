package dev.backendmastery.core.resilience;

import dev.backendmastery.core.resilience.RetriesExhaustedException.Attempt;
import dev.backendmastery.core.resilience.RetriesExhaustedException.Reason;
import dev.backendmastery.core.resilience.Stages.Relay;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries a call again, after a wait, as long as that helps and does not hurt.
 *
 * <p><b>Guarantee.</b> At most {@code maxAttempts} attempts (RT-1), waits within the backoff's bounds and over all of them
 * (RT-2), no attempt after the deadline and no wait that would only reach it (RT-3), no second attempt of what the
 * predicates do not name (RT-4). Giving up keeps the last failure as the cause and all of them as history (RT-5). All
 * callers together stay within the budget (RT-6), and a spent budget takes away the extra attempt alone (RT-7). A delay
 * that the server asked for is kept (RT-8). An interrupt ends it (RT-9). The asynchronous form holds the same (RT-10).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> A call that succeeds reads the budget and the clock and
 * allocates nothing. <b>Not for</b> calls that must not happen twice: make them idempotent first. <b>Source.</b> Brooker,
 * "Exponential backoff and jitter" (2015) and "Fixing retries with token buckets and circuit breakers" (2022).
 */
public final class Retry implements Policy {

    private final RetryConfig config;
    private final RetryBudget budget;
    private final Ticker ticker;
    private final Sleeper sleeper;
    private final DoubleSupplier random;
    private final @Nullable ScheduledExecutorService scheduler;
    private final long deadline;
    private final boolean asksResults;

    private Retry(
            RetryConfig config,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random,
            @Nullable ScheduledExecutorService scheduler) {
        this.config = Objects.requireNonNull(config, "config");
        this.budget = Objects.requireNonNull(budget, "budget");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.sleeper = Objects.requireNonNull(sleeper, "sleeper");
        this.random = Objects.requireNonNull(random, "random");
        this.scheduler = scheduler;
        this.deadline = config.deadline().toNanos();
        this.asksResults = !(config.retryOnResult() instanceof RetryConfig.Never);
    }

    /** For synchronous calls, on the machine's clock. */
    public static Retry of(RetryConfig config, RetryBudget budget) {
        return of(
                config,
                budget,
                Ticker.system(),
                Sleeper.system(),
                () -> ThreadLocalRandom.current().nextDouble(),
                null);
    }

    /**
     * With everything given.
     *
     * @param budget shared by all whose extra attempts are to be bounded together
     * @param ticker measures the deadline
     * @param sleeper waits between the attempts of a synchronous call
     * @param random numbers from 0 to 1 for the jitter, safe for any number of threads
     * @param scheduler waits between the attempts of an asynchronous call and starts them; null if there are none
     */
    public static Retry of(
            RetryConfig config,
            RetryBudget budget,
            Ticker ticker,
            Sleeper sleeper,
            DoubleSupplier random,
            @Nullable ScheduledExecutorService scheduler) {
        return new Retry(config, budget, ticker, sleeper, random, scheduler);
    }

    @Override
    public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            budget.deposit();
            long start = ticker.nanos();
            T value;
            try {
                value = action.call();
            } catch (Throwable e) {
                return again(action, new History(start), null, false, e);
            }
            return asksResults && config.retryOnResult().test(value)
                    ? again(action, new History(start), value, true, null)
                    : value;
        };
    }

    /** All attempts after the first one, which ended in {@code value} or {@code failure}. */
    @SuppressWarnings("NullAway") // a value is there unless there is a failure
    private <T extends @Nullable Object> T again(
            Callable<T> action,
            History history,
            @Nullable T firstValue,
            boolean firstBad,
            @Nullable Throwable firstFailure)
            throws Exception {
        T value = firstValue;
        boolean bad = firstBad;
        Throwable failure = firstFailure;
        while (failure != null || bad) {
            long wait = history.next(failure);
            if (wait < 0) {
                return history.end(value, failure);
            }
            try {
                sleeper.sleep(Duration.ofNanos(wait));
            } catch (InterruptedException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                throw e;
            }
            bad = false;
            failure = null;
            try {
                value = action.call();
                bad = asksResults && config.retryOnResult().test(value);
            } catch (Throwable e) {
                failure = e;
            }
        }
        return value;
    }

    @Override
    public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        ScheduledExecutorService timer = scheduler;
        if (timer == null) {
            throw new IllegalStateException("this retry was made without a scheduler, so it has no asynchronous calls");
        }
        return () -> {
            budget.deposit();
            Relay<T> result = new Relay<>();
            attempt(action, new History(ticker.nanos()), result, timer);
            return result;
        };
    }

    private <T extends @Nullable Object> void attempt(
            Supplier<? extends CompletionStage<T>> action,
            History history,
            Relay<T> result,
            ScheduledExecutorService timer) {
        if (result.isDone()) {
            return;
        }
        CompletionStage<T> stage = Stages.start(action);
        result.source = stage;
        if (result.isCancelled()) {
            Stages.cancel(stage);
        }
        stage.whenComplete((value, wrapped) -> {
            Throwable failure = wrapped == null ? null : Stages.unwrap(wrapped);
            try {
                boolean bad = failure != null
                        || (asksResults && config.retryOnResult().test(value));
                long wait = bad && !result.isDone() ? history.next(failure) : -1;
                if (wait < 0) {
                    result.finish(bad ? history.end(value, failure) : value, null);
                } else {
                    result.later =
                            timer.schedule(() -> attempt(action, history, result, timer), wait, TimeUnit.NANOSECONDS);
                    if (result.isDone()) {
                        result.stop();
                    }
                }
            } catch (Throwable e) {
                // The verdict of end(), or a predicate or a scheduler that failed: the caller must hear of it.
                result.completeExceptionally(e);
            }
        });
    }

    /** The attempts of one call so far. Used by one thread at a time. */
    private final class History {

        private final long start;
        private final List<Attempt> failures = new ArrayList<>(2);
        private int attempts = 1;
        private long waited;
        private @Nullable Reason reason;

        History(long start) {
            this.start = start;
        }

        /** The wait before the next attempt, or -1 if there is none. */
        long next(@Nullable Throwable failure) {
            long elapsed = ticker.nanos() - start;
            if (failure != null) {
                failures.add(new Attempt(attempts, Duration.ofNanos(elapsed), failure));
                if (!config.retryOn().test(failure)) {
                    return -1;
                }
            }
            if (attempts >= config.maxAttempts()) {
                reason = Reason.ATTEMPTS;
                return -1;
            }
            long wait = config.backoff().nanos(attempts, waited, random);
            waited = wait;
            Duration asked = failure == null ? null : config.serverDelay().apply(failure);
            if (asked != null && asked.compareTo(Duration.ofNanos(wait)) > 0) {
                wait = asked.compareTo(config.deadline()) > 0 ? Long.MAX_VALUE : asked.toNanos();
            }
            if (wait > deadline - elapsed) {
                reason = Reason.DEADLINE;
                return -1;
            }
            if (!budget.tryWithdraw()) {
                reason = Reason.BUDGET;
                return -1;
            }
            attempts++;
            return wait;
        }

        /** The end, after {@link #next} said that there is no further attempt. */
        <T extends @Nullable Object> T end(T value, @Nullable Throwable failure) {
            if (failure == null) {
                return value;
            }
            Reason why = reason;
            if (why != null) {
                throw new RetriesExhaustedException(why, failures);
            }
            for (Attempt earlier : failures) {
                if (earlier.failure() != failure) {
                    failure.addSuppressed(earlier.failure());
                }
            }
            throw Stages.<RuntimeException>sneak(failure);
        }
    }
}
