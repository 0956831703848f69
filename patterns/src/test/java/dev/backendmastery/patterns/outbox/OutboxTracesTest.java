package dev.backendmastery.patterns.outbox;

import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.messaging.consumer.ConsumerRuntime;
import dev.backendmastery.messaging.consumer.TracedHandler;
import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import dev.backendmastery.messaging.log.TracedLog;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The traces of an Outbox")
final class OutboxTracesTest extends OutboxTracesContract {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Override
    protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
        return TracedOutbox.of(real, telemetry);
    }

    private interface Kind {
        Relay make(Database database, String url, Publisher publisher, RelaySettings settings);
    }

    @Test
    @DisplayName("OT-5 through a polling relay: request, append, send, process are one trace")
    void polling() throws Exception {
        oneTrace(
                (database, url, publisher, settings) -> new PollingRelay(database, publisher, settings),
                new InMemoryLog(),
                LogPublisher::of);
    }

    @Test
    @DisplayName("OT-5 so they are through a woken relay")
    void woken() throws Exception {
        oneTrace(WokenRelay::new, new InMemoryLog(), LogPublisher::of);
    }

    @Test
    @DisplayName("OT-5 and through a relay from the log")
    void wal() throws Exception {
        oneTrace(
                (database, url, publisher, settings) -> {
                    WalRelay.createSlot(database, "outbox_traces");
                    return new WalRelay(database, url, "outbox_traces", publisher, settings);
                },
                new InMemoryLog(),
                LogPublisher::of);
    }

    @Test
    @DisplayName("OT-5 and in transactions of Kafka")
    void transactional() throws Exception {
        oneTrace(
                (database, url, publisher, settings) -> new PollingRelay(database, publisher, settings),
                KafkaLog.at(Engines.kafka().bootstrapServers()).open(),
                log -> LogPublisher.transactional(log, "traces-" + UUID.randomUUID()));
    }

    private static void oneTrace(Kind kind, MessageLog plain, Function<MessageLog, Publisher> publisher)
            throws Exception {
        String topic = "traces-" + UUID.randomUUID();
        String url = Engines.postgres().createDatabase();
        try (SpanRecorder recorder = new SpanRecorder();
                MessageLog log = TracedLog.of(plain, recorder.telemetry());
                Database database =
                        Database.at(url).telemetry(recorder.telemetry()).open()) {
            log.createTopic(Topic.of(topic, 1));
            database.dsl().execute(PostgresOutbox.TABLES);
            RelaySettings settings = RelaySettings.of("traces").poll(Duration.ofMillis(20), Duration.ofMillis(5));
            Outbox outbox = TracedOutbox.of(new PostgresOutbox(), recorder.telemetry());
            Transactions transactions = new PostgresTransactions(database);
            Message message = Message.of(UUID.randomUUID(), "placed", Instant.EPOCH)
                    .key("k")
                    .text("t")
                    .build();
            try (Publisher publishing = publisher.apply(log);
                    Relay relay = kind.make(database, url, publishing, settings);
                    ConsumerRuntime consumer = ConsumerRuntime.of(
                                    log,
                                    Subscription.of(topic, topic),
                                    TracedHandler.of(record -> {}, recorder.telemetry()))
                            .start()) {
                relay.start();
                recorder.request(() -> {
                    transactions.run(Isolation.READ_COMMITTED, tx -> outbox.append(tx, topic, message));
                    return true;
                });
                await(recorder, "process " + topic);
                assertEquals(true, consumer.failure().isEmpty());
            } finally {
                WalRelay.dropSlot(database, "outbox_traces");
            }
            assertParent(recorder.root(), recorder.span("transaction"));
            assertParent(recorder.span("transaction"), recorder.span("append " + topic));
            assertParent(recorder.span("append " + topic), recorder.span("send " + topic));
            assertParent(recorder.span("send " + topic), recorder.span("process " + topic));
            // The polls of the relay are in no trace: what is there belongs to the request.
            recorder.spans()
                    .forEach(span -> assertEquals(recorder.root().getTraceId(), span.getTraceId(), span.getName()));
            recorder.assertEndedOnce();
        } finally {
            Engines.postgres().dropDatabase(url);
        }
    }

    private static void await(SpanRecorder recorder, String name) {
        long start = System.nanoTime();
        while (!recorder.names().contains(name) && System.nanoTime() - start < SOON.toNanos()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
