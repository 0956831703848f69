package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.RetryBudget;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.engines.Engines;
import java.time.Duration;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

final class PostgresTransactionsTest extends TransactionsContract {

    @Override
    protected Transactions create(Parts parts) {
        return new PostgresTransactions(
                parts.database(), parts.policy(), parts.budget(), parts.ticker(), parts.sleeper(), parts.random());
    }

    @Test
    void refusesJooqTransactionsInside() {
        String url = Engines.postgres().createDatabase();
        try (Database database = Database.at(url).poolSize(1).open()) {
            new PostgresTransactions(database).run(Isolation.READ_COMMITTED, tx -> {
                RuntimeException refused = assertThrows(
                        RuntimeException.class,
                        () -> tx.transaction(inner -> inner.dsl().selectOne().fetch()));
                assertTrue(String.valueOf(refused).contains("do not nest"), refused::toString);
            });
        } finally {
            Engines.postgres().dropDatabase(url);
        }
    }

    @Test
    void givesUpWhenInterruptedWhileItWaits() {
        String url = Engines.postgres().createDatabase();
        try (Database database = Database.at(url).poolSize(1).open()) {
            Transactions transactions = new PostgresTransactions(
                    database,
                    RetryPolicy.DEFAULT,
                    RetryBudget.of(1, 1),
                    Ticker.system(),
                    duration -> {
                        throw new InterruptedException();
                    },
                    () -> 1.0);
            TransactionFailedException failure = assertThrows(
                    TransactionFailedException.class,
                    () -> transactions.run(Isolation.READ_COMMITTED, PostgresTransactionsTest::fail40001));
            assertEquals(TransactionFailedException.Limit.INTERRUPT, failure.limit());
            assertTrue(Thread.interrupted());
        } finally {
            Engines.postgres().dropDatabase(url);
        }
    }

    @Test
    void budgetIsEarnedByCallsUpToItsReserve() {
        RetryBudget budget = RetryBudget.of(0.5, 2);
        assertTrue(budget.tryWithdraw());
        assertTrue(budget.tryWithdraw());
        assertFalse(budget.tryWithdraw());
        budget.deposit();
        assertFalse(budget.tryWithdraw());
        budget.deposit();
        assertTrue(budget.tryWithdraw());
        for (int i = 0; i < 100; i++) {
            budget.deposit();
        }
        assertTrue(budget.tryWithdraw());
        assertTrue(budget.tryWithdraw());
        assertFalse(budget.tryWithdraw());
    }

    @Test
    void backoffDoublesUpToItsCapWithoutOverflow() {
        RetryPolicy policy = new RetryPolicy(
                1_000, Duration.ofDays(1), Duration.ofMillis(3), Duration.ofHours(10), Duration.ofSeconds(1));
        assertEquals(Duration.ofMillis(3), policy.backoffBound(1));
        assertEquals(Duration.ofMillis(6), policy.backoffBound(2));
        assertEquals(Duration.ofHours(10), policy.backoffBound(40));
        assertEquals(Duration.ofHours(10), policy.backoffBound(1_000));
    }

    @Test
    void refusesPoliciesOutOfRange() {
        Duration second = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> new RetryPolicy(0, second, second, second, second));
        assertThrows(IllegalArgumentException.class, () -> new RetryPolicy(1, Duration.ZERO, second, second, second));
        assertThrows(IllegalArgumentException.class, () -> new RetryPolicy(1, second, second, Duration.ZERO, second));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(-0.1, 1));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(1, -1));
    }

    private static void fail40001(DSLContext tx) {
        tx.execute("DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '40001'; END $$");
    }
}
