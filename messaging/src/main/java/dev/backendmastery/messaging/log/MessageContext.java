package dev.backendmastery.messaging.log;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The context of a trace, in and out of the headers of messages.
 *
 * <p><b>Guarantee.</b> What is written replaces what was there, however often a message is sent (TP-3). A message that has no room
 * for it stays as it is (TP-9). A header that is there several times is read as all its values, so that two trace parents are
 * none (TP-14).
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> Writing copies the list of headers. <b>Source.</b> W3C Trace Context.
 */
public final class MessageContext {

    private static final String TRACE_PARENT = "traceparent";
    private static final TextMapGetter<Message> GETTER = new Getter();
    private static final TextMapSetter<List<Header>> SETTER =
            (headers, name, value) -> Objects.requireNonNull(headers).add(new Header(name, Bytes.utf8(value)));

    private final TextMapPropagator propagator;
    private final List<String> fields;

    /** In the form of {@code telemetry}'s propagators. */
    public MessageContext(OpenTelemetry telemetry) {
        propagator = telemetry.getPropagators().getTextMapPropagator();
        fields = List.copyOf(propagator.fields());
    }

    /** Whether one of the headers speaks of a context. */
    public boolean isIn(Message message) {
        List<Header> headers = message.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (isField(headers.get(i).name())) {
                return true;
            }
        }
        return false;
    }

    /** {@code message} with {@code context} in its headers, instead of the one that was there. */
    public Message into(Message message, Context context) {
        List<Header> added = new ArrayList<>(fields.size());
        propagator.inject(context, added, SETTER);
        if (added.isEmpty()) {
            return message;
        }
        List<Header> headers = new ArrayList<>(message.headers().size() + added.size());
        for (Header header : message.headers()) {
            if (!isField(header.name())) {
                headers.add(header);
            }
        }
        headers.addAll(added);
        try {
            return new Message(message.envelope(), message.key(), headers, message.payload());
        } catch (IllegalArgumentException e) {
            return message; // full: it matters more than its trace
        }
    }

    /** {@code base} with what the headers say, or without any the envelope's trace parent. */
    public Context from(Message message, Context base) {
        return propagator.extract(base, message, GETTER);
    }

    private boolean isField(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static final class Getter implements TextMapGetter<Message> {

        @Override
        public Iterable<String> keys(Message message) {
            return message.headers().stream().map(Header::name).distinct().toList();
        }

        @Override
        public @Nullable String get(@Nullable Message message, String name) {
            List<String> values = values(Objects.requireNonNull(message), name);
            return values.isEmpty() ? null : String.join(",", values);
        }

        @Override
        public Iterator<String> getAll(@Nullable Message message, String name) {
            return values(Objects.requireNonNull(message), name).iterator();
        }

        private static List<String> values(Message message, String name) {
            List<String> values = new ArrayList<>(1);
            for (Header header : message.headers()) {
                if (header.name().equalsIgnoreCase(name)) {
                    values.add(header.value().utf8());
                }
            }
            String parent = message.envelope().traceParent();
            if (values.isEmpty()
                    && parent != null
                    && name.toLowerCase(Locale.ROOT).equals(TRACE_PARENT)) {
                values.add(parent);
            }
            return values;
        }
    }
}
