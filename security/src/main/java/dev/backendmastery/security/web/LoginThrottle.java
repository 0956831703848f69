package dev.backendmastery.security.web;

import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import dev.backendmastery.core.ratelimit.KeyedTokenBucket;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.TokenBucket;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How often a password may be guessed: for each account and address, each address, each account, and altogether; and none of it locks an owner out.
 *
 * <p><b>Guarantee.</b> Somebody at one address has few guesses at one account (LT-1) and not many at all of them (LT-5). Guesses from everywhere at one account are <b>slowed, not
 * refused</b> (LT-4): so who hammers an account from elsewhere never keeps its owner out (LT-2), and a device from which the owner has signed in before is not even
 * slowed: its cookie gives it a limit of its own (LT-3). All attempts together are bounded, those of known devices apart from those of others (LT-6). A device cookie is signed, for
 * one account, for a time (LT-7). Names that look alike are one account (LT-8). Memory is bounded by the overall rate, whatever is sent (LT-9). The 2^64 addresses of one network of IPv6 are one (LT-10).
 * What is refused costs nothing elsewhere (LT-11). Whether the account exists is never asked, so the answers do not tell.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> Two hashes and four look-ups; see {@link Builder#build} for memory. <b>Not for</b> keeping newcomers in while the whole service is under
 * attack: the overall limit keeps those out then, to keep the hashing of passwords up for known devices; nor, alone, for several processes: each has its limits.
 *
 * <p><b>Source.</b> OWASP, <i>Slow Down Online Guessing Attacks with Device Cookies</i>; NIST SP 800-63B, section 5.2.2; ASVS 5.0, 6.1.1, 6.3.1.
 */
public final class LoginThrottle {

    private static final String PURPOSE = "device-1";
    private static final int LONGEST_ACCOUNT = 512;
    private static final int DEVICE = 16;
    private static final int SIGNED = 1 + DEVICE + 8; // version, device, seconds
    private static final int BODY = SIGNED + 32; // in base64 without rest: one text for it
    private static final int MOST_KEYS = 10_000_000;
    private static final int SPARE_KEYS = 1_024;

    /** What an attempt is answered. */
    public sealed interface Decision {

        /**
         * Check the password; answer no sooner than after the delay, whatever comes out.
         *
         * @param delay zero for most
         */
        record Admitted(Duration delay) implements Decision {}

        /**
         * Check nothing; answer as for a wrong password, or 429.
         *
         * @param retryAfter when it is worth trying again
         */
        record Refused(Duration retryAfter) implements Decision {}
    }

    private final MacKeys keys;
    private final InstantSource clock;
    private final Duration deviceLife;
    private final Duration maxDelay;
    private final KeyedTokenBucket<String> pairs;
    private final KeyedTokenBucket<String> addresses;
    private final KeyedTokenBucket<String> accounts;
    private final KeyedTokenBucket<String> devices;
    private final RateLimiter others;
    private final RateLimiter known;
    private final SecureRandom random = new SecureRandom();

    private LoginThrottle(Builder builder) {
        keys = builder.keys;
        clock = builder.clock;
        deviceLife = builder.deviceLife;
        maxDelay = builder.maxDelay;
        pairs = builder.limiter(builder.pair, Duration.ZERO);
        addresses = builder.limiter(builder.address, Duration.ZERO);
        accounts = builder.limiter(builder.account, builder.maxDelay);
        devices = builder.limiter(builder.device, Duration.ZERO);
        others = TokenBucket.of(builder.overall.rate, builder.overall.burst, builder.ticker);
        known = TokenBucket.of(builder.overall.rate, builder.overall.burst, builder.ticker);
    }

    /** Signs device cookies with {@code keys}; all limits have values that one service can start with. */
    public static Builder of(MacKeys keys) {
        return new Builder(keys);
    }

    /**
     * Asked before a password is looked at.
     *
     * @param account the name as it was typed, whether there is such an account or not
     * @param address of {@link ClientAddress}
     * @param deviceCookie what {@link #trust} once gave this browser, or null
     * @throws WebRefusedException if the name is of more than 512 characters
     */
    public Decision attempt(String account, InetAddress address, @Nullable String deviceCookie) {
        String name = normal(account);
        String device = device(name, deviceCookie);
        if (device != null && devices.nanosUntil(device, 1) == 0 && known.tryAcquire() && devices.tryAcquire(device)) {
            return new Decision.Admitted(Duration.ZERO);
        }
        String hash = hash(name);
        String network = ClientAddress.network(address);
        String pair = hash + network;
        // Looked at first and taken last: what one limit refuses must not use up another, nor fill a table.
        long wait = Math.max(pairs.nanosUntil(pair, 1), addresses.nanosUntil(network, 1));
        if (wait > 0) {
            return refused(wait);
        }
        if (!others.tryAcquire()) {
            return refused(others.nanosUntil(1));
        }
        if (!take(pairs, pair) || !take(addresses, network)) {
            return refused(Math.max(pairs.nanosUntil(pair, 1), addresses.nanosUntil(network, 1)));
        }
        long delay = accounts.reserveNanos(hash, 1, maxDelay.toNanos());
        return new Decision.Admitted(delay == RateLimiter.DENIED ? maxDelay : Duration.ofNanos(delay));
    }

    private static boolean take(KeyedRateLimiter<String> limiter, String key) {
        return limiter.tryAcquire(key);
    }

    private static Decision refused(long nanos) {
        return new Decision.Refused(Duration.ofNanos(Math.max(1, nanos)));
    }

    /**
     * A cookie for the browser from which the account's owner has just signed in, such as {@code __Host-device}.
     *
     * @throws WebRefusedException if the name is of more than 512 characters
     */
    public String trust(String account) {
        byte[] bits = new byte[DEVICE];
        random.nextBytes(bits);
        byte[] body = ByteBuffer.allocate(BODY)
                .put((byte) 1)
                .put(bits)
                .putLong(clock.instant().getEpochSecond())
                .array();
        String key = keys.current();
        byte[] code = Objects.requireNonNull(keys.code(key, PURPOSE, normal(account), body, 0, SIGNED), "code");
        System.arraycopy(code, 0, body, SIGNED, code.length);
        return key + "." + Base64.getUrlEncoder().encodeToString(body);
    }

    /** The device if the cookie is one that was given for the account and is not too old, else null. */
    private @Nullable String device(String name, @Nullable String cookie) {
        int dot = cookie == null ? -1 : cookie.indexOf('.');
        if (cookie == null || dot < 0 || cookie.length() - dot - 1 != BODY / 3 * 4) {
            return null;
        }
        byte[] body;
        try {
            body = Base64.getUrlDecoder().decode(cookie.substring(dot + 1));
        } catch (IllegalArgumentException e) {
            return null; // no cookie of ours: an unknown device, which is the answer
        }
        if (body.length != BODY) {
            return null;
        }
        byte[] code = keys.code(cookie.substring(0, dot), PURPOSE, name, body, 0, SIGNED);
        if (code == null || !MessageDigest.isEqual(code, Arrays.copyOfRange(body, SIGNED, BODY))) {
            return null;
        }
        long age = clock.instant().getEpochSecond() - ByteBuffer.wrap(body).getLong(1 + DEVICE);
        return age < deviceLife.toSeconds() ? text(body, 1, DEVICE) : null;
    }

    private static String normal(String account) {
        if (account.length() > LONGEST_ACCOUNT) {
            throw new WebRefusedException(Reason.TOO_LARGE, "a name of more than " + LONGEST_ACCOUNT);
        }
        return Normalizer.normalize(account, Normalizer.Form.NFKC).strip().toLowerCase(Locale.ROOT);
    }

    private static String hash(String name) {
        try {
            return text(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)), 0, 18);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }

    private static String text(byte[] bytes, int from, int length) {
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, from, from + length));
    }

    /** How many keys are held by all limits; for gauges and tests. */
    public int size() {
        return pairs.size() + addresses.size() + accounts.size() + devices.size();
    }

    /** So many at once, and so many in so long a time afterwards. */
    private record Limit(Rate rate, long burst) {}

    /** What can be told of it. */
    public static final class Builder {

        private final MacKeys keys;
        private Limit pair = new Limit(new Rate(1, Duration.ofMinutes(1)), 5);
        private Limit address = new Limit(new Rate(20, Duration.ofMinutes(1)), 50);
        private Limit account = new Limit(new Rate(6, Duration.ofMinutes(1)), 20);
        private Limit device = new Limit(new Rate(1, Duration.ofMinutes(1)), 10);
        private Limit overall = new Limit(Rate.perSecond(20), 100);
        private Duration maxDelay = Duration.ofSeconds(5);
        private Duration deviceLife = Duration.ofDays(180);
        private Ticker ticker = Ticker.system();
        private InstantSource clock = InstantSource.system();

        private Builder(MacKeys keys) {
            this.keys = Objects.requireNonNull(keys, "keys");
        }

        /** Guesses of one address at one account: 5, and one a minute. */
        public Builder perAccountAndAddress(Rate rate, long burst) {
            pair = new Limit(rate, burst);
            return this;
        }

        /** Guesses of one address at whatever account: 50, and 20 a minute. Many users may share one. */
        public Builder perAddress(Rate rate, long burst) {
            address = new Limit(rate, burst);
            return this;
        }

        /**
         * Guesses at one account from everywhere, beyond which each is delayed: 20, and 6 a minute; 5 s at most.
         *
         * @throws IllegalArgumentException if the delay is not from 0 to a minute
         */
        public Builder perAccount(Rate rate, long burst, Duration longestDelay) {
            if (longestDelay.isNegative() || longestDelay.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException("longestDelay must be from 0 to a minute, was " + longestDelay);
            }
            account = new Limit(rate, burst);
            maxDelay = longestDelay;
            return this;
        }

        /**
         * Attempts of a known device, which then counts as unknown: 10, and one a minute.
         *
         * @param life how long it is known: from a minute to 400 days; 180 days if nothing is said
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder perDevice(Rate rate, long burst, Duration life) {
            if (life.compareTo(Duration.ofMinutes(1)) < 0 || life.compareTo(Duration.ofDays(400)) > 0) {
                throw new IllegalArgumentException("life must be from a minute to 400 days, was " + life);
            }
            device = new Limit(rate, burst);
            deviceLife = life;
            return this;
        }

        /** All attempts of unknown devices, and again all of known ones: 100, and 20 a second; what the hashing of passwords can bear. */
        public Builder overall(Rate rate, long burst) {
            overall = new Limit(rate, burst);
            return this;
        }

        /** The time of limits. */
        public Builder ticker(Ticker source) {
            ticker = Objects.requireNonNull(source, "source");
            return this;
        }

        /** The time of device cookies. */
        public Builder clock(InstantSource source) {
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * The throttle. Each limit holds as many keys as can owe something at the overall rate, twice, and 1,024: with what is set here some 15,000 for accounts and addresses, at about
         * 200 bytes.
         *
         * @throws IllegalArgumentException if that is more than ten million for one of them, or a burst is less than 1
         */
        public LoginThrottle build() {
            return new LoginThrottle(this);
        }

        private KeyedTokenBucket<String> limiter(Limit limit, Duration ahead) {
            double seconds =
                    limit.burst * (limit.rate.period().toNanos() / 1e9) / limit.rate.permits() + ahead.toSeconds();
            double owing = overall.burst
                    + seconds * overall.rate.permits() / (overall.rate.period().toNanos() / 1e9);
            double most = 2 * owing + SPARE_KEYS;
            if (most > MOST_KEYS) {
                throw new IllegalArgumentException(
                        "limits must let at most " + MOST_KEYS + " keys owe at once, were for " + (long) most);
            }
            return KeyedTokenBucket.of(limit.rate, limit.burst, (int) most, ticker);
        }
    }
}
