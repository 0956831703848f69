package dev.backendmastery.security.apikey;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.security.apikey.ApiKeyRefusedException.Reason;
import dev.backendmastery.security.apikey.ApiKeyStore.Hashed;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * {@link ApiKeys} of which only a hash is kept: SHA-256, or HMAC-SHA-256 with a pepper, so that a stolen table is of no use even to somebody who finds a key in
 * his logs and wants to know whose it is.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> A checksum, a hash and one look-up by it. What is compared is a hash, which nobody chooses digit by digit, so how long the
 * index takes tells nothing of a key.
 */
public final class HashedApiKeys implements ApiKeys {

    private static final Duration LONGEST = Duration.ofDays(3_653);
    private static final Duration LONGEST_OVERLAP = Duration.ofDays(90);
    private static final int PEPPER = 32;
    private static final int MOST_REMEMBERED = 10_000;

    private final ApiKeyFormat format;
    private final ApiKeyStore store;
    private final InstantSource clock;
    private final SecureRandom random;
    private final @Nullable SecretKeySpec pepper;
    private final @Nullable Executor executor;
    private final Duration interval;
    /** When a write was last handed on, so that a slow or failing one is not handed on by each request. */
    private final Map<UUID, Instant> handedOn = new ConcurrentHashMap<>();

    private final AtomicLong lost = new AtomicLong();

    private HashedApiKeys(Builder builder) {
        format = builder.format;
        store = builder.store;
        clock = builder.clock;
        random = builder.random;
        pepper = builder.pepper;
        executor = builder.executor;
        interval = builder.interval;
    }

    /** Keys of this form in this store. */
    public static Builder of(ApiKeyFormat format, ApiKeyStore store) {
        return new Builder(format, store);
    }

    @Override
    public ApiKey authenticate(String text) throws ApiKeyRefusedException {
        if (!format.isWellFormed(text)) {
            throw new ApiKeyRefusedException(Reason.MALFORMED);
        }
        String hash = hash(text);
        Hashed found = store.findByHash(hash).orElse(null);
        if (found == null || !isSame(found.hash(), hash)) {
            throw new ApiKeyRefusedException(Reason.UNKNOWN);
        }
        ApiKey key = found.key();
        Instant now = now();
        check(key, now);
        if (executor != null) {
            noteUse(key, now, executor);
        }
        return key;
    }

    private static void check(ApiKey key, Instant now) throws ApiKeyRefusedException {
        if (key.revokedAt() != null) {
            throw new ApiKeyRefusedException(Reason.REVOKED);
        }
        if (!key.isActive(now)) {
            throw new ApiKeyRefusedException(Reason.EXPIRED);
        }
    }

    private static boolean isSame(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }

    private void noteUse(ApiKey key, Instant now, Executor writer) {
        Instant last = key.lastUsedAt();
        if (last != null && now.isBefore(last.plus(interval))) {
            return;
        }
        Instant before = handedOn.get(key.id());
        if ((before != null && now.isBefore(before.plus(interval)))
                || (before == null && !hasRoom(now))
                || !swap(key.id(), before, now)) {
            return;
        }
        try {
            writer.execute(() -> write(key.id(), now));
        } catch (RejectedExecutionException e) {
            lost.incrementAndGet();
        }
    }

    private boolean swap(UUID id, @Nullable Instant before, Instant now) {
        return before == null ? handedOn.putIfAbsent(id, now) == null : handedOn.replace(id, before, now);
    }

    private boolean hasRoom(Instant now) {
        if (handedOn.size() < MOST_REMEMBERED) {
            return true;
        }
        handedOn.values().removeIf(time -> !now.isBefore(time.plus(interval)));
        return handedOn.size() < MOST_REMEMBERED;
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a store throws: it is counted, and nobody waits for it
    private void write(UUID id, Instant now) {
        try {
            store.used(id, now, now.minus(interval).plus(1, ChronoUnit.MICROS));
        } catch (RuntimeException e) {
            lost.incrementAndGet();
        }
    }

    /** How many times of last use were not written, because the executor was full or the store failed. */
    public long lostUses() {
        return lost.get();
    }

    @Override
    public IssuedApiKey issue(String owner, String name, Scopes scopes, @Nullable Duration lifetime) {
        Instant now = now();
        return add(null, owner, name, scopes, now, lifetime == null ? null : end(now, lifetime));
    }

    @Override
    public IssuedApiKey issue(ApiKey by, String name, Scopes scopes, @Nullable Duration lifetime)
            throws ApiKeyRefusedException {
        // As it is now: what the caller has may be old.
        ApiKey issuer = store.find(by.id()).orElseThrow(() -> new ApiKeyRefusedException(Reason.UNKNOWN));
        Instant now = now();
        check(issuer, now);
        if (!issuer.scopes().containsAll(scopes)) {
            throw new ScopeEscalationException(issuer.scopes(), scopes);
        }
        Instant last = issuer.expiresAt();
        Instant end = lifetime == null ? last : end(now, lifetime);
        if (last != null && end != null && end.isAfter(last)) {
            throw new IllegalArgumentException("lifetime must not be beyond the issuer's, was " + lifetime);
        }
        IssuedApiKey issued = add(issuer.id(), issuer.owner(), name, scopes, now, end);
        // Revoked in between, it may not have been there to be revoked too.
        ApiKey after = store.find(issuer.id()).orElse(null);
        if (after == null || after.revokedAt() != null) {
            store.revoke(issued.key().id(), now());
            throw new ApiKeyRefusedException(Reason.REVOKED);
        }
        return issued;
    }

    private static Instant end(Instant now, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("lifetime must be from 1 s to 10 years, was " + lifetime);
        }
        return now.plus(lifetime).truncatedTo(ChronoUnit.MICROS);
    }

