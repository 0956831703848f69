package dev.backendmastery.messaging.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Messages as bytes. Version 1: version, flags, id, time, then version of the payload, type, content type, trace
 * parent, key, headers and payload, each with its length before it. There is one form of each message: lengths are as
 * short as they can be, and nothing may follow.
 */
final class MessageCodec {

    private static final byte VERSION = 1;
    private static final int KEY = 1;
    private static final int PAYLOAD = 2;
    private static final int TRACE = 4;
    private static final int TRACE_BYTES = 26;
    private static final HexFormat HEX = HexFormat.of();

    private MessageCodec() {}

    static long size(Envelope envelope, @Nullable Bytes key, List<Header> headers, @Nullable Bytes payload) {
        long size = 26L
                + varintSize(envelope.version())
                + 1
                + envelope.type().length()
                + 1
                + envelope.contentType().length()
                + (envelope.traceParent() == null ? 0 : TRACE_BYTES);
        size += key == null ? 0 : blockSize(key);
        size += varintSize(headers.size());
        for (Header header : headers) {
            size += 1 + header.name().length() + blockSize(header.value());
        }
        return size + (payload == null ? 0 : blockSize(payload));
    }

    static int size(Message message) {
        return (int) size(message.envelope(), message.key(), message.headers(), message.payload());
    }

    static byte[] encode(Message message) {
        Envelope envelope = message.envelope();
        ByteBuffer out = ByteBuffer.allocate(size(message));
        Bytes key = message.key();
        Bytes payload = message.payload();
        String trace = envelope.traceParent();
        out.put(VERSION);
        out.put((byte) ((key == null ? 0 : KEY) | (payload == null ? 0 : PAYLOAD) | (trace == null ? 0 : TRACE)));
        out.putLong(envelope.id().getMostSignificantBits());
        out.putLong(envelope.id().getLeastSignificantBits());
        out.putLong(envelope.time().toEpochMilli());
        putVarint(out, envelope.version());
        putText(out, envelope.type());
        putText(out, envelope.contentType());
        if (trace != null) {
            out.put(HEX.parseHex(trace.replace("-", "")));
        }
        if (key != null) {
            putBlock(out, key);
        }
        putVarint(out, message.headers().size());
        for (Header header : message.headers()) {
            putText(out, header.name());
            putBlock(out, header.value());
        }
        if (payload != null) {
            putBlock(out, payload);
        }
        return out.array();
    }

    /** @throws MessageFormatException if {@code bytes} are not what {@link #encode} makes */
    static Message decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /** All that remains in {@code in}. @throws MessageFormatException if it is not what {@link #encode} makes */
    static Message decode(ByteBuffer in) {
        if (in.remaining() > Message.MAX_BYTES) {
            throw new MessageFormatException("no message is of " + in.remaining() + " bytes");
        }
        int version = need(in, 1).get();
        if (version != VERSION) {
            throw new MessageFormatException("version " + version + " of the form is not known");
        }
        int flags = need(in, 1).get();
        if ((flags & ~(KEY | PAYLOAD | TRACE)) != 0) {
            throw new MessageFormatException("flags " + flags + " are not known");
        }
        need(in, 24);
        UUID id = new UUID(in.getLong(), in.getLong());
        long millis = in.getLong();
        if (millis < 0 || millis > Envelope.MAX_TIME.toEpochMilli()) {
            throw new MessageFormatException("time is out of range");
        }
        int payloadVersion = varint(in, Envelope.MAX_VERSION);
        String type = text(in);
        String contentType = text(in);
        String trace = (flags & TRACE) == 0 ? null : trace(in);
        Bytes key = (flags & KEY) == 0 ? null : block(in);
        int count = varint(in, Message.MAX_HEADERS);
        List<Header> headers = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                headers.add(new Header(text(in), block(in)));
            }
            Bytes payload = (flags & PAYLOAD) == 0 ? null : block(in);
            if (in.hasRemaining()) {
                throw new MessageFormatException(in.remaining() + " bytes follow the message");
            }
            Envelope envelope =
                    new Envelope(id, type, payloadVersion, Instant.ofEpochMilli(millis), trace, contentType);
            return new Message(envelope, key, headers, payload);
        } catch (IllegalArgumentException e) {
            throw new MessageFormatException(String.valueOf(e.getMessage()));
        }
    }

    static int varintSize(int value) {
        int size = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            size++;
        }
        return size;
    }

    static void putVarint(ByteBuffer out, int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /** @throws MessageFormatException if it is cut off, longer than need be, or more than {@code max} */
    static int varint(ByteBuffer in, int max) {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = need(in, 1).get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                if ((next == 0 && shift > 0) || value > max) {
                    break;
                }
                return (int) value;
            }
        }
        throw new MessageFormatException("a number is not of the form, or more than " + max);
    }

    private static long blockSize(Bytes bytes) {
        return (long) varintSize(bytes.size()) + bytes.size();
    }

    private static void putBlock(ByteBuffer out, Bytes bytes) {
        putVarint(out, bytes.size());
        out.put(bytes.content());
    }

    private static void putText(ByteBuffer out, String text) {
        out.put((byte) text.length());
        out.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Bytes block(ByteBuffer in) {
        byte[] content = new byte[varint(in, in.remaining())];
        need(in, content.length).get(content);
        return Bytes.wrap(content);
    }

    private static String text(ByteBuffer in) {
        byte[] content = new byte[need(in, 1).get() & 0xFF];
        need(in, content.length).get(content);
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    private static String trace(ByteBuffer in) {
        byte[] content = new byte[TRACE_BYTES];
        need(in, TRACE_BYTES).get(content);
        String hex = HEX.formatHex(content);
        return hex.substring(0, 2) + "-" + hex.substring(2, 34) + "-" + hex.substring(34, 50) + "-" + hex.substring(50);
    }

    private static ByteBuffer need(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new MessageFormatException("cut off: " + bytes + " bytes needed, " + in.remaining() + " there");
        }
        return in;
    }
}
