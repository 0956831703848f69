package dev.backendmastery.core.time;

import java.time.Duration;

/**
 * Tasks that run once, later: timeouts, expiries, retries. Made for the case that most of them are cancelled.
 *
 * <p><b>Guarantee.</b> A task never runs before its delay is over (TW-1), and runs in the first {@link #advance()} that
 * comes a {@link #tick()} or more after that (TW-2), once (TW-3). A task that was cancelled never runs, and
 * {@link Timer#cancel()} says which of the two happened (TW-4); it is let go at once, not when its time comes (TW-5). What
 * one thread has scheduled runs in the order of its ticks (TW-6), whatever the distance and however long nobody advanced
 * (TW-7). A task that throws harms no other (TW-8).
 *
 * <p><b>Threads.</b> All methods may be called by any thread, from within a task too (TW-9). Nothing runs by itself: whoever
 * calls {@code advance} runs the tasks, be it a test or a thread such as {@link TimingWheel#drive}. <b>Not for</b> dates of
 * the calendar, nor for what must survive a restart.
 */
public interface Timers {

    /**
     * Runs {@code task} once {@code delayNanos} are over.
     *
     * @param delayNanos how long to wait, 0 to {@code Long.MAX_VALUE / 2} nanoseconds (146 years)
     * @throws IllegalArgumentException if the delay is out of range; nothing is scheduled (TW-10)
     */
    Timer schedule(long delayNanos, Runnable task);

    /** As {@link #schedule(long, Runnable)}. */
    default Timer schedule(Duration delay, Runnable task) {
        return schedule(delay.toNanos(), task);
    }

    /**
     * Runs, in the calling thread, all tasks that are due; those that a task schedules for now wait for the next call.
     *
     * @return how many tasks were run, those that threw among them
     */
    int advance();

    /**
     * How long {@link #advance()} may be left uncalled without making any task late: 0 if one is due,
     * {@code Long.MAX_VALUE} if there is none (TW-12).
     */
    long nanosUntilNext();

    /** How many tasks wait: neither run nor cancelled. */
    long size();

    /** The grain of time: no task is later than this if {@link #advance()} is called in time. */
    Duration tick();

    /** One task that waits. */
    interface Timer {

        /**
         * Takes the task back.
         *
         * @return true if it will never run because of this call; false if it was run, is running, or was cancelled before
         */
        boolean cancel();
    }
}
