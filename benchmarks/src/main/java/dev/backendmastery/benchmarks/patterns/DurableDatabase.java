package dev.backendmastery.benchmarks.patterns;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Postgres;

/** A server of its own whose commits are on disk when they are answered, and a pool over it. */
final class DurableDatabase implements AutoCloseable {

    private final Postgres server = Postgres.builder().durable().start();
    private final Database database;

    DurableDatabase(int poolSize) {
        database = Database.at(server.createDatabase()).poolSize(poolSize).open();
    }

    Database database() {
        return database;
    }

    @Override
    public void close() {
        database.close();
        server.close();
    }
}
