package dev.backendmastery.caching.loading;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A cache that knows how to get what it does not have.
 *
 * <p><b>Guarantee.</b> The latest value that was put or loaded is returned, and what is missing is loaded (LD-1), once for
 * all who ask for it at the same time: ten thousand callers on one expiring key cause one load (LD-2). If it fails, all of
 * them get the very same exception as the cause, and nothing is remembered (LD-3). A loader that hangs holds up its own key
 * only (LD-4) and that no longer than its deadline: then its callers get a {@link LoadTimeoutException}, the next call loads
 * anew, and what the late loader returns is dropped (LD-5). A load that a {@link #put}, {@link #remove} or {@link #clear} has
 * overtaken is not remembered, nor is its failure (LD-6). Nothing is returned after its time, which each entry may have of
 * its own (LD-7). Many keys are loaded by one call (LD-8).
 *
 * <p>An entry that is due for refresh is returned while one load of it runs (LD-9); if that fails the old value stays, and
 * the next attempt waits, longer each time (LD-10). Each entry may be due at a time of its own (LD-11). Refreshes that fall
 * due within a short window go as one bulk call (LD-12). With early refresh, an entry of age {@code a}, life {@code l} and
 * load time {@code d} is refreshed by a look-up with probability {@code exp(-(l - a) / (beta d))} (LD-13). That there is
 * nothing is remembered for a time of its own, as are failures if asked for (LD-14). For a bounded time past its end an
 * entry is returned if it cannot be loaded (LD-15). Jitter shortens a life by up to a given share, evenly spread (LD-16). A
 * loader may use the cache for other keys; that it asks for its own is an error and not a hang (LD-17). Null arguments are
 * refused, and look-ups and loads counted (LD-18).
 *
 * <p><b>Threads.</b> Safe for any number of threads; loaders run on an executor of the caller's, outside all locks, and who
 * waits parks: a virtual thread gives its carrier back. <b>Cost.</b> Stated by the implementation. <b>Not for</b> data that
 * must be current: what is cached is as old as its life allows.
 *
 * @param <K> keys, with equals and hashCode
 * @param <V> values
 */
public interface LoadingCache<K, V> {

    /**
     * The value of {@code key}, loaded if need be.
     *
     * @return null if the loader says that there is none
     * @throws LoadTimeoutException if the load did not end by its deadline
     * @throws LoadFailedException if it failed; the cause is what the loader threw. Also if this thread was interrupted
     *     while it waited: the cause is the {@link InterruptedException}, the flag is set again, and the load goes on
     * @throws IllegalStateException if this thread is loading {@code key}
     */
    @Nullable
    V get(K key);

    /**
     * As {@link #get}, without waiting. Cancelling what is returned changes nothing for others.
     *
     * @return completes in the thread that ends the load, or the one that enforces deadlines: hand on what takes long
     */
    CompletableFuture<@Nullable V> getAsync(K key);

    /**
     * The values of {@code keys}, those that are missing loaded together.
     *
     * @return in the order of {@code keys}, without those that have no value
     * @throws LoadFailedException as {@link #get}, if one of them cannot be had; what was loaded is remembered
     */
    Map<K, V> getAll(Collection<? extends K> keys);

    /** The value that is remembered for {@code key} and has not expired, or null; nothing is loaded or refreshed. */
    @Nullable
    V getIfPresent(K key);

    /**
     * Loads {@code key} anew, or joins the load under way; the old value is returned to others meanwhile, and stays if this
     * fails.
     *
     * @return the new value; fails as {@link #get} does
     */
    CompletableFuture<@Nullable V> refresh(K key);

    /** As {@link #refresh}, all together; fails if one fails, when all have ended. */
    CompletableFuture<Map<K, V>> refreshAll(Collection<? extends K> keys);

    /** Remembers {@code value} for {@code key}, in place of any other and of any load under way. */
    void put(K key, V value);

    /** Forgets {@code key}, and any load of it that is under way. */
    void remove(K key);

    /** Forgets everything, and all loads that are under way. */
    void clear();

    /** Counts since creation. */
    LoadingStats stats();
}
