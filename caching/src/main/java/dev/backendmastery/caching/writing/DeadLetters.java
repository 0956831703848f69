package dev.backendmastery.caching.writing;

/** Takes the changes that could not be written, so that none is lost in silence. */
@FunctionalInterface
public interface DeadLetters<K, V> {

    /**
     * Keeps {@code change} for somebody to look at. Called by the thread that writes; what it throws is logged.
     *
     * @param reason core's {@code RetriesExhaustedException} with all attempts, what the writer threw if that is not worth
     *     another attempt, or {@link WriteRefusedException} if it was left over at the end
     */
    void add(Change<K, V> change, Throwable reason);
}
