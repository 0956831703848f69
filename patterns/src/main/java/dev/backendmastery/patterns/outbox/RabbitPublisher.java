package dev.backendmastery.patterns.outbox;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Envelope;
import dev.backendmastery.messaging.log.Message;
import java.io.IOException;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Publishes to RabbitMQ: the topic is the routing key, and so the queue if no exchange is named. Needs {@code com.rabbitmq:amqp-client}.
 *
 * <p><b>Guarantee.</b> As {@link Publisher}. Acked is what the broker has confirmed, as persistent messages, after it routed them to at least one queue: a
 * message for which there is none comes back and is refused, though it is confirmed too (RP-1). A lost connection fails what is under way, and the next
 * message opens another (RP-2).
 *
 * <p><b>Threads.</b> As {@link Publisher}; acks complete on the connection's. <b>Cost.</b> One message of each key under way: a nack concerns one message, and not those
 * after it. <b>Not for</b> order over several consumers of one queue.
 */
public final class RabbitPublisher implements Publisher {

    private static final String NUMBER = "outbox-number";

    /** Headers that everybody reads as text. */
    private static final Set<String> CONTEXT = Set.of("traceparent", "tracestate", "baggage");

    /** One channel, and what is under way on it. */
    private record Session(
            Connection connection, Channel channel, ConcurrentNavigableMap<Long, CompletableFuture<Void>> underWay) {}

    private final ConnectionFactory factory;
    private final String exchange;
    private @Nullable Session session;

    private RabbitPublisher(ConnectionFactory factory, String exchange) {
        this.factory = Objects.requireNonNull(factory, "factory").clone();
        this.factory.setAutomaticRecoveryEnabled(false);
        this.exchange = Objects.requireNonNull(exchange, "exchange");
    }

    /** To the queue that has the topic's name. */
    public static RabbitPublisher toQueues(ConnectionFactory factory) {
        return new RabbitPublisher(factory, "");
    }

    /** To {@code exchange}, with the topic as routing key. */
    public static RabbitPublisher toExchange(ConnectionFactory factory, String exchange) {
        return new RabbitPublisher(factory, exchange);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, Message message) {
        CompletableFuture<Void> ack = new CompletableFuture<>();
        try {
            Session open = session();
            long number = open.channel.getNextPublishSeqNo();
            open.underWay.put(number, ack);
            Bytes payload = message.payload();
            open.channel.basicPublish(
                    exchange,
                    topic,
                    true,
                    properties(message, number),
                    payload == null ? new byte[0] : payload.toArray());
        } catch (IOException | TimeoutException | ShutdownSignalException e) {
            ack.completeExceptionally(new PublisherUnavailableException("RabbitMQ does not take messages", e));
            close();
        }
        return ack;
    }

    private static AMQP.BasicProperties properties(Message message, long number) {
        Envelope envelope = message.envelope();
        Map<String, Object> headers = new HashMap<>();
        message.headers()
                .forEach(header -> headers.put(
                        header.name(),
                        CONTEXT.contains(header.name())
                                ? header.value().utf8()
                                : header.value().toArray()));
        headers.put(NUMBER, number);
        headers.put("version", envelope.version());
        Bytes key = message.key();
        if (key != null) {
            headers.put("key", key.toArray());
        }
        String trace = envelope.traceParent();
        if (trace != null) {
            headers.putIfAbsent("traceparent", trace); // a header was written later
        }
        return new AMQP.BasicProperties.Builder()
                .messageId(envelope.id().toString())
                .type(envelope.type())
                .contentType(envelope.contentType())
                .timestamp(Date.from(envelope.time()))
                .deliveryMode(2)
                .headers(headers)
                .build();
    }

    private Session session() throws IOException, TimeoutException {
        Session open = session;
        if (open != null && open.channel.isOpen()) {
            return open;
        }
        close();
        Connection connection = factory.newConnection("outbox");
        Channel channel = connection.createChannel();
        Session fresh = new Session(connection, channel, new ConcurrentSkipListMap<>());
        channel.confirmSelect();
        // Before the confirmation of the same message: so the protocol has it.
        channel.addReturnListener(returned -> {
            Object number = returned.getProperties().getHeaders().get(NUMBER);
            CompletableFuture<Void> ack = fresh.underWay.get((Long) number);
            if (ack != null) {
                ack.completeExceptionally(new IllegalStateException(
                        "no queue for \"" + returned.getRoutingKey() + "\": " + returned.getReplyText()));
            }
        });
        channel.addConfirmListener(
                (number, multiple) -> settle(fresh, number, multiple, null),
                (number, multiple) ->
                        settle(fresh, number, multiple, new PublisherUnavailableException("RabbitMQ nacked it")));
        channel.addShutdownListener(cause ->
                settle(fresh, Long.MAX_VALUE, true, new PublisherUnavailableException("the channel is shut", cause)));
        session = fresh;
        return fresh;
    }

    private static void settle(
            Session session, long number, boolean multiple, @Nullable PublisherUnavailableException failure) {
        Map<Long, CompletableFuture<Void>> settled =
                multiple ? session.underWay.headMap(number, true) : session.underWay.subMap(number, true, number, true);
        for (Map.Entry<Long, CompletableFuture<Void>> entry : settled.entrySet()) {
            session.underWay.remove(entry.getKey());
            if (failure == null) {
                entry.getValue().complete(null);
            } else {
                entry.getValue().completeExceptionally(failure);
            }
        }
    }

    /** Messages go as they are handed over. */
    @Override
    public void flush() {}

    @Override
    public boolean keepsOrder() {
        return false;
    }

    @Override
    public void close() {
        Session open = session;
        session = null;
        if (open != null) {
            try {
                open.connection.close(5_000);
            } catch (IOException | ShutdownSignalException e) {
                LoggerFactory.getLogger(RabbitPublisher.class).debug("the connection was gone", e);
            }
            settle(open, Long.MAX_VALUE, true, new PublisherUnavailableException("the publisher is closed"));
        }
    }
}
