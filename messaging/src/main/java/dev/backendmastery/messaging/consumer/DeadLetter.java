package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import java.time.Instant;

/**
 * A record that was put aside, and why.
 *
 * @param at where it lies among the dead letters
 * @param group of the consumer that put it aside
 * @param origin the partition that it came from, first of all
 * @param offset its offset there
 * @param reason why it is here
 * @param attempts how often it was tried; 0 if it only follows
 * @param first its first failure; of one that follows, why
 * @param last its last one
 * @param message as it was, with its id; without payload and headers if they left no room for the above
 * @param cut whether payload and headers were left out: they are where it came from
 */
public record DeadLetter(
        Position at,
        String group,
        Partition origin,
        long offset,
        Reason reason,
        int attempts,
        Failure first,
        Failure last,
        Message message,
        boolean cut) {

    /** Why it was put aside. */
    public enum Reason {
        /** It failed, alone. */
        FAILED,
        /** It failed, and its key was parked. */
        PARKED,
        /** Its key is parked. */
        FOLLOWS
    }

    /**
     * What went wrong.
     *
     * @param type the exception's class
     * @param message what it said, at most 500 characters
     * @param time when
     */
    public record Failure(String type, String message, Instant time) {

        private static final int LONGEST = 500;

        static Failure of(Throwable thrown, Instant time) {
            String said = String.valueOf(thrown.getMessage());
            return new Failure(thrown.getClass().getName(), said.substring(0, Math.min(LONGEST, said.length())), time);
        }
    }
}
