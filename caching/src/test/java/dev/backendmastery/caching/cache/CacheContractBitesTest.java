package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.caching.cache.Flights.Flight;
import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kits convict it by the clauses named here. */
final class CacheContractBitesTest {

    @Test
    void convictsEachFaultOfAnyCache() {
        assertAll(
                () -> Kit.convicts(KeepsTheFirstValue.class, "C-1", "C-11", "C-13", "C-14", "C-16"),
                () -> Kit.convicts(NeverExpires.class, "C-2", "C-14", "C-18", "C-19"),
                () -> Kit.convicts(ClearsHalf.class, "C-3", "C-7", "C-14", "C-15"),
                () -> Kit.convicts(GrowsWithoutEnd.class, "C-4", "C-11", "C-14", "C-15", "C-20"),
                () -> Kit.convicts(LoadsForEachCaller.class, "C-5", "C-16"),
                () -> Kit.convicts(RemembersFailures.class, "C-6"),
                () -> Kit.convicts(RemembersOvertakenLoads.class, "C-7"),
                () -> Kit.convicts(LoadsNullQuietly.class, "C-8"),
                () -> Kit.convicts(CountsNoMisses.class, "C-9"));
    }

    @Test
    void convictsEachFaultOfALocalCache() {
        assertAll(
                () -> Kit.convicts(CountsEntriesForWeights.class, "C-11"),
                () -> Kit.convicts(ReplacesBeforeItWeighs.class, "C-11"),
                () -> Kit.convicts(LooksWithoutProlonging.class, "C-12"),
                () -> Kit.convicts(ProlongsWithoutEnd.class, "C-12"),
                () -> Kit.convicts(OneTimeForAll.class, "C-13"),
                () -> Kit.convicts(TellsTwice.class, "C-14"),
                () -> Kit.convicts(TellsOfReplacementsAsRemovals.class, "C-14"),
                () -> Kit.convicts(KeepsEvictionsToItself.class, "C-14"),
                () -> Kit.convicts(LetsTheListenerThrow.class, "C-15"),
                () -> Kit.convicts(ComputesFromWhatItSaw.class, "C-16"),
                () -> Kit.convicts(DropsWhatItCouldNotCompute.class, "C-17"),
                () -> Kit.convicts(ShowsTheExpired.class, "C-13", "C-18"),
                () -> Kit.convicts(ReleasesWhatIsAskedForOnly.class, "C-14", "C-19"),
                () -> Kit.convicts(EvictsInBatches.class, "C-20"));
    }

    abstract static class Wrong extends LocalCacheContract {
        final ManualTicker ticker = new ManualTicker();

        @Override
        protected void elapse(Duration time) {
            ticker.advance(time);
        }
    }

