package dev.backendmastery.patterns.outbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the messages of the server's {@code pgoutput} plugin, protocol version 1, values in binary. */
final class PgOutput {

    private static final long MICROS_TO_2000 = TimeUnit.DAYS.toMicros(10_957);

    /** Something that the stream said. */
    sealed interface Event {}

    /** A row was inserted, by the transaction that goes on. */
    record Inserted(OutboxRow row, int bytes) implements Event {}

    /**
     * A transaction is complete.
     *
     * @param end where in the log it ends
     */
    record Committed(long end) implements Event {}

    /**
     * Nothing of interest.
     *
     * @param begins whether a transaction begins
     */
    record Other(boolean begins) implements Event {}

    private final Map<Integer, List<String>> columns = new HashMap<>();

    Event read(ByteBuffer in) {
        byte type = in.get();
        return switch (type) {
            case 'B' -> new Other(true);
            case 'C' -> {
                in.get();
                in.getLong();
                yield new Committed(in.getLong());
            }
            case 'R' -> {
                relation(in);
                yield new Other(false);
            }
            case 'I' -> insert(in);
            default -> new Other(false);
        };
    }

    private void relation(ByteBuffer in) {
        int id = in.getInt();
        text(in);
        text(in);
        in.get();
        int count = in.getShort();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            in.get();
            names.add(text(in));
            in.getInt();
            in.getInt();
        }
        columns.put(id, names);
    }

    private Inserted insert(ByteBuffer in) {
        List<String> names = columns.get(in.getInt());
        in.get();
        int count = in.getShort();
        if (names == null || names.size() != count) {
            throw new IllegalStateException("a row of a relation that the stream has not described");
        }
        Map<String, byte[]> values = new HashMap<>();
        for (String name : names) {
            byte kind = in.get();
            if (kind == 'b') {
                byte[] value = new byte[in.getInt()];
                in.get(value);
                values.put(name, value);
            } else if (kind != 'n') {
                throw new IllegalStateException("column " + name + " is not in binary: " + (char) kind);
            }
        }
        byte[] message = need(values.get("message"));
        OutboxRow row = OutboxRow.of(
                ByteBuffer.wrap(need(values.get("id"))).getLong(),
                new String(need(values.get("topic")), StandardCharsets.UTF_8),
                need(values.get("key")),
                ByteBuffer.wrap(need(values.get("created"))).getLong() + MICROS_TO_2000,
                message,
                false);
        return new Inserted(row, message.length);
    }

    private static byte[] need(byte @Nullable [] value) {
        if (value == null) {
            throw new IllegalStateException("the publication is not of the outbox's table");
        }
        return value;
    }

    private static String text(ByteBuffer in) {
        int begin = in.position();
        int length = 0;
        while (in.get() != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        in.get(begin, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
