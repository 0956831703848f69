package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Each planted fault is convicted by its clauses and no others. */
final class RedisFaultsBitesTest {

    static final class WaitsForEver extends RedisFaultsTest.OfACache {
        private static final RedisClient patient = RedisClients.connect(Faulty.ADDRESS, 4, Duration.ofDays(1));

        @Override
        protected void open(RedisClient client, String name) {
            cache = new SharedCache(settings(patient, name).build());
            fill();
        }
    }

    static final class SwallowsFailedChanges extends RedisFaultsTest.OfACache {
        @Override
        protected void open(RedisClient client, String name) {
            cache = new SharedCache(settings(client, name).build()) {
                @Override
                public void remove(String key) {
                    try {
                        super.remove(key);
                    } catch (RedisUnavailableException e) {
                        // This is the fault.
                    }
                }
            };
            fill();
        }
    }

    static final class LeavesTheOldValueWhenThereIsNoRoom extends RedisFaultsTest.OfACache {
        @Override
        protected void open(RedisClient client, String name) {
            cache = new SharedCache(settings(client, name).build()) {
                @Override
                public void put(String key, String value) {
                    try {
                        client.set(name + "-probe", "room");
                    } catch (JedisDataException e) {
                        return;
                    } catch (JedisException e) {
                        throw new RedisUnavailableException("no answer", e);
                    }
                    super.put(key, value);
                }
            };
            fill();
        }
    }

    abstract static class OneCall extends RedisFaultsContract {
        @Override
        protected String healthy(String call) {
            return "5";
        }

        @Override
        protected String stated(Fault fault, String call) {
            return fault.isOutage() ? THROWS : fault == Fault.RESTARTED_EMPTY ? "0" : "5";
        }
    }

    static final class TrustsItsMemory extends OneCall {
        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisCounter counter;

        private long most;

        @Override
        protected void open(RedisClient client, String name) {
            counter = new RedisCounter(client, name, Duration.ofHours(1));
            counter.add("a", 5);
            most = 5;
        }

        @Override
        protected void calls() {
            call("get", () -> Math.max(most, counter.get("a")));
        }
    }

    static final class TrustsTheScriptCache extends OneCall {
        private byte[] sha = {};

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisClient client;

        @SuppressWarnings("NullAway.Init") // as above
        private byte[] key;

        @Override
        protected void open(RedisClient opened, String name) {
            client = opened;
            key = name.getBytes(UTF_8);
            client.set(name, "5");
            sha = client.scriptLoad("return redis.call('GET', KEYS[1]) or '0'").getBytes(UTF_8);
        }

        @Override
        protected void calls() {
            call("get", () -> {
                try {
                    return new String((byte[]) client.evalsha(sha, List.of(key), List.of()), UTF_8);
                } catch (JedisException e) {
                    throw new RedisUnavailableException("no answer", e);
                }
            });
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(WaitsForEver.class, "RF-2", "RF-3");
        Kit.convicts(SwallowsFailedChanges.class, "RF-1", "RF-2", "RF-3");
        Kit.convicts(LeavesTheOldValueWhenThereIsNoRoom.class, "RF-5");
        Kit.convicts(TrustsItsMemory.class, "RF-4");
        Kit.convicts(TrustsTheScriptCache.class, "RF-4", "RF-6");
    }
}
