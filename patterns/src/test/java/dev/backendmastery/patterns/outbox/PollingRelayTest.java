package dev.backendmastery.patterns.outbox;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Postgres;

/** The kit, with commits on disk. */
final class PollingRelayTest extends OutboxContract {

    @Override
    protected Postgres postgres() {
        return Durable.server();
    }

    @Override
    protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
        return new PollingRelay(database, publisher, settings);
    }
}
