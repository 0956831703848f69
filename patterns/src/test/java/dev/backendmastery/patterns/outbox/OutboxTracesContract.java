package dev.backendmastery.patterns.outbox;

import static dev.backendmastery.core.kit.SpanRecorder.assertFailed;
import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.Message;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What the traces of an {@link Outbox} must hold, on a real PostgreSQL. Extend it and say how it is traced. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // so that no fault's scope reaches another test
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OutboxTracesContract {

    private static final String TOPIC = "orders";
    private static final String SECRET = "s3cr3t";
    private static final String SENDER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final SpanRecorder recorder = new SpanRecorder();
    private String url = "";
    private Database database;

    /** {@code real}, traced to {@code telemetry}. */
    protected abstract Outbox outbox(Outbox real, OpenTelemetry telemetry);

    @BeforeAll
    final void open() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url).telemetry(recorder.telemetry()).open();
        database.dsl().execute(PostgresOutbox.TABLES);
    }

    @AfterEach
    final void forget() {
        recorder.reset();
        database.dsl().execute("TRUNCATE outbox");
    }

    @AfterAll
    final void close() {
        database.close();
        recorder.close();
        Engines.postgres().dropDatabase(url);
    }

    private Outbox outbox() {
        return outbox(new PostgresOutbox(), recorder.telemetry());
    }

    private static Message message(Header... headers) {
        Message.Builder builder = Message.of(new UUID(1, 2), "placed", Instant.EPOCH)
                .key(SECRET + "-key")
                .header("other", Bytes.utf8(SECRET))
                .text(SECRET + "-payload");
        for (Header header : headers) {
            builder.header(header.name(), header.value());
        }
        return builder.build();
    }

    private void append(Outbox outbox, Message message) {
        new PostgresTransactions(database).run(Isolation.READ_COMMITTED, tx -> outbox.append(tx, TOPIC, message));
    }

    private Message row() {
        return Message.fromBytes(
                database.dsl().fetchSingle("SELECT message FROM outbox").get(0, byte[].class));
    }

    @Test
    @DisplayName(
            "OT-1 an append within a trace is one PRODUCER span, current while the row is written and not afterwards")
    final void append() throws Exception {
        recorder.request(() -> {
            append(outbox(), message());
            return true;
        });
        SpanData span = recorder.span("append " + TOPIC);
        assertEquals(SpanKind.PRODUCER, span.getKind());
        assertEquals(
                "dev.backendmastery.patterns",
                span.getInstrumentationScopeInfo().getName());
        assertEquals(TOPIC, span.getAttributes().get(AttributeKey.stringKey("messaging.destination.name")));
        assertEquals("append", span.getAttributes().get(AttributeKey.stringKey("messaging.operation.name")));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        assertParent(recorder.span("transaction"), span);
        assertParent(span, recorder.span("INSERT outbox"));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("OT-2 one that fails throws what it would have thrown, says its class, and no more")
    final void failure() throws Exception {
        Context before = Context.current();
        DataAccessException mine = new DataAccessException(SECRET);
        Outbox failing = outbox(
                (tx, topic, message) -> {
                    throw mine;
                },
                recorder.telemetry());
        recorder.request(() -> {
            assertSame(mine, assertThrows(DataAccessException.class, () -> append(failing, message())));
            append(outbox(), message());
            return true;
        });
        SpanData span = recorder.spans().stream()
                .filter(each -> each.getName().equals("append " + TOPIC))
                .findFirst()
                .orElseThrow();
        assertFailed(DataAccessException.class.getName(), span);
        recorder.assertSilentAbout(SECRET);
        recorder.assertEndedOnce();
        assertSame(before, Context.current());
    }

    @Test
    @DisplayName("OT-3 the row's message carries the span's context, instead of any that it had")
    final void carries() throws Exception {
        Message stale =
                message(new Header("traceparent", Bytes.utf8(SENDER)), new Header("tracestate", Bytes.utf8("a=1")));
        recorder.request(() -> {
            append(outbox(), stale);
            return true;
        });
        SpanData span = recorder.span("append " + TOPIC);
        Message row = row();
        assertEquals(
                List.of(
                        new Header("other", Bytes.utf8(SECRET)),
                        new Header(
                                "traceparent",
                                Bytes.utf8("00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                                        + span.getSpanContext().getTraceFlags().asHex()))),
                row.headers());
        assertEquals(stale.envelope(), row.envelope());
        assertEquals(stale.key(), row.key());
        assertEquals(stale.payload(), row.payload());
    }

    @Test
    @DisplayName("OT-4 outside of any trace there is no span, and the message is left as it is")
    final void outside() {
        Message message = message(new Header("traceparent", Bytes.utf8(SENDER)));
        append(outbox(), message);
        assertEquals(List.of(), recorder.spans());
        assertEquals(message, row());
    }

    @Test
    @DisplayName("OT-6 what is not sampled has no span, and is told so on")
    final void notSampled() throws Exception {
        try (SpanRecorder none = new SpanRecorder(Sampler.alwaysOff())) {
            none.request(() -> {
                append(outbox(new PostgresOutbox(), none.telemetry()), message());
                return true;
            });
            assertEquals(List.of(), none.spans());
            String parent = row().headers().get(1).value().utf8();
            assertFalse(TraceFlags.fromHex(parent, parent.length() - 2).isSampled());
        }
    }
}
