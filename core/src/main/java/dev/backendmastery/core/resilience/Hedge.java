package dev.backendmastery.core.resilience;

import dev.backendmastery.core.resilience.Stages.Relay;
import dev.backendmastery.core.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts a second attempt of a call that is late, and takes whichever answers first.
 *
 * <p><b>Guarantee.</b> A call that answers before the delay is made once (HG-1). The first success is the answer, and the
 * others are cancelled (HG-2). Extra attempts come out of the {@link RetryBudget} that retries use; when it is spent the
 * first attempt goes on alone (HG-3). The delay is the live quantile of how long calls take, the cancelled ones too (HG-4).
 * A failure ends the call only when no attempt is left (HG-5). Only actions marked by {@link Idempotent} are hedged; all
 * others are made once (HG-6).
 *
 * <p><b>Threads.</b> Safe for any number. An asynchronous extra attempt starts on the scheduler; a synchronous call's
 * attempts all run on the executor while the caller waits. <b>Cost.</b> A timer and a future a call.
 * <b>Not for</b> calls that are slow because there are too many: the budget bounds that harm, an {@link AdaptiveLimit}
 * prevents it. <b>Source.</b> Dean and Barroso, "The tail at scale", CACM 56(2), 2013.
 */
public final class Hedge implements Policy {

    private final HedgeConfig config;
    private final RetryBudget budget;
    private final ScheduledExecutorService scheduler;
    private final Executor executor;
    private final Ticker ticker;
    private final LatencyQuantile latencies;

    private Hedge(
            HedgeConfig config,
            RetryBudget budget,
            ScheduledExecutorService scheduler,
            Executor executor,
            Ticker ticker) {
        this.config = Objects.requireNonNull(config, "config");
        this.budget = Objects.requireNonNull(budget, "budget");
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        this.executor = Objects.requireNonNull(executor, "executor");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.latencies = new LatencyQuantile(
                config.quantile(), config.sample(), config.firstDelay().toNanos());
    }

    /**
     * A hedge with everything given.
     *
     * @param budget shared with the retries of the same downstream
     * @param scheduler starts the extra attempts
     * @param executor runs the attempts of synchronous calls; must run them at the same time
     * @param ticker measures latencies
     */
    public static Hedge of(
            HedgeConfig config,
            RetryBudget budget,
            ScheduledExecutorService scheduler,
            Executor executor,
            Ticker ticker) {
        return new Hedge(config, budget, scheduler, executor, ticker);
    }

    /** How long a call may take at present before it is late, in nanoseconds. */
    public long delayNanos() {
        return Math.max(config.minDelay().toNanos(), latencies.nanos());
    }

    @Override
    public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        if (!Idempotent.is(action)) {
            return action;
        }
        return () -> {
            CompletableFuture<T> race = new Race<>(() -> submit(action)).start();
            try {
                return race.get();
            } catch (InterruptedException e) {
                race.cancel(true);
                throw e;
            } catch (ExecutionException e) {
                throw Stages.<RuntimeException>sneak(Stages.unwrap(e));
            }
        };
    }

    @Override
    public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        return Idempotent.is(action) ? () -> new Race<T>(action).start() : () -> Stages.start(action);
    }

    private <T extends @Nullable Object> CompletionStage<T> submit(Callable<T> action) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        FutureTask<@Nullable Void> task = new FutureTask<>(() -> {
            try {
                outcome.complete(action.call());
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
            return null;
        });
        CompletionStage<T> seen = outcome;
        seen.whenComplete((value, failure) -> {
            if (outcome.isCancelled()) {
                task.cancel(true);
            }
        });
        executor.execute(task);
        return outcome;
    }

    /** The attempts of one call. */
    private final class Race<T extends @Nullable Object> {

        private final Supplier<? extends CompletionStage<T>> action;
        private final List<CompletionStage<T>> attempts = new ArrayList<>(2);
        private final List<Throwable> failures = new ArrayList<>(0);
        private final long start = ticker.nanos();
        private @Nullable ScheduledFuture<?> timer;

        private final Relay<T> result = new Relay<>();

        Race(Supplier<? extends CompletionStage<T>> action) {
            this.action = action;
        }

        CompletableFuture<T> start() {
            budget.deposit();
            CompletionStage<T> seen = result;
            seen.whenComplete((value, failure) -> finish());
            launch();
            arm();
            return result;
        }

        private void launch() {
            CompletionStage<T> stage = Stages.start(action);
            boolean late;
            synchronized (this) {
                attempts.add(stage);
                late = result.isDone();
            }
            if (late) {
                Stages.cancel(stage);
            }
            stage.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    failed(Stages.unwrap(failure));
                }
            });
        }

        private void arm() {
            boolean more;
            synchronized (this) {
                more = attempts.size() <= config.maxExtra() && !result.isDone();
            }
            if (more) {
                ScheduledFuture<?> next;
                try {
                    next = scheduler.schedule(this::extra, delayNanos(), TimeUnit.NANOSECONDS);
                } catch (RejectedExecutionException e) {
                    // Without a scheduler there are no extra attempts; the first one goes on.
                    return;
                }
                synchronized (this) {
                    timer = next;
                }
                if (result.isDone()) {
                    next.cancel(false);
                }
            }
        }

        private void extra() {
            if (!result.isDone() && budget.tryWithdraw()) {
                launch();
                arm();
            }
        }

        private void failed(Throwable failure) {
            Throwable first;
            synchronized (this) {
                failures.add(failure);
                if (failures.size() < attempts.size()) {
                    return;
                }
                first = failures.get(0);
                for (Throwable other : failures) {
                    if (other != first) {
                        first.addSuppressed(other);
                    }
                }
            }
            result.completeExceptionally(first);
        }

        private void finish() {
            // Of a first attempt that lost, this is the least that it would have taken: without it the hedges would
            // hide the slow calls from the quantile, and with each sample more calls would be late.
            latencies.record(ticker.nanos() - start);
            List<CompletionStage<T>> all;
            ScheduledFuture<?> alarm;
            synchronized (this) {
                all = List.copyOf(attempts);
                alarm = timer;
            }
            if (alarm != null) {
                alarm.cancel(false);
            }
            for (CompletionStage<T> attempt : all) {
                Stages.cancel(attempt);
            }
        }
    }
}
