package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.core.kit.Kit;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.util.JedisURIHelper;

/** Each planted fault is convicted by its clause and no other. */
final class TieredCacheContractBitesTest {

    private enum Fault {
        NONE,
        ASKS_FOR_ALL_THAT_MAY_BE_LOADED,
        WAITS_FOR_ITS_OWN_MESSAGES,
        IGNORES_CLEARS,
        KEEPS_OVERTAKEN_READS,
        KEEPS_OVER_A_RECONNECT,
        TRUSTS_SILENCE,
        FORGETS_LIFETIMES,
        GOES_ON_WHEN_CLOSED
    }

    private record Copy(String value, Tracking.Session session, long until) {}

    /** A map of copies; right, but for the one fault. */
    private static final class NaiveTier implements Tier, Tracking.Listener {
        private final RedisCache<String> far;
        private final Fault fault;
        private final Tracking tracking;
        private final ConcurrentHashMap<String, Copy> near = new ConcurrentHashMap<>();
        private final AtomicLong changes = new AtomicLong();

        NaiveTier(RedisCache<String> far, URI address, Fault fault) {
            this.far = far;
            this.fault = fault;
            Duration heartbeat = fault == Fault.TRUSTS_SILENCE ? Duration.ofDays(1) : TieredCacheContract.HEARTBEAT;
            tracking = new Tracking(
                    JedisURIHelper.getHostAndPort(address),
                    RedisClients.config(address, Duration.ofSeconds(1)),
                    "naive",
                    far.slices().prefixes(),
                    heartbeat,
                    TieredCacheContract.TIMEOUT,
                    this);
        }

        @Override
        public void changed(String key) {
            if (!far.slices().isGeneration(key)) {
                forget(far.slices().keyIn(key));
            } else if (fault != Fault.IGNORES_CLEARS) {
                forgetAll();
            }
        }

        @Override
        public void changedAll() {
            if (fault != Fault.KEEPS_OVER_A_RECONNECT) {
                forgetAll();
            }
        }

        private synchronized void forget(String key) {
            changes.incrementAndGet();
            near.remove(key);
        }

        private synchronized void forgetAll() {
            changes.incrementAndGet();
            near.clear();
        }

        @Override
        public @Nullable String getIfPresent(String key) {
            Copy copy = near.get(key);
            boolean known = fault == Fault.KEEPS_OVER_A_RECONNECT ? isTracking() : copy != null && copy.session.live;
            if (copy != null && known && copy.until - System.nanoTime() > 0) {
                return copy.value;
            }
            return far.getIfPresent(key, keeper(key));
        }

        @Override
        public String get(String key, Function<? super String, ? extends String> loader) {
            String value = fault == Fault.ASKS_FOR_ALL_THAT_MAY_BE_LOADED ? null : getIfPresent(key);
            return value != null ? value : far.get(key, loader);
        }

        private Found<String> keeper(String key) {
            Tracking.Session session = tracking.session();
            long before = changes.get();
            long asked = System.nanoTime();
            return (value, millisLeft) -> {
                long life = fault == Fault.FORGETS_LIFETIMES ? Long.MAX_VALUE / 4 : millisLeft * 1_000_000;
                synchronized (this) {
                    if ((changes.get() == before || fault == Fault.KEEPS_OVERTAKEN_READS) && session.live) {
                        near.put(key, new Copy(value, session, asked + life));
                    }
                }
            };
        }

        @Override
        public void put(String key, String value) {
            far.put(key, value);
            if (fault != Fault.WAITS_FOR_ITS_OWN_MESSAGES) {
                forget(key);
            }
        }

        @Override
        public void remove(String key) {
            far.remove(key);
            if (fault != Fault.WAITS_FOR_ITS_OWN_MESSAGES) {
                forget(key);
            }
        }

        @Override
        public void clear() {
            far.clear();
            if (fault != Fault.WAITS_FOR_ITS_OWN_MESSAGES) {
                forgetAll();
            }
        }

        @Override
        public CacheStats stats() {
            return far.stats();
        }

        @Override
        public boolean isTracking() {
            return tracking.session().live;
        }

        @Override
        public boolean hasEnded() throws InterruptedException {
            return tracking.awaitEnd(Duration.ofMillis(200));
        }

        @Override
        public void close() {
            if (fault != Fault.GOES_ON_WHEN_CLOSED) {
                tracking.close();
            }
        }
    }

    abstract static class Naive extends TieredCacheContract {
        private final Fault fault;

        Naive(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Tier open(RedisCache<String> far, URI tracking) {
            return new NaiveTier(far, tracking, fault);
        }
    }

    static final class Right extends Naive {
        Right() {
            super(Fault.NONE);
        }
    }

    static final class WaitsForItsOwnMessages extends Naive {
        WaitsForItsOwnMessages() {
            super(Fault.WAITS_FOR_ITS_OWN_MESSAGES);
        }
    }

    static final class IgnoresClears extends Naive {
        IgnoresClears() {
            super(Fault.IGNORES_CLEARS);
        }
    }

    static final class KeepsOvertakenReads extends Naive {
        KeepsOvertakenReads() {
            super(Fault.KEEPS_OVERTAKEN_READS);
        }
    }

    static final class KeepsOverAReconnect extends Naive {
        KeepsOverAReconnect() {
            super(Fault.KEEPS_OVER_A_RECONNECT);
        }
    }

    static final class TrustsSilence extends Naive {
        TrustsSilence() {
            super(Fault.TRUSTS_SILENCE);
        }
    }

    static final class ForgetsLifetimes extends Naive {
        ForgetsLifetimes() {
            super(Fault.FORGETS_LIFETIMES);
        }
    }

    static final class GoesOnWhenClosed extends Naive {
        GoesOnWhenClosed() {
            super(Fault.GOES_ON_WHEN_CLOSED);
        }
    }

    static final class AsksForAllThatMayBeLoaded extends Naive {
        AsksForAllThatMayBeLoaded() {
            super(Fault.ASKS_FOR_ALL_THAT_MAY_BE_LOADED);
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(Right.class);
        Kit.convicts(AsksForAllThatMayBeLoaded.class, "TC-1");
        Kit.convicts(WaitsForItsOwnMessages.class, "TC-2", "TC-4");
        Kit.convicts(IgnoresClears.class, "TC-3");
        Kit.convicts(KeepsOvertakenReads.class, "TC-4");
        Kit.convicts(KeepsOverAReconnect.class, "TC-5");
        Kit.convicts(TrustsSilence.class, "TC-6");
        Kit.convicts(ForgetsLifetimes.class, "TC-7");
        Kit.convicts(GoesOnWhenClosed.class, "TC-8");
    }
}
