package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Message;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * {@link Window}, by which the relays read, on random interleavings of 2 to 4 transactions over a few keys: 10^5 of them on a
 * small model of the server, and some on the server itself. What is right finds all in order on all of them; what is
 * wrong does not.
 */
final class WindowTest {

    private static final int HISTORIES = 100_000;
    private static final int WRONG = 20_000;
    private static final int ON_THE_SERVER = 300;

    /** A row as a reader sees it: the version counts up with each append to the key. */
    private record Row(long xid, long id, int key, int version) {}

    /** Where transactions write. */
    private interface Server {
        int begin();

        /** Takes a transaction id, if it has none. */
        void touch(int transaction);

        void append(int transaction, int key, int version);

        void end(int transaction, boolean commit);

        Snapshot snapshot();

        /** All rows that are committed now. */
        List<Row> committed();
    }

    /** Transaction ids and row ids in the order in which they are asked for, rows to be seen when committed. */
    private static final class Model implements Server {
        private final List<Long> xids = new ArrayList<>();
        private final List<List<Row>> rows = new ArrayList<>();
        private final TreeMap<Long, Integer> running = new TreeMap<>();
        private final List<Row> committed = new ArrayList<>();
        private long nextXid = 100;
        private long nextId = 1;

        @Override
        public int begin() {
            xids.add(0L);
            rows.add(new ArrayList<>());
            return xids.size() - 1;
        }

        @Override
        public void touch(int transaction) {
            if (xids.get(transaction) == 0) {
                running.put(nextXid, transaction);
                xids.set(transaction, nextXid++);
            }
        }

        @Override
        public void append(int transaction, int key, int version) {
            touch(transaction);
            rows.get(transaction).add(new Row(xids.get(transaction), nextId++, key, version));
        }

        @Override
        public void end(int transaction, boolean commit) {
            running.remove(xids.get(transaction));
            if (commit) {
                committed.addAll(rows.get(transaction));
            }
        }

        @Override
        public Snapshot snapshot() {
            long xmin = running.isEmpty() ? nextXid : running.firstKey();
            return new Snapshot(xmin, nextXid, List.copyOf(running.keySet()));
        }

        @Override
        public List<Row> committed() {
            return committed;
        }
    }

    /** One page after another; between {@link #look} and {@link #read} anything may happen. */
    private abstract static class Reader {
        abstract void look(Snapshot now);

        /** @return the next rows, at most {@code limit} */
        abstract List<Row> read(List<Row> committed, int limit);
    }

    private static List<Row> sorted(List<Row> rows, Comparator<Row> order) {
        return rows.stream().sorted(order).toList();
    }

    /** As the relay goes. */
    private static class ByWindows extends Reader {
        Window window = Window.START;

        @Override
        void look(Snapshot now) {
            if (!window.isOpen()) {
                window = window.upTo(now);
            }
        }

        @Override
        List<Row> read(List<Row> committed, int limit) {
            List<Row> left = sorted(
                    committed.stream()
                            .filter(row -> !window.since().ended(row.xid())
                                    && window.until().ended(row.xid())
                                    && row.id() > window.lastId())
                            .toList(),
                    Comparator.comparing(Row::id));
            List<Row> page = left.subList(0, Math.min(limit, left.size()));
            window = page.size() == left.size() ? window.done() : cut(page.get(page.size() - 1));
            return page;
        }

        Window cut(Row last) {
            return window.after(last.id());
        }
    }

    /** Between one lowest running transaction and the next. */
    private static final class ByWindowsOfXmin extends ByWindows {
        @Override
        void look(Snapshot now) {
            super.look(new Snapshot(now.xmin(), now.xmin(), List.of()));
        }
    }

    private static final class ByWindowsWithoutBounds extends ByWindows {
        private long cutAt;
        private Snapshot cutSince = Snapshot.FIRST;

        @Override
        List<Row> read(List<Row> committed, int limit) {
            if (cutAt > 0) {
                window = new Window(cutSince, window.until(), cutAt);
                cutAt = 0;
            }
            return super.read(committed, limit);
        }

        @Override
        Window cut(Row last) {
            cutAt = last.id();
            cutSince = window.since();
            return window.done();
        }
    }

    private static final class ByLastId extends Reader {
        private long last;

        @Override
        void look(Snapshot now) {}

        @Override
        List<Row> read(List<Row> committed, int limit) {
            List<Row> page = sorted(committed, Comparator.comparing(Row::id)).stream()
                    .filter(row -> row.id() > last)
                    .limit(limit)
                    .toList();
            if (!page.isEmpty()) {
                last = page.get(page.size() - 1).id();
            }
            return page;
        }
    }

