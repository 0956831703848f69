package dev.backendmastery.shortener.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.backendmastery.messaging.consumer.DeadLetters;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Topic;
import dev.backendmastery.shortener.application.ClickLog.Click;
import dev.backendmastery.shortener.application.LinkEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/** The messages' topics and forms. */
final class Messages {

    /** What happens to links, by code. */
    static final String LINKS = "shortener.links";

    /** Who follows them, without a key: they are counted, in any order. */
    static final String CLICKS = "shortener.clicks";

    /** What could not be counted. */
    static final String DEAD = "shortener.dead";

    /** For so long messages are kept and remembered. */
    static final Duration KEPT = Duration.ofDays(14);

    private static final int PARTITIONS = 4;
    private static final String JSON_TYPE = "application/json";
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private Messages() {}

    static void createTopics(MessageLog log) {
        log.createTopic(Topic.of(LINKS, PARTITIONS).keepFor(KEPT));
        log.createTopic(Topic.of(CLICKS, PARTITIONS).keepFor(KEPT));
        DeadLetters.createTopics(log, DEAD, 1);
    }

    /** Asks the log for something that it knows, if it is there. */
    static void look(MessageLog log) {
        var unused = log.endOffset(new Partition(CLICKS, 0));
    }

    static Message of(Click click) {
        return message(click.id(), "link.followed", click.at(), click).build();
    }

    static Message of(LinkEvent event) {
        return message(event.id(), "link." + event.type().name().toLowerCase(Locale.ROOT), event.at(), event)
                .key(event.code())
                .build();
    }

    private static Message.Builder message(UUID id, String type, Instant at, Object content) {
        try {
            return Message.of(id, type, at).payload(JSON_TYPE, Bytes.of(JSON.writeValueAsBytes(content)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of plain values has a JSON form", e);
        }
    }

    /** @throws IllegalArgumentException if it has another form */
    static <T> T content(Message message, Class<T> type) {
        Bytes payload = message.payload();
        if (payload == null || !message.envelope().contentType().equals(JSON_TYPE)) {
            throw new IllegalArgumentException("message " + message.envelope().id() + " is no " + type.getSimpleName());
        }
        try {
            return JSON.readValue(payload.utf8(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "message " + message.envelope().id() + " is no " + type.getSimpleName(), e);
        }
    }
}
