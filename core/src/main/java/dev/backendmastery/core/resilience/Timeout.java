package dev.backendmastery.core.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls that take too long: a synchronous one by an interrupt of its own thread, a stage by failing it and
 * cancelling the action's.
 *
 * <p><b>Guarantee.</b> A call that outlasts the limit ends in {@link CallTimeoutException} as soon as the action obeys its
 * interrupt (TO-1), and what the action ended in is the cause. No call is ended early (TO-2). The interrupt never reaches
 * anything but the call: not what the thread does next (TO-3), and an interrupt by somebody else before it stays (TO-4).
 * A stage is failed whether or not the action obeys (TO-5). A synchronous call is interrupted at most 3/16 of the limit
 * late, plus the lateness of the scheduler; a stage, by the latter alone.
 *
 * <p><b>Threads.</b> Safe for any number; the call stays in its thread, with its locks, locals and stack trace.
 * <b>Cost.</b> Synchronous: two compare-and-sets on a slot of the thread's own, no clock read, no allocation, no task; one
 * task for all calls runs 16 times in a limit, and only while there are calls. A stage: one task each.
 * <b>Not for</b> actions that ignore interrupts, such as a loop or a blocking socket: give those their own timeout.
 */
public final class Timeout implements Policy {

    /*
     * A call does not read the clock. It writes down the number of the present tick in a slot; the sweep, which is never
     * run earlier than a tick after it was before, counts the ticks up and interrupts who began more than 16 ticks ago.
     * So a call is interrupted after more than 16 and at most 18 sweeps.
     *
     * A slot's word says who may touch its thread: RUNNING belongs to the caller, and the sweep may only turn it into
     * INTERRUPTING and that, after the interrupt, into INTERRUPTED. A caller that finds its slot taken so waits for
     * the last and clears its flag, so the interrupt has come and gone before the call returns.
     */
    private static final int TICKS = 16;

    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    private static final int RUNNING = 2;
    private static final int INTERRUPTING = 3;
    private static final int INTERRUPTED = 4;
    private static final int SLOTS = 64;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Slot.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Duration limit;
    private final long tickNanos;
    private final ScheduledExecutorService scheduler;
    private final Slot[] slots = new Slot[SLOTS];
    private final ConcurrentLinkedQueue<Slot> overflow = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private volatile long tick;

