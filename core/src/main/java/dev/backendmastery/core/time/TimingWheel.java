package dev.backendmastery.core.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Any number of {@link Timers} at a cost that does not depend on how many there are.
 *
 * <p><b>Guarantee.</b> As {@link Timers}. Cancelling unlinks at once: there is no list of the cancelled to be worked off.
 *
 * <p><b>Threads.</b> The wheel is split into stripes, each a hierarchy of wheels behind a lock of its own; a thread keeps to
 * its stripe, so that threads that schedule do not meet, and only meet {@code advance} for as long as it moves
 * {@value #BATCH} timers. Tasks run outside all locks.
 * <b>Cost.</b> Scheduling and cancelling: a lock and a few links, the same at ten timers and at ten million; one object of
 * 48 bytes. A tick looks at what is due and at what moves down a level, which a timer does at most once a level; timers that
 * wait cost it nothing. 2 kB a stripe at a tick of a millisecond.
 * <b>Not for</b> a few timers: a {@link java.util.concurrent.ScheduledExecutorService} is simpler and has no grain.
 * <b>Source.</b> Varghese and Lauck, <i>Hashed and Hierarchical Timing Wheels</i>, SOSP 1987.
 */
public final class TimingWheel implements Timers {

    /** How many timers are moved at a time, so that no lock is held for longer. */
    static final int BATCH = 256;

    private static final int MOST_STRIPES = 64;
    private static final int SPINS = 100;

    private final Ticker ticker;
    private final long origin;
    /** A tick is a power of two, so that the tick of a time is a shift. */
    private final int tickShift;

    private final long tickMask;
    private final BiConsumer<? super Runnable, ? super Throwable> onFailure;
    private final Stripe[] stripes;

    private final AtomicReference<@Nullable DriverThread> driver = new AtomicReference<>();

    /** The tick for which the driver will wake up of itself. */
    private final AtomicLong wakesAt = new AtomicLong(Long.MIN_VALUE);

    /** The tick of the last {@link #advance()}: what is scheduled from now on is due after it. */
    private volatile long advanced = -1;

    private TimingWheel(
            Ticker ticker, int tickShift, int stripes, BiConsumer<? super Runnable, ? super Throwable> onFailure) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.tickShift = tickShift;
        this.tickMask = (1L << tickShift) - 1;
        this.onFailure = onFailure;
        this.stripes = new Stripe[stripes];
        for (int i = 0; i < stripes; i++) {
            this.stripes[i] = new Stripe(new Wheel(Long.MAX_VALUE >>> tickShift));
        }
    }

    /** A wheel on the machine's clock; a task's exception is logged. */
    public static TimingWheel of(Duration tick) {
        return of(tick, Ticker.system(), TimingWheel::log);
    }

    /**
     * A wheel on {@code ticker}.
     *
     * @param tick the grain, 1 ns to 1 day, rounded down to a power of two of nanoseconds: a timer is up to so much late
     * @param onFailure is told of a task that threw, in the thread that ran it; what it throws itself is
     *     logged
     */
    public static TimingWheel of(
            Duration tick, Ticker ticker, BiConsumer<? super Runnable, ? super Throwable> onFailure) {
        if (tick.compareTo(Duration.ofNanos(1)) < 0 || tick.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("tick must be from 1 ns to 1 day, was " + tick);
        }
        int processors = Math.min(MOST_STRIPES, Runtime.getRuntime().availableProcessors());
        int stripes = Integer.highestOneBit(processors * 2 - 1);
        return new TimingWheel(
                Objects.requireNonNull(ticker, "ticker"),
                Long.SIZE - 1 - Long.numberOfLeadingZeros(tick.toNanos()),
                stripes,
                Objects.requireNonNull(onFailure, "onFailure"));
    }

    private static void log(Runnable task, Throwable failure) {
        LoggerFactory.getLogger(TimingWheel.class).error("{} failed", task, failure);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        if (delayNanos < 0 || delayNanos > Long.MAX_VALUE / 2) {
            throw new IllegalArgumentException(
                    "delayNanos must be from 0 to " + Long.MAX_VALUE / 2 + ", was " + delayNanos);
        }
        Stripe stripe = stripes[(int) Thread.currentThread().getId() & (stripes.length - 1)];
        TimerNode timer = new TimerNode(stripe, Objects.requireNonNull(task, "task"));
        long due = Math.max(advanced + 1, (ticker.nanos() - origin + delayNanos + tickMask) >>> tickShift);
        boolean wakes;
        stripe.lock();
        try {
            stripe.wheel.add(timer, due);
            wakes = due < wakesAt.get();
        } finally {
            stripe.unlock();
        }
        if (wakes) {
            wake(due);
        }
        return timer;
    }

    @Override
    public int advance() {
        long now = (ticker.nanos() - origin) >>> tickShift;
        advanced = now;
        int run = 0;
        for (Stripe stripe : stripes) {
            boolean behind = true;
            while (behind) {
                Wheel.Node due;
                stripe.lock();
                try {
                    due = stripe.wheel.pass(now, BATCH);
                    behind = stripe.wheel.behind(now);
                } finally {
                    stripe.unlock();
                }
                for (; due != null; due = Wheel.takeNext(due)) {
                    run((TimerNode) due);
                    run++;
                }
            }
        }
        return run;
    }

    private void run(TimerNode timer) {
        Runnable task = Objects.requireNonNull(timer.task, "task");
        timer.task = null;
        try {
            task.run();
        } catch (Throwable e) {
            report(task, e);
        }
    }

    private void report(Runnable task, Throwable failure) {
        try {
            onFailure.accept(task, failure);
        } catch (RuntimeException | Error e) {
            e.addSuppressed(failure);
            log(task, e);
        }
    }

    @Override
    public long nanosUntilNext() {
        return nanosUntil(nextTick());
    }

    private long nextTick() {
        long next = Long.MAX_VALUE;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                next = Math.min(next, stripe.wheel.nextEvent());
            } finally {
                stripe.unlock();
            }
        }
        return next;
    }

    private long nanosUntil(long tick) {
        return tick == Long.MAX_VALUE ? tick : Math.max(0, (tick << tickShift) - (ticker.nanos() - origin));
    }

    @Override
    public long size() {
        long size = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                size += stripe.wheel.size();
            } finally {
                stripe.unlock();
            }
        }
        return size;
    }

    @Override
    public Duration tick() {
        return Duration.ofNanos(1L << tickShift);
    }

    /**
     * Starts the thread that advances this wheel: it sleeps until something is due, and not at all from tick to tick.
     *
     * @param threads makes the thread; tasks run in it, so they must be short or hand their work on
     * @return ends the thread when closed, after the task that it runs; the timers stay, and another driver may follow
     * @throws IllegalStateException if the wheel has a driver
     */
    public Driver drive(ThreadFactory threads) {
        DriverThread next = new DriverThread(threads);
        if (!driver.compareAndSet(null, next)) {
            throw new IllegalStateException("this wheel is driven already");
        }
        next.thread.start();
        return next;
    }

    private void wake(long due) {
        wakesAt.accumulateAndGet(due, Math::min);
        DriverThread sleeping = driver.get();
        if (sleeping != null) {
            LockSupport.unpark(sleeping.thread);
        }
    }

    /** A thread that advances a wheel until it is closed. */
    public interface Driver extends AutoCloseable {

        /** Ends the thread after the task that it runs, and waits for that unless the caller is that task. */
        @Override
        void close();
    }

    private final class DriverThread implements Driver, Runnable {
        private final Thread thread;
        private volatile boolean closed;

        DriverThread(ThreadFactory threads) {
            thread = threads.newThread(this);
        }

        @Override
        public void run() {
            while (!closed) {
                // nextTick() takes every stripe's lock: a timer that was linked before is seen by it, one that is
                // linked
                // later sees what is set here, and wakes this thread if it is due before.
                wakesAt.set(Long.MAX_VALUE);
                advance();
                wakesAt.accumulateAndGet(nextTick(), Math::min);
                // A timer that is cancelled meanwhile costs one idle wake-up, not one for each.
                for (long wait = nanosUntil(wakesAt.get()); !closed && wait > 0; wait = nanosUntil(wakesAt.get())) {
                    LockSupport.parkNanos(TimingWheel.this, wait);
                    Thread.interrupted(); // a task's interrupt is not ours; close() does without
                }
            }
        }

        @Override
        public void close() {
            closed = true;
            LockSupport.unpark(thread);
            boolean interrupted = Thread.interrupted();
            while (thread.isAlive() && Thread.currentThread() != thread) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (driver.compareAndSet(this, null)) {
                wakesAt.set(Long.MIN_VALUE);
            }
        }
    }

    /**
     * A wheel and its lock, which is held for some nanoseconds, so that spinning is cheaper than parking; whoever finds the
     * holder without a processor gives up its own.
     */
    private static final class Stripe {
        private static final VarHandle HELD;

        static {
            try {
                HELD = MethodHandles.lookup().findVarHandle(Stripe.class, "held", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final Wheel wheel;

        @SuppressWarnings("unused") // through HELD
        private volatile boolean held;

        @SuppressWarnings("unused") // keeps the locks of two stripes on different cache lines
        private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

        Stripe(Wheel wheel) {
            this.wheel = wheel;
        }

        @SuppressWarnings("ThreadPriorityCheck") // a yield and not a wake-up: whoever holds the lock will let go
        void lock() {
            for (int spins = 0; !HELD.compareAndSet(this, false, true); spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }

        void unlock() {
            HELD.setRelease(this, false);
        }
    }

    private static final class TimerNode extends Wheel.Node implements Timer {
        private final Stripe stripe;
        private @Nullable Runnable task;

        TimerNode(Stripe stripe, Runnable task) {
            this.stripe = stripe;
            this.task = task;
        }

        @Override
        public boolean cancel() {
            stripe.lock();
            try {
                if (!linked()) {
                    return false;
                }
                stripe.wheel.remove(this);
                task = null;
                return true;
            } finally {
                stripe.unlock();
            }
        }
    }
}
