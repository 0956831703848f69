package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A {@link LeaseStore} in Redis.
 *
 * <p><b>Guarantee.</b> As {@link LeaseStore}, by the server's clock; each decision is one script and so atomic. An epoch is
 * the server's time in microseconds or one more than the last, whichever is greater: so a server that has lost its data still
 * gives greater epochs (RLS-1), and a name that nobody uses any more is forgotten a day after its last lease (RLS-2).
 *
 * <p>Not held: after a fail-over to a replica that lagged, or a restart that lost data, a lease that is still good may be
 * given to a second holder. Its epoch is greater, so what is fenced stays safe.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for one round trip, bounded by the client's time-outs.
 * <b>Cost.</b> One round trip a call, one small hash a name. <b>Not for</b> what must have no second holder ever: use
 * a database, or fence.
 */
public final class RedisLeaseStore implements LeaseStore {

    private static final long DAY = Duration.ofDays(1).toMillis();

    /*
     * Numbers up to 2^53 are exact in Lua; microseconds since 1970 reach that in the year 2255. The end of a lease is kept as
     * a time and compared, because a key's own expiry would take the epoch along.
     */
    private static final String TIME = """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local held = redis.call('HMGET', KEYS[1], 'epoch', 'expires')
            local epoch, expires = tonumber(held[1] or '0'), tonumber(held[2] or '0')
            local function keep(ttl)
                redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch),
                    'expires', string.format('%.0f', now + ttl))
                redis.call('PEXPIRE', KEYS[1], math.ceil(ttl / 1000) + ARGV[2])
                return string.format('%.0f', epoch)
            end
            """;

    private static final Script ACQUIRE = new Script(TIME + """
            if expires > now then return nil end
            epoch = math.max(epoch + 1, now)
            redis.call('HSET', KEYS[1], 'holder', ARGV[3])
            return keep(tonumber(ARGV[1]))
            """);

    private static final Script RENEW = new Script(TIME + """
            if expires <= now or epoch ~= tonumber(ARGV[3]) then return nil end
            return keep(tonumber(ARGV[1]))
            """);

    private final UnifiedJedis redis;
    private final String name;
    private final Ticker ticker;

    /**
     * A store of the leases called {@code name:...}.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells this store's keys from others'; without curly braces
     * @param ticker the holders' clock
     */
    public RedisLeaseStore(UnifiedJedis redis, String name, Ticker ticker) {
        this.redis = Objects.requireNonNull(redis, "redis");
        this.name = Objects.requireNonNull(name, "name");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        if (name.contains("{") || name.contains("}")) {
            throw new IllegalArgumentException("name must be without curly braces, was " + name);
        }
    }

    @Override
    public Optional<Lease> tryAcquire(String lease, String holder, Duration ttl) {
        LeaseStore.check(lease, holder, ttl);
        long before = ticker.nanos();
        return ask(ACQUIRE, lease, ttl, holder).map(epoch -> new Lease(lease, holder, epoch, before + ttl.toNanos()));
    }

    @Override
    public Optional<Lease> renew(Lease lease, Duration ttl) {
        LeaseStore.check(ttl);
        long before = ticker.nanos();
        return ask(RENEW, lease.name(), ttl, String.valueOf(lease.epoch()))
                .map(epoch -> new Lease(lease.name(), lease.holder(), epoch, before + ttl.toNanos()));
    }

    @Override
    public boolean release(Lease lease) {
        return ask(RENEW, lease.name(), Duration.ZERO, String.valueOf(lease.epoch()))
                .isPresent();
    }

    private Optional<Long> ask(Script script, String lease, Duration ttl, String argument) {
        byte[] key = (name + ":{" + lease + "}").getBytes(UTF_8);
        List<byte[]> arguments = List.of(
                String.valueOf(ttl.toNanos() / 1_000).getBytes(UTF_8),
                String.valueOf(DAY).getBytes(UTF_8),
                argument.getBytes(UTF_8));
        Object answer;
        try {
            answer = script.run(redis, List.of(key), arguments);
        } catch (JedisException e) {
            throw new LeaseStoreException("Redis did not answer for " + lease, e);
        }
        return answer instanceof byte[] epoch
                ? Optional.of(Long.parseLong(new String(epoch, UTF_8)))
                : Optional.empty();
    }
}