    static final class KeepsTheFirstValue extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void remember(String key, String value) {
                    if (present(key) == null) {
                        super.remember(key, value);
                    }
                }
            };
        }
    }

    static final class NeverExpires extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                boolean hasEnded(Held held) {
                    return (spec.life() == null || spec.idle() != null) && super.hasEnded(held);
                }
            };
        }
    }

    static final class ClearsHalf extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                public void clear() {
                    snapshot().keySet().stream().limit(size() / 2).forEach(this::remove);
                }
            };
        }
    }

    static final class GrowsWithoutEnd extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void evict(int weight) {}
            };
        }
    }

    static final class LoadsForEachCaller extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                private final ThreadLocal<@Nullable String> loading = new ThreadLocal<>();

                @Override
                String load(String key, Function<? super String, ? extends String> loader) {
                    Flight<String, String> other;
                    synchronized (flights) {
                        other = flights.get(key);
                    }
                    if (other == null || key.equals(loading.get())) {
                        loading.set(key);
                        try {
                            return super.load(key, loader);
                        } finally {
                            loading.remove();
                        }
                    }
                    return Objects.requireNonNull(loader.apply(key));
                }
            };
        }
    }

    static final class RemembersFailures extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                private final Map<String, RuntimeException> failed = new ConcurrentHashMap<>();

                @Override
                @Nullable
                String ask(String key, Function<? super String, ? extends String> loader) {
                    RuntimeException before = failed.get(key);
                    if (before != null) {
                        throw before;
                    }
                    try {
                        return super.ask(key, loader);
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
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                boolean lands(String key, Flight<String, String> mine) {
                    flights.remove(key, mine);
                    return true;
                }
            };
        }
    }

    static final class LoadsNullQuietly extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                String ask(String key, Function<? super String, ? extends String> loader) {
                    return String.valueOf((Object) loader.apply(key));
                }
            };
        }
    }

    static final class CountsNoMisses extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                public CacheStats stats() {
                    CacheStats all = super.stats();
                    return new CacheStats(
                            all.hits(), 0, all.loads(), all.failedLoads(), all.evictions(), all.expirations());
                }
            };
        }
    }

    static final class CountsEntriesForWeights extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                int weigh(String key, String value) {
                    return Math.min(1, super.weigh(key, value));
                }
            };
        }
    }

    static final class ReplacesBeforeItWeighs extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                int weigh(String key, String value) {
                    try {
                        return super.weigh(key, value);
                    } catch (RuntimeException e) {
                        map.remove(key);
                        throw e;
                    }
                }
            };
        }
    }

    static final class LooksWithoutProlonging extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void lookedAt(Held held) {}
            };
        }
    }

    static final class ProlongsWithoutEnd extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void lookedAt(Held held) {
                    if (spec.idle() != null) {
                        held.end = ticker.nanos() + spec.idle().toNanos();
                    }
                }
            };
        }
    }

    static final class OneTimeForAll extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec.lifeOf() == null ? spec : spec.lifeOf((key, value) -> LIFE), ticker);
        }
    }

    static final class TellsTwice extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void gone(String key, Held held, RemovalCause cause) {
                    super.gone(key, held, cause);
                    if (cause == RemovalCause.EXPLICIT) {
                        super.gone(key, held, cause);
                    }
                }
            };
        }
    }

    static final class TellsOfReplacementsAsRemovals extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void gone(String key, Held held, RemovalCause cause) {
                    super.gone(key, held, cause == RemovalCause.REPLACED ? RemovalCause.EXPLICIT : cause);
                }
            };
        }
    }

    static final class KeepsEvictionsToItself extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void gone(String key, Held held, RemovalCause cause) {
                    if (cause != RemovalCause.SIZE) {
                        super.gone(key, held, cause);
                    }
                }
            };
        }
    }

    static final class LetsTheListenerThrow extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void listen(String key, String value, RemovalCause cause) {
                    spec.tell(key, value, cause);
                }
            };
        }
    }

    static final class ComputesFromWhatItSaw extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                public @Nullable String compute(
                        String key,
                        BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> change) {
                    String after = change.apply(key, getIfPresent(key));
                    if (after == null) {
                        remove(key);
                    } else {
                        put(key, after);
                    }
                    return after;
                }
            };
        }
    }

    static final class DropsWhatItCouldNotCompute extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                public @Nullable String compute(
                        String key,
                        BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> change) {
                    try {
                        return super.compute(key, change);
                    } catch (RuntimeException e) {
                        remove(key);
                        throw e;
                    }
                }
            };
        }
    }

    static final class ShowsTheExpired extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                public Map<String, String> snapshot() {
                    Map<String, String> all = new HashMap<>();
                    map.forEach((key, held) -> all.put(key, held.value));
                    all.putAll(super.snapshot());
                    return all;
                }
            };
        }
    }

    static final class ReleasesWhatIsAskedForOnly extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                @Override
                void remember(String key, String value) {
                    sweeps = false;
                    super.remember(key, value);
                    sweeps = true;
                }

                private boolean sweeps = true;

                @Override
                void cleanUpLocked() {
                    if (sweeps) {
                        super.cleanUpLocked();
                    }
                }
            };
        }
    }

    static final class EvictsInBatches extends Wrong {
        @Override
        protected LocalCache<String, String> create(Spec spec) {
            return new PlainCache(spec, ticker) {
                private int written;

                @Override
                void evict(int weight) {
                    if (spec.maximum() < 10 || spec.weigher() != null || ++written % 4 == 0) {
                        super.evict(weight);
                    }
                }

                @Override
                public void cleanUp() {
                    super.cleanUp();
                    super.evict(0);
                }
            };
        }
    }
}
