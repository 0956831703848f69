package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import dev.backendmastery.core.ratelimit.KeyedTokenBucket;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * A token bucket or a sliding window for each key, kept in Redis and so shared by all processes.
 *
 * <p><b>Guarantee.</b> {@link RateLimiter}'s clauses for each key across all processes, by the server's clock, to the
 * microsecond: each decision is one script and so atomic. When Redis is slow or down, calls are answered within the
 * client's deadline by the policy that was chosen (RRL-1); after a failure Redis is not asked again for a while, so an
 * outage costs one deadline now and then, not one a call (RRL-2). A limiter of one key may be leased from in batches
 * through {@link dev.backendmastery.core.ratelimit.LeasedRateLimiter}: then a process answers from its batch, and all
 * processes together exceed the bound by at most {@code processes x mostParked} (RRL-3). A process that dies takes its
 * parked permits with it; nobody gets them twice.
 *
 * <p>A {@link #slidingWindow sliding window} is two counters and a weight, as {@link
 * dev.backendmastery.core.ratelimit.SlidingWindowCounter}: the same bound with the rate's permits as burst, in the shape of a quota
 * that comes back as the window slides (RRL-5).
 *
 * <p>Not held: after a fail-over to a replica that lagged, what the old primary had granted last is forgotten.
 *
 * <p><b>Threads.</b> Safe for any number of threads; blocks for one round trip. <b>Cost.</b> One round trip a call; one
 * short string in Redis for each key that owes permits, which expires when it does not. <b>Not for</b> limits within
 * one process. <b>Source.</b> GCRA, as {@link dev.backendmastery.core.ratelimit.TokenBucket};
 * ITU-T I.371.
 */
public final class RedisRateLimiter implements KeyedRateLimiter<String> {

    /** What to answer while Redis cannot be asked. */
    public enum WhenDown {
        /** Admit everything: the limit protects a budget, and being closed would hurt more. */
        ADMIT,
        /** Deny everything: the limit protects something that must not be overrun. */
        DENY,
        /** Each process admits its share of the limit from memory. */
        LOCAL_SHARE
    }

    /*
     * Times are counted from 2026 in 1/16 microsecond, which a Lua number holds exactly until 2043 and beyond; an
     * interval is rounded up to that, so the rate is never exceeded and missed by less than 1/16 us a permit.
     */
    private static final long UNITS = 16;

    private static final String NOW = """
            local permits, most_wait, mode = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
            local now = tonumber(ARGV[6])
            local slack = 1
            if not now then
                local time = redis.call('TIME')
                now = ((time[1] - 1767225600) * 1000000 + time[2]) * 16
            else
                slack = 600000
            end
            """;

    private static final Script GCRA = new Script(NOW + """
            local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
            local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
            if mode == 'upto' then
                permits = math.min(permits, math.floor((now + tolerance - tat) / interval))
                if permits <= 0 then return 0 end
            end
            local wait = math.max(0, tat + permits * interval - tolerance - now)
            if mode == 'ask' then return wait end
            if wait > most_wait then return -1 end
            tat = tat + permits * interval
            redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 16000) + slack)
            if mode == 'upto' then return permits end
            return wait
            """);

    /*
     * Grants follow one another: a call is looked at from the last grant on, so a reservation is never overtaken. The loop ends
     * in the third window at the latest, which nothing was granted in.
     */
    private static final Script WINDOW = new Script(NOW + """
            local quota, window = tonumber(ARGV[1]), tonumber(ARGV[2])
            local state = redis.call('HMGET', KEYS[1], 'window', 'before', 'in', 'last')
            local index, before, current = tonumber(state[1] or 0), tonumber(state[2] or 0), tonumber(state[3] or 0)
            local last = tonumber(state[4] or 0)
            now = math.max(now, 0)
            local function count(i)
                if i == index then return current elseif i == index - 1 then return before else return 0 end
            end
            local function earliest(n)
                local at = math.max(now, last)
                while true do
                    local i = math.floor(at / window)
                    local room, earlier = quota - n - count(i), count(i - 1)
                    if room >= earlier then return at end
                    if room >= 0 then
                        local offset = math.ceil(window * (1 - room / earlier))
                        if offset < window then return math.max(at, i * window + offset) end
                    end
                    at = (i + 1) * window
                end
            end
            if mode == 'upto' then
                local least, most = 0, math.min(permits, quota)
                while least < most do
                    local middle = math.ceil((least + most) / 2)
                    if earliest(middle) <= now then least = middle else most = middle - 1 end
                end
                permits = least
                if permits <= 0 then return 0 end
            end
            local at = earliest(permits)
            local wait = at - now
            if mode == 'ask' then return wait end
            if wait > most_wait then return -1 end
            local i = math.floor(at / window)
            if i ~= index then
                before = i == index + 1 and current or 0
                current, index = 0, i
            end
            local text = function(number) return string.format('%.0f', number) end
            redis.call('HSET', KEYS[1], 'window', text(index), 'before', text(before),
                    'in', text(current + permits), 'last', text(at))
            redis.call('PEXPIRE', KEYS[1], math.ceil(((index + 2) * window - now) / 16000) + slack)
            if mode == 'upto' then return permits end
            return wait
            """);