    private static final class ByTransactionId extends Reader {
        private static final Comparator<Row> ORDER =
                Comparator.comparing(Row::xid).thenComparing(Row::id);
        private Row last = new Row(0, 0, 0, 0);
        private long xmin;

        @Override
        void look(Snapshot now) {
            xmin = now.xmin();
        }

        @Override
        List<Row> read(List<Row> committed, int limit) {
            List<Row> page = sorted(committed, ORDER).stream()
                    .filter(row -> row.xid() < xmin && ORDER.compare(row, last) > 0)
                    .limit(limit)
                    .toList();
            if (!page.isEmpty()) {
                last = page.get(page.size() - 1);
            }
            return page;
        }
    }

    /**
     * Lets 2 to 4 transactions take steps in random order, and the reader in between. A key is locked by who appends to it until
     * his end, as the row of an aggregate would be.
     *
     * @return what is wrong, or nothing
     */
    private static String play(Random random, Server server, Reader reader) {
        int transactions = 2 + random.nextInt(3);
        int keys = 1 + random.nextInt(3);
        List<Integer> alive = new ArrayList<>();
        for (int i = 0; i < transactions; i++) {
            alive.add(server.begin());
        }
        Map<Integer, Integer> locks = new HashMap<>();
        Map<Integer, Integer> versions = new HashMap<>();
        Map<Integer, Map<Integer, Integer>> own = new HashMap<>();
        List<Row> read = new ArrayList<>();
        while (!alive.isEmpty()) {
            int who = alive.get(random.nextInt(alive.size()));
            switch (random.nextInt(8)) {
                case 0 -> server.touch(who);
                case 1, 2, 3 -> {
                    int key = random.nextInt(keys);
                    if (locks.getOrDefault(key, who) == who) {
                        locks.put(key, who);
                        int version = own.computeIfAbsent(who, w -> new HashMap<>())
                                .merge(key, versions.getOrDefault(key, 0) + 1, (before, first) -> before + 1);
                        server.append(who, key, version);
                    }
                }
                case 4 -> {
                    boolean commit = random.nextInt(4) > 0;
                    server.end(who, commit);
                    if (commit) {
                        versions.putAll(own.getOrDefault(who, Map.of()));
                    }
                    locks.values().removeIf(owner -> owner == who);
                    alive.remove((Integer) who);
                }
                case 5 -> reader.look(server.snapshot());
                default -> read.addAll(reader.read(server.committed(), 1 + random.nextInt(3)));
            }
        }
        int quiet = 0;
        while (quiet < 2) {
            reader.look(server.snapshot());
            List<Row> page = reader.read(server.committed(), 1 + random.nextInt(3));
            quiet = page.isEmpty() ? quiet + 1 : 0;
            read.addAll(page);
        }
        Map<Integer, Integer> next = new HashMap<>();
        for (Row row : read) {
            if (row.version() != next.merge(row.key(), 1, Integer::sum)) {
                return "key " + row.key() + " is out of order or lost: " + read;
            }
        }
        return next.equals(versions) ? "" : "lost of " + versions + ": " + read;
    }

    private static int wrong(Supplier<Reader> reader) {
        int wrong = 0;
        for (int seed = 0; seed < WRONG; seed++) {
            if (!play(new Random(seed), new Model(), reader.get()).isEmpty()) {
                wrong++;
            }
        }
        return wrong;
    }

