package dev.backendmastery.messaging.consumer;

import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import dev.backendmastery.messaging.log.TracedLog;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Traces of messages")
final class TracesTest extends TracesContract {

    private static final int CALLS = 10_000;
    private static final Duration SOON = Duration.ofSeconds(30);

    @Override
    protected MessageLog log(MessageLog real, OpenTelemetry telemetry) {
        return TracedLog.of(real, telemetry);
    }

    @Override
    protected Handler handler(Handler real, OpenTelemetry telemetry) {
        return TracedHandler.of(real, telemetry);
    }

    @Override
    protected Handler linkOnly(Handler real, OpenTelemetry telemetry) {
        return TracedHandler.of(real, telemetry).linkOnly();
    }

    @Override
    protected Function<LogRecord, List<Outgoing>> transform(
            Function<LogRecord, List<Outgoing>> real, OpenTelemetry telemetry) {
        return TracedTransform.of(real, telemetry);
    }

    private static Message message() {
        return Message.of(new UUID(3, 4), "clicked", Instant.EPOCH)
                .key("k")
                .text("t")
                .build();
    }

    private static void await(SpanRecorder recorder, int spans) {
        long start = System.nanoTime();
        while (recorder.spans().size() < spans && System.nanoTime() - start < SOON.toNanos()) {
            LockSupport.parkNanos(1_000_000);
        }
        assertEquals(spans, recorder.spans().size(), () -> "spans, were " + recorder.names());
    }

    @Test
    @DisplayName("TP-4 what belongs to no trace goes straight through: nothing is allocated on the way")
    void free() {
        CompletableFuture<Position> acked = new CompletableFuture<>();
        try (SpanRecorder recorder = new SpanRecorder();
                MessageLog log = TracedLog.of(
                        new ForwardingLog(new InMemoryLog()) {
                            @Override
                            public CompletableFuture<Position> append(String topic, Message message) {
                                return acked;
                            }
                        },
                        recorder.telemetry())) {
            Message message = message();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytes = Long.MAX_VALUE;
            for (int round = 0; round < 3; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    assertSame(acked, log.append("in", message));
                }
                bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(bytes < CALLS, "bytes allocated by " + CALLS + " calls: " + bytes);
        }
    }

    @Test
    @DisplayName("TP-12 in a consumer each attempt says which it is, and a dead letter goes on from the sender's span")
    void consumer() throws Exception {
        try (SpanRecorder recorder = new SpanRecorder();
                MessageLog log = TracedLog.of(new InMemoryLog(), recorder.telemetry())) {
            log.createTopic(Topic.of("in", 1));
            log.createTopic(Topic.of("dead", 1));
            log.createTopic(Topic.of("dead.replayed", 1));
            Handler failing = record -> {
                throw new IllegalStateException("told to");
            };
            try (ConsumerRuntime consumer = ConsumerRuntime.of(
                            log, Subscription.of("g", "in"), TracedHandler.of(failing, recorder.telemetry()))
                    .retry(RetryPolicy.attempts(2, Backoff.fixed(Duration.ofMillis(1))))
                    .deadLetters("dead")
                    .start()) {
                recorder.request(() -> log.append("in", message()).get());
                await(recorder, 4);
                assertTrue(consumer.failure().isEmpty());
            }
            SpanData sent = recorder.span("send in");
            List<SpanData> attempts = recorder.spans().stream()
                    .filter(span -> span.getName().equals("process in"))
                    .toList();
            for (int i = 0; i < 2; i++) {
                assertParent(sent, attempts.get(i));
                assertEquals(
                        i + 1,
                        attempts.get(i)
                                .getAttributes()
                                .get(AttributeKey.longKey("messaging.message.delivery_attempt")));
            }
            assertParent(sent, recorder.span("send dead"));
            recorder.assertEndedOnce();
        }
    }

    @Test
    @DisplayName("TP-1, TP-3, TP-11 through Kafka: sent, acked on its thread, carried in the header, processed")
    void kafka() throws Exception {
        String topic = ConsumerContract.name();
        try (SpanRecorder recorder = new SpanRecorder();
                MessageLog log = TracedLog.of(
                        KafkaLog.at(Engines.kafka().bootstrapServers()).open(), recorder.telemetry())) {
            log.createTopic(Topic.of(topic, 1));
            try (ConsumerRuntime consumer = ConsumerRuntime.of(
                            log,
                            Subscription.of(ConsumerContract.name(), topic),
                            TracedHandler.of(record -> {}, recorder.telemetry()))
                    .start()) {
                recorder.request(() -> log.append(topic, message()).get(30, TimeUnit.SECONDS));
                await(recorder, 2);
                assertTrue(consumer.failure().isEmpty());
            }
            SpanData sent = recorder.span("send " + topic);
            assertParent(recorder.root(), sent);
            assertParent(sent, recorder.span("process " + topic));
            assertEquals("kafka", sent.getAttributes().get(AttributeKey.stringKey("messaging.system")));
            assertEquals(0, sent.getAttributes().get(AttributeKey.longKey("messaging.kafka.offset")));
            recorder.assertEndedOnce();
        }
    }
}
