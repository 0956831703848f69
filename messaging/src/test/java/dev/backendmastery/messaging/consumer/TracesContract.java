package dev.backendmastery.messaging.consumer;

import static dev.backendmastery.core.kit.SpanRecorder.assertFailed;
import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageContext;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.Topic;
import dev.backendmastery.messaging.log.UnknownTopicException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What spans over a log and its handlers must hold. Extend it and say how each is traced. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // so that no fault's scope reaches another test
public abstract class TracesContract {

    private static final String TOPIC = "clicks";
    private static final String SECRET = "s3cr3t";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SENDER = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");

    private final SpanRecorder recorder = new SpanRecorder();
    private final TransactingMemoryLog memory = new TransactingMemoryLog();
    private MessageLog log;

    protected abstract MessageLog log(MessageLog real, OpenTelemetry telemetry);

    protected abstract Handler handler(Handler real, OpenTelemetry telemetry);

    protected abstract Handler linkOnly(Handler real, OpenTelemetry telemetry);

    protected abstract Function<LogRecord, List<Outgoing>> transform(
            Function<LogRecord, List<Outgoing>> real, OpenTelemetry telemetry);

    @BeforeEach
    final void open() {
        memory.createTopic(Topic.of(TOPIC, 1));
        log = log(memory, recorder.telemetry());
    }

    @AfterEach
    final void close() {
        log.close();
        recorder.close();
    }

    private static Message message(Header... headers) {
        Message.Builder builder = Message.of(new UUID(1, 2), "clicked", Instant.EPOCH)
                .key(SECRET + "-key")
                .header("other", Bytes.utf8(SECRET))
                .text(SECRET + "-payload");
        for (Header header : headers) {
            builder.header(header.name(), header.value());
        }
        return builder.build();
    }

    private static Header header(String name, String value) {
        return new Header(name, Bytes.utf8(value));
    }

    private LogRecord read(int offset) throws InterruptedException {
        return memory.read(new Partition(TOPIC, 0), offset, 1, Duration.ofSeconds(1))
                .records()
                .get(0);
    }

    private static List<String> values(Message message, String name) {
        return message.headers().stream()
                .filter(header -> header.name().equals(name))
                .map(header -> header.value().utf8())
                .toList();
    }

