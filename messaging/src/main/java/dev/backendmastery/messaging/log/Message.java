package dev.backendmastery.messaging.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a log carries: an envelope, a key, headers, a payload.
 *
 * <p><b>Guarantee.</b> At most {@value #MAX_BYTES} bytes in its encoded form, so that any log takes it. The encoded
 * form has a version of its own; bytes that are none of it are refused, never guessed at. <b>Threads.</b> Immutable.
 *
 * @param envelope what is known of it without reading the payload
 * @param key decides the partition, and what replaces what under compaction; or null
 * @param headers in order, at most 64
 * @param payload null is a tombstone: under compaction it removes its key
 */
public record Message(
        Envelope envelope,
        @Nullable Bytes key,
        List<Header> headers,
        @Nullable Bytes payload) {

    /** The most bytes of an encoded message: what a Kafka broker takes by its defaults, less room for its own frame. */
    public static final int MAX_BYTES = 1_000_000;

    static final int MAX_HEADERS = 64;

    /** @throws IllegalArgumentException if it is too large or has too many headers */
    public Message {
        Objects.requireNonNull(envelope, "envelope");
        headers = List.copyOf(headers);
        if (headers.size() > MAX_HEADERS) {
            throw new IllegalArgumentException("headers must be at most " + MAX_HEADERS + ", were " + headers.size());
        }
        long size = MessageCodec.size(envelope, key, headers, payload);
        if (size > MAX_BYTES) {
            throw new IllegalArgumentException("message must be at most " + MAX_BYTES + " bytes, was " + size);
        }
    }

    /** A message of {@code type} that happened at {@code time}, everything else by default. */
    public static Builder of(UUID id, String type, Instant time) {
        return new Builder(id, type, time);
    }

    /** The message as {@link #toBytes} made it. @throws MessageFormatException if the bytes are none of its forms */
    public static Message fromBytes(byte[] bytes) {
        return MessageCodec.decode(bytes);
    }

    /** Its one binary form, for a place that keeps bytes, such as a column of a table. */
    public byte[] toBytes() {
        return MessageCodec.encode(this);
    }

    /** Whether it removes its key. */
    public boolean isTombstone() {
        return payload == null;
    }

    /**
     * Collects what makes up a message. Version 1, application/octet-stream, an empty payload. Not safe for several
     * threads.
     */
    public static final class Builder {

        private final UUID id;
        private final String type;
        private final Instant time;
        private int version = 1;
        private @Nullable String traceParent;
        private String contentType = "application/octet-stream";
        private @Nullable Bytes key;
        private @Nullable Bytes payload = Bytes.of(new byte[0]);
        private final List<Header> headers = new ArrayList<>();

        private Builder(UUID id, String type, Instant time) {
            this.id = id;
            this.type = type;
            this.time = time;
        }

        /** The version of the payload's form. */
        public Builder version(int version) {
            this.version = version;
            return this;
        }

        /** What sent it, in the form of W3C Trace Context. */
        public Builder traceParent(@Nullable String traceParent) {
            this.traceParent = traceParent;
            return this;
        }

        /** The key, in UTF-8. */
        public Builder key(String key) {
            return key(Bytes.utf8(key));
        }

        /** The key. */
        public Builder key(@Nullable Bytes key) {
            this.key = key;
            return this;
        }

        /** One more header. */
        public Builder header(String name, Bytes value) {
            headers.add(new Header(name, value));
            return this;
        }

        /** The payload and what it is. */
        public Builder payload(String contentType, Bytes payload) {
            this.contentType = contentType;
            this.payload = payload;
            return this;
        }

        /** The payload, a text in UTF-8. */
        public Builder text(String text) {
            return payload("text/plain", Bytes.utf8(text));
        }

        /** No payload: it removes its key. */
        public Builder tombstone() {
            this.payload = null;
            return this;
        }

        /** The message. @throws IllegalArgumentException if one part is out of range */
        public Message build() {
            return new Message(new Envelope(id, type, version, time, traceParent, contentType), key, headers, payload);
        }
    }
}
