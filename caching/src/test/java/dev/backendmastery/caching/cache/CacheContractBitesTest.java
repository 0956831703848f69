package dev.backendmastery.caching.cache;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class CacheContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(KeepsTheFirstValue.class, "C-1");
        Kit.convicts(NeverExpires.class, "C-2");
        Kit.convicts(ClearsHalf.class, "C-3", "C-7");
        Kit.convicts(GrowsWithoutEnd.class, "C-4");
        Kit.convicts(LoadsForEachCaller.class, "C-5");
        Kit.convicts(RemembersFailures.class, "C-6");
        Kit.convicts(RemembersOvertakenLoads.class, "C-7");
        Kit.convicts(LoadsNullQuietly.class, "C-8");
        Kit.convicts(CountsNoMisses.class, "C-9");
    }

    /** A right one in its plainest form, for the faults to be planted in. */
    static class Plain implements Cache<String, String> {
        final Map<String, Entry<String, String>> map = new ConcurrentHashMap<>();
        final ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
        final Flights<String, String> flights = new Flights<>();
        final int maximum;
        final Duration life;
        final ManualTicker ticker;
        final LongAdder hits = new LongAdder();
        final LongAdder misses = new LongAdder();
        final LongAdder loads = new LongAdder();
        final LongAdder failures = new LongAdder();

        Plain(int maximum, Duration life, ManualTicker ticker) {
            this.maximum = maximum;
            this.life = life;
            this.ticker = ticker;
        }

        @Override
        public @Nullable String getIfPresent(String key) {
            Entry<String, String> entry = map.get(key);
            if (entry != null && entry.isExpired(ticker.nanos())) {
                map.remove(key, entry);
                entry = null;
            }
            (entry == null ? misses : hits).increment();
            return entry == null ? null : entry.value;
        }

        @Override
        public String get(String key, Function<? super String, ? extends String> loader) {
            Objects.requireNonNull(loader);
            String value = getIfPresent(key);
            return value != null ? value : flights.load(key, k -> load(k, loader), this::remember);
        }

        String load(String key, Function<? super String, ? extends String> loader) {
            try {
                String value = Objects.requireNonNull(loader.apply(key));
                loads.increment();
                return value;
            } catch (RuntimeException e) {
                failures.increment();
                throw e;
            }
        }

        synchronized void remember(String key, String value) {
            map.put(key, new Entry<>(key, value, ticker.nanos(), life.toNanos()));
            order.remove(key);
            order.add(key);
            while (map.size() > maximum) {
                map.remove(Objects.requireNonNull(order.poll()));
            }
        }

        @Override
        public void put(String key, String value) {
            Objects.requireNonNull(value);
            flights.overtake(Objects.requireNonNull(key), () -> remember(key, value));
        }

        @Override
        public void remove(String key) {
            flights.overtake(Objects.requireNonNull(key), () -> map.remove(key));
        }

        @Override
        public void clear() {
            flights.overtakeAll();
            map.clear();
        }

        @Override
        public CacheStats stats() {
            return new CacheStats(hits.sum(), misses.sum(), loads.sum(), failures.sum(), 0, 0);
        }
    }

    abstract static class Wrong extends CacheContract {
        final ManualTicker ticker = new ManualTicker();

        @Override
        protected void elapse(Duration time) {
            ticker.advance(time);
        }

        @Override
        protected int size(Cache<String, String> cache) {
            return ((Plain) cache).map.size();
        }
    }

    static final class KeepsTheFirstValue extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                @Override
                synchronized void remember(String key, String value) {
                    if (!map.containsKey(key)) {
                        super.remember(key, value);
                    }
                }
            };
        }
    }

    static final class NeverExpires extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, Duration.ofDays(10_000), ticker);
        }
    }

    static final class ClearsHalf extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                @Override
                public void clear() {
                    map.keySet().stream().limit(map.size() / 2).forEach(this::remove);
                }
            };
        }
    }

    static final class GrowsWithoutEnd extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(Integer.MAX_VALUE, life, ticker);
        }
    }

    static final class LoadsForEachCaller extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                private final ThreadLocal<@Nullable String> loading = new ThreadLocal<>();
                private final Map<String, Integer> versions = new ConcurrentHashMap<>();

                @Override
                public String get(String key, Function<? super String, ? extends String> loader) {
                    Objects.requireNonNull(loader);
                    String value = getIfPresent(key);
                    if (value != null) {
                        return value;
                    }
                    String outer = loading.get();
                    if (key.equals(outer)) {
                        throw new IllegalStateException("recursion");
                    }
                    int before = versions.getOrDefault(key, 0);
                    loading.set(key);
                    try {
                        String loaded = load(key, loader);
                        if (versions.getOrDefault(key, 0) == before) {
                            remember(key, loaded);
                        }
                        return loaded;
                    } finally {
                        loading.set(outer);
                    }
                }

                @Override
                public void put(String key, String value) {
                    versions.merge(key, 1, Integer::sum);
                    super.put(key, value);
                }

                @Override
                public void remove(String key) {
                    versions.merge(key, 1, Integer::sum);
                    super.remove(key);
                }

                @Override
                public void clear() {
                    for (String key : new String[] {"cleared"}) {
                        versions.merge(key, 1, Integer::sum);
                    }
                    super.clear();
                }
            };
        }
    }

    static final class RemembersFailures extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                private final Map<String, RuntimeException> failed = new ConcurrentHashMap<>();

                @Override
                String load(String key, Function<? super String, ? extends String> loader) {
                    RuntimeException before = failed.get(key);
                    if (before != null) {
                        throw before;
                    }
                    try {
                        return super.load(key, loader);
                    } catch (IllegalStateException e) {
                        failed.put(key, e);
                        throw e;
                    }
                }
            };
        }
    }

    static final class RemembersOvertakenLoads extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                @Override
                public String get(String key, Function<? super String, ? extends String> loader) {
                    String value = getIfPresent(key);
                    if (value != null) {
                        return value;
                    }
                    String loaded = flights.load(key, k -> load(k, loader), (k, v) -> {});
                    remember(key, loaded);
                    return loaded;
                }
            };
        }
    }

    static final class LoadsNullQuietly extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                @Override
                String load(String key, Function<? super String, ? extends String> loader) {
                    return super.load(key, k -> String.valueOf((Object) loader.apply(k)));
                }
            };
        }
    }

    static final class CountsNoMisses extends Wrong {
        @Override
        protected Cache<String, String> create(int maximumSize, Duration life) {
            return new Plain(maximumSize, life, ticker) {
                @Override
                public CacheStats stats() {
                    return new CacheStats(hits.sum(), 0, loads.sum(), failures.sum(), 0, 0);
                }
            };
        }
    }
}
