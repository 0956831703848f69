package dev.backendmastery.messaging.log;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A log whose appends are spans, and whose messages carry their context on.
 *
 * <p><b>Guarantee.</b> As that of the log behind it. An append within a trace is a span {@code send TOPIC} of kind PRODUCER, which ends once: when
 * the log has acked or failed, on whatever thread (TP-1, TP-2, TP-5). The message is given its context, instead of any that it had (TP-3). Where
 * nothing is current the context that the message carries in its headers is the parent, as for a relay (TP-4); where there is none either, the
 * call goes straight through. Nothing is made current, and nothing is shown of keys, payloads and headers (TP-6). Many at once are one
 * span within a trace, else one for each that carries a context (TP-7). In transactions the spans end with the commit, or fail with it (TP-8). A
 * message that is full is sent as it is (TP-9).
 *
 * <p>Reading, groups and topics are the log's own; their members too.
 *
 * <p><b>Threads.</b> As the log behind it. <b>Cost.</b> A span and a copy of the headers for each append within a trace. <b>Not for</b> a log
 * that others append to as well, if their messages are to be traced. <b>Source.</b> OpenTelemetry's semantic conventions 1.37, messaging.
 */
public final class TracedLog implements MessageLog {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    static final AttributeKey<Long> BATCH_COUNT = AttributeKey.longKey("messaging.batch.message_count");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    static final String ABORTED = "aborted";

    private static final int KEPT_TOPICS = 1_024;

    private final MessageLog log;
    private final String system;
    private final Tracer tracer;
    private final MessageContext contexts;
    private final Map<String, Destination> destinations = new ConcurrentHashMap<>();

    /** What is the same for each append to a topic. */
    private record Destination(String span, Attributes attributes) {}

    private TracedLog(MessageLog log, String system, OpenTelemetry telemetry) {
        this.log = Objects.requireNonNull(log, "log");
        this.system = Objects.requireNonNull(system, "system");
        this.tracer = telemetry.getTracer("dev.backendmastery.messaging");
        this.contexts = new MessageContext(telemetry);
    }

    /** {@code log}, traced; it is closed with it. */
    public static TracedLog of(MessageLog log, OpenTelemetry telemetry) {
        return of(log, log instanceof KafkaLog ? "kafka" : "in_process", telemetry);
    }

    /** As {@link #of(MessageLog, OpenTelemetry)}, with what {@code messaging.system} is to say. */
    public static TracedLog of(MessageLog log, String system, OpenTelemetry telemetry) {
        return new TracedLog(log, system, telemetry);
    }

    @Override
    public CompletableFuture<Position> append(String topic, Message message) {
        Context parent = parent(message);
        if (parent == null) {
            return log.append(topic, message);
        }
        Span span = begin(topic, parent, message);
        Message sent = contexts.into(message, parent.with(span));
        return acked(List.of(span), () -> log.append(topic, sent), position -> place(span, position));
    }

    @Override
    public CompletableFuture<Position> append(Partition partition, Message message) {
        Context parent = parent(message);
        if (parent == null) {
            return log.append(partition, message);
        }
        Span span = begin(partition.topic(), parent, message);
        Message sent = contexts.into(message, parent.with(span));
        return acked(List.of(span), () -> log.append(partition, sent), position -> place(span, position));
    }

