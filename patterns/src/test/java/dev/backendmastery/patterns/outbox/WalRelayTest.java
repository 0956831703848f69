package dev.backendmastery.patterns.outbox;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Postgres;

/** The kit, with commits on disk, and what the log of the server asks for. */
final class WalRelayTest extends OutboxContract {

    private static final String SLOT = "outbox_kit";

    @Override
    protected Postgres postgres() {
        return Durable.server();
    }

    @Override
    protected void prepare(Database database) {
        WalRelay.dropSlot(database, SLOT);
        WalRelay.createSlot(database, SLOT);
    }

    @Override
    protected void tidy(Database database) {
        WalRelay.dropSlot(database, SLOT);
    }

    @Override
    protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
        return new WalRelay(database, url, SLOT, publisher, settings);
    }

    @Override
    protected boolean sharesLanes() {
        return false;
    }
}
