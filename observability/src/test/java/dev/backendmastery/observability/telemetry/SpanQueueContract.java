package dev.backendmastery.observability.telemetry;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.telemetry.SpanQueue.Settings;
import dev.backendmastery.observability.telemetry.SpanQueue.Stats;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands between finished spans and an exporter must hold. */
@DisplayName("A queue of spans")
public abstract class SpanQueueContract {

    private static final int PATIENCE = 3;
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final CompletableResultCode OK = CompletableResultCode.ofSuccess();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<CountDownLatch> held = new CopyOnWriteArrayList<>();

    /** A processor that begins now; {@link #stats} is asked of it. */
    protected abstract SpanProcessor create(
            SpanExporter exporter, Settings settings, Ticker ticker, ThreadFactory threads);

    /** Its counts. */
    protected abstract Stats stats(SpanProcessor queue);

    /** Keeps batches, and answers as it is told. */
    private static final class Kept implements SpanExporter {

        final List<List<String>> batches = new CopyOnWriteArrayList<>();
        final Function<Integer, CompletableResultCode> answer;
        volatile boolean closed;

        Kept(Function<Integer, CompletableResultCode> answer) {
            this.answer = answer;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            batches.add(spans.stream().map(SpanData::getName).toList());
            return answer.apply(batches.size());
        }

        List<String> all() {
            List<String> all = new ArrayList<>();
            batches.forEach(all::addAll);
            return all;
        }

        @Override
        public CompletableResultCode flush() {
            return OK;
        }

        @Override
        public CompletableResultCode shutdown() {
            closed = true;
            return OK;
        }
    }

    private static Settings settings(int batch, int waiting, Duration delay) {
        return new Settings(batch, waiting, delay, LONG, LONG);
    }

    private SpanProcessor queue(Kept exporter, Settings settings) {
        return create(exporter, settings, Ticker.system(), task -> {
            Thread thread = new Thread(task, "span-queue");
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
    }

    private static Tracer tracer(SpanProcessor queue) {
        return SdkTracerProvider.builder().addSpanProcessor(queue).build().get("kit");
    }

    private static void end(Tracer tracer, int from, int to) {
        for (int i = from; i < to; i++) {
            tracer.spanBuilder("s" + i).startSpan().end();
        }
    }

    private static List<String> names(int from, int to) {
        List<String> names = new ArrayList<>();
        for (int i = from; i < to; i++) {
            names.add("s" + i);
        }
        return names;
    }

    private CountDownLatch latch() {
        CountDownLatch latch = new CountDownLatch(1);
        held.add(latch);
        return latch;
    }

    /** An exporter that answers nothing before the latch falls. */
    private static CompletableResultCode waits(CountDownLatch latch) {
        try {
            latch.await(20, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return OK;
    }

    private static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - begin < SECONDS.toNanos(PATIENCE), what);
            LockSupport.parkNanos(200_000);
        }
    }

    @AfterEach
    void letGo() {
        held.forEach(CountDownLatch::countDown);
        threads.forEach(Thread::interrupt);
    }

    @Test
    @DisplayName("SQ-1 exports each sampled span that ended once, in order")
    void once() {
        Kept kept = new Kept(n -> OK);
        SpanProcessor queue = queue(kept, settings(16, 10_000, Duration.ofMillis(1)));
        end(tracer(queue), 0, 2_000);
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isSuccess());
        assertEquals(names(0, 2_000), kept.all());
        assertTrue(kept.batches.stream().allMatch(batch -> !batch.isEmpty() && batch.size() <= 16));
    }