    private Timeout(Duration limit, ScheduledExecutorService scheduler) {
        this.limit = limit;
        this.tickNanos = (limit.toNanos() + TICKS - 1) / TICKS;
        this.scheduler = scheduler;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Slot();
        }
    }

    /**
     * Calls end after {@code limit}.
     *
     * @param limit from one microsecond to a year
     * @param scheduler interrupts the calls; one thread is enough
     * @throws IllegalArgumentException if {@code limit} is out of its range
     */
    public static Timeout of(Duration limit, ScheduledExecutorService scheduler) {
        Check.positive("limit", limit);
        if (limit.toNanos() < 1_000) {
            throw new IllegalArgumentException("limit must be at least a microsecond, was " + limit);
        }
        return new Timeout(limit, Objects.requireNonNull(scheduler, "scheduler"));
    }

    @Override
    public <T extends @Nullable Object> Callable<T> decorate(Callable<T> action) {
        Objects.requireNonNull(action, "action");
        return () -> {
            Slot slot = enter();
            T value;
            try {
                value = action.call();
            } catch (Throwable e) {
                if (leave(slot)) {
                    throw new CallTimeoutException(limit, e);
                }
                throw e;
            }
            if (leave(slot)) {
                throw new CallTimeoutException(limit, null);
            }
            return value;
        };
    }

    private Slot enter() {
        Thread thread = Thread.currentThread();
        Slot slot = claim(thread);
        slot.thread = thread;
        slot.began = tick;
        WORD.setRelease(slot, RUNNING);
        if (!sweeping.get()) {
            startSweeping(slot);
        }
        return slot;
    }

    private Slot claim(Thread thread) {
        int first = (int) ((thread.getId() * 0x9E3779B97F4A7C15L) >>> 58);
        for (int i = 0; i < 4; i++) {
            Slot slot = slots[(first + i) & (SLOTS - 1)];
            if (slot.word == FREE && WORD.compareAndSet(slot, FREE, CLAIMED)) {
                return slot;
            }
        }
        Slot extra = new Slot();
        extra.word = CLAIMED;
        overflow.add(extra);
        return extra;
    }

    private void startSweeping(Slot slot) {
        if (sweeping.compareAndSet(false, true)) {
            try {
                scheduleSweep();
            } catch (RejectedExecutionException e) {
                sweeping.set(false);
                leave(slot);
                throw e;
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the sweep ends by itself and does not throw
    private void scheduleSweep() {
        scheduler.schedule(this::sweep, tickNanos, TimeUnit.NANOSECONDS);
    }

    /** Whether the call was interrupted by the sweep; frees the slot. */
    private boolean leave(Slot slot) {
        while (slot.word != INTERRUPTED) {
            if (WORD.compareAndSet(slot, RUNNING, FREE)) {
                return false;
            }
            Thread.onSpinWait();
        }
        boolean before = slot.interruptedBefore;
        Thread.interrupted();
        if (before) {
            Thread.currentThread().interrupt();
        }
        slot.word = FREE;
        return true;
    }

    private void sweep() {
        long now = tick + 1;
        tick = now;
        boolean busy = false;
        for (Slot slot : slots) {
            busy |= look(slot, now);
        }
        if (!overflow.isEmpty()) {
            for (Slot slot : overflow) {
                busy |= look(slot, now);
            }
            overflow.removeIf(slot -> slot.word == FREE);
        }
        if (!busy) {
            sweeping.set(false);
            // A call may have begun after its slot was looked at and before it could see that nobody sweeps.
            if (!anyTaken() || !sweeping.compareAndSet(false, true)) {
                return;
            }
        }
        try {
            scheduleSweep();
        } catch (RejectedExecutionException e) {
            // The scheduler was shut down: the next call finds nobody sweeping and is told so.
            sweeping.set(false);
        }
    }

    private boolean anyTaken() {
        for (Slot slot : slots) {
            if (slot.word != FREE) {
                return true;
            }
        }
        return overflow.stream().anyMatch(slot -> slot.word != FREE);
    }

    private static boolean look(Slot slot, long now) {
        if (slot.word != RUNNING) {
            return slot.word != FREE;
        }
        // A slot that was freed and taken again in between is younger than it looked: so look again once it is held.
        if (now - slot.began > TICKS && WORD.compareAndSet(slot, RUNNING, INTERRUPTING)) {
            if (now - slot.began > TICKS) {
                Thread thread = Objects.requireNonNull(slot.thread);
                slot.interruptedBefore = thread.isInterrupted();
                thread.interrupt();
                slot.word = INTERRUPTED;
            } else {
                slot.word = RUNNING;
            }
        }
        return true;
    }

    @Override
    public <T extends @Nullable Object> Supplier<CompletionStage<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> action) {
        Objects.requireNonNull(action, "action");
        return () -> Stages.start(() -> {
            CompletionStage<T> source = Stages.start(action);
            Stages.Relay<T> result = new Stages.Relay<>();
            result.source = source;
            ScheduledFuture<?> alarm;
            try {
                alarm = scheduler.schedule(
                        () -> {
                            if (result.completeExceptionally(new CallTimeoutException(limit, null))) {
                                Stages.cancel(source);
                            }
                        },
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                Stages.cancel(source);
                throw e;
            }
            source.whenComplete((value, failure) -> {
                alarm.cancel(false);
                result.finish(value, failure == null ? null : Stages.unwrap(failure));
            });
            return result;
        });
    }

    /** A call under way. Its plain fields are published by its word. Alone on its cache lines. */
    private static final class Slot extends Padded {
        volatile int word;

        @Nullable
        Thread thread;

        long began;
        boolean interruptedBefore;

        @SuppressWarnings("unused") // padding
        private long p1, p2, p3, p4, p5, p6, p7;
    }

    @SuppressWarnings("unused") // padding
    private abstract static class Padded {
        private long p1, p2, p3, p4, p5, p6, p7;
    }
}
