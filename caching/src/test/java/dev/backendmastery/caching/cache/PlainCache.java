package dev.backendmastery.caching.cache;

import dev.backendmastery.caching.cache.Flights.Flight;
import dev.backendmastery.caching.cache.LocalCacheContract.Spec;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A right {@link LocalCache} in its plainest form, one lock around all of it, for faults to be planted in. */
class PlainCache implements LocalCache<String, String> {

    static final class Held {
        final String value;
        final int weight;
        final long latest;
        long end;

        Held(String value, int weight, long latest, long end) {
            this.value = value;
            this.weight = weight;
            this.latest = latest;
            this.end = end;
        }
    }

    private final Object lock = new Object();
    final Map<String, Held> map = new LinkedHashMap<>();
    final Map<String, Flight<String, String>> flights = new HashMap<>();
    final Spec spec;
    final ManualTicker ticker;
    private final List<Runnable> untold = new ArrayList<>();
    private long hits;
    private long misses;
    private long loads;
    private long failures;
    private long evictions;
    private long expirations;

    PlainCache(Spec spec, ManualTicker ticker) {
        this.spec = spec;
        this.ticker = ticker;
    }

    @Override
    public @Nullable String getIfPresent(String key) {
        Objects.requireNonNull(key);
        Held held;
        synchronized (lock) {
            held = present(key);
            if (held == null) {
                misses++;
            } else {
                hits++;
                lookedAt(held);
            }
        }
        tell();
        return held == null ? null : held.value;
    }

    void lookedAt(Held held) {
        if (spec.idle() != null) {
            held.end = Math.min(held.latest, ticker.nanos() + spec.idle().toNanos());
        }
    }

    @Override
    public String get(String key, Function<? super String, ? extends String> loader) {
        Objects.requireNonNull(loader);
        String value = getIfPresent(key);
        return value != null ? value : load(key, loader);
    }

    String load(String key, Function<? super String, ? extends String> loader) {
        Flight<String, String> mine = new Flight<>(key, 0, true);
        Flight<String, String> other;
        do {
            synchronized (lock) {
                other = flights.putIfAbsent(key, mine);
            }
            if (other != null && other.shared) {
                return other.await();
            }
            if (other != null) {
                other.awaitEnd();
                String value = getIfPresent(key);
                if (value != null) {
                    return value;
                }
            }
        } while (other != null);
        try {
            String value = Objects.requireNonNull(ask(key, loader));
            synchronized (lock) {
                loads++;
                if (lands(key, mine)) {
                    remember(key, value);
                }
            }
            mine.complete(value);
            return value;
        } catch (RuntimeException e) {
            synchronized (lock) {
                failures++;
                flights.remove(key, mine);
            }
            mine.completeExceptionally(e);
            throw e;
        } finally {
            tell();
        }
    }

    @Nullable
    String ask(String key, Function<? super String, ? extends String> loader) {
        return loader.apply(key);
    }

    boolean lands(String key, Flight<String, String> mine) {
        return flights.remove(key, mine);
    }

    @Override
    public void put(String key, String value) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        synchronized (lock) {
            weigh(key, value);
            flights.remove(key);
            remember(key, value);
        }
        tell();
    }

    @Override
    public void remove(String key) {
        Objects.requireNonNull(key);
        synchronized (lock) {
            flights.remove(key);
            if (present(key) != null) {
                drop(key, RemovalCause.EXPLICIT);
            }
        }
        tell();
    }

    @Override
    public void clear() {
        synchronized (lock) {
            flights.clear();
            cleanUpLocked();
            List.copyOf(map.keySet()).forEach(key -> drop(key, RemovalCause.EXPLICIT));
        }
        tell();
    }

    @Override
    public @Nullable String compute(
            String key, BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> change) {
        Flight<String, String> mine = new Flight<>(key, 0, false);
        Flight<String, String> other;
        Held before;
        do {
            synchronized (lock) {
                before = present(key);
                other = flights.putIfAbsent(key, mine);
            }
            if (other != null) {
                other.awaitEnd();
            }
        } while (other != null);
        String value = null;
        try {
            value = change.apply(key, before == null ? null : before.value);
            synchronized (lock) {
                if (flights.get(key) == mine) {
                    if (value != null) {
                        remember(key, value);
                    } else if (present(key) != null) {
                        drop(key, RemovalCause.EXPLICIT);
                    }
                }
            }
        } finally {
            synchronized (lock) {
                flights.remove(key, mine);
            }
            mine.complete(value);
            tell();
        }
        return value;
    }

    @Override
    public Map<String, String> snapshot() {
        synchronized (lock) {
            cleanUpLocked();
            Map<String, String> copy = new HashMap<>();
            map.forEach((key, held) -> copy.put(key, held.value));
            return copy;
        }
    }

    @Override
    public void cleanUp() {
        synchronized (lock) {
            cleanUpLocked();
        }
        tell();
    }

    @Override
    public int size() {
        synchronized (lock) {
            return map.size();
        }
    }

    @Override
    public CacheStats stats() {
        synchronized (lock) {
            return new CacheStats(hits, misses, loads, failures, evictions, expirations);
        }
    }

    // From here on under the lock, where faults are planted.

    @Nullable
    Held present(String key) {
        Held held = map.get(key);
        if (held != null && hasEnded(held)) {
            drop(key, RemovalCause.EXPIRED);
            return null;
        }
        return held;
    }

    boolean hasEnded(Held held) {
        return held.end - ticker.nanos() <= 0;
    }

    int weigh(String key, String value) {
        int weight = spec.weight(key, value);
        if (weight < 0) {
            throw new IllegalArgumentException("weight must be at least 0, was " + weight);
        }
        return weight;
    }

    long life(String key, String value) {
        Duration life = spec.life(key, value);
        return life == null ? Long.MAX_VALUE / 4 : life.toNanos();
    }

    void remember(String key, String value) {
        cleanUpLocked();
        long now = ticker.nanos();
        long life = life(key, value);
        long idle = spec.idle() == null ? life : spec.idle().toNanos();
        Held held = new Held(value, weigh(key, value), now + life, now + Math.min(life, idle));
        if (map.containsKey(key)) {
            drop(key, RemovalCause.REPLACED);
        }
        evict(held.weight);
        if (held.weight > spec.maximum() || spec.maximum() == 0) {
            gone(key, held, RemovalCause.SIZE);
        } else {
            map.put(key, held);
        }
    }

    void evict(int weight) {
        while (!map.isEmpty()
                && map.values().stream().mapToLong(held -> held.weight).sum() + weight > spec.maximum()) {
            drop(map.keySet().iterator().next(), RemovalCause.SIZE);
        }
    }

    void cleanUpLocked() {
        List.copyOf(map.keySet()).forEach(this::present);
    }

    final void drop(String key, RemovalCause cause) {
        if (cause != RemovalCause.REPLACED) {
            flights.remove(key);
        }
        gone(key, Objects.requireNonNull(map.remove(key)), cause);
    }

    void gone(String key, Held held, RemovalCause cause) {
        if (cause == RemovalCause.SIZE) {
            evictions++;
        } else if (cause == RemovalCause.EXPIRED) {
            expirations++;
        }
        untold.add(() -> listen(key, held.value, cause));
    }

    void listen(String key, String value, RemovalCause cause) {
        try {
            spec.tell(key, value, cause);
        } catch (RuntimeException e) {
            // what it throws disturbs nobody
        }
    }

    private void tell() {
        List<Runnable> tellings;
        synchronized (lock) {
            tellings = List.copyOf(untold);
            untold.clear();
        }
        tellings.forEach(Runnable::run);
    }
}
