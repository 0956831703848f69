package dev.backendmastery.caching.cache;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The values in the making: each key has one flight in force at most. Whatever changes the key's mapping meanwhile ends its
 * force, and what it brings is then not remembered.
 *
 * <p>Flights begin without a lock, in short lists by hash that are empty most of the time. {@link Flight#land} and
 * {@link #overtake} are called under the cache's lock. So who begins one has to look for the key's entry after that, not
 * before: a change that did not see the flight had been made by then, or is seen when it lands.
 */
final class Flights<K, V> {

    /** One load or computation. */
    static final class Flight<K, V> extends CompletableFuture<@Nullable V> {
        final K key;

        /** Whether those who miss the key may have what this brings. */
        final boolean shared;

        final int hash;
        private final Thread thread = Thread.currentThread();
        private @Nullable Flight<K, V> next;
        private volatile boolean over;

        Flight(K key, int hash, boolean shared) {
            this.key = key;
            this.hash = hash;
            this.shared = shared;
        }

        /** What this brings, or what its function threw. */
        V await() {
            requireOther();
            try {
                return Objects.requireNonNull(join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw e;
            }
        }

        /** Waits until this has ended, however. */
        void awaitEnd() {
            requireOther();
            handle((value, failure) -> true).join();
        }

        private void requireOther() {
            if (thread == Thread.currentThread()) {
                throw new IllegalStateException("the function that makes the value of " + key + " asks for it");
            }
        }

        /** Ends this, after what it brings was remembered: the next of its key begins from that. */
        void land() {
            over = true;
        }

        /** Whether what this brings may be remembered still. */
        boolean isInForce() {
            return !over;
        }

        private boolean is(Object other, int otherHash) {
            return !over && hash == otherHash && key.equals(other);
        }
    }

    private static final int STRIPES = 64;

    /** Stripes two cache lines apart. */
    private static final int STRIDE = 32;

    private final AtomicReferenceArray<@Nullable Flight<K, V>> heads =
            new AtomicReferenceArray<>((STRIPES + 1) * STRIDE);

    private static int stripe(int hash) {
        return ((hash & (STRIPES - 1)) + 1) * STRIDE;
    }

    /** Puts {@code mine} in force, and returns null; or returns the one of its key that is. */
    @Nullable
    Flight<K, V> begin(Flight<K, V> mine) {
        int stripe = stripe(mine.hash);
        for (; ; ) {
            Flight<K, V> head = heads.get(stripe);
            for (Flight<K, V> flight = head; flight != null; flight = flight.next) {
                if (flight.is(mine.key, mine.hash)) {
                    return flight;
                }
            }
            mine.next = inForce(head);
            if (heads.compareAndSet(stripe, head, mine)) {
                return null;
            }
        }
    }

    private static <K, V> @Nullable Flight<K, V> inForce(@Nullable Flight<K, V> first) {
        Flight<K, V> flight = first;
        while (flight != null && flight.over) {
            flight = flight.next;
        }
        return flight;
    }

    /** Drops {@code mine}, which is no longer in force, from the lists; without the lock. */
    void drop(Flight<K, V> mine) {
        int stripe = stripe(mine.hash);
        Flight<K, V> head = heads.get(stripe);
        if (head != null && head.over) {
            heads.compareAndSet(stripe, head, inForce(head)); // or else somebody who begins does it
        }
    }

    /** Ends the force of {@code key}'s flight, if there is one. */
    void overtake(Object key, int hash) {
        for (Flight<K, V> flight = heads.get(stripe(hash)); flight != null; flight = flight.next) {
            if (flight.is(key, hash)) {
                flight.over = true;
            }
        }
    }

    /** Ends the force of all flights. */
    void overtakeAll() {
        for (int i = 0; i < STRIPES; i++) {
            for (Flight<K, V> flight = heads.get(stripe(i)); flight != null; flight = flight.next) {
                flight.over = true;
            }
        }
    }
}
