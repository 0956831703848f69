package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class KeyedRateLimiterContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(OneLimitForAll.class, "KRL-1", "KRL-5", "KRL-7", "KRL-8");
        Kit.convicts(HoldsEveryKey.class, "KRL-2", "KRL-4", "KRL-5");
        Kit.convicts(EvictsTheOldestKey.class, "KRL-3", "KRL-4", "KRL-5");
        Kit.convicts(NeverReleases.class, "KRL-4");
        Kit.convicts(AdmitsWhateverOverflows.class, "KRL-5", "KRL-6", "KRL-8");
        Kit.convicts(DropsWithoutTellingTheHolder.class, "KRL-6");
        Kit.convicts(HoldsBeforeItChecks.class, "KRL-7");
        Kit.convicts(StartsWholeAfterOverflow.class, "KRL-8");
    }

    /** A map of limiters that is right for one thread but for what a fault changes. */
    private static KeyedRateLimiter<Object> wrong(
            BiFunction<Object, Boolean, RateLimiter> find, IntSupplier held, long burst) {
        return new Held() {
            @Override
            public int held() {
                return held.getAsInt();
            }

            @Override
            public long reserveNanos(Object key, long permits, long maxWaitNanos) {
                Objects.requireNonNull(key, "key");
                boolean valid = permits >= 1 && permits <= burst;
                long wait = find.apply(key, valid).reserveNanos(permits, maxWaitNanos);
                return wait == LocalRateLimiter.RETIRED
                        ? find.apply(key, valid).reserveNanos(permits, maxWaitNanos)
                        : wait;
            }

            @Override
            public long nanosUntil(Object key, long permits) {
                return find.apply(key, permits >= 1 && permits <= burst).nanosUntil(permits);
            }

            @Override
            public long burst() {
                return burst;
            }
        };
    }

    private interface Held extends KeyedRateLimiter<Object> {
        int held();
    }

    abstract static class Wrong extends KeyedRateLimiterContract {
        @Override
        protected int held(KeyedRateLimiter<Object> limiter) {
            return ((Held) limiter).held();
        }

        /** Drops limiters that are whole again. */
        static void sweep(Map<Object, TokenBucket> map) {
            for (Iterator<TokenBucket> i = map.values().iterator(); i.hasNext(); ) {
                if (i.next().nanosUntil(10) == 0) {
                    i.remove();
                }
            }
        }
    }

    static final class OneLimitForAll extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            TokenBucket all = TokenBucket.of(rate, burst, ticker);
            return wrong((key, valid) -> all, () -> 1, burst);
        }
    }

    static final class HoldsEveryKey extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            TokenBucket whole = TokenBucket.of(rate, burst, ticker);
            return wrong(
                    (key, valid) -> valid ? map.computeIfAbsent(key, k -> TokenBucket.of(rate, burst, ticker)) : whole,
                    map::size,
                    burst);
        }
    }

    static final class EvictsTheOldestKey extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            TokenBucket whole = TokenBucket.of(rate, burst, ticker);
            return wrong(
                    (key, valid) -> {
                        if (!valid) {
                            return whole;
                        }
                        TokenBucket bucket = map.computeIfAbsent(key, k -> TokenBucket.of(rate, burst, ticker));
                        if (map.size() > maxKeys) {
                            map.remove(map.keySet().iterator().next());
                        }
                        return bucket;
                    },
                    map::size,
                    burst);
        }
    }

    static final class NeverReleases extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            TokenBucket overflow = TokenBucket.of(rate, burst, ticker);
            return wrong(
                    (key, valid) -> {
                        if (!valid || (map.size() >= maxKeys && !map.containsKey(key))) {
                            return overflow;
                        }
                        return map.computeIfAbsent(key, k -> TokenBucket.of(rate, burst, ticker));
                    },
                    map::size,
                    burst);
        }
    }

    static final class AdmitsWhateverOverflows extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            return wrong(
                    (key, valid) -> {
                        if (!map.containsKey(key)) {
                            sweep(map);
                        }
                        if (!valid || (map.size() >= maxKeys && !map.containsKey(key))) {
                            return TokenBucket.of(rate, burst, ticker);
                        }
                        return map.computeIfAbsent(key, k -> TokenBucket.of(rate, burst, ticker));
                    },
                    map::size,
                    burst);
        }
    }

    static final class DropsWithoutTellingTheHolder extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            TokenBucket overflow = TokenBucket.of(rate, burst, ticker);
            return wrong(
                    (key, valid) -> {
                        if (valid && !map.containsKey(key)) {
                            sweep(map);
                        }
                        if (!valid || (map.size() >= maxKeys && !map.containsKey(key))) {
                            return overflow;
                        }
                        return map.computeIfAbsent(key, k -> overflow.copy());
                    },
                    map::size,
                    burst);
        }
    }

    static final class StartsWholeAfterOverflow extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            Map<Object, TokenBucket> map = new LinkedHashMap<>();
            TokenBucket overflow = TokenBucket.of(rate, burst, ticker);
            return wrong(
                    (key, valid) -> {
                        if (valid && !map.containsKey(key)) {
                            map.values().removeIf(TokenBucket::retireIfIdle);
                        }
                        if (!valid || (map.size() >= maxKeys && !map.containsKey(key))) {
                            return overflow;
                        }
                        return map.computeIfAbsent(key, k -> TokenBucket.of(rate, burst, ticker));
                    },
                    map::size,
                    burst);
        }
    }

    static final class HoldsBeforeItChecks extends Wrong {
        @Override
        protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
            KeyedTokenBucket<Object> right = KeyedTokenBucket.of(rate, burst, maxKeys, ticker);
            int[] refused = {0};
            return new Held() {
                @Override
                public int held() {
                    return right.size() + refused[0];
                }

                @Override
                public long reserveNanos(Object key, long permits, long maxWaitNanos) {
                    refused[0] += permits > burst ? 1 : 0;
                    return right.reserveNanos(key, permits, maxWaitNanos);
                }

                @Override
                public long nanosUntil(Object key, long permits) {
                    return right.nanosUntil(key, permits);
                }

                @Override
                public long burst() {
                    return burst;
                }
            };
        }
    }
}
