package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RedisCounterTest extends RedisCounterContract {

    @Test
    void refusesBadSettings() {
        assertThrows(
                IllegalArgumentException.class, () -> new RedisCounter(Shared.CLIENT, "a}", Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new RedisCounter(Shared.CLIENT, "a", Duration.ZERO));
    }

    static final class ReadsThenWrites extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                long add(String key, long delta) {
                    if (Math.abs(delta) > 3) {
                        return super.add(key, delta);
                    }
                    long sum = Math.addExact(counter.get(key), 0);
                    long added = super.add(key, delta);
                    if (added - delta != sum) {
                        Shared.CLIENT.incrBy(slot(key), sum + delta - added);
                    }
                    return added;
                }
            };
        }
    }

    static final class ProlongsWithEachAdd extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                long add(String key, long delta) {
                    long sum = super.add(key, delta);
                    Shared.CLIENT.pexpire(slot(key), life.toMillis());
                    return sum;
                }
            };
        }
    }

    static final class LivesForEver extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                OptionalLong addUpTo(String key, long delta, long limit) {
                    OptionalLong sum = super.addUpTo(key, delta, limit);
                    Shared.CLIENT.persist(slot(key));
                    return sum;
                }
            };
        }
    }

    static final class ChecksAfterwards extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                OptionalLong addUpTo(String key, long delta, long limit) {
                    if (delta < 1) {
                        return super.addUpTo(key, delta, limit);
                    }
                    long sum = add(key, delta);
                    return sum > limit ? OptionalLong.empty() : OptionalLong.of(sum);
                }
            };
        }
    }

    static final class AsksOneByOne extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                Map<String, Long> getAll(Collection<String> keys) {
                    Map<String, Long> sums = new LinkedHashMap<>();
                    keys.forEach(key -> sums.put(key, counter.get(key)));
                    return sums;
                }
            };
        }
    }

    static final class Saturates extends RedisCounterContract {
        @Override
        protected Counters create(String name, Duration life) {
            return new Counters(name, life) {
                @Override
                long add(String key, long delta) {
                    try {
                        return super.add(key, delta);
                    } catch (RedisUnavailableException e) {
                        return Long.MAX_VALUE;
                    }
                }
            };
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(ReadsThenWrites.class, "CT-1");
        Kit.convicts(ProlongsWithEachAdd.class, "CT-2");
        Kit.convicts(LivesForEver.class, "CT-2");
        Kit.convicts(ChecksAfterwards.class, "CT-3");
        Kit.convicts(AsksOneByOne.class, "CT-4");
        Kit.convicts(Saturates.class, "CT-5");
    }
}