    @Test
    @DisplayName("10^5 interleavings: windows lose nothing and invert nothing")
    void windows() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            int number = seed;
            assertEquals("", play(new Random(seed), new Model(), new ByWindows()), () -> "seed " + number);
        }
    }

    @Test
    @DisplayName(
            "2 * 10^4 interleavings: reading on after the last id does, and so do (xid, id), windows of xmin, and windows without bounds")
    void wrongReaders() {
        assertTrue(wrong(ByLastId::new) > WRONG / 100);
        assertTrue(wrong(ByTransactionId::new) > WRONG / 100);
        assertTrue(wrong(ByWindowsOfXmin::new) > WRONG / 10_000);
        assertTrue(wrong(ByWindowsWithoutBounds::new) > WRONG / 10_000);
    }

    @Test
    void refusesToLeaveAnOpenWindow() {
        Snapshot five = Snapshot.parse("5:7:5,6");
        Snapshot nine = Snapshot.parse("9:9:");
        Window open = Window.START.upTo(five).after(3);
        assertThrows(IllegalStateException.class, () -> open.upTo(nine));
        assertEquals(new Window(five, five, 0), open.done());
        assertEquals(new Window(five, nine, 0), open.done().upTo(nine));
        assertFalse(open.done().upTo(five).isOpen());
        assertFalse(
                open.done().upTo(Snapshot.parse("4:4:")).isOpen(), "another server's number: nothing moves backwards");
        assertEquals("5:7:5,6", five.toString());
        assertTrue(five.ended(4) && !five.ended(5) && !five.ended(7));
    }

    /** The same on PostgreSQL, history after history on the same connections. */
    private static final class Real implements Server, AutoCloseable {
        private final Database database;
        private final List<OpenTransaction> transactions = new ArrayList<>();
        private final PostgresRelayStore store;
        private int begun;
        private long first;

        Real(String url, Database database) throws SQLException {
            this.database = database;
            for (int i = 0; i < 4; i++) {
                transactions.add(new OpenTransaction(url, new PostgresOutbox()));
            }
            store = new PostgresRelayStore(database.dsl(), new PostgresTransactions(database));
        }

        @Override
        public int begin() {
            return begun++;
        }

        @Override
        public void touch(int transaction) {
            transactions.get(transaction).touch();
        }

        @Override
        public void append(int transaction, int key, int version) {
            transactions
                    .get(transaction)
                    .append(
                            "t",
                            Message.of(UUID.randomUUID(), "t", Instant.EPOCH)
                                    .key(Integer.toString(key))
                                    .text(Integer.toString(version))
                                    .build());
        }

        @Override
        public void end(int transaction, boolean commit) {
            try {
                if (commit) {
                    transactions.get(transaction).commit();
                } else {
                    transactions.get(transaction).rollback();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Snapshot snapshot() {
            return store.look(List.of(0)).now();
        }

        @Override
        public List<Row> committed() {
            return database
                    .dsl()
                    .fetch("SELECT xid::text::bigint, id, message FROM outbox WHERE xid >= " + "'" + first + "'")
                    .stream()
                    .map(row -> row(
                            Objects.requireNonNull(row.get(0, Long.class)),
                            Objects.requireNonNull(row.get(1, Long.class)),
                            Message.fromBytes(Objects.requireNonNull(row.get(2, byte[].class)))))
                    .toList();
        }

        static Row row(long xid, long id, Message message) {
            return new Row(xid, id, number(message.key()), number(message.payload()));
        }

        private static int number(@org.jspecify.annotations.Nullable Bytes bytes) {
            return Integer.parseInt(Objects.requireNonNull(bytes).utf8());
        }

        @Override
        public void close() throws SQLException {
            for (OpenTransaction transaction : transactions) {
                transaction.close();
            }
        }
    }

    /** As the relay goes, and with its statements. */
    private static final class ByStatements extends ByWindows {
        private final Real server;

        ByStatements(Real server) {
            this.server = server;
        }

        @Override
        List<Row> read(List<Row> committed, int limit) {
            if (!window.isOpen()) {
                return List.of();
            }
            RelayStore.Page page = server.store.read(0, window, limit, 1 << 20);
            List<Row> rows = page.rows().stream()
                    .map(row -> Real.row(0, row.id(), row.message()))
                    .toList();
            window = page.complete() ? window.done() : cut(rows.get(rows.size() - 1));
            return rows;
        }
    }

    @Test
    @DisplayName(
            "Interleavings on PostgreSQL: the relay's statements lose nothing and invert nothing, the wrong readers do")
    void onTheServer() throws Exception {
        String url = Engines.postgres().createDatabase();
        int byId = 0;
        int byXid = 0;
        try (Database database = Database.at(url).poolSize(2).open();
                Real server = new Real(url, database)) {
            database.dsl().execute(PostgresOutbox.tables(1, 1_000));
            for (int seed = 0; seed < ON_THE_SERVER; seed++) {
                for (int reader = 0; reader < (seed < 60 ? 3 : 1); reader++) {
                    server.begun = 0;
                    Snapshot before = awaitQuiet(server);
                    server.first = before.xmax();
                    ByStatements right = new ByStatements(server);
                    right.window = new Window(before, before, 0);
                    Reader one = reader == 0 ? right : reader == 1 ? new ByLastId() : new ByTransactionId();
                    String fault = play(new Random(seed), server, one);
                    int number = seed;
                    if (reader == 0) {
                        assertEquals("", fault, () -> "seed " + number);
                    } else if (reader == 1) {
                        byId += fault.isEmpty() ? 0 : 1;
                    } else {
                        byXid += fault.isEmpty() ? 0 : 1;
                    }
                }
            }
        } finally {
            Engines.postgres().dropDatabase(url);
        }
        assertTrue(byId > 0 && byXid > 0, byId + " and " + byXid);
    }

    /** What ended before is seen as ended: a transaction may be there a moment longer than its answer. */
    private static Snapshot awaitQuiet(Real server) {
        long start = System.nanoTime();
        Snapshot now = server.snapshot();
        while (now.xmin() < now.xmax() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            now = server.snapshot();
        }
        return now;
    }
}
