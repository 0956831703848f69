package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.showcase.view.LogTail.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTailTest {

    @TempDir
    Path folder = Path.of("");

    private Path file = Path.of("");
    private LogTail tail = new LogTail(file, 1);

    @BeforeEach
    void open() {
        file = folder.resolve("nodes.log");
        tail = new LogTail(file, 3);
    }

    private void write(byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        tail.poll();
    }

    private void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> messages() {
        return tail.last(100).stream().map(Line::message).toList();
    }

    @Test
    void aLineIsThereWhenItIsWholeAlsoIfACharacterWasCutInTwo() throws IOException {
        tail.poll(); // no file yet
        byte[] bytes =
                "{\"time\":\"t\",\"level\":\"INFO\",\"trace_id\":\"aa\",\"span_id\":\"bb\",\"logger\":\"l\",\"message\":\"grün\",\"links\":{\"n\":1},\"more\":2}\n"
                        .getBytes(StandardCharsets.UTF_8);
        int inside = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("Ã") + 1;
        write(Arrays.copyOf(bytes, inside));
        assertEquals(List.of(), messages());
        write(Arrays.copyOfRange(bytes, inside, bytes.length));
        Line line = tail.of("aa").get(0);
        assertEquals("grün", line.message());
        assertEquals("INFO", line.level());
        assertEquals("bb", line.spanId());
        assertEquals("{links={\"n\":1}, more=2}", line.fields().toString());
    }

    @Test
    void whatIsNoJsonIsText() throws IOException {
        write("Exception in thread\n\tat X\n\n{broken\n[1]\n");
        assertEquals(List.of("\tat X", "{broken", "[1]"), messages());
        assertEquals(4, tail.seen());
    }

    @Test
    void theLastLinesStayAndTheirTraces() throws IOException {
        for (int i = 0; i < 5; i++) {
            write("{\"trace_id\":\"t" + i % 2 + "\",\"message\":\"m" + i + "\"}\n");
        }
        assertEquals(List.of("m2", "m3", "m4"), messages());
        assertEquals(
                List.of("m2", "m4"), tail.of("t0").stream().map(Line::message).toList());
        assertEquals(List.of("m3"), tail.of("t1").stream().map(Line::message).toList());
        assertEquals(List.of(), tail.of("t9"));
        assertEquals(List.of("m4"), tail.last(1).stream().map(Line::message).toList());
    }

    @Test
    void aLineWithoutEndIsCutAndTheNextOneIsWhole() throws IOException {
        write("x".repeat(3 * LogTail.MAX_LINE));
        write("x".repeat(LogTail.MAX_LINE) + "\nnext\n");
        assertEquals(2, messages().size());
        assertEquals(LogTail.MAX_LINE + 2, messages().get(0).length());
        assertTrue(messages().get(0).endsWith(" …"));
        assertEquals("next", messages().get(1));
    }

    @Test
    void aFileThatIsCutShortIsReadFromItsBeginning() throws IOException {
        write("one, a longer one\nhalf a li");
        Files.writeString(file, "two\n");
        tail.poll();
        assertEquals(List.of("one, a longer one", "two"), messages());
    }

    @Test
    void ofALongFileTheEndIsReadFromALineOn() throws IOException {
        Files.writeString(file, "old ".repeat(400_000) + "\nnew\n");
        tail.poll();
        assertEquals(List.of("new"), messages());
    }

    @Test
    void refusesToKeepNothing() {
        assertThrows(IllegalArgumentException.class, () -> new LogTail(file, 0));
    }
}
