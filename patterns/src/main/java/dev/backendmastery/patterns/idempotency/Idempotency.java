package dev.backendmastery.patterns.idempotency;

import java.time.Duration;

/**
 * Runs a command once for a key that the caller chose, and gives the same answer to all who ask with it.
 *
 * <p><b>Guarantee.</b> The command runs once; whoever asks again gets the answer of then, byte for byte (ID-1). Keys of
 * different scopes are different (ID-2). A key that comes with other content is refused and nothing runs (ID-3). A
 * command that throws has not been: its caller gets the exception, and the next one runs it (ID-4). Who asks while the
 * command runs waits for as long as was agreed and gets the same answer (ID-5), or is refused at once if that is no
 * time (ID-6), or takes over if the command failed (ID-7). Answers are kept for their time; then the key is a new one, and
 * what is old can be removed (ID-8).
 *
 * <p><b>Threads.</b> Safe for any number of threads; the command runs on the caller's. <b>Cost.</b> Stated by each
 * implementation. <b>Not for</b> guarding against callers who take a new key for each try. <b>Source.</b> IETF draft
 * <i>The Idempotency-Key HTTP Header Field</i>.
 *
 * @param <C> what commands work in, such as a transaction
 */
public interface Idempotency<C> {

    /**
     * Runs {@code command} unless it was run for this request before.
     *
     * @throws E what the command threw; nothing is remembered
     * @throws KeyReusedException if the key came with other content before; nothing was run
     * @throws InProgressException if the command is being run and did not end in time; nothing was run
     */
    <E extends Exception> Reply run(Request request, Command<? super C, E> command) throws E;

    /**
     * Removes answers whose time is over.
     *
     * @return how many
     */
    long expire();

    /** What is to be done once. */
    @FunctionalInterface
    interface Command<C, E extends Exception> {
        /** Runs on the caller's thread; may run again after it has thrown. */
        Answer in(C context) throws E;
    }

    /**
     * An answer and where it comes from.
     *
     * @param replayed whether an earlier request got it first
     */
    record Reply(Answer answer, boolean replayed) {}

    /** What all implementations ask of their times: patience from 0 to a minute, kept from a second to 3650 days. */
    static void check(Duration patience, Duration kept) {
        if (patience.isNegative() || patience.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("patience must be from 0 to 1 minute, was " + patience);
        }
        if (kept.compareTo(Duration.ofSeconds(1)) < 0 || kept.compareTo(Duration.ofDays(3650)) > 0) {
            throw new IllegalArgumentException("kept must be from 1 second to 3650 days, was " + kept);
        }
    }
}
