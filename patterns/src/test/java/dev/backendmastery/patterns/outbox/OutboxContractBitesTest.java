package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.lease.PostgresLeaseStore;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.messaging.log.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class OutboxContractBitesTest {

    /** The right relay on tables whose reading or marking has a fault planted in it. */
    abstract static class Planted extends OutboxContract {

        @Override
        protected Postgres postgres() {
            return Engines.postgres();
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(900);
        }

        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions);
        }

        @Override
        protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
            Transactions transactions = new PostgresTransactions(database);
            return new PollingRelay(
                    plant(database.dsl(), transactions),
                    new PostgresLeaseStore(transactions, Ticker.system()),
                    publisher,
                    settings);
        }
    }

    static final class NoFault extends Planted {}

    /** Goes on after the highest id seen. */
    static final class ReadsAfterTheLastId extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                private final Map<Integer, Long> seen = new HashMap<>();
                private final Map<Integer, Long> read = new HashMap<>();

                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    long from = seen.computeIfAbsent(lane, l -> window(l).lastId());
                    Window all = new Window(Snapshot.FIRST, window.until(), from);
                    Page page = super.read(lane, all, maxRows, maxBytes);
                    int size = page.rows().size();
                    read.put(lane, size == 0 ? from : page.rows().get(size - 1).id());
                    return page;
                }

                @Override
                public void mark(
                        Lease lease, int lane, Window window, PagePublisher.Result result, RelaySettings settings) {
                    long last = Objects.requireNonNull(read.get(lane));
                    super.mark(lease, lane, window.after(last), result, settings);
                    seen.put(lane, last);
                }
            };
        }
    }

    /** Reads up to xmin, the lowest transaction that runs; and what lies between two of them by id. */
    private static class UpToXmin extends PostgresRelayStore {
        UpToXmin(DSLContext dsl, Transactions transactions) {
            super(dsl, transactions);
        }

        @Override
        public Look look(Collection<Integer> lanes) {
            Look look = super.look(lanes);
            long xmin = look.now().xmin();
            return new Look(new Snapshot(xmin, xmin, List.of()), look.due());
        }
    }

    /** The usual cure: by transaction id and id, up to xmin. */
    static final class GoesByTransactionId extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new UpToXmin(dsl, transactions) {
                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    Page page = super.read(lane, window, maxRows, maxBytes);
                    Map<Long, Long> transaction = new HashMap<>();
                    for (OutboxRow row : page.rows()) {
                        Object xid = dsl.fetchValue("SELECT xid::text::bigint FROM outbox WHERE id = " + row.id());
                        transaction.put(row.id(), Objects.requireNonNull((Long) xid));
                    }
                    List<OutboxRow> sorted = page.rows().stream()
                            .sorted(Comparator.comparing(row -> transaction.get(row.id())))
                            .toList();
                    return page.complete() ? new Page(sorted, true) : page;
                }
            };
        }
    }

    /** The cure of that: by id, between one xmin and the next. */
    static final class GoesByWindowsOfXmin extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new UpToXmin(dsl, transactions);
        }
    }

    /** A page that is full ends the window; the next one begins after its last id, at a new snapshot. */
    static final class ForgetsTheBoundsOfAWindow extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                private final Map<Integer, Window> cut = new HashMap<>();

                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    Window after = cut.remove(lane);
                    Window wrong = after == null ? window : new Window(after.since(), window.until(), after.lastId());
                    Page page = super.read(lane, wrong, maxRows, maxBytes);
                    if (!page.complete()) {
                        cut.put(
                                lane,
                                wrong.after(
                                        page.rows().get(page.rows().size() - 1).id()));
                    }
                    return new Page(page.rows(), true);
                }
            };
        }
    }

    static final class MarksBeforeTheAck extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    Page page = super.read(lane, window, maxRows, maxBytes);
                    int size = page.rows().size();
                    Window next = page.complete()
                            ? window.done()
                            : window.after(page.rows().get(size - 1).id());
                    setWindow(dsl, "lane = " + lane, next);
                    return page;
                }
            };
        }
    }

    static final class MarksWithoutALease extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                void guard(DSLContext tx, Lease lease) {}

                @Override
                void markSent(Lease lease, int lane, Window window) {
                    setWindow(dsl, "lane = " + lane, window);
                }
            };
        }
    }

    static final class ReadsAll extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    return super.read(lane, window, 1_000_000, 1 << 30);
                }
            };
        }
    }

    static final class ThinksItIsAlone extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                public List<String> present(String name, Duration within) {
                    return List.of(name);
                }
            };
        }
    }

    static final class NeverParks extends Planted {
        @Override
        protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
            return super.relay(database, url, publisher, settings.attempts(1_000_000, settings.backoff()));
        }
    }

    /** Keeps the message that was refused, and throws those after it away. */
    static final class KeepsTheRefusedOnly extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                void hold(DSLContext tx, PagePublisher.Result result, RelaySettings settings) {
                    List<OutboxRow> refused = result.refusals().isEmpty()
                            ? List.of()
                            : result.held().stream()
                                    .filter(row -> Objects.requireNonNullElse(
                                                    result.refusals().get(row.key()), "")
                                            .contains(Objects.requireNonNull(
                                                            row.message().payload())
                                                    .utf8()))
                                    .toList();
                    super.hold(tx, new PagePublisher.Result(result.acked(), refused, result.refusals()), settings);
                }
            };
        }
    }

    /** Does not look whether an earlier message of the key is held back. */
    static final class LetsARetryBeOvertaken extends Planted {
        @Override
        PostgresRelayStore plant(DSLContext dsl, Transactions transactions) {
            return new PostgresRelayStore(dsl, transactions) {
                @Override
                public Page read(int lane, Window window, int maxRows, int maxBytes) {
                    Page page = super.read(lane, window, maxRows, maxBytes);
                    return new Page(
                            page.rows().stream()
                                    .map(row -> new OutboxRow(
                                            row.id(), row.key(), row.createdMicros(), row.message(), false))
                                    .toList(),
                            page.complete());
                }
            };
        }
    }

    /** Says that it can take messages back, and cannot. */
    static final class SendsManyOfAKey extends Planted {
        @Override
        protected Publisher publisher(Publisher broker) {
            return new Forwarding(broker) {
                @Override
                public boolean keepsOrder() {
                    return true;
                }
            };
        }
    }

    static class Forwarding implements Publisher {
        private final Publisher broker;

        Forwarding(Publisher broker) {
            this.broker = broker;
        }

        @Override
        public CompletableFuture<Void> publish(String topic, Message message) {
            return broker.publish(topic, message);
        }

        @Override
        public void flush() throws InterruptedException {
            broker.flush();
        }

        @Override
        public boolean keepsOrder() {
            return broker.keepsOrder();
        }

        @Override
        public void close() {
            broker.close();
        }
    }

    static final class RemovesTheUnsent extends Planted {
        @Override
        protected OutboxAdmin admin(Database database) {
            return new OutboxAdmin(database) {
                @Override
                boolean isSent(DSLContext tx, int segment) {
                    return true;
                }
            };
        }
    }

    static final class TellsNoAge extends Planted {
        @Override
        protected OutboxAdmin admin(Database database) {
            return new OutboxAdmin(database) {
                @Override
                public OutboxLag lag() {
                    OutboxLag lag = super.lag();
                    return new OutboxLag(lag.waiting(), Duration.ZERO, lag.held(), lag.retrying(), lag.parked());
                }
            };
        }
    }

    /** Writes on a connection of its own, beside the transaction. */
    static final class WritesBeside extends Planted {
        @Override
        protected Outbox outbox() {
            return (tx, topic, message) -> {
                if (tx.connectionResult(Connection::getAutoCommit)) {
                    throw new IllegalStateException("in no transaction");
                }
                try (OpenTransaction own = new OpenTransaction(url(), new PostgresOutbox())) {
                    own.append(topic, message).commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            };
        }
    }

    /** Waits to be told, and for nothing else. */
    static final class OnlyListens extends Planted {
        @Override
        protected Relay relay(Database database, String url, Publisher publisher, RelaySettings settings) {
            return new WokenRelay(database, url, publisher, settings.poll(Duration.ofHours(1), Duration.ZERO));
        }

        @Override
        protected void wake(Relay relay) {
            ((WokenRelay) relay).wake();
        }
    }

    @Test
    void acquitsTheRight() {
        assertEquals(Set.of(), Kit.failedClauses(NoFault.class));
    }

    @Test
    void convictsFaultsOfReading() {
        Kit.convicts(ReadsAfterTheLastId.class, "OB-3", "OB-5", "OB-11");
        Kit.convicts(GoesByTransactionId.class, "OB-4", "OB-11", "OB-16");
        Kit.convicts(GoesByWindowsOfXmin.class, "OB-11", "OB-16");
        Kit.convicts(ForgetsTheBoundsOfAWindow.class, "OB-5");
        Kit.convicts(ReadsAll.class, "OB-10");
    }

    @Test
    void convictsFaultsOfMarking() {
        Kit.convicts(MarksBeforeTheAck.class, "OB-2", "OB-6", "OB-9");
        Kit.convicts(MarksWithoutALease.class, "OB-9");
        Kit.convicts(ThinksItIsAlone.class, "OB-12");
    }

    @Test
    void convictsFaultsOfRetries() {
        Kit.convicts(LetsARetryBeOvertaken.class, "OB-7", "OB-8");
        Kit.convicts(SendsManyOfAKey.class, "OB-7", "OB-8");
        Kit.convicts(KeepsTheRefusedOnly.class, "OB-7", "OB-8");
        Kit.convicts(NeverParks.class, "OB-7");
    }

    @Test
    void convictsFaultsOfTheRest() {
        Kit.convicts(WritesBeside.class, "OB-1", "OB-11", "OB-14");
        Kit.convicts(OnlyListens.class, "OB-7", "OB-13");
        Kit.convicts(RemovesTheUnsent.class, "OB-15");
        Kit.convicts(TellsNoAge.class, "OB-14");
    }
}