    private static void assertCarries(SpanData span, Message message) {
        assertEquals(
                List.of("00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                        + span.getSpanContext().getTraceFlags().asHex()),
                values(message, "traceparent"),
                "trace parents");
    }

    @Test
    @DisplayName("TP-1 an append within a trace is one PRODUCER span under what is current")
    final void append() throws Exception {
        Position position = recorder.request(() -> log.append(TOPIC, message()).get());
        SpanData span = recorder.span("send " + TOPIC);
        assertParent(recorder.root(), span);
        assertEquals(SpanKind.PRODUCER, span.getKind());
        assertEquals(
                "dev.backendmastery.messaging",
                span.getInstrumentationScopeInfo().getName());
        assertEquals(TOPIC, span.getAttributes().get(AttributeKey.stringKey("messaging.destination.name")));
        assertEquals("send", span.getAttributes().get(AttributeKey.stringKey("messaging.operation.name")));
        assertEquals("send", span.getAttributes().get(AttributeKey.stringKey("messaging.operation.type")));
        assertEquals("in_process", span.getAttributes().get(AttributeKey.stringKey("messaging.system")));
        assertEquals("0", span.getAttributes().get(PARTITION));
        assertEquals(position.offset(), span.getAttributes().get(OFFSET));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        recorder.request(() -> log.append(new Partition(TOPIC, 0), message()).get());
        assertEquals(2, recorder.spans().size());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-2 it ends with the ack, not before, and the caller has the log's own future")
    final void ack() throws Exception {
        CompletableFuture<Position> slow = new CompletableFuture<>();
        MessageLog traced = log(slow(slow), recorder.telemetry());
        CompletableFuture<Position> first = recorder.request(() -> traced.append(TOPIC, message()));
        assertSame(slow, first);
        assertEquals(List.of(), recorder.spans());
        AtomicReference<Span> seen = new AtomicReference<>(Span.getInvalid());
        var unused = first.whenComplete((position, failure) -> seen.set(Span.current()));
        CompletableFuture.runAsync(() -> slow.complete(new Position(new Partition(TOPIC, 3), 9)))
                .get();
        assertEquals("3", recorder.span("send " + TOPIC).getAttributes().get(PARTITION));
        assertFalse(
                Objects.requireNonNull(seen.get()).getSpanContext().isValid(),
                "a span was current in the continuation");
        recorder.assertEndedOnce();
    }

    private static ForwardingLog slow(CompletableFuture<Position> ack) {
        return new ForwardingLog(new TransactingMemoryLog()) {
            @Override
            public CompletableFuture<Position> append(String topic, Message message) {
                return ack;
            }
        };
    }

    @Test
    @DisplayName("TP-3 the message is given the span's context instead of any other, however often it is sent")
    final void replaces() throws Exception {
        Message stale =
                message(header("traceparent", SENDER), header("TraceParent", SENDER), header("tracestate", "a=1"));
        recorder.request(() -> {
            log.append(TOPIC, stale).get();
            return log.append(TOPIC, read(0).message()).get();
        });
        List<SpanData> spans = recorder.spans();
        for (int i = 0; i < 2; i++) {
            Message sent = read(i).message();
            assertCarries(spans.get(i), sent);
            assertParent(recorder.root(), spans.get(i));
            assertEquals(
                    List.of("other", "traceparent"),
                    sent.headers().stream().map(Header::name).toList());
            assertEquals(List.of(SECRET), values(sent, "other"));
            assertEquals(stale.envelope(), sent.envelope());
            assertEquals(stale.key(), sent.key());
            assertEquals(stale.payload(), sent.payload());
        }
    }

    @Test
    @DisplayName(
            "TP-4 where nothing is current it goes on from what the message carries, and without that there is no span")
    final void relays() throws Exception {
        Message bare = message();
        log.append(TOPIC, bare).get();
        log.appendAll(TOPIC, List.of(bare)).get();
        try (LogTransactions transactions = log.transactions("a")) {
            transactions.begin();
            transactions.append(TOPIC, bare);
            transactions.commit();
        }
        assertEquals(List.of(), recorder.spans());
        assertSame(bare, read(0).message());
        assertSame(bare, read(2).message());
        log.append(TOPIC, message(header("traceparent", SENDER), header("tracestate", "a=1")))
                .get();
        SpanData span = recorder.span("send " + TOPIC);
        assertEquals(TRACE, span.getTraceId());
        assertEquals("00f067aa0ba902b7", span.getParentSpanId());
        assertCarries(span, read(3).message());
        assertEquals(List.of("a=1"), values(read(3).message(), "tracestate"));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-5 what goes wrong is thrown or told as it was, and its class is said")
    final void failures() throws Exception {
        UnknownTopicException refused = new UnknownTopicException("topic \"" + SECRET + "\"");
        LogUnavailableException lost = new LogUnavailableException(SECRET);
        CompletableFuture<Position> failing = new CompletableFuture<>();
        MessageLog wrong = log(
                new ForwardingLog(memory) {
                    @Override
                    public CompletableFuture<Position> append(String topic, Message message) {
                        throw refused;
                    }

                    @Override
                    public CompletableFuture<Position> append(Partition partition, Message message) {
                        return failing;
                    }
                },
                recorder.telemetry());
        recorder.request(() -> {
            assertSame(refused, assertThrows(UnknownTopicException.class, () -> wrong.append(TOPIC, message())));
            return true;
        });
        assertFailed(UnknownTopicException.class.getName(), recorder.span("send " + TOPIC));
        recorder.reset();
        recorder.request(() -> {
            CompletableFuture<Position> ack = wrong.append(new Partition(TOPIC, 0), message());
            failing.completeExceptionally(new CompletionException(lost));
            assertSame(lost, assertThrows(CompletionException.class, ack::join).getCause());
            return true;
        });
        assertFailed(LogUnavailableException.class.getName(), recorder.span("send " + TOPIC));
        recorder.assertSilentAbout(SECRET);
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-6 nothing of keys, payloads and headers is shown")
    final void silence() throws Exception {
        recorder.request(() -> {
            log.append(TOPIC, message()).get();
            log.appendAll(TOPIC, List.of(message())).get();
            handler(record -> {}, recorder.telemetry()).handle(read(0));
            return true;
        });
        assertEquals(3, recorder.spans().size());
        recorder.assertSilentAbout(SECRET);
    }

    @Test
    @DisplayName("TP-7 many at once are one span within a trace, else one for each that carries a context")
    final void together() throws Exception {
        List<Position> positions = recorder.request(
                () -> log.appendAll(TOPIC, List.of(message(), message())).get());
        assertEquals(List.of(0L, 1L), positions.stream().map(Position::offset).toList());
        SpanData span = recorder.span("send " + TOPIC);
        assertEquals(2, span.getAttributes().get(AttributeKey.longKey("messaging.batch.message_count")));
        assertCarries(span, read(0).message());
        assertCarries(span, read(1).message());
        recorder.reset();
        log.appendAll(TOPIC, List.of(message(), message(header("traceparent", SENDER))))
                .get();
        SpanData only = recorder.span("send " + TOPIC);
        assertEquals(TRACE, only.getTraceId());
        assertEquals(3, only.getAttributes().get(OFFSET));
        assertEquals(List.of(), values(read(2).message(), "traceparent"));
        assertCarries(only, read(3).message());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-8 in a transaction the spans end with the commit, and fail with it or with the abort")
    final void transactions() throws Exception {
        recorder.request(() -> {
            try (LogTransactions transactions = log.transactions("a")) {
                transactions.begin();
                transactions.append(TOPIC, message());
                transactions.append(TOPIC, message());
                assertEquals(List.of(), recorder.spans());
                transactions.commit();
            }
            return true;
        });
        assertEquals(2, recorder.spans().size());
        recorder.spans()
                .forEach(span -> assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode()));
        assertCarries(recorder.spans().get(1), read(1).message());
        recorder.assertEndedOnce();
        recorder.reset();
        recorder.request(() -> {
            try (LogTransactions transactions = log.transactions("a")) {
                transactions.begin();
                transactions.append(TOPIC, message());
                transactions.abort();
            }
            return true;
        });
        assertFailed("aborted", recorder.span("send " + TOPIC));
        recorder.assertEndedOnce();
        recorder.reset();
        LogUnavailableException lost = new LogUnavailableException(SECRET);
        MessageLog wrong = log(
                new ForwardingLog(memory) {
                    @Override
                    public LogTransactions transactions(String id) {
                        return new ForwardingTransactions(real.transactions(id)) {
                            @Override
                            public void commit() {
                                throw lost;
                            }
                        };
                    }
                },
                recorder.telemetry());
        recorder.request(() -> {
            try (LogTransactions transactions = wrong.transactions("b")) {
                transactions.begin();
                transactions.append(TOPIC, message());
                assertSame(lost, assertThrows(LogUnavailableException.class, transactions::commit));
            }
            return true;
        });
        assertFailed(LogUnavailableException.class.getName(), recorder.span("send " + TOPIC));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-9 a message that has no room for a context is sent as it is")
    final void full() throws Exception {
        Message full = message(
                IntStream.range(0, 63).mapToObj(i -> header("h" + i, "")).toArray(Header[]::new));
        recorder.request(() -> log.append(TOPIC, full).get());
        assertSame(full, read(0).message());
        assertEquals(List.of("send " + TOPIC), recorder.names());
    }

    @Test
    @DisplayName("TP-10 what is not sampled has no span, and is told so on")
    final void notSampled() throws Exception {
        try (SpanRecorder none = new SpanRecorder(Sampler.parentBased(Sampler.alwaysOff()))) {
            MessageLog traced = log(memory, none.telemetry());
            none.request(() -> traced.append(TOPIC, message()).get());
            String parent = values(read(0).message(), "traceparent").get(0);
            assertFalse(TraceFlags.fromHex(parent, parent.length() - 2).isSampled(), parent);
            AtomicReference<SpanContext> during = new AtomicReference<>(SpanContext.getInvalid());
            handler(record -> during.set(Span.current().getSpanContext()), none.telemetry())
                    .handle(read(0));
            assertFalse(Objects.requireNonNull(during.get()).isSampled());
            assertEquals(
                    values(read(0).message(), "traceparent").get(0).split("-", 4)[1],
                    Objects.requireNonNull(during.get()).getTraceId());
            assertEquals(List.of(), none.spans());
        }
    }

    @Test
    @DisplayName(
            "TP-11 handling a record is one CONSUMER span, child of the sender's and linked with it, current meanwhile")
    final void handle() throws Exception {
        recorder.request(() -> log.append(TOPIC, message()).get());
        Context before = Context.current();
        AtomicReference<SpanContext> during = new AtomicReference<>(SpanContext.getInvalid());
        handler(record -> during.set(Span.current().getSpanContext()), recorder.telemetry())
                .handle(read(0));
        assertSame(before, Context.current());
        SpanData sent = recorder.span("send " + TOPIC);
        SpanData span = recorder.span("process " + TOPIC);
        assertParent(sent, span);
        assertEquals(SpanKind.CONSUMER, span.getKind());
        assertEquals(span.getSpanId(), Objects.requireNonNull(during.get()).getSpanId());
        assertEquals(
                List.of(sent.getSpanId()),
                span.getLinks().stream()
                        .map(link -> link.getSpanContext().getSpanId())
                        .toList());
        assertEquals("process", span.getAttributes().get(AttributeKey.stringKey("messaging.operation.type")));
        assertEquals("0", span.getAttributes().get(PARTITION));
        assertEquals(0, span.getAttributes().get(OFFSET));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-12 what the handler throws is thrown and its class said, each time in a span of its own")
    final void attempts() throws Exception {
        log.append(TOPIC, message(header("traceparent", SENDER))).get();
        recorder.reset();
        IOException mine = new IOException(SECRET);
        Context before = Context.current();
        Handler failing = handler(
                record -> {
                    throw mine;
                },
                recorder.telemetry());
        for (int i = 0; i < 2; i++) {
            assertSame(mine, assertThrows(IOException.class, () -> failing.handle(read(0))));
            assertSame(before, Context.current());
        }
        assertEquals(2, recorder.spans().size());
        recorder.spans().forEach(span -> {
            assertFailed(IOException.class.getName(), span);
            assertEquals(TRACE, span.getTraceId());
        });
        recorder.assertSilentAbout(SECRET);
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("TP-13 with links only, each is a trace of its own, linked with the sender's")
    final void links() throws Exception {
        memory.append(TOPIC, message(header("traceparent", SENDER))).get();
        linkOnly(record -> {}, recorder.telemetry()).handle(read(0));
        SpanData span = recorder.span("process " + TOPIC);
        assertNotEquals(TRACE, span.getTraceId());
        assertEquals("0000000000000000", span.getParentSpanId());
        assertEquals(
                List.of("00f067aa0ba902b7"),
                span.getLinks().stream()
                        .map(link -> link.getSpanContext().getSpanId())
                        .toList());
    }

    @Test
    @DisplayName(
            "TP-14 without a context, or with two, a record begins a trace; the envelope's counts where no header does")
    final void origins() throws Exception {
        memory.append(TOPIC, message()).get();
        memory.append(TOPIC, message(header("traceparent", SENDER), header("traceparent", SENDER)))
                .get();
        memory.append(
                        TOPIC,
                        Message.of(new UUID(1, 2), "clicked", Instant.EPOCH)
                                .traceParent(SENDER)
                                .build())
                .get();
        memory.append(
                        TOPIC,
                        message(
                                header("traceparent", SENDER),
                                header("tracestate", "a=1"),
                                header("tracestate", "b=2")))
                .get();
        Handler handler = handler(record -> {}, recorder.telemetry());
        for (int i = 0; i < 4; i++) {
            handler.handle(read(i));
        }
        List<SpanData> spans = recorder.spans();
        for (int i = 0; i < 2; i++) {
            assertNotEquals(TRACE, spans.get(i).getTraceId());
            assertEquals("0000000000000000", spans.get(i).getParentSpanId());
            assertEquals(List.of(), spans.get(i).getLinks());
        }
        assertEquals(TRACE, spans.get(2).getTraceId());
        assertEquals("2", spans.get(3).getSpanContext().getTraceState().get("b"), "of the second header of that name");
        assertFalse(new MessageContext(recorder.telemetry()).isIn(read(0).message()));
    }

    @Test
    @DisplayName("TP-15 what a transform makes goes on from its span, though it is appended later")
    final void transform() throws Exception {
        log.append(TOPIC, message(header("traceparent", SENDER))).get();
        recorder.reset();
        Context before = Context.current();
        List<Outgoing> made = transform(record -> List.of(new Outgoing(TOPIC, record.message())), recorder.telemetry())
                .apply(read(0));
        assertSame(before, Context.current());
        SpanData span = recorder.span("process " + TOPIC);
        assertCarries(span, made.get(0).message());
        try (LogTransactions transactions = log.transactions("a")) {
            transactions.begin();
            transactions.append(TOPIC, made.get(0).message());
            transactions.commit();
        }
        assertParent(span, recorder.span("send " + TOPIC));
        recorder.reset();
        IllegalStateException mine = new IllegalStateException(SECRET);
        Function<LogRecord, List<Outgoing>> failing = transform(
                record -> {
                    throw mine;
                },
                recorder.telemetry());
        LogRecord record = read(0);
        assertSame(mine, assertThrows(IllegalStateException.class, () -> failing.apply(record)));
        assertFailed(IllegalStateException.class.getName(), recorder.span("process " + TOPIC));
        assertSame(before, Context.current());
        recorder.assertEndedOnce();
    }
}
