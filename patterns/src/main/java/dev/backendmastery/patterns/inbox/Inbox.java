package dev.backendmastery.patterns.inbox;

import dev.backendmastery.messaging.log.Envelope;
import java.time.Duration;
import java.time.Instant;

/**
 * Remembers which messages have taken effect, so that one which comes again does not do so again.
 *
 * <p><b>Guarantee.</b> A message takes effect once in each group, however often it comes (IN-1); groups do not know of each
 * other (IN-2). An effect that throws has not taken place, and the message may come again (IN-3). Of those who bring one
 * message at the same time one runs the effect and the others wait for its end (IN-4); if it failed the next one runs it
 * (IN-5). Other messages do not wait (IN-6). A message whose time is out of the horizon is neither run nor skipped but
 * refused, since nobody remembers whether it was here (IN-7). What is within the horizon is not forgotten, and what is
 * beyond is, when asked for (IN-8).
 *
 * <p>A message is known by its id and the day of its time: both stay the same however often it is sent, or it is another
 * message. The horizon must be longer than anything may wait anywhere: in the log, in a retry, among dead letters.
 *
 * <p><b>Threads.</b> Safe for any number of threads; the effect runs on the caller's. <b>Cost.</b> Stated by each
 * implementation. <b>Not for</b> effects outside of what the inbox commits with: a mail that was sent is not undone.
 * <b>Source.</b> Helland, Idempotence is not a medical condition, 2012.
 *
 * @param <C> what effects work in, such as a transaction
 */
public interface Inbox<C> {

    /** How far the time of a message may be ahead of the inbox's clock. */
    Duration AHEAD = Duration.ofDays(1);

    /**
     * Runs {@code effect} unless the message had its effect in {@code group} before.
     *
     * @param group who receives, such as the consumer group: 1 to 200 characters
     * @return whether it ran; if not, the earlier effect is there to be seen
     * @throws E what the effect threw; it has not taken place
     * @throws BeyondHorizonException if the message is too old, or further ahead than {@link #AHEAD}; nothing was run
     * @throws IllegalArgumentException if {@code group} is out of range; nothing was run
     */
    <E extends Exception> boolean receive(String group, Envelope message, Effect<? super C, E> effect) throws E;

    /**
     * Forgets messages that are beyond the horizon, whole days of them.
     *
     * @return how many days were forgotten
     */
    int forget();

    /** What a message does. */
    @FunctionalInterface
    interface Effect<C, E extends Exception> {
        /** Runs on the caller's thread; may run again after it has thrown. */
        void in(C context) throws E;
    }

    /** What all implementations ask of a group's name. */
    static void checkGroup(String group) {
        if (group.isEmpty() || group.length() > 200) {
            throw new IllegalArgumentException("group must have 1 to 200 characters, had " + group.length());
        }
    }

    /** What all implementations ask of a horizon. */
    static void checkHorizon(Duration horizon) {
        if (horizon.compareTo(Duration.ofHours(1)) < 0 || horizon.compareTo(Duration.ofDays(3650)) > 0) {
            throw new IllegalArgumentException("horizon must be from 1 hour to 3650 days, was " + horizon);
        }
    }

    /** What all implementations ask of a message's time. */
    static void checkTime(Envelope message, Instant now, Duration horizon) {
        if (message.time().isBefore(now.minus(horizon)) || message.time().isAfter(now.plus(AHEAD))) {
            throw new BeyondHorizonException(message, now, horizon);
        }
    }
}
