package dev.backendmastery.messaging.log;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of any message without reading its payload.
 *
 * <p><b>Threads.</b> Immutable. <b>Source.</b> The attributes of CloudEvents 1.0, and W3C Trace Context.
 *
 * @param id of the message, the same each time that it is sent or delivered: what a consumer tells duplicates by
 * @param type what happened, such as {@code order.placed}: 1 to 255 printable ASCII characters
 * @param version of the payload's form, from 1 to 1,000,000
 * @param time when it happened, from 1970 to 9999, cut to milliseconds: reading from a time and retention by age go by
 *     it
 * @param traceParent what sent it, in the form of W3C Trace Context, or null
 * @param contentType of the payload, such as {@code application/json}: 1 to 255 printable ASCII characters
 */
public record Envelope(
        UUID id,
        String type,
        int version,
        Instant time,
        @Nullable String traceParent,
        String contentType) {

    static final int MAX_VERSION = 1_000_000;

    static final Instant MAX_TIME = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    /** @throws IllegalArgumentException if one is out of range */
    public Envelope {
        Objects.requireNonNull(id, "id");
        Ascii.check("type", type);
        Ascii.check("contentType", contentType);
        if (version < 1 || version > MAX_VERSION) {
            throw new IllegalArgumentException("version must be from 1 to " + MAX_VERSION + ", was " + version);
        }
        if (time.isBefore(Instant.EPOCH) || time.isAfter(MAX_TIME)) {
            throw new IllegalArgumentException("time must be from 1970 to 9999, was " + time);
        }
        time = Instant.ofEpochMilli(time.toEpochMilli());
        if (traceParent != null && !TRACE_PARENT.matcher(traceParent).matches()) {
            throw new IllegalArgumentException(
                    "traceParent must be of the form 00-<32 hex>-<16 hex>-<2 hex>, was \"" + traceParent + "\"");
        }
    }
}
