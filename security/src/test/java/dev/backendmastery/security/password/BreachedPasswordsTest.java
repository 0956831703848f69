package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit on ours, and lists in files. */
final class BreachedPasswordsTest {

    @Nested
    final class Ranged extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(BreachedPasswords.Ranges ranges) {
            return BreachedPasswords.from(ranges);
        }
    }

    private static SortedMap<String, Long> list(int size, Random random) {
        TreeMap<String, Long> list = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            list.put(RangedBreachedPasswords.sha1("breached " + i), 1L + random.nextInt(1 << random.nextInt(1, 28)));
        }
        return list;
    }

    private static String lines(Map<String, Long> list, String end, boolean ended) {
        StringBuilder lines = new StringBuilder();
        list.forEach(
                (hash, count) -> lines.append(hash).append(':').append(count).append(end));
        return ended ? lines.toString() : lines.substring(0, lines.length() - end.length());
    }

    @Test
    @DisplayName("BP-1, BP-2 in a sorted file each is found and no other, whatever ends its lines")
    void file(@TempDir Path folder) throws IOException {
        Random random = new Random(11);
        Path path = folder.resolve("hashes.txt");
        for (int size : new int[] {1, 2, 3, 7, 100, 1_000}) {
            for (String end : new String[] {"\n", "\r\n"}) {
                SortedMap<String, Long> list = list(size, random);
                Files.writeString(path, lines(list, end, random.nextBoolean()));
                BreachedPasswords breached = BreachedPasswords.at(path);
                for (int i = 0; i < size; i++) {
                    String password = "breached " + i;
                    assertEquals(list.get(RangedBreachedPasswords.sha1(password)), breached.count(password));
                    assertEquals(0, breached.count("never seen " + i));
                }
            }
        }
    }

    @Test
    @DisplayName("BP-1, BP-2 in a folder of ranges too")
    void folder(@TempDir Path folder) throws IOException {
        String hash = RangedBreachedPasswords.sha1("breached");
        Files.writeString(folder.resolve(hash.substring(0, 5) + ".txt"), hash.substring(5) + ":12\r\n");
        assertEquals(12, BreachedPasswords.at(folder).count("breached"));
        String other = RangedBreachedPasswords.sha1("other");
        Files.writeString(folder.resolve(other.substring(0, 5)), "0".repeat(35) + ":3");
        assertEquals(0, BreachedPasswords.at(folder).count("other"));
        assertThrows(BreachListUnavailableException.class, () -> BreachedPasswords.at(folder)
                .count("a third"));
    }

    @Test
    @DisplayName("BP-4 a file that is not there, empty or no list is an error")
    void noFile(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("hashes.txt");
        assertThrows(BreachListUnavailableException.class, () -> BreachedPasswords.at(path)
                .count("x"));
        for (String content : new String[] {"", "\n", "x".repeat(10_000), "hash,count\n".repeat(1_000)}) {
            Files.writeString(path, content);
            assertThrows(
                    BreachListUnavailableException.class,
                    () -> BreachedPasswords.at(path).count("x"),
                    content);
        }
    }

    @Test
    @DisplayName("BP-5 in a long file it takes some reads of a block each, and an interrupt spoils nothing for others")
    void reads(@TempDir Path folder) throws IOException {
        SortedMap<String, Long> list = list(100_000, new Random(3));
        byte[] file = lines(list, "\n", true).getBytes(StandardCharsets.US_ASCII);
        AtomicInteger reads = new AtomicInteger();
        FileBreachedPasswords.Source source = new FileBreachedPasswords.Source() {
            @Override
            public long size() {
                return file.length;
            }

            @Override
            public void read(ByteBuffer buffer, long position) {
                reads.incrementAndGet();
                assertTrue(buffer.remaining() <= 4_096);
                buffer.put(file, (int) position, (int) Math.min(buffer.remaining(), file.length - position));
            }
        };
        int most = 0;
        for (String password : new String[] {"breached 1", "breached 99999", "never seen", "nor this"}) {
            reads.set(0);
            long count = FileBreachedPasswords.search(source, RangedBreachedPasswords.sha1(password));
            assertEquals(password.startsWith("breached"), count > 0);
            most = Math.max(most, reads.get());
        }
        assertTrue(most <= 2 * 23, "reads: " + most);
        Path path = folder.resolve("hashes.txt");
        Files.write(path, file);
        BreachedPasswords breached = BreachedPasswords.at(path);
        Thread.currentThread().interrupt();
        assertThrows(BreachListUnavailableException.class, () -> breached.count("breached 1"));
        assertTrue(Thread.interrupted());
        assertTrue(breached.count("breached 1") > 0);
    }
}