    @Test
    @DisplayName("SQ-2 never exports a span that is recorded but not sampled")
    void sampledOnly() {
        Kept kept = new Kept(n -> OK);
        SpanProcessor queue = queue(kept, settings(1, 10, Duration.ZERO));
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(queue)
                .setSampler(new Sampler() {
                    @Override
                    public SamplingResult shouldSample(
                            Context parent,
                            String traceId,
                            String name,
                            SpanKind kind,
                            Attributes attributes,
                            List<LinkData> links) {
                        return name.equals("s1") ? SamplingResult.recordAndSample() : SamplingResult.recordOnly();
                    }

                    @Override
                    public String getDescription() {
                        return "the second one";
                    }
                })
                .build();
        end(provider.get("kit"), 0, 3);
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isSuccess());
        assertEquals(List.of("s1"), kept.all());
        assertEquals(new Stats(1, 0, 0, 0, 0, 0), stats(queue));
    }

    @Test
    @DisplayName("SQ-3 sends a batch when it is full, or when its oldest span is as old as the delay")
    void batches() {
        Kept kept = new Kept(n -> OK);
        Tracer full = tracer(queue(kept, settings(3, 100, HOUR)));
        end(full, 0, 4);
        await("a full batch goes", () -> kept.batches.size() == 1);
        assertEquals(names(0, 3), kept.all());
        LockSupport.parkNanos(20_000_000);
        assertEquals(1, kept.batches.size(), "the fourth waits for others");
        Kept aged = new Kept(n -> OK);
        end(tracer(queue(aged, settings(100, 100, Duration.ofMillis(5)))), 0, 2);
        await("what is old enough goes", () -> aged.all().size() == 2);
    }

    @Test
    @DisplayName("SQ-4 keeps no more than it may, makes nobody wait, and counts what it drops")
    void bounded() {
        CountDownLatch latch = latch();
        CountDownLatch under = new CountDownLatch(1);
        Kept kept = new Kept(n -> {
            under.countDown();
            return waits(latch);
        });
        SpanProcessor queue = queue(kept, settings(4, 10, Duration.ZERO));
        Tracer tracer = tracer(queue);
        end(tracer, 0, 1);
        assertTimeoutPreemptively(Duration.ofSeconds(PATIENCE), () -> under.await());
        assertTimeoutPreemptively(Duration.ofSeconds(PATIENCE), () -> end(tracer, 1, 1_001), "somebody waits");
        assertEquals(new Stats(0, 990, 0, 0, 0, 0), stats(queue));
        latch.countDown();
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isSuccess());
        assertEquals(names(0, 11), kept.all());
    }

    @Test
    @DisplayName("SQ-5 loses with an export that failed its batch alone, and counts it")
    void failed() {
        Kept kept = new Kept(n -> n == 1 ? CompletableResultCode.ofFailure() : OK);
        SpanProcessor queue = queue(kept, settings(5, 100, HOUR));
        end(tracer(queue), 0, 10);
        await("both batches go", () -> kept.batches.size() >= 2);
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isSuccess());
        assertEquals(names(0, 10), kept.all());
        assertEquals(new Stats(5, 0, 5, 0, 0, 0), stats(queue));
    }

    @Test
    @DisplayName("SQ-6 loses with an exporter that throws its batch alone, and counts it")
    void threw() {
        Kept kept = new Kept(n -> {
            if (n == 1) {
                throw new IllegalStateException("planted");
            }
            return OK;
        });
        SpanProcessor queue = queue(kept, settings(5, 100, HOUR));
        end(tracer(queue), 0, 10);
        await("both batches go", () -> kept.batches.size() >= 2);
        queue.shutdown().join(PATIENCE, SECONDS);
        assertEquals(names(0, 10), kept.all());
        assertEquals(new Stats(5, 0, 5, 0, 0, 0), stats(queue));
    }

    @Test
    @DisplayName("SQ-7 goes on after an exporter that does not answer, when its time is up")
    void timedOut() {
        Kept kept = new Kept(n -> n == 1 ? new CompletableResultCode() : OK);
        SpanProcessor queue = queue(kept, new Settings(5, 100, HOUR, Duration.ofMillis(20), LONG));
        end(tracer(queue), 0, 10);
        await("both batches go", () -> kept.batches.size() >= 2);
        queue.shutdown().join(PATIENCE, SECONDS);
        assertEquals(names(0, 10), kept.all());
        assertEquals(new Stats(5, 0, 0, 5, 0, 0), stats(queue));
    }

    @Test
    @DisplayName("SQ-8 has exported all that ended before a flush when its result is there")
    void flush() {
        Kept kept = new Kept(n -> OK);
        SpanProcessor queue = queue(kept, settings(7, 100, HOUR));
        Tracer tracer = tracer(queue);
        assertTrue(queue.forceFlush().join(PATIENCE, SECONDS).isSuccess(), "there is nothing to wait for");
        for (int round = 1; round < 20; round++) {
            end(tracer, (round - 1) * 5, round * 5);
            assertTrue(queue.forceFlush().join(PATIENCE, SECONDS).isSuccess(), "round " + round);
            assertEquals(names(0, round * 5), kept.all());
        }
        CountDownLatch latch = latch();
        Kept slow = new Kept(n -> waits(latch));
        SpanProcessor waiting = queue(slow, settings(7, 100, HOUR));
        end(tracer(waiting), 0, 9);
        CompletableResultCode result = waiting.forceFlush();
        assertFalse(result.join(30, MILLISECONDS).isDone(), "nothing is exported yet");
        latch.countDown();
        assertTrue(result.join(PATIENCE, SECONDS).isSuccess());
        assertEquals(9, slow.all().size());
    }

    @Test
    @DisplayName("SQ-9 at the shutdown exports what waits, closes the exporter and ends its thread")
    void shutdown() throws InterruptedException {
        Kept kept = new Kept(n -> OK);
        SpanProcessor queue = queue(kept, settings(10, 1_000, HOUR));
        end(tracer(queue), 0, 995);
        CompletableResultCode result = queue.shutdown();
        assertTrue(result.join(PATIENCE, SECONDS).isSuccess());
        assertEquals(names(0, 995), kept.all());
        assertTrue(kept.closed);
        for (Thread thread : threads) {
            thread.join(5_000);
            assertFalse(thread.isAlive());
        }
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isSuccess(), "a second one does no more");
    }

    @Test
    @DisplayName("SQ-10 gives up at the shutdown when its patience is at an end, and counts what is left")
    void patience() {
        Kept kept = new Kept(n -> new CompletableResultCode());
        SpanProcessor queue = queue(kept, new Settings(1, 1_000, HOUR, Duration.ofMillis(20), Duration.ofMillis(50)));
        end(tracer(queue), 0, 900);
        assertTrue(queue.shutdown().join(PATIENCE, SECONDS).isDone(), "it goes on and on");
        Stats stats = stats(queue);
        assertTrue(stats.timedOut() > 0 && stats.timedOut() < 60, stats::toString);
        assertEquals(900, stats.timedOut() + stats.unfinished());
        assertTrue(kept.closed);
    }

    @Test
    @DisplayName("SQ-11 counts spans that end after the shutdown")
    void late() {
        Kept kept = new Kept(n -> OK);
        SpanProcessor queue = queue(kept, settings(10, 100, Duration.ZERO));
        Tracer tracer = tracer(queue);
        end(tracer, 0, 3);
        queue.shutdown().join(PATIENCE, SECONDS);
        end(tracer, 3, 10);
        assertEquals(new Stats(3, 0, 0, 0, 7, 0), stats(queue));
        assertEquals(names(0, 3), kept.all());
    }

    @Test
    @DisplayName("SQ-12 has each span in one of the counts, while threads end spans and it is shut down")
    void counted() throws InterruptedException {
        Kept kept = new Kept(n -> n % 3 == 0 ? CompletableResultCode.ofFailure() : OK);
        SpanProcessor queue = queue(kept, settings(8, 64, Duration.ofMillis(1)));
        Tracer tracer = tracer(queue);
        List<Thread> enders = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int from = t * 20_000;
            Thread ender = new Thread(() -> end(tracer, from, from + 20_000));
            enders.add(ender);
            ender.start();
        }
        await("it has begun", () -> kept.batches.size() > 20);
        queue.shutdown().join(PATIENCE, SECONDS);
        for (Thread ender : enders) {
            ender.join(10_000);
        }
        Stats stats = stats(queue);
        assertEquals(
                60_000,
                stats.exported() + stats.full() + stats.failed() + stats.timedOut() + stats.late() + stats.unfinished(),
                stats::toString);
        assertEquals(kept.all().size(), stats.exported() + stats.failed());
        assertEquals(kept.all().size(), new HashSet<>(kept.all()).size());
    }
}
