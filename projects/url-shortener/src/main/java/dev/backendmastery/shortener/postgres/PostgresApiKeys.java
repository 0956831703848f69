package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.API_KEY;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.ApiKeys;
import dev.backendmastery.shortener.domain.LinkException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** API keys in PostgreSQL; of a secret of 256 random bits only the SHA-256 hash is kept, which is also how it is found. */
public final class PostgresApiKeys implements ApiKeys {

    private static final String PREFIX = "bmk_";

    private final Transactions transactions;
    private final SecureRandom random;
    private final InstantSource clock;

    /** Keys behind {@code transactions}, their secrets from {@code random}. */
    public PostgresApiKeys(Transactions transactions, SecureRandom random, InstantSource clock) {
        this.transactions = transactions;
        this.random = random;
        this.clock = clock;
    }

    @Override
    public String create(String name, boolean admin) {
        if (name.isBlank() || name.length() > 100) {
            throw LinkException.invalid("name must be 1 to 100 characters");
        }
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        ensure(name, admin, secret);
        return secret;
    }

    @Override
    public void ensure(String name, boolean admin, String secret) {
        OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        transactions.run(Isolation.READ_COMMITTED, tx -> tx.insertInto(
                        API_KEY, API_KEY.NAME, API_KEY.HASH, API_KEY.ADMIN, API_KEY.CREATED_AT)
                .values(name, hash(secret), admin, now)
                .onConflict(API_KEY.HASH)
                .doNothing()
                .execute());
    }

    @Override
    public Optional<ApiKey> find(String secret) {
        if (secret.length() > 200) {
            return Optional.empty();
        }
        return transactions.read(Isolation.READ_COMMITTED, tx -> tx.selectFrom(API_KEY)
                .where(API_KEY.HASH.eq(hash(secret)), API_KEY.DISABLED.isFalse())
                .fetchOptional(row -> new ApiKey(row.get(API_KEY.ID), row.get(API_KEY.NAME), row.get(API_KEY.ADMIN))));
    }

    private static String hash(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
