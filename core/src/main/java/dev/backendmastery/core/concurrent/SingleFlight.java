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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the callers that want the same thing at the same time share one execution.
 *
 * <p><b>Guarantee.</b> At most one execution a key at a time (SF-1); who joins it gets its value (SF-2), or its failure, the
 * cause being the very same exception (SF-3). Nothing is kept: a call after the end starts anew (SF-4). A caller that gives
 * up, by interrupt or deadline, disturbs nobody (SF-5); if it is the one that executes, the others are not failed, one of
 * them executes in its place (SF-6). Keys do not wait for each other (SF-7). Asking for the key that the calling thread is
 * executing is an error, not a deadlock (SF-8). {@link #forget} makes the next call start anew while earlier ones keep what
 * they joined (SF-9). How an execution ended is told to its {@link Keeper} before any caller learns of it, and not at all
 * once it was forgotten (SF-10). While a key is {@linkplain #change changed} no execution of it starts, none that started
 * before is kept, and one that is being kept is waited for (SF-11): so what {@code change} does is the last word.
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

    /** Is told how an execution ended, by the thread that ended it, unless it was forgotten. */
    @FunctionalInterface
    public interface Keeper<V> {

        /**
         * Keeps what is worth it. It must not ask for the key, nor change it.
         *
         * @param value the result, or null if it failed
         * @param failure why it failed, or null
         */
        void keep(@Nullable V value, @Nullable Throwable failure);
    }

    private enum Kind {
        HERE,
        ELSEWHERE,
        CHANGE
    }

    private enum State {
        RUNNING,
        KEEPING,
        FORGOTTEN
    }

    /** An execution, or a change, which is one that nobody joins. It completes after it has left the map. */
    private static final class Flight<V> {
        /** Who executes; of no matter where the work ends elsewhere. */
        private final Thread executor = Thread.currentThread();

        private final Kind kind;
        private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
        private final CompletableFuture<V> result = new CompletableFuture<>();

        Flight(Kind kind) {
            this.kind = kind;
        }

        /** Whether it will not be kept; if false it is being kept, or is a change. */
        boolean forgotten() {
            return kind != Kind.CHANGE
                    && (state.compareAndSet(State.RUNNING, State.FORGOTTEN) || state.get() == State.FORGOTTEN);
        }

        void awaitEnd() {
            result.handle((value, failure) -> kind).join();
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
            Flight<V> mine = new Flight<>(Kind.HERE);
            Flight<V> other = flights.putIfAbsent(Objects.requireNonNull(key, "key"), mine);
            if (other == null) {
                return execute(key, mine, work);
            }
            if (other.kind != Kind.ELSEWHERE && other.executor == Thread.currentThread()) {
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

    /** As {@link #runAsync(Object, Supplier, Keeper)}, and nothing is kept. */
    public CompletionStage<V> runAsync(K key, Supplier<? extends CompletionStage<V>> work) {
        return runAsync(key, work, (value, failure) -> {});
    }

    /**
     * As {@link #run}, for work that ends elsewhere. It is started by this thread or, if the key is being changed, by the
     * one that changes it.
     *
     * @param keeper of this execution; if another one is joined, that one's is told
     * @return this caller's own view: cancelling it changes nothing for the others; if the work is cancelled, all views are
     * @throws IllegalStateException if this thread is changing {@code key}
     */
    public CompletionStage<V> runAsync(K key, Supplier<? extends CompletionStage<V>> work, Keeper<? super V> keeper) {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(keeper, "keeper");
        Flight<V> mine = new Flight<>(Kind.ELSEWHERE);
        Flight<V> other = flights.putIfAbsent(Objects.requireNonNull(key, "key"), mine);
        if (other != null && other.kind == Kind.CHANGE) {
            refuseOwn(key, other);
            return other.result.handle((value, failure) -> key).thenCompose(changed -> runAsync(changed, work, keeper));
        }
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
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null && value == null) {
                cause = new NullPointerException("work returned null");
            }
            end(key, mine, keeper, value, cause);
        });
        return mine.result.copy();
    }

    private void end(K key, Flight<V> mine, Keeper<? super V> keeper, @Nullable V value, @Nullable Throwable failure) {
        Throwable cause = failure;
        if (mine.state.compareAndSet(State.RUNNING, State.KEEPING)) {
            try {
                keeper.keep(value, failure);
            } catch (RuntimeException | Error e) {
                if (cause != null) {
                    e.addSuppressed(cause);
                }
                cause = e;
            }
        }
        flights.remove(key, mine);
        if (cause != null) {
            mine.result.completeExceptionally(cause);
        } else {
            mine.result.complete(Objects.requireNonNull(value));
        }
    }

    /**
     * Does {@code change} as the only thing that happens to {@code key}: what is under way is forgotten, or waited for if it
     * is being kept, and what comes meanwhile waits. Changes of a key come one after the other.
     *
     * @throws IllegalStateException if this thread is changing {@code key} already
     * @throws RuntimeException what {@code change} throws; then others go on as if it had not been asked for
     */
    public void change(K key, Runnable change) {
        Objects.requireNonNull(change, "change");
        Flight<V> mine = new Flight<>(Kind.CHANGE);
        for (; ; ) {
            Flight<V> other = flights.putIfAbsent(Objects.requireNonNull(key, "key"), mine);
            if (other == null || (other.forgotten() && flights.replace(key, other, mine))) {
                break;
            }
            if (!other.forgotten()) {
                refuseOwn(key, other);
                other.awaitEnd();
            }
        }
        try {
            change.run();
        } finally {
            flights.remove(key, mine);
            mine.result.cancel(false);
        }
    }

    private static void refuseOwn(Object key, Flight<?> other) {
        if (other.kind == Kind.CHANGE && other.executor == Thread.currentThread()) {
            throw new IllegalStateException("this thread is changing " + key + " and would wait for itself");
        }
    }

    /** Lets the next call for {@code key} start anew; who has joined the execution under way still gets its result. */
    public void forget(K key) {
        Flight<V> flight = flights.get(key);
        if (flight != null && flight.forgotten()) {
            flights.remove(key, flight);
        }
    }

    /** Forgets what is under way for any key, and waits for what is being kept or changed. */
    public void forgetAll() {
        flights.forEach((key, flight) -> {
            if (flight.forgotten()) {
                flights.remove(key, flight);
            } else if (flight.kind != Kind.CHANGE || flight.executor != Thread.currentThread()) {
                flight.awaitEnd();
            }
        });
    }

    /** Whether a call for {@code key} would join an execution, or wait for a change. */
    public boolean isInFlight(K key) {
        return flights.containsKey(key);
    }

    /** How many executions are under way that a call would join. */
    public int inFlight() {
        return flights.size();
    }
}
