package dev.backendmastery.patterns.outbox;

import dev.backendmastery.engines.Postgres;

/** One PostgreSQL for the tests of this JVM whose commits are on disk. */
final class Durable {

    private static final Postgres SERVER = Postgres.builder().durable().start();

    private Durable() {}

    static Postgres server() {
        return SERVER;
    }
}