    private final UnifiedJedis redis;
    private final String name;
    private final Script script;
    /** The time of a permit; of a window, its permits. */
    private final long interval;
    /** The time of a burst; of a window, its length. */
    private final long tolerance;

    private final long burst;
    private final Guard guard;
    private final WhenDown whenDown;
    private final Duration retryAfter;
    private final KeyedRateLimiter<String> share;
    private final @Nullable Ticker clock;

    private RedisRateLimiter(Builder builder) {
        redis = builder.redis;
        name = builder.name;
        burst = builder.burst;
        long period = builder.rate.period().toNanos() / 1000 * UNITS;
        if (builder.window) {
            script = WINDOW;
            interval = builder.rate.permits();
            tolerance = period;
        } else {
            script = GCRA;
            interval = (period + builder.rate.permits() - 1) / builder.rate.permits();
            tolerance = Math.multiplyExact(interval, burst);
        }
        retryAfter = builder.retryAfter;
        guard = new Guard(Ticker.system(), retryAfter);
        whenDown = builder.whenDown;
        long shareBurst = Math.max(1, burst / builder.processes);
        share = KeyedTokenBucket.of(
                new Rate(
                        Math.max(1, builder.rate.permits()),
                        builder.rate.period().multipliedBy(builder.processes)),
                shareBurst,
                builder.shareKeys);
        clock = builder.clock;
    }

    /**
     * A builder of limiters that keep {@code burst} permits, refilled at {@code rate}, for each key.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells this limiter's keys from others'; without curly braces
     */
    public static Builder builder(UnifiedJedis redis, String name, Rate rate, long burst) {
        return new Builder(redis, name, rate, burst, false);
    }

    /**
     * A builder of limiters that admit {@code rate}'s permits a period for each key, by two counters and a weight.
     *
     * @param redis a client whose timeouts are the deadline, see {@link RedisClients}; it stays the caller's to close
     * @param name tells this limiter's keys from others', those of a token bucket too; without curly braces
     */
    public static Builder slidingWindow(UnifiedJedis redis, String name, Rate rate) {
        return new Builder(redis, name, rate, rate.permits(), true);
    }

    @Override
    public long reserveNanos(String key, long permits, long maxWaitNanos) {
        RateLimiter.checkPermits(permits, burst);
        long mostWait = Math.min(Math.max(0, maxWaitNanos), Duration.ofDays(365).toNanos()) / 1000 * UNITS;
        try {
            return nanos(run(key, permits, mostWait, "take"));
        } catch (RedisUnavailableException e) {
            return switch (whenDown) {
                case ADMIT -> 0;
                case DENY -> RateLimiter.DENIED;
                case LOCAL_SHARE -> share.reserveNanos(key, Math.min(permits, share.burst()), maxWaitNanos);
            };
        }
    }

    @Override
    public long nanosUntil(String key, long permits) {
        RateLimiter.checkPermits(permits, burst);
        try {
            return nanos(run(key, permits, 0, "ask"));
        } catch (RedisUnavailableException e) {
            return switch (whenDown) {
                case ADMIT -> 0;
                case DENY -> retryAfter.toNanos();
                case LOCAL_SHARE -> share.nanosUntil(key, Math.min(permits, share.burst()));
            };
        }
    }

