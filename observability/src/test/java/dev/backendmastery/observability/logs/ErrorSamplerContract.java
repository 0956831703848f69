package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What whoever leaves errors out must hold. Extend it and say how to create yours. */
@DisplayName("Samples of errors")
public abstract class ErrorSamplerContract {

    private static final int FIRST = 3;
    private static final int KINDS = 4;
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final ManualTicker ticker = new ManualTicker();

    @SuppressWarnings("NullAway.Init") // setUp comes first
    private Subject sampler;

    /** What is under test. */
    @FunctionalInterface
    protected interface Subject {
        long admit(Level level, String logger, String template, @Nullable Throwable throwable);
    }

    /** Ours, unless said otherwise. */
    protected Subject create(int first, Duration window, int kinds, Ticker clock) {
        return new ErrorSampler(first, window, kinds, clock)::admit;
    }

    @BeforeEach
    void setUp() {
        sampler = create(FIRST, WINDOW, KINDS, ticker);
    }

    private long error(String template) {
        return sampler.admit(Level.ERROR, "l", template, null);
    }

    private List<Long> errors(int times, String template) {
        List<Long> admitted = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long seen = error(template);
            if (seen > 0) {
                admitted.add(seen);
            }
        }
        return admitted;
    }

    private static Exception thrown(int line) {
        Exception e = new IllegalStateException("at " + System.nanoTime());
        e.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "m", "B.java", line)});
        return e;
    }

    @Test
    @DisplayName("ES-1 the first are let through, then each power of two, with their count")
    void powers() {
        assertEquals(List.of(1L, 2L, 3L, 4L, 8L, 16L, 32L, 64L), errors(100, "t"));
    }

    @Test
    @DisplayName("ES-2 each kind has its own count: by logger, template, or class and line")
    void kinds() {
        errors(10, "t");
        assertEquals(1, error("another"));
        assertEquals(1, sampler.admit(Level.ERROR, "other", "t", null));
        for (int i = 1; i <= FIRST; i++) {
            assertEquals(i, sampler.admit(Level.ERROR, "l", "with " + i, thrown(7)));
        }
        assertEquals(1, sampler.admit(Level.ERROR, "l", "with 1", thrown(8)));
        assertEquals(4, sampler.admit(Level.ERROR, "l", "with 4", thrown(7)));
        assertEquals(0, sampler.admit(Level.ERROR, "l", "with 5", thrown(7)));
    }

    @Test
    @DisplayName("ES-3 after each window the count begins anew, also if it never stopped")
    void windows() {
        errors(10, "t");
        ticker.advance(WINDOW.minusNanos(1));
        assertEquals(List.of(), errors(5, "t"));
        ticker.advance(Duration.ofNanos(1));
        assertEquals(List.of(1L, 2L, 3L, 4L), errors(7, "t"));
    }

    @Test
    @DisplayName("ES-4 what is no error is always let through")
    void noErrors() {
        for (int i = 0; i < 50; i++) {
            assertEquals(1, sampler.admit(Level.WARN, "l", "t", thrown(7)));
        }
    }

    @Test
    @DisplayName("ES-5 of more kinds than are known the one that came longest ago is forgotten, the others not")
    void bounded() {
        errors(5, "a");
        errors(5, "b");
        errors(5, "c");
        errors(5, "d");
        assertEquals(0, error("a"));
        assertEquals(1, error("e"));
        assertEquals(0, error("a"));
        assertEquals(1, error("b"));
    }

    @Test
    @DisplayName("ES-6 between threads none is counted twice or lost")
    void threads() throws Exception {
        int threads = 4;
        int each = 4_096;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<Long>>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Callable<List<Long>> work = () -> errors(each, "t");
                results.add(pool.submit(work));
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> result : results) {
                all.addAll(result.get(20, TimeUnit.SECONDS));
            }
            all.sort(null);
            assertEquals(
                    List.of(1L, 2L, 3L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 1024L, 2048L, 4096L, 8192L, 16384L),
                    all);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("ES-7 an exception that cannot tell where it was made is one of its class")
    void broken() {
        Exception bad = new Exception() {
            @Override
            public StackTraceElement[] getStackTrace() {
                throw new IllegalStateException("no");
            }
        };
        Exception bare = new Exception("bare");
        bare.setStackTrace(new StackTraceElement[0]);
        for (Exception e : List.of(bad, bare)) {
            int admitted = 0;
            for (int i = 0; i < 6; i++) {
                admitted += sampler.admit(Level.ERROR, "l", "t", e) > 0 ? 1 : 0;
            }
            assertTrue(admitted == 4, () -> e.getClass() + " admitted");
        }
    }
}
