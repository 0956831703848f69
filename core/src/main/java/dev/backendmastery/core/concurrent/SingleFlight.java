package dev.backendmastery.core.concurrent;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Lets the callers that want the same thing at the same time share one execution.
 *
 * <p><b>Guarantee.</b> At most one execution a key at a time (SF-1); who joins it gets its value (SF-2), or its failure, the
 * cause being the very same exception (SF-3). Nothing is kept: a call after the end starts anew (SF-4). A caller that gives
 * up, by interrupt or deadline, disturbs nobody (SF-5); if it is the one that executes, the others are not failed, one of
 * them executes in its place (SF-6). Keys do not wait for each other (SF-7). Asking for the key that the calling thread is
 * executing is an error, not a deadlock (SF-8). {@link #forget} makes the next call start anew while earlier ones keep what
 * they joined (SF-9).
 *
 * <p><b>Threads.</b> Any number; the work runs in the thread of the first caller, outside all locks, and who waits parks: a
 * virtual thread gives its carrier back. <b>Cost.</b> Two map operations for the executor, one for who joins.
 * <b>Not for</b> keeping results: that is a cache. Two keys whose works wait for each other end at their deadlines.
 * <b>Source.</b> Go's {@code golang.org/x/sync/singleflight}, whose shared cancellation SF-6 mends.
 *
 * @param <K> keys, with equals and hashCode
 * @param <V> results, not null
 */
public final class SingleFlight<K, V> {

    private static final class Flight<V> {
        /** Who executes; of no matter where the work ends elsewhere. */
        private final Thread executor = Thread.currentThread();

        private final boolean async;
        private final CompletableFuture<V> result = new CompletableFuture<>();

        Flight(boolean async) {
            this.async = async;
        }
    }

    private final ConcurrentHashMap<K, Flight<V>> flights = new ConcurrentHashMap<>();

    /**
     * The result of {@code work}, or of the execution for {@code key} that is under way.
     *
     * @param timeout how long to wait for another caller's execution; it does not bound one's own
     * @throws ExecutionException if the execution failed; its cause is what {@code work} threw
     * @throws InterruptedException if this thread was interrupted while it waited or executed; others go on
     * @throws TimeoutException if another caller's execution did not end in time; it goes on
     * @throws IllegalStateException if this thread is executing {@code key} already
     */
    public V run(K key, Duration timeout, Callable<? extends V> work)
            throws ExecutionException, InterruptedException, TimeoutException {
        Objects.requireNonNull(work, "work");
        long start = System.nanoTime();
        long wait = timeout.toNanos();
        for (; ; ) {
            Flight<V> mine = new Flight<>(false);
            Flight<V> other = flights.putIfAbsent(Objects.requireNonNull(key, "key"), mine);
            if (other == null) {
                return execute(key, mine, work);
            }
            if (!other.async && other.executor == Thread.currentThread()) {
                throw new IllegalStateException("this thread is executing " + key + " and would wait for itself");
            }
            try {
                return other.result.get(wait - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            } catch (CancellationException e) {
                // Whoever executed gave up. The time left decides whether we try in its place.
                if (System.nanoTime() - start >= wait) {
                    throw new TimeoutException("no execution of " + key + " ended within " + timeout);
                }
            }
        }
    }

    private V execute(K key, Flight<V> mine, Callable<? extends V> work)
            throws ExecutionException, InterruptedException {
        try {
            V value = Objects.requireNonNull(work.call(), "work returned null");
            flights.remove(key, mine);
            mine.result.complete(value);
            return value;
        } catch (InterruptedException | CancellationException e) {
            flights.remove(key, mine);
            mine.result.cancel(false);
            throw e;
        } catch (Throwable e) {
            flights.remove(key, mine);
            mine.result.completeExceptionally(e);
            throw new ExecutionException(e);
        }
    }

    /**
     * As {@link #run}, for work that ends elsewhere.
     *
     * @return this caller's own view: cancelling it changes nothing for the others; if the work is cancelled, all views are
     */
    public CompletionStage<V> runAsync(K key, Supplier<? extends CompletionStage<V>> work) {
        Objects.requireNonNull(work, "work");
        Flight<V> mine = new Flight<>(true);
        Flight<V> other = flights.putIfAbsent(Objects.requireNonNull(key, "key"), mine);
        if (other != null) {
            return other.result.copy();
        }
        CompletionStage<V> stage;
        try {
            stage = Objects.requireNonNull(work.get(), "work returned null");
        } catch (RuntimeException | Error e) {
            stage = CompletableFuture.failedStage(e);
        }
        stage.whenComplete((value, failure) -> {
            flights.remove(key, mine);
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                mine.result.completeExceptionally(cause);
            } else if (value == null) {
                mine.result.completeExceptionally(new NullPointerException("work returned null"));
            } else {
                mine.result.complete(value);
            }
        });
        return mine.result.copy();
    }

    /** Lets the next call for {@code key} start anew; who has joined the execution under way still gets its result. */
    public void forget(K key) {
        flights.remove(key);
    }

    /** How many executions are under way that a call would join. */
    public int inFlight() {
        return flights.size();
    }
}
