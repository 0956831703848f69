package dev.backendmastery.observability.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Events into lines of JSON: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message}; {@code trace_id}, {@code span_id}, {@code trace_flags} where there is a span;
 * {@code exception.type}, {@code exception.message}, {@code exception.stacktrace} where something went wrong; then the fields and the MDC beside them.
 *
 * <p><b>Guarantee.</b> One line, whatever is in it (LG-1), which is JSON that any strict parser reads, each key once (LG-2, LG-3), with the ids of its span (LG-4). A key that is taken
 * keeps its value under another name: {@code fields.KEY}, {@code mdc.KEY}, then {@code #2} and so on behind it (LG-5, LG-6). A value that cannot be told costs that value alone, and no other line
 * (LG-7 to LG-9). No line is longer than said, nor a value, and what is cut says so (LG-10 to LG-12). What {@link Redaction} hides is hidden before anything is cut (LG-19).
 *
 * <p><b>Threads.</b> Safe for any number (LG-20), and for values that log while they are told (LG-21). <b>Cost.</b> One pass over the text; {@link #encodeTo} allocates nothing for
 * texts and numbers, {@link #encode} the line. At most two buffers per processor are kept. <b>Not for</b> values that never come back from their {@code toString}: nobody can stop them.
 *
 * <p><b>Source.</b> RFC 8259; OpenTelemetry, <i>Trace Context in non-OTLP Log Formats</i> and the semantic conventions for exceptions.
 */
public final class JsonLines {

    private final LineBuffer.Limits limits;
    private final Redaction redaction;
    private final AtomicReferenceArray<LineBuffer> idle;

    private JsonLines(Builder builder) {
        limits = new LineBuffer.Limits(builder.line, builder.value, builder.fields, builder.frames);
        redaction = builder.redaction;
        idle = new AtomicReferenceArray<>(
                Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 2);
    }

    /** Lines of up to 32 KiB, values of up to 8,192 characters, 64 fields, 64 frames, {@link Redaction#standard()}, unless said otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** How much goes into a line. */
    public static final class Builder {

        private int line = 32 << 10;
        private int value = 8_192;
        private int fields = 64;
        private int frames = 64;
        private Redaction redaction = Redaction.standard();

        private Builder() {}

        /** How long a line is at most, with its end: from 2,048 to 16 Mi bytes. */
        public Builder line(int bytes) {
            line = within("bytes", bytes, 2_048, 16 << 20);
            return this;
        }

        /** How long a text in it is at most, from 16 to 1 Mi characters; of the name of a logger or thread 256, of a key 64 at most. */
        public Builder value(int characters) {
            value = within("characters", characters, 16, 1 << 20);
            return this;
        }

        /** How many fields and entries of the MDC it has at most, from 1 to 1,024; as many elements has a list in it. */
        public Builder fields(int most) {
            fields = within("most", most, 1, 1_024);
            return this;
        }

        /** How many frames of each exception are told, from 0 to 1,024. */
        public Builder frames(int most) {
            frames = within("most", most, 0, 1_024);
            return this;
        }

        /** What is hidden. */
        public Builder redaction(Redaction hides) {
            redaction = Objects.requireNonNull(hides, "hides");
            return this;
        }

        private static int within(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
            }
            return value;
        }

        /** As said so far. */
        public JsonLines build() {
            return new JsonLines(this);
        }
    }

    /** The line, in UTF-8, with the line feed that ends it. */
    public byte[] encode(LogEvent event) {
        int slot = slot();
        LineBuffer buffer = take(slot);
        byte[] line = buffer.write(event).copy();
        idle.set(slot, buffer);
        return line;
    }

    /**
     * Writes the line to {@code out} in one piece.
     *
     * @throws IOException if {@code out} does; the next line is not touched by it
     */
    public void encodeTo(LogEvent event, OutputStream out) throws IOException {
        int slot = slot();
        LineBuffer buffer = take(slot);
        buffer.write(event).copyTo(out);
        idle.set(slot, buffer);
    }

    // Whoever finds none makes one, also a value that logs while its own line is written; of two that come back to a
    // place one is dropped.
    private LineBuffer take(int slot) {
        LineBuffer buffer = idle.getAndSet(slot, null);
        return buffer == null ? new LineBuffer(limits, redaction) : buffer;
    }

    private int slot() {
        long mixed = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 33) & (idle.length() - 1);
    }
}