    /** As {@link KeyedRateLimiter#tryAcquireUpTo}, in one round trip. */
    @Override
    public long tryAcquireUpTo(String key, long permits) {
        RateLimiter.checkPermits(permits, Long.MAX_VALUE);
        long most = Math.min(permits, burst);
        try {
            return run(key, most, 0, "upto");
        } catch (RedisUnavailableException e) {
            return switch (whenDown) {
                case ADMIT -> most;
                case DENY -> 0;
                case LOCAL_SHARE -> share.tryAcquireUpTo(key, most);
            };
        }
    }

    @Override
    public long burst() {
        return burst;
    }

    /** How many calls Redis did not answer. */
    public long failures() {
        return guard.failures();
    }

    private long run(String key, long permits, long mostWait, String mode) {
        byte[] slot = (name + ":{" + key + "}").getBytes(UTF_8);
        String now = clock == null ? "" : Long.toString(clock.nanos() / 1000 * UNITS);
        List<byte[]> arguments = List.of(
                text(interval),
                text(tolerance),
                text(permits),
                text(mostWait),
                mode.getBytes(UTF_8),
                now.getBytes(UTF_8));
        Object result = guard.call(() -> script.run(redis, List.of(slot), arguments));
        if (result instanceof Long number) {
            return number;
        }
        throw new IllegalStateException("the script answered " + result);
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    private static long nanos(long units) {
        return units < 0 ? RateLimiter.DENIED : (units * 1000 + UNITS - 1) / UNITS;
    }

    /** What a {@link RedisRateLimiter} shall be like. */
    public static final class Builder {
        private final UnifiedJedis redis;
        private final String name;
        private final Rate rate;
        private final long burst;
        private final boolean window;
        private WhenDown whenDown = WhenDown.DENY;
        private Duration retryAfter = Duration.ofSeconds(1);
        private int processes = 1;
        private int shareKeys = 10_000;
        private @Nullable Ticker clock;

        private Builder(UnifiedJedis redis, String name, Rate rate, long burst, boolean window) {
            this.redis = Objects.requireNonNull(redis, "redis");
            this.name = Objects.requireNonNull(name, "name");
            this.rate = Objects.requireNonNull(rate, "rate");
            this.burst = burst;
            this.window = window;
            if (name.contains("{") || name.contains("}")) {
                throw new IllegalArgumentException("name must be without curly braces, was " + name);
            }
            if (rate.period().toNanos() % 1000 != 0
                    || rate.permits() > rate.period().toNanos() / 1000) {
                throw new IllegalArgumentException(
                        "rate must have a period of whole microseconds and at most one permit in each, was " + rate);
            }
            if (burst < 1 || burst > 1_000_000_000L) {
                throw new IllegalArgumentException("burst must be from 1 to 1000000000, was " + burst);
            }
        }

        /** Denies everything while Redis is down; so it is if nothing is said. */
        public Builder denyWhenDown() {
            whenDown = WhenDown.DENY;
            return this;
        }

        /** Admits everything while Redis is down. */
        public Builder admitWhenDown() {
            whenDown = WhenDown.ADMIT;
            return this;
        }

        /**
         * Admits, while Redis is down, one {@code processes}th of the rate and burst, at least one permit, for each key,
         * from memory that holds at most {@code keys}.
         *
         * @throws IllegalArgumentException if a number is less than 1
         */
        public Builder shareWhenDown(int processes, int keys) {
            if (processes < 1) {
                throw new IllegalArgumentException("processes must be at least 1, was " + processes);
            }
            if (keys < 1) {
                throw new IllegalArgumentException("keys must be at least 1, was " + keys);
            }
            whenDown = WhenDown.LOCAL_SHARE;
            this.processes = processes;
            this.shareKeys = keys;
            return this;
        }

        /** How long after a failure Redis is asked again, one second if nothing is said. */
        public Builder retryAfter(Duration rest) {
            retryAfter = Objects.requireNonNull(rest, "rest");
            return this;
        }

        /** Tests only: the time instead of the server's. */
        Builder clock(Ticker ticker) {
            clock = ticker;
            return this;
        }

        /** The limiter; nothing is sent to Redis yet. */
        public RedisRateLimiter build() {
            return new RedisRateLimiter(this);
        }
    }
}
