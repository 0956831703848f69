package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.apikey.ApiKeyRefusedException.Reason;
import dev.backendmastery.security.apikey.ApiKeyStore.Hashed;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class ApiKeysContractBitesTest {

    private enum Fault {
        IGNORES_THE_CHECKSUM,
        TRIMS,
        KEEPS_THE_TEXT,
        LONG_HINTS,
        COUNTS_INSTEAD_OF_CHANCE,
        NEVER_EXPIRES,
        BELIEVES_AT_THE_END,
        IGNORES_REVOCATION,
        FORGETS_WHO_ISSUED,
        ESCALATES,
        OUTLIVES,
        BELIEVES_THE_CALLER,
        ENDS_AT_ONCE,
        OVERLAPS_FOR_EVER,
        ROTATES_AGAIN,
        ROTATES_WITH_THE_OLD_END,
        LISTS_ONLY_THE_NEWEST,
        SHOWS_THE_LAST,
        WRITES_EACH_USE,
        WRITES_WHILE_ONE_WAITS,
        WRITES_OF_ANYBODY,
        FAILS_WITH_THE_WRITE,
        ENSURES_ANEW
    }

    /** Keys as one writes them, right unless given a fault. */
    private static final class Plain implements ApiKeys {
        private final ApiKeysContract.Parts parts;
        private final @Nullable Fault fault;
        private final SecureRandom random = new SecureRandom();
        private final Map<UUID, Instant> tried = new ConcurrentHashMap<>();
        private volatile String last = "";

        Plain(ApiKeysContract.Parts parts, @Nullable Fault fault) {
            this.parts = parts;
            this.fault = fault;
        }

        private boolean has(Fault one) {
            return fault == one;
        }

        private Instant now() {
            return parts.clock().instant();
        }

        private String hash(String text) {
            if (has(Fault.KEEPS_THE_TEXT)) {
                return text;
            }
            try {
                return HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public ApiKey authenticate(String text) throws ApiKeyRefusedException {
            String asked = has(Fault.TRIMS) ? text.strip() : text;
            if (!has(Fault.IGNORES_THE_CHECKSUM) && !parts.format().isWellFormed(asked)) {
                throw new ApiKeyRefusedException(Reason.MALFORMED);
            }
            ApiKey key = parts.store()
                    .findByHash(hash(asked))
                    .orElseThrow(() -> new ApiKeyRefusedException(Reason.UNKNOWN))
                    .key();
            if (has(Fault.WRITES_OF_ANYBODY)) {
                use(key);
            }
            check(key);
            use(key);
            return key;
        }

        private void check(ApiKey key) throws ApiKeyRefusedException {
            if (key.revokedAt() != null && !has(Fault.IGNORES_REVOCATION)) {
                throw new ApiKeyRefusedException(Reason.REVOKED);
            }
            Instant end = key.expiresAt();
            if (end != null && !has(Fault.NEVER_EXPIRES)) {
                boolean over = has(Fault.BELIEVES_AT_THE_END) ? now().isAfter(end) : !now().isBefore(end);
                if (over) {
                    throw new ApiKeyRefusedException(Reason.EXPIRED);
                }
            }
        }

        private void use(ApiKey key) {
            Instant now = now();
            Instant before = key.lastUsedAt() == null ? tried.get(key.id()) : key.lastUsedAt();
            if (!has(Fault.WRITES_EACH_USE) && before != null && now.isBefore(before.plus(parts.interval()))) {
                return;
            }
            tried.put(key.id(), now);
            Runnable write = () -> parts.store()
                    .used(key.id(), now, now.minus(parts.interval()).plusNanos(1_000));
            if (has(Fault.WRITES_WHILE_ONE_WAITS)) {
                write.run();
                return;
            }
            try {
                parts.executor().execute(write);
            } catch (RejectedExecutionException | ApiKeyStoreException e) {
                if (has(Fault.FAILS_WITH_THE_WRITE)) {
                    throw e;
                }
            }
        }

        private IssuedApiKey make(@Nullable UUID by, String owner, String name, Scopes scopes, @Nullable Instant end) {
            String text = parts.format().generate(random);
            if (has(Fault.COUNTS_INSTEAD_OF_CHANCE)) {
                text = parts.format().generate(new Counting());
            }
            String hint = text.substring(0, has(Fault.LONG_HINTS) ? 16 : 4) + "…" + text.substring(text.length() - 4);
            last = text;
            ApiKey key = new ApiKey(
                    UuidV7.fast().next(),
                    owner,
                    name,
                    scopes,
                    hint,
                    has(Fault.FORGETS_WHO_ISSUED) ? null : by,
                    now(),
                    end,
                    null,
                    null,
                    null);
            return new IssuedApiKey(key, text);
        }

        private IssuedApiKey add(IssuedApiKey issued) {
            parts.store().add(new Hashed(issued.key(), hash(issued.text())));
            return issued;
        }

        private @Nullable Instant end(@Nullable Duration lifetime) {
            if (lifetime != null
                    && (lifetime.compareTo(Duration.ofSeconds(1)) < 0
                            || lifetime.compareTo(Duration.ofDays(3_653)) > 0)) {
                throw new IllegalArgumentException("lifetime");
            }
            return lifetime == null ? null : now().plus(lifetime);
        }

        @Override
        public IssuedApiKey issue(String owner, String name, Scopes scopes, @Nullable Duration lifetime) {
            return add(make(null, owner, name, scopes, end(lifetime)));
        }

        @Override
        public IssuedApiKey issue(ApiKey by, String name, Scopes scopes, @Nullable Duration lifetime)
                throws ApiKeyRefusedException {
            ApiKey issuer = has(Fault.BELIEVES_THE_CALLER)
                    ? by
                    : parts.store().find(by.id()).orElseThrow(() -> new ApiKeyRefusedException(Reason.UNKNOWN));
            check(issuer);
            if (!issuer.scopes().containsAll(scopes) && !has(Fault.ESCALATES)) {
                throw new ScopeEscalationException(issuer.scopes(), scopes);
            }
            Instant end = lifetime == null ? issuer.expiresAt() : end(lifetime);
            Instant most = issuer.expiresAt();
            if (most != null && end != null && end.isAfter(most) && !has(Fault.OUTLIVES)) {
                throw new IllegalArgumentException("lifetime");
            }
            return add(make(issuer.id(), issuer.owner(), name, scopes, end));
        }

        @Override
        public ApiKey ensure(String text, String owner, String name, Scopes scopes) {
            if (!parts.format().isWellFormed(text)) {
                throw new IllegalArgumentException("text");
            }
            ApiKey key = make(null, owner, name, scopes, null).key();
            key = new ApiKey(
                    key.id(), owner, name, scopes, "bmt_…" + text.substring(49), null, now(), null, null, null, null);
            boolean added = parts.store().add(new Hashed(key, hash(text)));
            return added || has(Fault.ENSURES_ANEW)
                    ? key
                    : parts.store().findByHash(hash(text)).orElseThrow().key();
        }

        @Override
        public Optional<IssuedApiKey> rotate(UUID id, Duration overlap) {
            if (overlap.isNegative() || overlap.compareTo(Duration.ofDays(90)) > 0) {
                throw new IllegalArgumentException("overlap");
            }
            ApiKey old = parts.store().find(id).orElseThrow();
            if (!old.isActive(now())) {
                return Optional.empty();
            }
            IssuedApiKey fresh = make(
                    old.issuedBy(),
                    old.owner(),
                    old.name(),
                    old.scopes(),
                    old.expiresAt() == null
                            ? null
                            : has(Fault.ROTATES_WITH_THE_OLD_END)
                                    ? old.expiresAt()
                                    : now().plus(Duration.between(old.createdAt(), old.expiresAt())));
            Instant until = now().plus(overlap);
            if (has(Fault.ENDS_AT_ONCE)) {
                until = now();
            } else if (has(Fault.OVERLAPS_FOR_EVER)) {
                until = Instant.parse("9999-01-01T00:00:00Z");
            }
            boolean first = parts.store().succeed(id, until, new Hashed(fresh.key(), hash(fresh.text())));
            if (!first && has(Fault.ROTATES_AGAIN)) {
                return Optional.of(add(fresh));
            }
            return first ? Optional.of(fresh) : Optional.empty();
        }

        @Override
        public int revoke(UUID id) {
            return parts.store().revoke(id, now());
        }

        @Override
        public Optional<ApiKey> find(UUID id) {
            return parts.store().find(id);
        }

        @Override
        public List<ApiKey> list(String owner) {
            List<ApiKey> all = parts.store().list(owner);
            return has(Fault.LISTS_ONLY_THE_NEWEST) ? all.subList(0, Math.min(1, all.size())) : all;
        }

        @Override
        public String toString() {
            return has(Fault.SHOWS_THE_LAST) ? last : "keys";
        }
    }

    /** Gives numbers that follow each other. */
    private static final class Counting extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger NEXT = new AtomicInteger();
        private final int number = NEXT.getAndIncrement();
        private int call;

        @Override
        public int nextInt(int bound) {
            call++;
            return call == 43 ? number % bound : call == 42 ? number / bound % bound : 7;
        }
    }

    abstract static class Planted extends ApiKeysContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected ApiKeys create(Parts parts) {
            return new Plain(parts, fault);
        }

        @Override
        protected ApiKeyStore store() {
            return new InMemoryApiKeyStore();
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class IgnoresTheChecksum extends Planted {
        IgnoresTheChecksum() {
            super(Fault.IGNORES_THE_CHECKSUM);
        }
    }

    static final class Trims extends Planted {
        Trims() {
            super(Fault.TRIMS);
        }
    }

    static final class KeepsTheText extends Planted {
        KeepsTheText() {
            super(Fault.KEEPS_THE_TEXT);
        }
    }

    static final class LongHints extends Planted {
        LongHints() {
            super(Fault.LONG_HINTS);
        }
    }

    static final class CountsInsteadOfChance extends Planted {
        CountsInsteadOfChance() {
            super(Fault.COUNTS_INSTEAD_OF_CHANCE);
        }
    }

    static final class NeverExpires extends Planted {
        NeverExpires() {
            super(Fault.NEVER_EXPIRES);
        }
    }

    static final class BelievesAtTheEnd extends Planted {
        BelievesAtTheEnd() {
            super(Fault.BELIEVES_AT_THE_END);
        }
    }

    static final class IgnoresRevocation extends Planted {
        IgnoresRevocation() {
            super(Fault.IGNORES_REVOCATION);
        }
    }

    static final class ForgetsWhoIssued extends Planted {
        ForgetsWhoIssued() {
            super(Fault.FORGETS_WHO_ISSUED);
        }
    }

    static final class Escalates extends Planted {
        Escalates() {
            super(Fault.ESCALATES);
        }
    }

    static final class Outlives extends Planted {
        Outlives() {
            super(Fault.OUTLIVES);
        }
    }

    static final class BelievesTheCaller extends Planted {
        BelievesTheCaller() {
            super(Fault.BELIEVES_THE_CALLER);
        }
    }

    static final class EndsAtOnce extends Planted {
        EndsAtOnce() {
            super(Fault.ENDS_AT_ONCE);
        }
    }

    static final class OverlapsForEver extends Planted {
        OverlapsForEver() {
            super(Fault.OVERLAPS_FOR_EVER);
        }
    }

    static final class RotatesAgain extends Planted {
        RotatesAgain() {
            super(Fault.ROTATES_AGAIN);
        }
    }

    static final class RotatesWithTheOldEnd extends Planted {
        RotatesWithTheOldEnd() {
            super(Fault.ROTATES_WITH_THE_OLD_END);
        }
    }

    static final class ListsOnlyTheNewest extends Planted {
        ListsOnlyTheNewest() {
            super(Fault.LISTS_ONLY_THE_NEWEST);
        }
    }

    static final class ShowsTheLast extends Planted {
        ShowsTheLast() {
            super(Fault.SHOWS_THE_LAST);
        }
    }

    static final class WritesEachUse extends Planted {
        WritesEachUse() {
            super(Fault.WRITES_EACH_USE);
        }
    }

    static final class WritesWhileOneWaits extends Planted {
        WritesWhileOneWaits() {
            super(Fault.WRITES_WHILE_ONE_WAITS);
        }
    }

    static final class WritesOfAnybody extends Planted {
        WritesOfAnybody() {
            super(Fault.WRITES_OF_ANYBODY);
        }
    }

    static final class FailsWithTheWrite extends Planted {
        FailsWithTheWrite() {
            super(Fault.FAILS_WITH_THE_WRITE);
        }
    }

    static final class EnsuresAnew extends Planted {
        EnsuresAnew() {
            super(Fault.ENSURES_ANEW);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(IgnoresTheChecksum.class, "AK-2", "AK-3"),
                () -> Kit.convicts(Trims.class, "AK-2"),
                () -> Kit.convicts(KeepsTheText.class, "AK-4"),
                () -> Kit.convicts(LongHints.class, "AK-4", "AK-10"),
                () -> Kit.convicts(CountsInsteadOfChance.class, "AK-5"),
                () -> Kit.convicts(NeverExpires.class, "AK-6", "AK-8", "AK-9"),
                () -> Kit.convicts(BelievesAtTheEnd.class, "AK-6", "AK-8", "AK-9"),
                () -> Kit.convicts(IgnoresRevocation.class, "AK-7", "AK-8", "AK-9", "AK-11"),
                () -> Kit.convicts(ForgetsWhoIssued.class, "AK-7", "AK-8"),
                () -> Kit.convicts(Escalates.class, "AK-8"),
                () -> Kit.convicts(Outlives.class, "AK-8"),
                () -> Kit.convicts(BelievesTheCaller.class, "AK-8"),
                () -> Kit.convicts(EndsAtOnce.class, "AK-9"),
                () -> Kit.convicts(OverlapsForEver.class, "AK-9"),
                () -> Kit.convicts(RotatesAgain.class, "AK-9"),
                () -> Kit.convicts(RotatesWithTheOldEnd.class, "AK-9"),
                () -> Kit.convicts(ListsOnlyTheNewest.class, "AK-8", "AK-9", "AK-10"),
                () -> Kit.convicts(ShowsTheLast.class, "AK-10"),
                () -> Kit.convicts(WritesEachUse.class, "AK-11", "AK-12"),
                () -> Kit.convicts(WritesWhileOneWaits.class, "AK-1", "AK-11", "AK-12"),
                () -> Kit.convicts(WritesOfAnybody.class, "AK-11"),
                () -> Kit.convicts(FailsWithTheWrite.class, "AK-12"),
                () -> Kit.convicts(EnsuresAnew.class, "AK-1"));
    }
}
