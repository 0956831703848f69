package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.logs.LineQueue.Stats;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What whoever writes lines on another thread must hold. Extend it and say how to create yours. */
@DisplayName("Queues of lines")
public abstract class LineQueueContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CAPACITY = 20;

    private final Gate gate = new Gate();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    /** What is under test. */
    protected interface Subject extends AutoCloseable {
        boolean offer(Level level, byte[] line);

        Stats stats();

        @Override
        void close();
    }

    /** Ours, unless said otherwise. */
    protected Subject create(OutputStream out, int capacity, Duration patience, ThreadFactory threads) {
        LineQueue real = new LineQueue(out, capacity, patience, threads);
        return new Subject() {
            @Override
            public boolean offer(Level level, byte[] line) {
                return real.offer(level, line);
            }

            @Override
            public Stats stats() {
                return real.stats();
            }

            @Override
            public void close() {
                real.close();
            }
        };
    }

    private Subject queue(Duration patience) {
        return create(gate, CAPACITY, patience, work -> {
            Thread made = new Thread(work, "lines");
            made.setDaemon(true);
            thread.set(made);
            return made;
        });
    }

    /** A disk that waits until it is let go. */
    private static final class Gate extends OutputStream {
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("a byte of a line");
        }

        @Override
        public void write(byte[] line) throws IOException {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            String text = new String(line, StandardCharsets.UTF_8);
            if (text.startsWith("bad")) {
                throw new IOException("disk");
            }
            lines.add(text);
        }
    }

    private static byte[] line(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One line with the thread that writes, which waits; so that the queue is empty and nobody takes from it. */
    private Subject stuck(Duration patience) throws InterruptedException {
        Subject queue = queue(patience);
        assertTrue(queue.offer(Level.INFO, line("first")));
        assertTrue(gate.reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        return queue;
    }

    @AfterEach
    void letGo() {
        gate.open.countDown();
    }

    @Test
    @DisplayName("LQ-1 lines are written whole, in the order in which they came")
    void order() throws InterruptedException {
        Subject queue = stuck(PATIENCE);
        List<String> expected = new ArrayList<>(List.of("first"));
        for (int i = 0; i < CAPACITY / 2; i++) {
            queue.offer(Level.INFO, line("line " + i));
            expected.add("line " + i);
        }
        gate.open.countDown();
        queue.close();
        assertEquals(expected, gate.lines);
    }

    @Test
    @DisplayName("LQ-2 where there is no room nobody waits: lines are dropped, and counted")
    void full() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            Subject queue = stuck(PATIENCE);
            int taken = 0;
            for (int i = 0; i < 2 * CAPACITY; i++) {
                taken += queue.offer(Level.ERROR, line("e")) ? 1 : 0;
            }
            assertEquals(CAPACITY, taken);
            assertEquals(CAPACITY, queue.stats().full());
            gate.open.countDown();
            queue.close();
        });
    }

    @Test
    @DisplayName("LQ-3 the last fifth is kept for warnings and errors")
    void reserved() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            Subject queue = stuck(PATIENCE);
            int taken = 0;
            for (int i = 0; i < CAPACITY; i++) {
                taken += queue.offer(Level.INFO, line("i")) ? 1 : 0;
            }
            assertEquals(CAPACITY - CAPACITY / 5, taken);
            assertEquals(CAPACITY / 5, queue.stats().crowded());
            assertEquals(0, queue.stats().full());
            for (int i = 0; i < CAPACITY / 5; i++) {
                assertTrue(queue.offer(Level.WARN, line("w")));
            }
            gate.open.countDown();
            queue.close();
        });
    }

    @Test
    @DisplayName("LQ-4 a write that fails costs its line, counted, and not the next")
    void failing() throws InterruptedException {
        Subject queue = stuck(PATIENCE);
        queue.offer(Level.INFO, line("bad"));
        queue.offer(Level.INFO, line("good"));
        gate.open.countDown();
        queue.close();
        assertEquals(List.of("first", "good"), gate.lines);
        assertEquals(1, queue.stats().failed());
        assertEquals(2, queue.stats().written());
    }

    @Test
    @DisplayName("LQ-5 at the end what was taken is written, and the thread ends")
    void close() throws InterruptedException {
        Subject queue = stuck(PATIENCE);
        queue.offer(Level.INFO, line("second"));
        gate.open.countDown();
        queue.close();
        queue.close();
        assertEquals(List.of("first", "second"), gate.lines);
        ends();
    }

    @Test
    @DisplayName("LQ-6 the end comes in bounded time, and what there was none for is counted")
    void hangingDisk() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            Subject queue = stuck(Duration.ofMillis(1));
            for (int i = 0; i < 5; i++) {
                queue.offer(Level.INFO, line("late " + i));
            }
            queue.close();
            ends();
            assertEquals(List.of(), gate.lines);
            Stats stats = queue.stats();
            assertEquals(6, stats.unfinished() + stats.failed());
        });
    }

    @Test
    @DisplayName("LQ-7 what comes after the end is dropped, and counted")
    void late() throws InterruptedException {
        Subject queue = queue(PATIENCE);
        gate.open.countDown();
        queue.close();
        assertFalse(queue.offer(Level.ERROR, line("late")));
        assertEquals(1, queue.stats().late());
        assertEquals(List.of(), gate.lines);
        ends();
    }

    @Test
    @DisplayName("LQ-8 each line offered is in one count, once")
    void counts() throws InterruptedException {
        Subject queue = stuck(PATIENCE);
        for (int i = 0; i < 3 * CAPACITY; i++) {
            queue.offer(i % 3 == 0 ? Level.ERROR : Level.INFO, line(i % 2 == 0 ? "bad" : "good"));
        }
        gate.open.countDown();
        queue.close();
        queue.offer(Level.INFO, line("late"));
        Stats all = queue.stats();
        assertEquals(
                3 * CAPACITY + 2,
                all.written() + all.crowded() + all.full() + all.failed() + all.late() + all.unfinished());
        assertEquals(gate.lines.size(), all.written());
    }

    private void ends() throws InterruptedException {
        Thread writes = thread.get();
        assertTrue(writes != null);
        if (writes != null) {
            writes.join(PATIENCE.toMillis());
            assertFalse(writes.isAlive());
        }
    }
}
