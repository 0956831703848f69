package dev.backendmastery.caching.writing;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache whose changes reach the store behind it.
 *
 * <p><b>Guarantee.</b> A change is seen by look-ups as soon as the call has returned, written or not (WR-1). The store is
 * never told an older value of a key after a newer one, nor two of a key at once (WR-2). What was accepted reaches the
 * store, or the dead letters, exactly one of the two, by the time {@link #flush} returns true (WR-3). Where writing is
 * behind: changes of one key that wait together are written as one, the last (WR-4); at most so many wait, beyond that a
 * change waits for room until its deadline and then fails with {@link WriteRefusedException} and nothing has changed (WR-5);
 * a write that fails is tried again, and a key that cannot be written holds up no other and ends with the dead letters
 * (WR-6, WR-7). {@link #close(Duration)} writes what is pending, for as long as it may, and tells what is left (WR-8).
 * Where writing is through, a change whose write fails throws {@link WriteFailedException}, and no look-up returns what the
 * store may not have (WR-9). A removal that is pending hides what the store still has (WR-10).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> Stated by each implementation. <b>Not for</b> stores that
 * others write too, unless entries live shortly: nobody tells the cache.
 *
 * @param <K> keys, with equals and hashCode
 * @param <V> values
 */
public interface WritingCache<K, V> extends AutoCloseable {

    /** The latest value of {@code key} that is pending or remembered, or null. */
    @Nullable
    V getIfPresent(K key);

    /**
     * The latest value that is pending or remembered, or else the one that {@code loader} returns, remembered.
     *
     * @param loader reads the store; must not return null
     * @return null only if a removal is pending
     */
    @Nullable
    V get(K key, Function<? super K, ? extends V> loader);

    /**
     * Changes {@code key} to {@code value}.
     *
     * @throws WriteFailedException if it was to be written now, and that failed
     * @throws WriteRefusedException if it was not accepted; nothing has changed
     * @throws IllegalStateException if this is closed; nothing has changed
     */
    void put(K key, V value);

    /** Removes {@code key}; throws as {@link #put}. */
    void remove(K key);

    /**
     * Waits until nothing is pending.
     *
     * @return false if something still was after {@code timeout}
     */
    boolean flush(Duration timeout) throws InterruptedException;

    /** How many changes are accepted and neither written nor given up: what a crash of this process may lose. */
    int pending();

    /** Counts since creation. */
    WritingStats stats();

    /**
     * Accepts no more, writes what is pending, and ends the threads that this has.
     *
     * @return how many changes could not be written within {@code timeout}; each was handed to the dead letters. One whose
     *     write was under way may yet arrive
     */
    int close(Duration timeout) throws InterruptedException;

    /** As {@link #close(Duration)}, with ten seconds; if interrupted it ends at once, the flag set again. */
    @Override
    default void close() {
        try {
            close(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
