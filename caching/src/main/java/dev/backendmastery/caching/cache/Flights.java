package dev.backendmastery.caching.cache;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The loads under way, at most one a key. Whatever changes a key's mapping goes through here, so that a load which was
 * overtaken is known to be.
 */
final class Flights<K, V> {

    private static final class Flight<V> {
        final CompletableFuture<V> value = new CompletableFuture<>();
        final Thread loader = Thread.currentThread();
    }

    private final ConcurrentHashMap<K, Flight<V>> flights = new ConcurrentHashMap<>();

    /** Loads {@code key}, or waits for who does; {@code remember} is called unless the load was overtaken. */
    V load(K key, Function<? super K, ? extends V> loader, BiConsumer<? super K, ? super V> remember) {
        Flight<V> mine = new Flight<>();
        Flight<V> other = flights.putIfAbsent(key, mine);
        if (other != null) {
            if (other.loader == Thread.currentThread()) {
                throw new IllegalStateException("the loader of " + key + " asks for the key that it is loading");
            }
            return await(other);
        }
        try {
            V value = Objects.requireNonNull(loader.apply(key), "loader returned null");
            // Inside the key's bin lock, as overtake() is: either the overtaker sees this value remembered, or we see
            // that the flight is gone.
            flights.computeIfPresent(key, (k, flight) -> {
                if (flight != mine) {
                    return flight;
                }
                remember.accept(k, value);
                return null;
            });
            mine.value.complete(value);
            return value;
        } catch (Throwable e) {
            flights.remove(key, mine);
            mine.value.completeExceptionally(e);
            throw e;
        }
    }

    private static <V> V await(Flight<V> flight) {
        try {
            return flight.value.join();
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

    /** Changes {@code key}'s mapping and makes a load under way forget its result. */
    void overtake(K key, Runnable change) {
        flights.compute(key, (k, flight) -> {
            change.run();
            return null;
        });
    }

    /** Makes all loads under way forget their results. */
    void overtakeAll() {
        flights.clear();
    }
}
