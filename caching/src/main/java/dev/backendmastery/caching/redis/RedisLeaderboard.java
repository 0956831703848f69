package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * Members by score in Redis, shared by all processes: who is where, and who is around.
 *
 * <p><b>Guarantee.</b> The highest score is first; of equal ones, who reached it first (LB-1): a change of the score puts a member behind
 * those who have the new one, a change by nothing leaves it where it is. An increment is one script and so atomic: none is lost (LB-2).
 * {@link #page} and {@link #around} are of one moment (LB-3). Scores are exact from -2<sup>53</sup> to 2<sup>53</sup>; a change that would go
 * beyond is refused and changes nothing (LB-4). {@link #putIfHigher} never lowers (LB-5). When Redis does not answer within the client's
 * deadline, calls throw (LB-6); an increment may or may not have been done then.
 *
 * <p><b>Encoding.</b> {@code {NAME}:board} is a sorted set. Redis orders equal scores by the member's bytes, so these begin with a number
 * that counts down from 2<sup>53</sup> with every change of a score, in 14 hexadecimal digits: the earlier, the greater, the further up.
 * {@code {NAME}:members} is a hash from each member to its entry of the set; it holds that number too, under the empty name. The score itself
 * carries nothing but the score, which is why none of its 53 bits is lost to ties. 2<sup>53</sup> changes are possible.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for a round trip. <b>Cost.</b> One round trip a call; time logarithmic in the
 * members, and linear in what is returned; about 250 bytes a member on the server. A board lies on one node of a cluster. <b>Not for</b> a
 * server that evicts by a {@code maxmemory-policy} what has no lifetime: it could take one of the two keys. <b>Source.</b> Pugh, <i>Skip
 * lists</i>, 1990.
 */
public final class RedisLeaderboard {

    /** The greatest score, and the least but for its sign: 2<sup>53</sup>. */
    public static final long MOST = 1L << 53;

    private static final int LARGEST_PAGE = 10_000;
    private static final int SEQUENCE_DIGITS = 14;

    /**
     * A member and where it is.
     *
     * @param member who
     * @param score how much
     * @param rank 1 is the first
     */
    public record Standing(String member, long score, long rank) {}

    /** As all, on KEYS[1], the set, and KEYS[2], the hash. */
    private static final Script CHANGE = new Script("""
            local member, delta, mode = ARGV[1], tonumber(ARGV[2]), ARGV[3]
            local entry = redis.call('HGET', KEYS[2], member)
            local old = entry and redis.call('ZSCORE', KEYS[1], entry)
            old = old and tonumber(old)
            local base, most = mode == 'add' and old or 0, 9007199254740992
            if (delta > 0 and base > most - delta) or (delta < 0 and base < -most - delta) then
                return redis.error_reply('OUTOFRANGE the score would leave -2^53 to 2^53')
            end
            local score = base + delta
            if old and (score == old or (mode == 'higher' and score < old)) then
                return {string.format('%.0f', old), 0}
            end
            local number = redis.call('HINCRBY', KEYS[2], '', -1)
            if number == -1 then number = redis.call('HINCRBY', KEYS[2], '', 9007199254740992) end
            if entry then redis.call('ZREM', KEYS[1], entry) end
            local fresh = string.format('%06x%08x', math.floor(number / 4294967296), number % 4294967296) .. member
            redis.call('HSET', KEYS[2], member, fresh)
            redis.call('ZADD', KEYS[1], string.format('%.0f', score), fresh)
            return {string.format('%.0f', score), 1}
            """);

    private static final Script REMOVE = new Script("""
            local entry = redis.call('HGET', KEYS[2], ARGV[1])
            if not entry then return 0 end
            redis.call('HDEL', KEYS[2], ARGV[1])
            return redis.call('ZREM', KEYS[1], entry)
            """);

    private static final String ROWS = """
            local function rows(first, last)
                local found = redis.call('ZREVRANGE', KEYS[1], first, last, 'WITHSCORES')
                local answer = {string.format('%.0f', first)}
                for i = 1, #found, 2 do
                    answer[#answer + 1] = found[i]
                    answer[#answer + 1] = string.format('%.0f', tonumber(found[i + 1]))
                end
                return answer
            end
            """;

    private static final Script PAGE = new Script(ROWS + """
            return rows(tonumber(ARGV[1]), tonumber(ARGV[1]) + tonumber(ARGV[2]) - 1)
            """);

    private static final Script AROUND = new Script(ROWS + """
            local entry = redis.call('HGET', KEYS[2], ARGV[1])
            local rank = entry and redis.call('ZREVRANK', KEYS[1], entry)
            if not rank then return {'0'} end
            return rows(math.max(0, rank - ARGV[2]), rank + ARGV[2])
            """);

    private final UnifiedJedis redis;
    private final List<byte[]> keys;
    private final Guard guard = new Guard(Ticker.system(), Duration.ZERO);

    /**
     * The board called {@code name}.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name without curly braces
     * @throws IllegalArgumentException if {@code name} has some
     */
    public RedisLeaderboard(UnifiedJedis redis, String name) {
        this.redis = Objects.requireNonNull(redis, "redis");
        if (name.isEmpty() || name.contains("{") || name.contains("}")) {
            throw new IllegalArgumentException("name must not be empty nor have curly braces, was " + name);
        }
        keys = List.of(("{" + name + "}:board").getBytes(UTF_8), ("{" + name + "}:members").getBytes(UTF_8));
    }

    /**
     * Adds to the member's score, which is 0 for a new one.
     *
     * @return the score
     * @throws IllegalArgumentException if {@code member} is empty or {@code delta} beyond 2<sup>53</sup> either way
     * @throws RedisUnavailableException if Redis does not answer, or refuses, as for a score beyond 2<sup>53</sup>
     */
    public long add(String member, long delta) {
        return score(change(member, delta, "add").get(0));
    }

    /**
     * Gives the member this score.
     *
     * @throws IllegalArgumentException if {@code member} is empty or {@code score} beyond 2<sup>53</sup> either way
     * @throws RedisUnavailableException if Redis does not answer
     */
    public void put(String member, long score) {
        change(member, score, "put");
    }

    /**
     * Gives the member this score unless it has that or a higher one.
     *
     * @return whether it was given
     * @throws IllegalArgumentException if {@code member} is empty or {@code score} beyond 2<sup>53</sup> either way
     * @throws RedisUnavailableException if Redis does not answer
     */
    public boolean putIfHigher(String member, long score) {
        return Long.valueOf(1).equals(change(member, score, "higher").get(1));
    }

    private List<?> change(String member, long number, String mode) {
        if (number > MOST || number < -MOST) {
            throw new IllegalArgumentException("score must be from -2^53 to 2^53, was " + number);
        }
        return run(CHANGE, name(member), text(number), mode.getBytes(UTF_8));
    }

    /** Takes the member off the board. @return whether it was there @throws RedisUnavailableException if Redis does not answer */
    public boolean remove(String member) {
        List<byte[]> arguments = List.of(name(member));
        return Long.valueOf(1).equals(guard.call(() -> REMOVE.run(redis, keys, arguments)));
    }

    /** Where the member is, if it is there. @throws RedisUnavailableException if Redis does not answer */
    public Optional<Standing> find(String member) {
        return around(member, 0).stream().findFirst();
    }

    /** The first {@code count}. Throws as {@link #page}. */
    public List<Standing> top(int count) {
        return page(1, count);
    }

    /**
     * Up to {@code count} from the rank {@code first} on.
     *
     * @param first at least 1
     * @param count from 1 to 10,000
     * @throws IllegalArgumentException if one is out of its range
     * @throws RedisUnavailableException if Redis does not answer
     */
    public List<Standing> page(long first, int count) {
        if (first < 1 || first > MOST) {
            throw new IllegalArgumentException("first must be from 1 to 2^53, was " + first);
        }
        if (count < 1 || count > LARGEST_PAGE) {
            throw new IllegalArgumentException("count must be from 1 to " + LARGEST_PAGE + ", was " + count);
        }
        return standings(run(PAGE, text(first - 1), text(count)));
    }

    /**
     * The member and up to {@code each} before and after it; nothing if it is not there.
     *
     * @param each from 0 to 5,000
     * @throws IllegalArgumentException if {@code member} is empty or {@code each} out of its range
     * @throws RedisUnavailableException if Redis does not answer
     */
    public List<Standing> around(String member, int each) {
        if (each < 0 || each > LARGEST_PAGE / 2) {
            throw new IllegalArgumentException("each must be from 0 to " + LARGEST_PAGE / 2 + ", was " + each);
        }
        return standings(run(AROUND, name(member), text(each)));
    }

    /** How many members there are. @throws RedisUnavailableException if Redis does not answer */
    public long size() {
        return guard.call(() -> redis.zcard(keys.get(0)));
    }

    private List<?> run(Script script, byte[]... arguments) {
        Object answer = guard.call(() -> script.run(redis, keys, List.of(arguments)));
        if (answer instanceof List<?> list) {
            return list;
        }
        throw new IllegalStateException("the script answered " + answer);
    }

    private static List<Standing> standings(List<?> answer) {
        long rank = score(answer.get(0));
        List<Standing> standings = new ArrayList<>(answer.size() / 2);
        for (int i = 1; i + 1 < answer.size(); i += 2) {
            rank++;
            String entry = new String((byte[]) answer.get(i), UTF_8);
            standings.add(new Standing(entry.substring(SEQUENCE_DIGITS), score(answer.get(i + 1)), rank));
        }
        return standings;
    }

    private static long score(@Nullable Object text) {
        if (text instanceof byte[] bytes) {
            return Long.parseLong(new String(bytes, UTF_8));
        }
        throw new IllegalStateException("the script answered " + text);
    }

    private static byte[] name(String member) {
        if (member.isEmpty()) {
            throw new IllegalArgumentException("member must not be empty");
        }
        return member.getBytes(UTF_8);
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
