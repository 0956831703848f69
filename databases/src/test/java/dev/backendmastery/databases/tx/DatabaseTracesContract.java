package dev.backendmastery.databases.tx;

import static dev.backendmastery.core.kit.SpanRecorder.assertFailed;
import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.engines.Engines;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the traces of a {@link Database} must hold, on a real PostgreSQL. Extend it and say how statements are traced. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DatabaseTracesContract {

    private static final String SECRET = "s3cr3t-value";
    private static final String AGAIN = "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '40001'; END $$";

    private final SpanRecorder recorder = new SpanRecorder();
    private String url = "";
    private Database database;

    /** Where statements are run that are to be traced to {@code telemetry}. */
    protected abstract DSLContext dsl(Database database, OpenTelemetry telemetry);

    @BeforeAll
    final void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url)
                .name("links")
                .poolSize(2)
                .connectionTimeout(Duration.ofMillis(300))
                .telemetry(recorder.telemetry())
                .open();
        database.dsl().execute("CREATE TABLE link (code text PRIMARY KEY, clicks bigint NOT NULL DEFAULT 0)");
    }

    @AfterEach
    final void forget() {
        recorder.reset();
        database.dsl().execute("TRUNCATE link");
    }

    @AfterAll
    final void close() {
        database.close();
        recorder.close();
        Engines.postgres().dropDatabase(url);
    }

    private DSLContext dsl() {
        return dsl(database, recorder.telemetry());
    }

    @Test
    @DisplayName("DT-1 a statement is one CLIENT span under what is current, named for operation and table")
    final void statement() throws Exception {
        int clicks = recorder.request(() -> {
            dsl().execute("INSERT INTO link (code, clicks) VALUES ({0}, {1})", DSL.val("a"), DSL.val(7));
            return dsl().fetchSingle("SELECT clicks FROM link WHERE code = ?", "a")
                    .get(0, Integer.class);
        });
        assertEquals(7, clicks);
        assertEquals(
                List.of("acquire connection", "INSERT link", "acquire connection", "SELECT link"), recorder.names());
        SpanData span = recorder.span("SELECT link");
        assertParent(recorder.root(), span);
        assertEquals(SpanKind.CLIENT, span.getKind());
        assertEquals(
                "dev.backendmastery.databases",
                span.getInstrumentationScopeInfo().getName());
        assertEquals("postgresql", span.getAttributes().get(Traces.SYSTEM));
        assertEquals("SELECT", span.getAttributes().get(Traces.OPERATION));
        assertEquals("link", span.getAttributes().get(Traces.COLLECTION));
        assertEquals(
                "SELECT clicks FROM link WHERE code = ?", span.getAttributes().get(Traces.TEXT));
        String name = String.valueOf(span.getAttributes().get(Traces.NAMESPACE));
        assertEquals(true, url.contains("/" + name), () -> "was " + name);
        assertEquals(true, url.contains(span.getAttributes().get(Traces.ADDRESS) + ":"));
        assertEquals(true, url.contains(":" + span.getAttributes().get(Traces.PORT) + "/"));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("DT-2 one that fails says its SQLSTATE, ends once, and throws what it would have thrown")
    final void failure() throws Exception {
        DataAccessException thrown = recorder.request(
                () -> assertThrows(DataAccessException.class, () -> dsl().execute("SELECT nothing FROM nowhere")));
        assertEquals("42P01", thrown.sqlState());
        SpanData span = recorder.span("SELECT nowhere");
        assertFailed("42P01", span);
        assertEquals("42P01", span.getAttributes().get(Traces.STATUS));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("DT-3 no value is shown: bound, inlined, written out, or in what an error says")
    final void silence() throws Exception {
        String code = SECRET + "-" + 424_242;
        recorder.request(() -> {
            DSLContext dsl = dsl();
            dsl.execute("INSERT INTO link (code) VALUES (?)", code);
            assertThrows(DataAccessException.class, () -> dsl.execute("INSERT INTO link (code) VALUES (?)", code));
            dsl.execute("UPDATE link SET clicks = 424242 WHERE code = '" + code + "' -- " + code);
            dsl.execute("DELETE FROM link WHERE code = {0} /* " + code + " */", DSL.inline(code));
            dsl.batch("INSERT INTO link (code) VALUES ('" + code + "')", "DELETE FROM link")
                    .execute();
            return dsl.execute("SELECT $tag$" + code + "$tag$, E'\\'" + code + "', 424242.5e-1");
        });
        assertFalse(recorder.spans().isEmpty());
        recorder.assertSilentAbout(SECRET);
        recorder.assertSilentAbout("424242");
    }

    @Test
    @DisplayName("DT-4 outside of any trace there is no span")
    final void outside() {
        dsl().execute("SELECT 1");
        new PostgresTransactions(database).run(Isolation.READ_COMMITTED, tx -> tx.execute("SELECT 1"));
        assertEquals(List.of(), recorder.spans());
    }

    @Test
    @DisplayName("DT-5 a batch is one span, with its size")
    final void batch() throws Exception {
        recorder.request(() -> {
            DSLContext dsl = dsl();
            dsl.batch(dsl.query("INSERT INTO link (code) VALUES (?)", "x"))
                    .bind("b")
                    .bind("c")
                    .execute();
            return dsl.batch("DELETE FROM link WHERE code = 'b'", "DELETE FROM link")
                    .execute();
        });
        SpanData same = recorder.span("INSERT link");
        assertEquals(2, same.getAttributes().get(Traces.BATCH_SIZE));
        assertEquals("INSERT INTO link (code) VALUES (?)", same.getAttributes().get(Traces.TEXT));
        SpanData several = recorder.span("BATCH");
        assertEquals(2, several.getAttributes().get(Traces.BATCH_SIZE));
        assertNull(several.getAttributes().get(Traces.TEXT));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("DT-6 the wait for a connection is a span, also when there is none in time")
    final void exhausted() throws Exception {
        recorder.request(() -> {
            try (Connection first = database.acquire();
                    Connection second = database.acquire()) {
                assertEquals(true, first != second);
                assertThrows(DatabaseUnavailableException.class, database::acquire);
                assertThrows(DataAccessException.class, () -> dsl().execute("SELECT 1"));
            }
            return true;
        });
        List<SpanData> waits = recorder.spans();
        assertEquals(4, waits.size(), () -> "were " + recorder.names());
        waits.forEach(wait -> {
            assertEquals("acquire connection", wait.getName());
            assertEquals(SpanKind.INTERNAL, wait.getKind());
            assertEquals("links", wait.getAttributes().get(Traces.POOL));
            assertParent(recorder.root(), wait);
        });
        assertEquals(StatusCode.UNSET, waits.get(1).getStatus().getStatusCode());
        assertEquals(StatusCode.ERROR, waits.get(2).getStatus().getStatusCode());
        assertEquals(StatusCode.ERROR, waits.get(3).getStatus().getStatusCode());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("DT-7 each attempt of a transaction is a span over its statements, and none is current afterwards")
    final void attempts() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Transactions transactions = new PostgresTransactions(database);
        int value = recorder.request(() -> transactions.call(Isolation.SERIALIZABLE, tx -> {
            if (runs.getAndIncrement() == 0) {
                tx.execute(AGAIN);
            }
            return tx.fetchSingle("SELECT 7").get(0, Integer.class);
        }));
        assertEquals(7, value);
        List<SpanData> attempts = recorder.spans().stream()
                .filter(span -> span.getName().equals("transaction"))
                .toList();
        assertEquals(2, attempts.size());
        assertFailed("40001", attempts.get(0));
        assertEquals(1, attempts.get(0).getAttributes().get(Traces.ATTEMPT));
        assertEquals(2, attempts.get(1).getAttributes().get(Traces.ATTEMPT));
        assertEquals(StatusCode.UNSET, attempts.get(1).getStatus().getStatusCode());
        attempts.forEach(attempt -> assertParent(recorder.root(), attempt));
        assertParent(attempts.get(0), recorder.span("DO"));
        assertParent(attempts.get(1), recorder.span("SELECT"));
        recorder.reset();

        IllegalStateException mine = new IllegalStateException(SECRET);
        assertSame(
                mine,
                recorder.request(() -> assertThrows(
                        IllegalStateException.class,
                        () -> transactions.run(Isolation.READ_COMMITTED, tx -> {
                            throw mine;
                        }))));
        assertFailed("java.lang.IllegalStateException", recorder.span("transaction"));
        recorder.assertSilentAbout(SECRET);
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("DT-8 a cursor's span ends when it is closed, on whatever thread")
    final void cursor() throws Exception {
        recorder.request(() -> {
            dsl().execute("INSERT INTO link (code) VALUES ('a'), ('b')");
            Cursor<Record> cursor = dsl().fetchLazy("SELECT code FROM link");
            assertEquals("a", cursor.fetchNext().get(0));
            assertEquals(List.of(), named("SELECT link"));
            CompletableFuture.runAsync(cursor::close).get(10, TimeUnit.SECONDS);
            return true;
        });
        assertParent(recorder.root(), recorder.span("SELECT link"));
        recorder.assertEndedOnce();
    }

    private List<SpanData> named(String name) {
        return recorder.spans().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    @Test
    @DisplayName("DT-9 what is not sampled has no span, and goes on as such")
    final void notSampled() throws Exception {
        try (SpanRecorder none = new SpanRecorder(Sampler.alwaysOff());
                Database other = Database.at(url).telemetry(none.telemetry()).open()) {
            boolean sampled = none.request(() -> new PostgresTransactions(other).call(Isolation.READ_COMMITTED, tx -> {
                tx.execute("SELECT 1");
                return Span.current().getSpanContext().isSampled();
            }));
            assertFalse(sampled);
            assertEquals(List.of(), none.spans());
            none.assertEndedOnce();
        }
    }
}
