package dev.backendmastery.showcase.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows a file of JSON objects, one a line, and keeps the last lines, to be found by trace. A line that is no JSON object is text; one that is too long is cut; a file that was cut
 * short is read from its beginning.
 *
 * <p><b>Threads.</b> Safe for any number; one at a time. <b>Cost.</b> At most so many lines of {@value #MAX_LINE} bytes, and {@value #MAX_CHARS} characters together.
 */
final class LogTail {

    static final int MAX_LINE = 65_536;
    static final int MAX_CHARS = 12_000_000;

    private static final int CHUNK = 65_536;
    private static final int CHUNKS_AT_ONCE = 64;
    private static final long FROM_THE_END = 1_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final int maxLines;
    private final Deque<Line> lines = new ArrayDeque<>();
    private final Map<String, Deque<Line>> byTrace = new HashMap<>();
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private long position = -1;
    private long chars;
    private long seen;
    private boolean tooLong;

    /** Of {@code file}, which need not be there yet. */
    LogTail(Path file, int maxLines) {
        if (maxLines < 1) {
            throw new IllegalArgumentException("maxLines must be at least 1, was " + maxLines);
        }
        this.file = file;
        this.maxLines = maxLines;
    }

    /**
     * One line.
     *
     * @param number of all that were seen, from 1
     * @param message the line itself if it is no JSON object
     * @param fields what else there is, as text
     */
    record Line(
            long number,
            String time,
            String level,
            String traceId,
            String spanId,
            String logger,
            String message,
            SortedMap<String, String> fields,
            int chars) {}

    /**
     * Reads what has come.
     *
     * @throws IOException if the file is there and cannot be read
     */
    synchronized void poll() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (position < 0) {
                position = Math.max(0, size - FROM_THE_END);
                tooLong = position > 0; // the rest of a line
            } else if (size < position) {
                position = 0;
                begun.reset();
                tooLong = false;
            }
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            for (int i = 0; i < CHUNKS_AT_ONCE; i++) {
                chunk.clear();
                int read = channel.read(chunk, position);
                if (read <= 0) {
                    return;
                }
                position += read;
                take(chunk.array(), read);
            }
        }
    }

    private void take(byte[] bytes, int length) {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                append(bytes, from, i);
                if (!tooLong || begun.size() > 0) {
                    add(begun.toString(StandardCharsets.UTF_8), tooLong);
                }
                begun.reset();
                tooLong = false;
                from = i + 1;
            }
        }
        append(bytes, from, length);
    }

    private void append(byte[] bytes, int from, int to) {
        if (tooLong) {
            return;
        }
        int room = MAX_LINE - begun.size();
        begun.write(bytes, from, Math.min(room, to - from));
        tooLong = to - from > room;
    }

    private void add(String text, boolean cut) {
        if (text.isBlank()) {
            return;
        }
        seen++;
        Line line = parse(cut ? text + " …" : text);
        lines.add(line);
        chars += line.chars;
        if (!line.traceId.isEmpty()) {
            byTrace.computeIfAbsent(line.traceId, id -> new ArrayDeque<>()).add(line);
        }
        while (lines.size() > maxLines || chars > MAX_CHARS) {
            Line gone = lines.remove();
            chars -= gone.chars;
            Deque<Line> ofTrace = byTrace.get(gone.traceId);
            if (ofTrace != null) {
                ofTrace.remove();
                if (ofTrace.isEmpty()) {
                    byTrace.remove(gone.traceId);
                }
            }
        }
    }

    private Line parse(String text) {
        JsonNode json = object(text);
        if (json == null) {
            return new Line(seen, "", "", "", "", "", text, new TreeMap<>(), text.length());
        }
        SortedMap<String, String> fields = new TreeMap<>();
        json.properties().forEach(field -> fields.put(field.getKey(), text(field.getValue())));
        return new Line(
                seen,
                taken(fields, "time"),
                taken(fields, "level"),
                taken(fields, "trace_id"),
                taken(fields, "span_id"),
                taken(fields, "logger"),
                taken(fields, "message"),
                fields,
                text.length());
    }

    private static @Nullable JsonNode object(String text) {
        if (!text.startsWith("{")) {
            return null;
        }
        try {
            JsonNode json = JSON.readTree(text);
            return json.isObject() ? json : null;
        } catch (JsonProcessingException e) {
            return null; // it is shown as text
        }
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }

    private static String taken(SortedMap<String, String> fields, String name) {
        String value = fields.remove(name);
        return value == null ? "" : value;
    }

    /** The lines of a trace, as they came. */
    synchronized List<Line> of(String traceId) {
        return List.copyOf(byTrace.getOrDefault(traceId, new ArrayDeque<>()));
    }

    /** The last {@code limit} lines, as they came. */
    synchronized List<Line> last(int limit) {
        List<Line> all = new ArrayList<>(lines);
        return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    /** How many lines were seen. */
    synchronized long seen() {
        return seen;
    }
}
