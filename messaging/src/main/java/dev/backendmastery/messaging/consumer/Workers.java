package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.time.Timers;
import dev.backendmastery.messaging.consumer.DeadLetter.Failure;
import dev.backendmastery.messaging.consumer.DeadLetter.Reason;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that run handlers, and what is done when one fails. */
final class Workers {

    static final Duration AFTER_FAILURE = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerRuntime.class);

    private final ConsumerRuntime.Builder settings;
    private final RetryPolicy policy;
    private final Timers timers;
    private final Lanes lanes;
    private final @Nullable ParkedKeys parked;
    private final Consumer<Task> ended;
    private final Consumer<Throwable> fail;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder handled = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder deadLetters = new LongAdder();
    private volatile boolean stopping;

    Workers(
            ConsumerRuntime.Builder settings,
            Timers timers,
            Lanes lanes,
            @Nullable ParkedKeys parked,
            Consumer<Task> ended,
            Consumer<Throwable> fail) {
        this.settings = settings;
        this.policy = settings.retry;
        this.timers = timers;
        this.lanes = lanes;
        this.parked = parked;
        this.ended = ended;
        this.fail = fail;
        for (int i = 0; i < settings.workers; i++) {
            Thread thread = settings.threads.newThread(this::work);
            thread.setName("consumer-" + settings.subscription.group() + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    long handled() {
        return handled.sum();
    }

    long failures() {
        return failures.sum();
    }

    long deadLetters() {
        return deadLetters.sum();
    }

    static void tell(ConsumerListener listener, Consumer<ConsumerListener> event) {
        try {
            event.accept(listener);
        } catch (RuntimeException e) {
            LOG.error("a listener threw", e);
        }
    }

    private void work() {
        Task task = null;
        try {
            while (!stopping) {
                task = step(task == null ? lanes.take() : task);
            }
        } catch (InterruptedException e) {
            if (!stopping) {
                fail.accept(e);
            }
        } catch (Throwable e) {
            fail.accept(e);
        }
    }

    /** @return the task to go on with, if there is one */
    private @Nullable Task step(Task task) {
        if (!task.assignment.open) {
            return lanes.end(task, true); // as if it had been dropped
        }
        if (task.leaving != null) {
            append(task, task.leaving);
            return null;
        }
        if (parked != null && parked.mustFollow(task.record, task.past, task.replay)) {
            Failure why = new Failure("", "follows others of its key", settings.clock.instant());
            leave(task, Reason.FOLLOWS, why, why);
            return null;
        }
        try {
            handle(task);
        } catch (Throwable e) {
            failed(task, e);
            return null;
        }
        handled.increment();
        if (parked != null && task.replay) {
            parked.handled(task.record, task.past);
        }
        ended.accept(task);
        return lanes.end(task, true);
    }

    private void handle(Task task) throws Exception {
        if (settings.handler instanceof TracedHandler traced) {
            traced.handle(task.record, task.attempts + 1);
        } else {
            settings.handler.handle(task.record);
        }
    }

    private void failed(Task task, Throwable thrown) {
        if (stopping && thrown instanceof InterruptedException) {
            lanes.hold(task); // our own doing: it comes again, and nothing of its lane begins
            return;
        }
        if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
            fail.accept(thrown);
            lanes.hold(task);
            return;
        }
        try {
            decide(task, thrown);
        } finally {
            failures.increment();
        }
    }

    private void decide(Task task, Throwable thrown) {
        task.attempts++;
        Failure failure = Failure.of(thrown, settings.clock.instant());
        Failure first = task.first == null ? failure : task.first;
        task.first = first;
        boolean retryable = policy.isRetryable(thrown);
        int tier = tier(task);
        int here = task.attempts - task.past.attempts();
        if (retryable && tier < 0 && here < policy.attempts()) {
            tell(settings.listener, listener -> listener.onRetry(task.record, task.attempts, thrown));
            task.lastWait = policy.backoff().nanos(here, task.lastWait, settings.random);
            later(task, task.lastWait);
            return;
        }
        if (retryable && tier + 1 < policy.tiers().size() && leaveForTier(task, tier + 1, first)) {
            tell(settings.listener, listener -> listener.onRetry(task.record, task.attempts, thrown));
            return;
        }
        boolean parks =
                policy.then() == AfterRetries.PARK && task.record.message().key() != null;
        leave(task, parks ? Reason.PARKED : Reason.FAILED, first, failure);
    }

    /** Which tier it is in; -1 if none. */
    private int tier(Task task) {
        for (int i = 0; i < policy.tiers().size(); i++) {
            if (policy.tiers().get(i).topic().equals(task.record.partition().topic())) {
                return i;
            }
        }
        return -1;
    }

    private void later(Task task, long nanos) {
        if (lanes.hold(task)) {
            timers.schedule(nanos, () -> lanes.release(task));
        }
    }

    /** @return false if it has no room for what is to be said of it */
    private boolean leaveForTier(Task task, int tier, Failure first) {
        RetryTier next = policy.tiers().get(tier);
        Message message;
        try {
            Instant due = settings.clock.instant().plus(next.delay());
            message = Letters.waiting(task.record, task.past, task.attempts, first, due);
        } catch (IllegalArgumentException e) {
            return false;
        }
        leave(task, new Task.Leaving(next.topic(), message, null));
        return true;
    }

    private void leave(Task task, Reason reason, Failure first, Failure last) {
        Message letter =
                Letters.dead(task.record, task.past, settings.subscription.group(), reason, task.attempts, first, last);
        leave(task, new Task.Leaving(Objects.requireNonNull(settings.deadLetters), letter, reason));
    }

    private void leave(Task task, Task.Leaving leaving) {
        task.leaving = leaving;
        append(task, leaving);
    }

    /** The task keeps running, without a thread, until the ack. */
    private void append(Task task, Task.Leaving leaving) {
        CompletableFuture<Position> ack;
        try {
            ack = settings.log.append(leaving.topic(), leaving.message());
        } catch (RuntimeException e) {
            ack = CompletableFuture.failedFuture(e);
        }
        var unused = ack.whenComplete((position, thrown) -> {
            try {
                if (thrown == null) {
                    left(task, leaving, position);
                } else {
                    notLeft(task, leaving, thrown);
                }
            } catch (Throwable e) {
                fail.accept(e);
            }
        });
    }

    private void left(Task task, Task.Leaving leaving, Position position) {
        Reason reason = leaving.reason();
        if (reason != null) {
            if (parked != null && reason != Reason.FAILED) {
                parked.parked(task.record, task.past, position);
            }
            deadLetters.increment();
            tell(settings.listener, listener -> listener.onDeadLetter(task.record, reason));
        }
        ended.accept(task);
        var unused = lanes.end(task, false);
    }

    private void notLeft(Task task, Task.Leaving leaving, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof LogUnavailableException) {
            LOG.warn("an append to {} failed and is tried again", leaving.topic(), cause);
        } else {
            LOG.error("an append to {} is refused and is tried again", leaving.topic(), cause);
        }
        tell(settings.listener, listener -> listener.onUnavailable(cause));
        later(task, AFTER_FAILURE.toNanos());
    }

    /** Ends the threads; interrupts those that run a handler. */
    void close(long graceNanos) {
        stopping = true;
        threads.forEach(Thread::interrupt);
        long start = System.nanoTime();
        for (Thread thread : threads) {
            long left = graceNanos - (System.nanoTime() - start);
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (thread.isAlive()) {
                LOG.warn("{} did not end when it was interrupted", thread.getName());
            }
        }
    }
}