    private IssuedApiKey add(
            @Nullable UUID by, String owner, String name, Scopes scopes, Instant now, @Nullable Instant end) {
        String text = format.generate(random);
        ApiKey key = key(text, by, owner, name, scopes, now, end);
        if (!store.add(new Hashed(key, hash(text)))) {
            throw new IllegalStateException("two random keys alike: the source of randomness is broken");
        }
        return new IssuedApiKey(key, text);
    }

    private ApiKey key(
            String text,
            @Nullable UUID by,
            String owner,
            String name,
            Scopes scopes,
            Instant now,
            @Nullable Instant end) {
        return new ApiKey(
                UuidV7.secure().next(), owner, name, scopes, format.hint(text), by, now, end, null, null, null);
    }

    @Override
    public ApiKey ensure(String text, String owner, String name, Scopes scopes) {
        if (!format.isWellFormed(text)) {
            throw new IllegalArgumentException("text must be a key of the form " + format);
        }
        String hash = hash(text);
        ApiKey key = key(text, null, owner, name, scopes, now(), null);
        return store.add(new Hashed(key, hash))
                ? key
                : store.findByHash(hash)
                        .orElseThrow(() -> new IllegalStateException("a key that is neither there nor new"))
                        .key();
    }

    @Override
    public Optional<IssuedApiKey> rotate(UUID id, Duration overlap) {
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw new IllegalArgumentException("overlap must be from 0 to 90 days, was " + overlap);
        }
        Instant now = now();
        ApiKey old = store.find(id).orElse(null);
        if (old == null || !old.isActive(now) || old.successor() != null) {
            return Optional.empty();
        }
        Duration lifetime = old.lifetime();
        String text = format.generate(random);
        ApiKey key = key(
                text,
                old.issuedBy(),
                old.owner(),
                old.name(),
                old.scopes(),
                now,
                lifetime == null ? null : now.plus(lifetime));
        return store.succeed(id, now.plus(overlap).truncatedTo(ChronoUnit.MICROS), new Hashed(key, hash(text)))
                ? Optional.of(new IssuedApiKey(key, text))
                : Optional.empty();
    }

    @Override
    public int revoke(UUID id) {
        return store.revoke(id, now());
    }

    @Override
    public Optional<ApiKey> find(UUID id) {
        return store.find(id);
    }

    @Override
    public List<ApiKey> list(String owner) {
        return store.list(owner);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String hash(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try {
            if (pepper == null) {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            }
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(pepper);
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has SHA-256 and HmacSHA256", e);
        }
    }

    /** Says how keys look. */
    @Override
    public String toString() {
        return "keys " + format + " in " + store;
    }

    /** What may be said besides. Not safe for several threads. */
    public static final class Builder {

        private final ApiKeyFormat format;
        private final ApiKeyStore store;
        private InstantSource clock = InstantSource.system();
        private SecureRandom random = new SecureRandom();
        private @Nullable SecretKeySpec pepper;
        private @Nullable Executor executor;
        private Duration interval = Duration.ofMinutes(5);

        private Builder(ApiKeyFormat format, ApiKeyStore store) {
            this.format = Objects.requireNonNull(format, "format");
            this.store = Objects.requireNonNull(store, "store");
        }

        /** What time it is. */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** Where secrets come from. */
        public Builder random(SecureRandom random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /** A secret that is not in the store and goes into each hash, of at least 32 bytes, copied; without it no key is found, and another one finds none. */
        public Builder pepper(byte[] secret) {
            if (secret.length < PEPPER) {
                throw new IllegalArgumentException("secret must have at least 32 bytes, had " + secret.length);
            }
            pepper = new SecretKeySpec(secret, "HmacSHA256");
            return this;
        }

        /**
         * Keeps when a key was last used; not kept by default.
         *
         * @param executor writes it: bounded, and may refuse
         * @param interval how coarse, 1 s to 30 days: in it, it is written once at most
         */
        public Builder lastUsed(Executor executor, Duration interval) {
            if (interval.compareTo(Duration.ofSeconds(1)) < 0 || interval.compareTo(Duration.ofDays(30)) > 0) {
                throw new IllegalArgumentException("interval must be from 1 s to 30 days, was " + interval);
            }
            this.executor = Objects.requireNonNull(executor, "executor");
            this.interval = interval;
            return this;
        }

        /** The keys. */
        public HashedApiKeys build() {
            return new HashedApiKeys(this);
        }
    }
}
