package dev.backendmastery.observability.telemetry;

import dev.backendmastery.core.concurrent.BatchingQueue;
import dev.backendmastery.core.concurrent.BatchingQueue.Limits;
import dev.backendmastery.core.time.Ticker;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finished spans on their way to an exporter, in batches, on a thread of its own.
 *
 * <p><b>Guarantee.</b> A sampled span that ended is exported once (SQ-1), one that is not sampled never (SQ-2). A batch goes when it is full or its oldest span is as old as the delay (SQ-3). No more wait than
 * may, whoever ends a span never waits, and what there is no room for is counted (SQ-4). An exporter that fails, throws or does not answer costs its batch, counted by that reason, and not the next one
 * (SQ-5 to SQ-7). When {@link #forceFlush}'s result is there, so are all spans that had ended before it (SQ-8). {@link #shutdown} exports what waits, in bounded time, counts what it
 * had no time for, ends the thread and closes the exporter (SQ-9, SQ-10); spans that end later are counted (SQ-11). Each sampled span is in one of the counts, once (SQ-12).
 *
 * <p><b>Threads.</b> Safe for any number; one of its own. <b>Cost.</b> A lock for each span, and those that wait. <b>Not for</b> spans that must not be lost: that is an audit log.
 *
 * <p><b>Source.</b> OpenTelemetry, <i>Tracing SDK</i>, batching processor; unlike the SDK's own it says why a span was dropped.
 */
public final class SpanQueue implements SpanProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(SpanQueue.class);
    private static final long WARNING_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Duration NAP = Duration.ofSeconds(1);

    /**
     * Of what size, and how patient.
     *
     * @param batch spans in a batch at most, from 1
     * @param waiting spans that wait at most, from {@code batch}
     * @param delay how long a span waits for others
     * @param exportTimeout how long an exporter has for a batch
     * @param patience how long {@link SpanQueue#shutdown} goes on, the export under way not counted
     */
    public record Settings(int batch, int waiting, Duration delay, Duration exportTimeout, Duration patience) {

        /** The specification's: 512 of 2048, 5 s, 30 s; and 10 s for the end. */
        public static final Settings DEFAULT =
                new Settings(512, 2_048, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(10));

        /** @throws IllegalArgumentException if a component is out of its range; the message names it */
        public Settings {
            limits(batch, waiting, delay);
            positive("exportTimeout", exportTimeout);
            positive("patience", patience);
        }

        private static void positive(String name, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(name + " must be from 1 ns to 1 hour, was " + value);
            }
        }

        private static Limits limits(int batch, int waiting, Duration delay) {
            return new Limits(batch, Long.MAX_VALUE, delay, waiting);
        }
    }

    /**
     * What became of sampled spans that ended; those that wait are in none of the counts.
     *
     * @param exported taken by the exporter
     * @param full dropped for want of room
     * @param failed lost with an export that failed
     * @param timedOut lost with an export that was not done in its time; it may still arrive
     * @param late dropped since they ended after the shutdown
     * @param unfinished taken, but not exported when the shutdown's time was up
     */
    public record Stats(long exported, long full, long failed, long timedOut, long late, long unfinished) {}

    private record Flush(long upTo, CompletableResultCode result) {}

    private final SpanExporter exporter;
    private final Settings settings;
    private final Ticker ticker;
    private final BatchingQueue<ReadableSpan> queue;
    private final LongAdder exported = new LongAdder();
    private final LongAdder full = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder unfinished = new LongAdder();
    private final CompletableResultCode ended = new CompletableResultCode();
    private final Object lock = new Object();
    private final List<Flush> flushes = new ArrayList<>(); // guarded by lock
    private long done; // guarded by lock
    private volatile boolean closing;
    private volatile long deadline;
    private long lastWarning; // of the thread

    /**
     * Begins; the exporter is closed with it.
     *
     * @param threads makes the one thread, once
     */
    public SpanQueue(SpanExporter exporter, Settings settings, Ticker ticker, ThreadFactory threads) {
        this.exporter = Objects.requireNonNull(exporter, "exporter");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        queue = new BatchingQueue<>(
                Settings.limits(settings.batch, settings.waiting, settings.delay), span -> 0, ticker);
        lastWarning = ticker.nanos() - WARNING_EVERY_NANOS;
        Objects.requireNonNull(threads.newThread(this::run), "threads must make one")
                .start();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled()) {
            return;
        }
        if (closing) {
            late.increment();
            return;
        }
        try {
            if (!queue.tryAdd(span)) {
                full.increment();
            }
        } catch (IllegalStateException e) {
            late.increment(); // it was closed just now
        }
    }

    /** What became of spans so far. */
    public Stats stats() {
        return new Stats(exported.sum(), full.sum(), failed.sum(), timedOut.sum(), late.sum(), unfinished.sum());
    }

    /** How many wait. */
    public int size() {
        return queue.size();
    }

    @Override
    public CompletableResultCode forceFlush() {
        CompletableResultCode result = new CompletableResultCode();
        synchronized (lock) {
            Flush flush = new Flush(queue.flush(), result);
            if (done >= flush.upTo) {
                return result.succeed();
            }
            flushes.add(flush);
        }
        return result;
    }

    @Override
    public CompletableResultCode shutdown() {
        synchronized (lock) {
            if (!closing) {
                deadline = ticker.nanos() + settings.patience.toNanos();
                queue.close();
                closing = true; // from here on nothing is added, so what take() has left is all there is
            }
        }
        return ended;
    }

    private void run() {
        try {
            while (true) {
                List<ReadableSpan> batch = queue.take(NAP);
                if (!batch.isEmpty()) {
                    handle(batch);
                } else if (closing && queue.size() == 0) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            abandon();
        } finally {
            end();
        }
    }

    private void handle(List<ReadableSpan> batch) {
        if (closing && ticker.nanos() - deadline >= 0) {
            unfinished.add(batch.size());
        } else {
            export(batch);
        }
        complete(batch.size());
    }

    private void complete(int count) {
        List<Flush> reached = new ArrayList<>();
        synchronized (lock) {
            done += count;
            flushes.removeIf(flush -> flush.upTo <= done && reached.add(flush));
        }
        reached.forEach(flush -> flush.result.succeed());
    }

    private void export(List<ReadableSpan> batch) {
        List<SpanData> spans = new ArrayList<>(batch.size());
        for (ReadableSpan span : batch) {
            spans.add(span.toSpanData());
        }
        try {
            CompletableResultCode result =
                    exporter.export(spans).join(settings.exportTimeout.toNanos(), TimeUnit.NANOSECONDS);
            if (result.isSuccess()) {
                exported.add(spans.size());
            } else if (result.isDone()) {
                lose(failed, spans.size(), "the exporter failed", result.getFailureThrowable());
            } else {
                lose(timedOut, spans.size(), "the exporter did not answer within " + settings.exportTimeout, null);
            }
        } catch (RuntimeException e) {
            lose(failed, spans.size(), "the exporter threw", e);
        }
    }

    private void lose(LongAdder reason, int count, String why, @Nullable Throwable cause) {
        reason.add(count);
        if (ticker.nanos() - lastWarning >= WARNING_EVERY_NANOS) {
            lastWarning = ticker.nanos();
            LOG.warn("{} spans are lost: {}; up to now {}", count, why, stats(), cause);
        }
    }

    /** Whoever interrupts the thread ends it: nothing is taken any more, and what waits is counted. */
    private void abandon() {
        shutdown();
        for (List<ReadableSpan> batch = queue.poll(); !batch.isEmpty(); batch = queue.poll()) {
            unfinished.add(batch.size());
            complete(batch.size());
        }
        Thread.currentThread().interrupt();
    }

    private void end() {
        try {
            CompletableResultCode closed = exporter.shutdown();
            closed.whenComplete(() -> {
                if (closed.isSuccess()) {
                    ended.succeed();
                } else {
                    ended.fail();
                }
            });
        } catch (RuntimeException e) {
            LOG.warn("the exporter was not closed in order", e);
            ended.fail();
        }
    }

    @Override
    public String toString() {
        return "SpanQueue to " + exporter;
    }
}
