package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

final class JsonLinesTest extends JsonLinesContract {

    private static final int TIMES = 1_000;
    private final JsonLines lines = JsonLines.builder().build();

    @Test
    @DisplayName("JL-1 a line is written without a byte of garbage, and encoded into its own bytes alone")
    void noGarbage() throws IOException {
        LogEvent event = LogEvent.of(
                        InstantSource.system(), Level.INFO, "a.B", "redirected b7Xk2 to https://example.org/")
                .with("code", "b7Xk2")
                .with("status", 302)
                .with("took_us", 418L)
                .withMdc("tenant", "acme");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int length = lines.encode(event).length;
        OutputStream nowhere = OutputStream.nullOutputStream();
        for (int i = 0; i < TIMES; i++) {
            lines.encodeTo(event, nowhere);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMES; i++) {
            lines.encodeTo(event, nowhere);
        }
        long written = threads.getCurrentThreadAllocatedBytes() - before;
        for (int i = 0; i < TIMES; i++) {
            lines.encode(event);
        }
        long encoded = threads.getCurrentThreadAllocatedBytes() - before - written;
        assertEquals(0, written / TIMES, "bytes a line written");
        assertEquals((16 + length + 7) / 8 * 8L, encoded / TIMES, "bytes a line encoded");
    }

    @Test
    @DisplayName("JL-2 each moment is written as ISO 8601 has it")
    void times() throws IOException {
        Instant time = Instant.parse("1970-01-01T00:00:00Z");
        for (int i = 0; i < 3_000; i++) {
            LogEvent event = LogEvent.of(InstantSource.fixed(time), Level.INFO, "l", "m");
            assertEquals(
                    time,
                    Instant.parse(
                            String.valueOf(Json.object(lines.encode(event)).get("time"))));
            time = time.plus(i, ChronoUnit.DAYS).plusNanos(86_399_123_456_789L);
            if (time.isAfter(Instant.parse("9000-01-01T00:00:00Z"))) {
                time = Instant.parse("1999-12-30T00:00:00Z");
            }
        }
        for (Instant far : List.of(Instant.MIN, Instant.MAX, Instant.EPOCH.minusNanos(1))) {
            LogEvent event = LogEvent.of(InstantSource.fixed(far), Level.INFO, "l", "m");
            assertEquals(far.toString(), Json.object(lines.encode(event)).get("time"));
        }
    }

    @Test
    @DisplayName("JL-3 a stream that fails does not damage the next line")
    void streamFails() throws IOException {
        LogEvent event = LogEvent.of(InstantSource.system(), Level.INFO, "l", "m");
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }
        };
        assertThrows(IOException.class, () -> lines.encodeTo(event, failing));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        lines.encodeTo(event, out);
        assertEquals(Json.text(lines.encode(event)), Json.text(out.toByteArray()));
    }

    @Test
    @DisplayName("JL-4 settings out of range are refused, with their names")
    void settings() {
        JsonLines.Builder builder = JsonLines.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.line(2_047));
        assertThrows(IllegalArgumentException.class, () -> builder.value(15));
        assertThrows(IllegalArgumentException.class, () -> builder.fields(0));
        assertThrows(IllegalArgumentException.class, () -> builder.frames(-1));
    }
}
