package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.ACCOUNT;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.Account;
import dev.backendmastery.shortener.application.Accounts;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/** Accounts in PostgreSQL. */
public final class PostgresAccounts implements Accounts {

    private final Transactions transactions;
    private final InstantSource clock;

    /** Accounts behind {@code transactions}. */
    public PostgresAccounts(Transactions transactions, InstantSource clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public Optional<Account> create(String name, @Nullable String hash) {
        OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        return transactions.call(Isolation.READ_COMMITTED, tx -> tx.insertInto(
                        ACCOUNT, ACCOUNT.NAME, ACCOUNT.PASSWORD, ACCOUNT.CREATED_AT)
                .values(name, hash, now)
                .onConflict(ACCOUNT.NAME)
                .doNothing()
                .returning(ACCOUNT.ID)
                .fetchOptional(row -> new Account(row.get(ACCOUNT.ID), name)));
    }

    @Override
    public Optional<Account> named(String name) {
        return one(ACCOUNT.NAME.eq(name));
    }

    @Override
    public Optional<Account> numbered(long id) {
        return one(ACCOUNT.ID.eq(id));
    }

    private Optional<Account> one(Condition which) {
        return transactions.read(Isolation.READ_COMMITTED, tx -> tx.select(ACCOUNT.ID, ACCOUNT.NAME)
                .from(ACCOUNT)
                .where(which)
                .fetchOptional(row -> new Account(row.get(ACCOUNT.ID), row.get(ACCOUNT.NAME))));
    }

    @Override
    public Optional<String> find(String account) {
        return transactions.read(Isolation.READ_COMMITTED, tx -> tx.select(ACCOUNT.PASSWORD)
                .from(ACCOUNT)
                .where(ACCOUNT.NAME.eq(account), ACCOUNT.PASSWORD.isNotNull())
                .fetchOptional(ACCOUNT.PASSWORD));
    }

    @Override
    public boolean replace(String account, String verified, String fresh) {
        return transactions.<Integer, RuntimeException>call(Isolation.READ_COMMITTED, tx -> tx.update(ACCOUNT)
                        .set(ACCOUNT.PASSWORD, fresh)
                        .where(ACCOUNT.NAME.eq(account), ACCOUNT.PASSWORD.eq(verified))
                        .execute())
                == 1;
    }
}
