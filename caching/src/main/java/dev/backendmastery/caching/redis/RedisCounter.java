package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

/**
 * Counters by key in Redis, shared by all processes, each forgotten a stated time after its first add.
 *
 * <p><b>Guarantee.</b> An add is one script and so atomic: of simultaneous adds none is lost (CT-1). The lifetime is set by the add
 * that makes the counter, in the same step, so there is none without, and later adds do not prolong it (CT-2). A bounded add is done
 * wholly, or not at all if it would pass the bound (CT-3). Many adds cost one round trip a node and are each as if alone (CT-4). An
 * add that would leave the range of a {@code long} is refused and changes nothing (CT-5). When Redis does not answer within the
 * client's deadline, calls throw (CT-6): an add may or may not have been done then, and on one server is not sent twice; a cluster's client
 * may have.
 *
 * <p>What the counter counts is lost with the server's memory. Out of memory, adds to a counter that is not there are refused with
 * {@link RedisUnavailableException}, as are others.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a round trip. <b>Cost.</b> One round trip a call. <b>Not for</b>
 * money, nor for what must be counted exactly once when calls fail.
 */
public final class RedisCounter {

    /*
     * A Lua number is exact to 2^53 only. So sums are handed out as the texts that they are, and compared as such.
     */
    private static final Script ADD = new Script("""
            redis.call('INCRBY', KEYS[1], ARGV[1])
            if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
            return redis.call('GET', KEYS[1])
            """);

    /** Adds, looks and takes back what went too far: INCRBY is exact, and nobody sees the middle of a script. */
    private static final Script ADD_UP_TO = new Script("""
            local made = redis.call('EXISTS', KEYS[1]) == 0
            redis.call('INCRBY', KEYS[1], ARGV[1])
            local sum = redis.call('GET', KEYS[1])
            local function negative(text) return string.sub(text, 1, 1) == '-' end
            local function above(a, b)
                if negative(a) ~= negative(b) then return negative(b) end
                if #a ~= #b then return (#a > #b) ~= negative(a) end
                return a ~= b and (a > b) ~= negative(a)
            end
            if above(sum, ARGV[3]) then
                if made then redis.call('DEL', KEYS[1]) else redis.call('DECRBY', KEYS[1], ARGV[1]) end
                return nil
            end
            if made then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
            return sum
            """);

    private final UnifiedJedis redis;
    private final String name;
    private final byte[] life;
    private final Guard guard;

    /**
     * The counters called {@code name:...}.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells these counters' keys from others'; without curly braces
     * @param life how long after its first add a counter is forgotten, at least a millisecond
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public RedisCounter(UnifiedJedis redis, String name, Duration life) {
        this.redis = Objects.requireNonNull(redis, "redis");
        this.name = Objects.requireNonNull(name, "name");
        if (name.contains("{") || name.contains("}")) {
            throw new IllegalArgumentException("name must be without curly braces, was " + name);
        }
        if (life.toMillis() < 1) {
            throw new IllegalArgumentException("life must be at least 1 ms, was " + life);
        }
        this.life = text(life.toMillis());
        guard = new Guard(Ticker.system(), Duration.ZERO);
    }

    /**
     * Adds {@code delta}, which may be negative.
     *
     * @return the sum
     * @throws RedisUnavailableException if Redis does not answer, or refuses, as for a sum out of range
     */
    public long add(String key, long delta) {
        byte[] slot = slot(key);
        return number(guard.call(() -> ADD.run(redis, List.of(slot), List.of(text(delta), life))));
    }

    /**
     * Adds {@code delta} if the sum is then at most {@code limit}.
     *
     * @param delta at least 1
     * @return the sum, or nothing if it would have been more; then nothing was added
     * @throws IllegalArgumentException if {@code delta} is less than 1
     * @throws RedisUnavailableException if Redis does not answer, or refuses, as for a sum out of range
     */
    public OptionalLong addUpTo(String key, long delta, long limit) {
        if (delta < 1) {
            throw new IllegalArgumentException("delta must be at least 1, was " + delta);
        }
        byte[] slot = slot(key);
        List<byte[]> arguments = List.of(text(delta), life, text(limit));
        return guard.call(() -> {
            Object sum = ADD_UP_TO.run(redis, List.of(slot), arguments);
            return sum == null ? OptionalLong.empty() : OptionalLong.of(number(sum));
        });
    }

    /** The sum, 0 if there is no counter. @throws RedisUnavailableException if Redis does not answer */
    public long get(String key) {
        byte[] slot = slot(key);
        return guard.call(() -> sum(redis.get(slot)));
    }

    /**
     * Adds to each key what {@code deltas} says, one round trip a node.
     *
     * @return the sums, in the order of {@code deltas}
     * @throws RedisUnavailableException if Redis, or a node of it, does not answer or refuses one; others may have been done
     */
    public Map<String, Long> addAll(Map<String, Long> deltas) {
        Map<String, List<byte[]>> arguments = new LinkedHashMap<>();
        deltas.forEach((key, delta) -> arguments.put(Objects.requireNonNull(key, "key"), List.of(text(delta), life)));
        return guard.call(() -> {
            Map<String, Response<Object>> answers = new LinkedHashMap<>();
            try (AbstractPipeline pipeline = redis.pipelined()) {
                arguments.forEach((key, list) -> answers.put(key, ADD.add(pipeline, List.of(slot(key)), list)));
                pipeline.sync();
            }
            Map<String, Long> sums = new LinkedHashMap<>();
            answers.forEach((key, answer) -> sums.put(
                    key,
                    number(ADD.answer(
                            answer,
                            redis,
                            List.of(slot(key)),
                            Objects.requireNonNull(arguments.get(key), "arguments")))));
            return sums;
        });
    }

    /**
     * The sums of {@code keys}, 0 where there is no counter, in their order; one round trip a node.
     *
     * @throws RedisUnavailableException if Redis, or a node of it, does not answer
     */
    public Map<String, Long> getAll(Collection<String> keys) {
        List<String> all = new ArrayList<>(new LinkedHashSet<>(keys));
        return guard.call(() -> {
            List<Response<byte[]>> answers = new ArrayList<>();
            try (AbstractPipeline pipeline = redis.pipelined()) {
                for (String key : all) {
                    answers.add(pipeline.get(slot(key)));
                }
                pipeline.sync();
            }
            Map<String, Long> sums = new LinkedHashMap<>();
            for (int i = 0; i < all.size(); i++) {
                sums.put(all.get(i), sum(Pipelines.answer(answers.get(i))));
            }
            return sums;
        });
    }

    /** Forgets the counter: the next add begins at 0 with a new lifetime. @throws RedisUnavailableException if Redis does not answer */
    public void reset(String key) {
        byte[] slot = slot(key);
        guard.call(() -> redis.del(slot));
    }

    private byte[] slot(String key) {
        return (name + ":{" + Objects.requireNonNull(key, "key") + "}").getBytes(UTF_8);
    }

    private static long sum(byte @Nullable [] text) {
        return text == null ? 0 : Long.parseLong(new String(text, UTF_8));
    }

    private static long number(@Nullable Object answer) {
        if (answer instanceof byte[] text) {
            return sum(text);
        }
        throw new IllegalStateException("the script answered " + answer);
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
