package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Message;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@link Outbox}, {@link Relay} and {@link OutboxAdmin} promise together. Extend it and say which relay. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class OutboxContract {

    private static final String TOPIC = "orders";
    private static final String TABLES =
            "outbox, outbox_lane, outbox_layout, outbox_blocked, outbox_held, outbox_relay";
    private static final Duration A_WHILE = Duration.ofMillis(120);

    /** A kit's database on a server, with its pool. */
    private record Place(Postgres postgres, String url, Database database) {}

    private static final Map<Class<?>, Place> PLACES = new ConcurrentHashMap<>();

    private final List<Relay> relays = new ArrayList<>();
    private final List<OpenTransaction> open = new ArrayList<>();
    private final RecordingPublisher broker = new RecordingPublisher(false);
    private Place place;
    private OutboxAdmin admin;

    /** The server. */
    protected abstract Postgres postgres();

    /** A relay, not started. */
    protected abstract Relay relay(Database database, String url, Publisher publisher, RelaySettings settings);

    /** What it needs, on tables that were just made. */
    protected void prepare(Database database) {}

    /** The outbox. */
    protected Outbox outbox() {
        return new PostgresOutbox();
    }

    /** Its admin. */
    protected OutboxAdmin admin(Database database) {
        return new OutboxAdmin(database);
    }

    /** What the relay sees of the broker. */
    protected Publisher publisher(Publisher broker) {
        return broker;
    }

    /** Says that something was committed, if there is somebody to say it to. */
    protected void wake(Relay relay) {}

    /** Whether several relays work at the same time. */
    protected boolean sharesLanes() {
        return true;
    }

    /** How long to wait for what must come about. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** The database. */
    final Database database() {
        return place.database;
    }

    /** Its address. */
    final String url() {
        return place.url;
    }

    private Place place() {
        return PLACES.computeIfAbsent(getClass(), kit -> {
            String url = postgres().createDatabase();
            return new Place(postgres(), url, Database.at(url).poolSize(8).open());
        });
    }

    @AfterAll
    static void leave(TestInfo test) {
        Place place = PLACES.remove(test.getTestClass().orElseThrow());
        if (place != null) {
            place.database.close();
            place.postgres.dropDatabase(place.url);
        }
    }

    @BeforeEach
    final void makeTables() {
        place = place();
        place.database.dsl().execute("DROP TABLE IF EXISTS lease, " + TABLES);
        place.database.dsl().execute("DROP SEQUENCE IF EXISTS outbox_id");
        place.database.dsl().execute(PostgresOutbox.tables(2, 10));
        prepare(place.database);
        admin = admin(place.database);
    }

    @AfterEach
    final void closeAll() throws SQLException {
        broker.release();
        for (OpenTransaction transaction : open) {
            transaction.close();
        }
        relays.forEach(Relay::close);
        tidy(place.database);
    }

    /** The opposite of {@link #prepare}. */
    protected void tidy(Database database) {}

    private static RelaySettings settings() {
        return RelaySettings.of("relay")
                .poll(Duration.ofMillis(20), Duration.ZERO)
                .leaseTtl(Duration.ofMillis(600))
                .attempts(3, Backoff.fixed(Duration.ofMillis(20)))
                .publishTimeout(Duration.ofSeconds(20));
    }

    private Relay start() {
        return start(settings());
    }

    private Relay start(RelaySettings settings) {
        Relay relay = relay(place.database, place.url, publisher(broker), settings);
        relays.add(relay);
        relay.start();
        return relay;
    }

    private OpenTransaction begin() throws SQLException {
        OpenTransaction transaction = new OpenTransaction(place.url, outbox());
        open.add(transaction);
        return transaction;
    }

    private void commit(OpenTransaction transaction) throws SQLException {
        transaction.commit();
        relays.forEach(this::wake);
    }

    private void commit(String... texts) throws SQLException {
        try (OpenTransaction transaction = begin()) {
            for (String text : texts) {
                transaction.append(TOPIC, message(text));
            }
            commit(transaction);
        }
    }

    /** A message whose key is its text up to the colon. */
    private static Message message(String text) {
        return Message.of(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), "t", Instant.EPOCH)
                .key(key(text))
                .text(text)
                .build();
    }

    private static String key(String text) {
        return text.substring(0, text.indexOf(':'));
    }

    private static List<String> of(String key, List<String> texts) {
        return texts.stream().filter(text -> key(text).equals(key)).toList();
    }

    private void await(String what, BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < patience().toNanos(), () -> what + "; acked " + broker.acked());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /** Lets a while pass, unless {@code end} comes earlier. */
    private static void pass(Duration time, BooleanSupplier end) {
        long start = System.nanoTime();
        while (!end.getAsBoolean() && System.nanoTime() - start < time.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private void awaitOnce(String... texts) {
        await("not all came", () -> broker.once().containsAll(List.of(texts)));
    }

    @Test
    @DisplayName("OB-1 a message leaves if and only if its transaction is committed")
    final void leavesWithItsTransaction() throws Exception {
        start();
        OpenTransaction undone = begin().append(TOPIC, message("a:undone"));
        undone.rollback();
        OpenTransaction unfinished = begin().append(TOPIC, message("b:open"));
        pass(A_WHILE, () -> !broker.acked().isEmpty());
        assertEquals(List.of(), broker.acked());
        unfinished.rollback();
        commit("a:done", "b:done");
        awaitOnce("a:done", "b:done");
        assertEquals(Set.of("a:done", "b:done"), new HashSet<>(broker.acked()));
        assertThrows(
                IllegalStateException.class,
                () -> outbox().append(place.database.dsl(), TOPIC, message("a:alone")),
                "in no transaction");
        assertThrows(IllegalArgumentException.class, () -> begin().append("", message("a:none")));
        assertThrows(IllegalArgumentException.class, () -> begin().append("x".repeat(250), message("a:none")));
    }

    @Test
    @DisplayName("OB-2 what the broker has not acked does not count as sent")
    final void ackedBeforeMarked() throws Exception {
        broker.hold();
        start();
        commit("a:1", "b:1");
        await("nothing is under way", broker::isWaiting);
        pass(A_WHILE, () -> admin.lag().waiting() < 2);
        assertEquals(2, admin.lag().waiting());
        broker.release();
        awaitOnce("a:1", "b:1");
        await("it is never marked", () -> admin.lag().waiting() == 0);
    }

    @Test
    @DisplayName("OB-3 none is lost because one that was appended later was committed first")
    final void committedLate() throws Exception {
        start();
        OpenTransaction slow = begin().append(TOPIC, message("k:slow"));
        commit("k:quick");
        pass(A_WHILE, () -> !broker.acked().isEmpty());
        commit(slow);
        awaitOnce("k:slow", "k:quick");
    }

    @Test
    @DisplayName("OB-4 what depends on a commit comes after it, though its transaction began to write before")
    final void dependent() throws Exception {
        start();
        OpenTransaction early = begin().touch();
        commit("k:1");
        early.append(TOPIC, message("k:2"));
        commit(early);
        awaitOnce("k:1", "k:2");
        assertEquals(List.of("k:1", "k:2"), broker.once());
    }

    @Test
    @DisplayName("OB-5 a window that takes several pages loses nothing and keeps the order")
    final void severalPages() throws Exception {
        broker.hold();
        OpenTransaction early = begin().touch();
        OpenTransaction late = begin().append(TOPIC, message("k:late"));
        for (int i = 1; i <= 5; i++) {
            early.append(TOPIC, message("k:" + i));
        }
        early.commit();
        start(settings().page(2, 1 << 20));
        await("nothing is under way", broker::isWaiting);
        commit(late);
        broker.release();
        awaitOnce("k:1", "k:2", "k:3", "k:4", "k:5", "k:late");
        List<String> early5 =
                broker.once().stream().filter(text -> !text.equals("k:late")).toList();
        assertEquals(List.of("k:1", "k:2", "k:3", "k:4", "k:5"), early5);
    }

    @Test
    @DisplayName("OB-6 a broker that fails in between costs repeats, and neither a message nor the order")
    final void brokerFails() throws Exception {
        List<String> texts = IntStream.range(0, 30)
                .mapToObj(i -> "k" + i % 3 + ":" + (10 + i))
                .toList();
        broker.breakAfter(7);
        start();
        commit(texts.toArray(String[]::new));
        pass(A_WHILE, () -> false);
        assertEquals(7, broker.acked().size());
        broker.repair();
        awaitOnce(texts.toArray(String[]::new));
        for (int key = 0; key < 3; key++) {
            assertEquals(of("k" + key, texts), of("k" + key, broker.once()));
        }
        await("it is never marked", () -> admin.lag().waiting() == 0);
    }

    @Test
    @DisplayName("OB-7 a refused message holds back its key alone, is parked, and replayed in order")
    final void poison() throws Exception {
        broker.refuse(Set.of("p:2", "q:1")::contains);
        start();
        commit("p:1", "p:2", "p:3", "q:1", "q:2", "r:1");
        commit("p:4", "r:2");
        awaitOnce("p:1", "r:1", "r:2");
        await("they are not parked", () -> admin.lag().parked() == 2);
        commit("p:5", "r:3");
        awaitOnce("r:3");
        await("not all is held back", () -> admin.lag().held() == 6);
        assertEquals(List.of("p:1"), of("p", broker.acked()));
        assertEquals(List.of(), of("q", broker.acked()));
        Bytes p = Bytes.utf8("p");
        ParkedKey parked = admin.blocked().stream()
                .filter(key -> key.key().equals(p))
                .findFirst()
                .orElseThrow();
        assertTrue(parked.parked() && parked.messages() == 4 && parked.attempts() == 3, parked::toString);
        assertTrue(parked.error().contains("p:2"), parked::error);
        broker.refuse(Set.of("q:1")::contains);
        assertTrue(admin.replay(TOPIC, p));
        assertFalse(admin.replay(TOPIC, p), "it is not parked any more");
        awaitOnce("p:2", "p:3", "p:4", "p:5");
        await("p is still held back", () -> admin.lag().held() == 2);
        commit("p:6");
        awaitOnce("p:6");
        assertEquals(List.of("p:1", "p:2", "p:3", "p:4", "p:5", "p:6"), of("p", broker.once()));
        assertEquals(List.of("r:1", "r:2", "r:3"), of("r", broker.once()));
        assertTrue(admin.park(TOPIC, Bytes.utf8("r"), "by hand"));
        commit("r:4");
        await("r is not held back", () -> admin.lag().held() == 3);
        assertTrue(admin.replay(TOPIC, Bytes.utf8("r")));
        awaitOnce("r:4");
        assertEquals(List.of(), of("q", broker.acked()));
    }

    @Test
    @DisplayName("OB-8 a message refused for a while is tried again, and none of its key overtakes it")
    final void refusedForAWhile() throws Exception {
        broker.refuse("p:1"::equals);
        start(settings().attempts(1_000, Backoff.fixed(Duration.ofMillis(20))));
        commit("p:1", "p:2");
        await("it is not refused", () -> admin.lag().retrying() == 1);
        commit("p:3", "r:1");
        awaitOnce("r:1");
        assertEquals(List.of(), of("p", broker.acked()));
        broker.refuse(text -> false);
        awaitOnce("p:1", "p:2", "p:3");
        assertEquals(List.of("p:1", "p:2", "p:3"), of("p", broker.once()));
        await("it stays blocked", () -> admin.lag().retrying() == 0);
    }

    @Test
    @DisplayName("OB-9 a relay that has lost its lease marks nothing")
    final void zombie() throws Exception {
        broker.hold();
        Relay zombie = start();
        await("it has no lease", () -> zombie.stats().lanes().size() == (sharesLanes() ? 2 : 1));
        commit("a:1", "b:1");
        await("nothing is under way", broker::isWaiting);
        place.database
                .dsl()
                .execute("UPDATE lease SET epoch = epoch + 1, expires = clock_timestamp() + interval '1 hour'"
                        + " WHERE name LIKE 'outbox-%'");
        broker.release();
        await("the zombie is stuck", () -> !broker.acked().isEmpty());
        pass(A_WHILE, () -> admin.lag().waiting() < 2);
        assertEquals(2, admin.lag().waiting());
        place.database.dsl().execute("UPDATE lease SET expires = '-infinity'");
        await("nobody takes over", () -> admin.lag().waiting() == 0);
        assertEquals(Set.of("a:1", "b:1"), new HashSet<>(broker.once()));
        zombie.close();
    }

    @Test
    @DisplayName("OB-10 no more than a page is under way, by number and by size")
    final void bounded() throws Exception {
        broker.hold();
        String[] texts = IntStream.range(0, 23).mapToObj(i -> "k" + i + ":" + i).toArray(String[]::new);
        commit(texts);
        Relay first = start(settings().page(5, 1 << 20));
        await("nothing is under way", broker::isWaiting);
        broker.release();
        awaitOnce(texts);
        assertTrue(broker.most() <= 5, () -> "at most 5, was " + broker.most());
        await("it is never marked", () -> admin.lag().waiting() == 0);
        first.close();
        String[] large = IntStream.range(0, 9)
                .mapToObj(i -> "l" + i + ":" + "x".repeat(600))
                .toArray(String[]::new);
        commit(large);
        start(settings().page(1_000, 1024));
        awaitOnce(large);
        assertTrue(broker.most() <= 5, () -> "at most 5, was " + broker.most());
    }

    @Test
    @DisplayName("OB-11 a transaction that goes on, prepared or not, holds up nobody but itself, and is not lost")
    final void longTransaction() throws Exception {
        start();
        OpenTransaction longOne = begin().append(TOPIC, message("a:long"));
        commit("a:1");
        awaitOnce("a:1");
        commit(longOne);
        awaitOnce("a:long");
        OpenTransaction prepared = begin().append(TOPIC, message("p:prepared"));
        String name = "outbox-" + UUID.randomUUID(); // of the whole server, not of the database
        prepared.dsl().execute("PREPARE TRANSACTION '" + name + "'");
        try {
            commit("a:2");
            pass(patience(), () -> broker.acked().contains("a:2"));
        } finally {
            place.database.dsl().execute("COMMIT PREPARED '" + name + "'");
        }
        assertEquals(List.of("a:1", "a:long", "a:2"), broker.once().subList(0, 3));
        relays.forEach(this::wake);
        awaitOnce("p:prepared");
    }

    @Test
    @DisplayName("OB-16 what depends on a commit comes after it, while a third transaction goes on between the two")
    final void dependentAcrossAThird() throws Exception {
        start();
        OpenTransaction early = begin().touch();
        OpenTransaction third = begin().touch();
        commit("k:1");
        early.append(TOPIC, message("k:2"));
        commit(early);
        pass(A_WHILE, () -> broker.once().size() == 2);
        commit(third);
        awaitOnce("k:1", "k:2");
        assertEquals(List.of("k:1", "k:2"), broker.once());
    }

    @Test
    @DisplayName("OB-12 relays share the work, and take over from one that ends")
    final void takesOver() throws Exception {
        Relay first = start();
        await("the first has not all", () -> first.stats().lanes().size() == (sharesLanes() ? 2 : 1));
        Relay second = start();
        await("they do not share", () -> {
            Set<Integer> both = new HashSet<>(first.stats().lanes());
            both.addAll(second.stats().lanes());
            return sharesLanes()
                    ? first.stats().lanes().size() == 1
                            && second.stats().lanes().size() == 1
                            && both.size() == 2
                    : !both.isEmpty();
        });
        String[] texts = IntStream.range(0, 16)
                .mapToObj(i -> "k" + i % 4 + ":" + (10 + i))
                .toArray(String[]::new);
        commit(texts);
        awaitOnce(texts);
        relays.remove(first);
        first.close();
        String[] more = IntStream.range(16, 32)
                .mapToObj(i -> "k" + i % 4 + ":" + (10 + i))
                .toArray(String[]::new);
        commit(more);
        awaitOnce(more);
        for (int key = 0; key < 4; key++) {
            List<String> once = of("k" + key, broker.once());
            assertEquals(once.stream().sorted().toList(), once);
        }
        assertThrows(IllegalStateException.class, second::start);
    }

    @Test
    @DisplayName("OB-13 a message leaves though nobody is told of it")
    final void nobodyIsTold() throws Exception {
        start();
        commit("a:1");
        awaitOnce("a:1");
        try (OpenTransaction silent = begin().append(TOPIC, message("a:2"))) {
            silent.commit();
        }
        awaitOnce("a:2");
    }

    @Test
    @DisplayName("OB-14 the lag is what was committed and has not left")
    final void lag() throws Exception {
        assertEquals(new OutboxLag(0, Duration.ZERO, 0, 0, 0), admin.lag());
        begin().append(TOPIC, message("a:open"));
        commit("a:1", "b:1", "c:1");
        pass(Duration.ofMillis(20), () -> false);
        OutboxLag lag = admin.lag();
        assertEquals(3, lag.waiting());
        assertTrue(lag.oldest().toMillis() >= 20 && lag.oldest().toSeconds() < 60, lag::toString);
        for (OpenTransaction transaction : open) {
            transaction.close();
        }
        start();
        await("the lag stays", () -> admin.lag().equals(new OutboxLag(0, Duration.ZERO, 0, 0, 0)));
        assertEquals(3, broker.once().size());
    }

    @Test
    @DisplayName("OB-15 rotation removes what is sent, nothing that is not, and nothing that is not yet committed")
    final void rotation() throws Exception {
        // Ids 1 to 9 lie in segment 0, then ten in each.
        OpenTransaction slow = begin().append(TOPIC, message("s:slow"));
        String[] texts = IntStream.range(0, 24)
                .mapToObj(i -> "k" + i % 4 + ":" + (10 + i))
                .toArray(String[]::new);
        commit(texts);
        assertEquals(0, admin.rotate());
        Relay relay = start();
        commit(slow);
        awaitOnce(texts);
        awaitOnce("s:slow");
        await("it is never marked", () -> admin.lag().waiting() == 0);
        relay.close();
        OpenTransaction within = begin();
        within.dsl().execute("LOCK TABLE outbox_1 IN ROW EXCLUSIVE MODE");
        assertEquals(1, admin.rotate(), "of 0, 1 where somebody writes, and 2 which is written to");
        within.rollback();
        assertEquals(1, admin.rotate());
        assertEquals(0, admin.rotate());
        assertEquals(6L, place.database.dsl().fetchValue("SELECT count(*) FROM outbox"));
        start();
        commit("k0:last");
        awaitOnce("k0:last");
        assertEquals(26, broker.once().size());
    }
}