    @Override
    public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
        Context current = Context.current();
        if (messages.isEmpty()) {
            return log.appendAll(topic, messages);
        }
        return isValid(current) ? together(topic, messages, current) : each(topic, messages);
    }

    private CompletableFuture<List<Position>> together(String topic, List<Message> messages, Context current) {
        Span span = begin(topic, current, null);
        span.setAttribute(BATCH_COUNT, (long) messages.size());
        Context within = current.with(span);
        List<Message> sent =
                messages.stream().map(message -> contexts.into(message, within)).toList();
        return acked(List.of(span), () -> log.appendAll(topic, sent), positions -> {});
    }

    private CompletableFuture<List<Position>> each(String topic, List<Message> messages) {
        List<Span> spans = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<Message> sent = new ArrayList<>(messages);
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            Context parent = parent(message);
            if (parent != null) {
                Span span = begin(topic, parent, message);
                spans.add(span);
                places.add(i);
                sent.set(i, contexts.into(message, parent.with(span)));
            }
        }
        if (spans.isEmpty()) {
            return log.appendAll(topic, messages);
        }
        return acked(spans, () -> log.appendAll(topic, sent), positions -> {
            for (int i = 0; i < spans.size(); i++) {
                place(spans.get(i), positions.get(places.get(i)));
            }
        });
    }

    /** What is said of an ack before the spans end. */
    @FunctionalInterface
    private interface Ack<T> {
        void tell(T positions);
    }

    /** The log's own future: the spans end with it, the caller's continuations are none of theirs. */
    private static <T> CompletableFuture<T> acked(List<Span> spans, Supplier<CompletableFuture<T>> append, Ack<T> ack) {
        CompletableFuture<T> future;
        try {
            future = append.get();
        } catch (RuntimeException | Error failure) {
            spans.forEach(span -> fail(span, failure));
            throw failure;
        }
        var unused = future.whenComplete((positions, failure) -> {
            if (failure != null) {
                spans.forEach(span -> fail(span, failure));
                return;
            }
            try {
                ack.tell(positions);
            } finally {
                spans.forEach(Span::end);
            }
        });
        return future;
    }

    /** What an append belongs to: what is current, else what the message carries; null if it belongs to nothing. */
    private @Nullable Context parent(Message message) {
        Context current = Context.current();
        if (isValid(current)) {
            return current;
        }
        if (!contexts.isIn(message)) {
            return null;
        }
        Context carried = contexts.from(message, current);
        return isValid(carried) ? carried : null;
    }

    private static boolean isValid(Context context) {
        return Span.fromContext(context).getSpanContext().isValid();
    }

    private Span begin(String topic, Context parent, @Nullable Message message) {
        Destination destination = destination(topic);
        Span span = tracer.spanBuilder(destination.span)
                .setParent(parent)
                .setSpanKind(SpanKind.PRODUCER)
                .setAllAttributes(destination.attributes)
                .startSpan();
        if (message != null && span.isRecording()) {
            span.setAttribute(MESSAGE_ID, message.envelope().id().toString());
        }
        return span;
    }

    private Destination destination(String topic) {
        Destination known = destinations.get(topic);
        if (known == null) {
            known = new Destination(
                    "send " + topic,
                    Attributes.of(SYSTEM, system, DESTINATION, topic, OPERATION, "send", OPERATION_TYPE, "send"));
            if (destinations.size() < KEPT_TOPICS) {
                destinations.put(topic, known);
            }
        }
        return known;
    }

    private static void place(Span span, Position position) {
        if (span.isRecording()) {
            span.setAttribute(PARTITION, Integer.toString(position.partition().number()));
            span.setAttribute(OFFSET, position.offset());
        }
    }

    /** Its class, not its message: that may quote what is nobody's business. */
    private static void fail(Span span, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        fail(span, cause.getClass().getName());
    }

    private static void fail(Span span, String type) {
        span.setAttribute(ERROR, type);
        span.setStatus(StatusCode.ERROR);
        span.end();
    }

    @Override
    public LogTransactions transactions(String id) {
        return new Transactions(log.transactions(id));
    }

    private final class Transactions implements LogTransactions {
        private final LogTransactions real;
        private final List<Span> open = new ArrayList<>();

        Transactions(LogTransactions real) {
            this.real = real;
        }

        @Override
        public void begin() {
            real.begin();
            aborted(); // a log that lets one begin has dropped the one before
        }

        @Override
        public void append(String topic, Message message) {
            Context parent = parent(message);
            if (parent == null) {
                real.append(topic, message);
                return;
            }
            Span span = TracedLog.this.begin(topic, parent, message);
            try {
                real.append(topic, contexts.into(message, parent.with(span)));
                open.add(span);
            } catch (RuntimeException | Error failure) {
                fail(span, failure);
                throw failure;
            }
        }

        @Override
        public void commitOffsets(GroupMember member, Map<Partition, Commit> commits) {
            real.commitOffsets(member, commits);
        }

        @Override
        public void commit() {
            try {
                real.commit();
            } catch (RuntimeException | Error failure) {
                open.forEach(span -> fail(span, failure));
                open.clear();
                throw failure;
            }
            open.forEach(Span::end);
            open.clear();
        }

        @Override
        public void abort() {
            try {
                real.abort();
            } finally {
                aborted();
            }
        }

        @Override
        public void close() {
            try {
                real.close();
            } finally {
                aborted();
            }
        }

        private void aborted() {
            open.forEach(span -> fail(span, ABORTED));
            open.clear();
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return log.capabilities();
    }

    @Override
    public boolean createTopic(Topic topic) {
        return log.createTopic(topic);
    }

    @Override
    public Topic topic(String name) {
        return log.topic(name);
    }

    @Override
    public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout) throws InterruptedException {
        return log.read(partition, offset, maxRecords, timeout);
    }

    @Override
    public long firstOffset(Partition partition) {
        return log.firstOffset(partition);
    }

    @Override
    public long endOffset(Partition partition) {
        return log.endOffset(partition);
    }

    @Override
    public long offsetAt(Partition partition, Instant time) {
        return log.offsetAt(partition, time);
    }

    @Override
    public GroupMember join(Subscription subscription, GroupListener listener) {
        return log.join(subscription, listener);
    }

    @Override
    public void close() {
        log.close();
    }
}
