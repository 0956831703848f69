package dev.backendmastery.patterns.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.engines.RabbitMq;
import dev.backendmastery.messaging.log.Message;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** On the machine's RabbitMQ; skipped, and said so, where there is none. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class RabbitPublisherTest {

    @BeforeAll
    static void available() {
        assumeTrue(RabbitMq.isAvailable(), "RabbitMQ is not installed");
    }

    private static Message message(String text) {
        return Message.of(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), "order.placed", Instant.EPOCH)
                .key("k")
                .version(3)
                .text(text)
                .build();
    }

    private static Throwable failure(CompletableFuture<Void> ack) {
        return Objects.requireNonNull(assertThrows(ExecutionException.class, () -> ack.get(20, TimeUnit.SECONDS))
                .getCause());
    }

    @Test
    @DisplayName("RP-1 acked is what is confirmed and in a queue; what no queue takes is refused")
    void confirmed() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(Engines.rabbitmq().uri());
        String queue = "rp-1-" + UUID.randomUUID();
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel();
                RabbitPublisher publisher = RabbitPublisher.toQueues(factory)) {
            channel.queueDeclare(queue, true, false, false, Map.of());
            CompletableFuture<Void> first = publisher.publish(queue, message("1"));
            CompletableFuture<Void> nowhere = publisher.publish(queue + "-missing", message("2"));
            CompletableFuture<Void> third = publisher.publish(queue, message("3"));
            publisher.flush();
            first.get(20, TimeUnit.SECONDS);
            third.get(20, TimeUnit.SECONDS);
            assertFalse(failure(nowhere) instanceof PublisherUnavailableException);
            assertFalse(publisher.keepsOrder());
            GetResponse got = Objects.requireNonNull(channel.basicGet(queue, true));
            assertEquals("1", new String(got.getBody(), StandardCharsets.UTF_8));
            assertEquals(message("1").envelope().id().toString(), got.getProps().getMessageId());
            assertEquals("order.placed", got.getProps().getType());
            assertEquals(3, got.getProps().getHeaders().get("version"));
            channel.queueDelete(queue);
        }
    }

    @Test
    @DisplayName("RP-2 a lost connection fails what is under way, and the next message opens another")
    void lostConnection() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(Engines.rabbitmq().uri());
        String queue = "rp-2-" + UUID.randomUUID();
        try (FaultProxy proxy = FaultProxy.to(Engines.rabbitmq());
                Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(queue, true, false, false, Map.of());
            ConnectionFactory through = factory.clone();
            through.setHost(proxy.host());
            through.setPort(proxy.port());
            try (RabbitPublisher publisher = RabbitPublisher.toQueues(through)) {
                publisher.publish(queue, message("1")).get(20, TimeUnit.SECONDS);
                proxy.drop(FaultProxy.Direction.TO_ENGINE);
                CompletableFuture<Void> lost = publisher.publish(queue, message("2"));
                assertThrows(TimeoutException.class, () -> lost.get(300, TimeUnit.MILLISECONDS));
                // Resets what has lost bytes.
                proxy.heal();
                assertTrue(failure(lost) instanceof PublisherUnavailableException);
                publisher.publish(queue, message("2")).get(20, TimeUnit.SECONDS);
            }
            channel.queueDelete(queue);
        }
    }
}
