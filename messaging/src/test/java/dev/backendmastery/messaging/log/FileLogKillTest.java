package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A process that appends is killed at random points; another opens what it left. */
final class FileLogKillTest {

    private static final Partition P = new Partition("t", 0);
    private static final int SIZE = 700;

    @TempDir
    Path folder = Path.of("");

    /** Appends without end; says after each ack how many there are. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            FileLog.Builder builder = FileLog.in(Path.of(arguments[0]));
            if (arguments[1].equals("interval")) {
                builder.forceEvery(Duration.ofMillis(20));
            }
            try (FileLog log = builder.open()) {
                log.createTopic(Topic.of("t", 1).segments(64 << 10));
                for (long next = log.endOffset(P); ; next++) {
                    long number = next;
                    var unused = log.append(P, FileLogTest.message(number, SIZE))
                            .thenAccept(position -> {
                                if (position.offset() != number) {
                                    throw new IllegalStateException(position + " is not " + number);
                                }
                                System.out.println(number);
                            });
                }
            }
        }
    }

    @Test
    @DisplayName("FL-3 kill -9: every acked message is read back, in order, none half")
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void killed() throws Exception {
        kill(3, "each", new Random(1));
        kill(2, "interval", new Random(2));
    }

    @Test
    @Tag("soak")
    @DisplayName("FL-3 kill -9, many times")
    @Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
    void killedManyTimes() throws Exception {
        long seed = System.nanoTime();
        kill(100, "each", new Random(seed));
        kill(100, "interval", new Random(seed + 1));
    }

    private void kill(int times, String policy, Random random) throws Exception {
        Path root = folder.resolve(policy);
        long before = 0;
        for (int i = 0; i < times; i++) {
            long acked = acked(root, policy, random);
            try (FileLog log = FileLog.in(root).open()) {
                long there = FileLogTest.checkWhole(log, P, SIZE);
                assertTrue(there >= acked, "acked " + acked + ", there " + there);
                assertTrue(there >= before);
                before = there;
            }
        }
        assertTrue(before > 0);
    }

    /** Lets a child append for a random while after its first ack, kills it. @return how many it said were acked */
    private static long acked(Path root, String policy, Random random) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        root.toString(),
                        policy))
                .redirectError(Redirect.INHERIT)
                .start();
        long acked = 0;
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            String first = output.readLine();
            assertTrue(first != null, "the child ended before it appended anything");
            acked = Long.parseLong(first) + 1;
            Thread killer = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
                child.toHandle().destroyForcibly(); // Process.destroyForcibly would close the pipe under the reader
            });
            killer.start();
            StringBuilder line = new StringBuilder();
            for (int read = output.read(); read >= 0; read = output.read()) {
                if (read == '\n') {
                    assertEquals(acked, Long.parseLong(line.toString()));
                    acked++;
                    line.setLength(0);
                } else {
                    line.append((char) read);
                }
            }
            killer.join();
        } finally {
            child.destroyForcibly().waitFor();
        }
        return acked;
    }
}
