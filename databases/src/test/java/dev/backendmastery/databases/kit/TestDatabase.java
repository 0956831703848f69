package dev.backendmastery.databases.kit;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import java.time.Duration;

/** A database of a test's own on the server that all tests share; gone when it is closed. */
public final class TestDatabase implements AutoCloseable {

    private final String url;
    private final Database database;

    private TestDatabase(String url, Database database) {
        this.url = url;
        this.database = database;
    }

    /** With these tables, each made twice: what a block asks of a migration can be run again. */
    public static TestDatabase with(String... tables) {
        String url = Engines.postgres().createDatabase();
        Database database = Database.at(url).open();
        for (String table : tables) {
            database.dsl().execute(table);
            database.dsl().execute(table);
        }
        return new TestDatabase(url, database);
    }

    /** Where it is. */
    public String url() {
        return url;
    }

    /** Open. */
    public Database database() {
        return database;
    }

    /** In it. */
    public Transactions transactions() {
        return new PostgresTransactions(database);
    }

    /** The same through {@code proxy}, by somebody who waits a second at most. */
    public Database through(FaultProxy proxy) {
        return Database.at(proxy.through(url))
                .poolSize(2)
                .connectionTimeout(Duration.ofSeconds(1))
                .socketTimeout(Duration.ofSeconds(1))
                .statementTimeout(Duration.ofMillis(900))
                .open();
    }

    @Override
    public void close() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }
}
