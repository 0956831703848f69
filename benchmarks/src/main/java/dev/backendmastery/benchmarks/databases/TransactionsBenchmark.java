package dev.backendmastery.benchmarks.databases;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.TransactionFailedException;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.SerializableTransactionRunner;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One read-modify-write of a row at SERIALIZABLE by two threads: ours, jdbi's runner for serializable transactions, and
 * JDBC with a loop that knows only 40001. Many rows: hardly a conflict, so the cost of the machinery shows (ours learns
 * the transaction id, one round trip more). Two rows: conflicts.
 *
 * <p>The shared server does not sync; the ratio is of round trips and of the processor, not of the disk.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@Threads(2)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class TransactionsBenchmark {

    @Param({"ours-transactions", "jdbi", "naive-jdbc"})
    public String impl;

    @Param({"10000", "2"})
    public int rows;

    private String url;
    private Database database;
    private Transactions transactions;
    private Jdbi jdbi;

    @Setup
    public void fill() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url).poolSize(4).open();
        database.dsl().execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)");
        database.dsl().execute("INSERT INTO account SELECT n, 0 FROM generate_series(0, " + (rows - 1) + ") n");
        database.dsl().execute("ANALYZE account");
        transactions = new PostgresTransactions(database);
        jdbi = Jdbi.create(database.dataSource());
        jdbi.setTransactionHandler(new SerializableTransactionRunner());
        jdbi.getConfig(SerializableTransactionRunner.Configuration.class).setMaxRetries(100);
    }

    @TearDown
    public void drop() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    /** Adds one to a row. */
    @Benchmark
    public long add() throws SQLException {
        int id = ThreadLocalRandom.current().nextInt(rows);
        return switch (impl) {
            case "ours-transactions" -> ours(id);
            case "jdbi" ->
                jdbi.inTransaction(TransactionIsolationLevel.SERIALIZABLE, handle -> {
                    long read = handle.createQuery("SELECT balance FROM account WHERE id = ?")
                            .bind(0, id)
                            .mapTo(long.class)
                            .one();
                    handle.execute("UPDATE account SET balance = ? WHERE id = ?", read + 1, id);
                    return read + 1;
                });
            case "naive-jdbc" -> jdbc(id);
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** Ours gives up after ten attempts, as a service should; here all contestants go on up to a hundred. */
    private long ours(int id) {
        for (int calls = 1; ; calls++) {
            try {
                return transactions.call(Isolation.SERIALIZABLE, tx -> {
                    long read = tx.resultQuery("SELECT balance FROM account WHERE id = ?", id)
                            .fetchSingle(0, long.class);
                    tx.execute("UPDATE account SET balance = ? WHERE id = ?", read + 1, id);
                    return read + 1;
                });
            } catch (TransactionFailedException e) {
                if (calls == 10) {
                    throw e;
                }
            }
        }
    }

    private long jdbc(int id) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = database.dataSource().getConnection()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                connection.setAutoCommit(false);
                try (PreparedStatement select =
                                connection.prepareStatement("SELECT balance FROM account WHERE id = ?");
                        PreparedStatement update =
                                connection.prepareStatement("UPDATE account SET balance = ? WHERE id = ?")) {
                    select.setInt(1, id);
                    long read;
                    try (ResultSet row = select.executeQuery()) {
                        row.next();
                        read = row.getLong(1);
                    }
                    update.setLong(1, read + 1);
                    update.setInt(2, id);
                    update.executeUpdate();
                    connection.commit();
                    return read + 1;
                } catch (SQLException e) {
                    connection.rollback();
                    if (!"40001".equals(e.getSQLState()) || attempt == 100) {
                        throw e;
                    }
                }
            }
        }
    }
}
