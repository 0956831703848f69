package dev.backendmastery.showcase.view;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One span, as it came.
 *
 * @param parentId empty for the first of its trace
 * @param startNanos since 1970
 * @param endNanos since 1970
 * @param attributes values as text, each cut at a bound
 */
record Span(
        String traceId,
        String spanId,
        String parentId,
        String name,
        Kind kind,
        long startNanos,
        long endNanos,
        Status status,
        String statusMessage,
        String service,
        String instance,
        String scope,
        SortedMap<String, String> attributes,
        List<Event> events,
        List<Link> links) {

    /** What an object and its references take, roughly. */
    private static final int OBJECT_BYTES = 64;

    /** Its part in a call. */
    enum Kind {
        INTERNAL,
        SERVER,
        CLIENT,
        PRODUCER,
        CONSUMER
    }

    /** How it ended. */
    enum Status {
        UNSET,
        OK,
        ERROR
    }

    /** Something that happened in it. */
    record Event(long nanos, String name, SortedMap<String, String> attributes) {}

    /** A span of another trace, or of this one, that it goes back to. */
    record Link(String traceId, String spanId) {}

    Span {
        attributes = new TreeMap<>(attributes);
        events = List.copyOf(events);
        links = List.copyOf(links);
    }

    long nanos() {
        return Math.max(0, endNanos - startNanos);
    }

    boolean failed() {
        return status == Status.ERROR;
    }

    /** What it takes in memory, roughly. */
    long bytes() {
        long bytes = 8L * OBJECT_BYTES + name.length() + statusMessage.length() + text(attributes);
        for (Event event : events) {
            bytes += OBJECT_BYTES + event.name.length() + text(event.attributes);
        }
        return bytes + (long) links.size() * 4 * OBJECT_BYTES;
    }

    private static long text(SortedMap<String, String> attributes) {
        long bytes = 0;
        for (var attribute : attributes.entrySet()) {
            bytes += OBJECT_BYTES
                    + attribute.getKey().length()
                    + attribute.getValue().length();
        }
        return bytes;
    }
}
