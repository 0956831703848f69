package dev.backendmastery.observability.telemetry;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.telemetry.SpanQueue.Settings;
import dev.backendmastery.observability.telemetry.SpanQueue.Stats;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Right and simple, one lock over everything; each fault changes one decision. */
final class PlainSpanQueue implements SpanProcessor {

    enum Fault {
        NONE,
        EXPORTS_UNSAMPLED,
        EXPORTS_TWICE,
        WAITS_FOR_FULL_BATCHES,
        SENDS_EACH_ALONE,
        KEEPS_ALL,
        WAITS_FOR_ROOM,
        DROPS_IN_SILENCE,
        COUNTS_FAILED_AS_EXPORTED,
        DIES_OF_AN_EXCEPTION,
        WAITS_FOR_EVER,
        FLUSHES_NOTHING,
        SAYS_DONE_AT_ONCE,
        LOSES_WHAT_WAITS,
        LEAVES_THE_EXPORTER_OPEN,
        LOSES_PATIENCE_NEVER,
        FORGETS_WHO_IS_LATE
    }

    private final SpanExporter exporter;
    private final Settings settings;
    private final Ticker ticker;
    private final Fault fault;
    private final List<ReadableSpan> waiting = new ArrayList<>();
    private final CompletableResultCode ended = new CompletableResultCode();
    private final long[] counts = new long[6];
    private long oldest;
    private long toFlush;
    private long taken;
    private long done;
    private boolean closing;
    private long deadline;

    PlainSpanQueue(SpanExporter exporter, Settings settings, Ticker ticker, ThreadFactory threads, Fault fault) {
        this.exporter = exporter;
        this.settings = settings;
        this.ticker = ticker;
        this.fault = fault;
        threads.newThread(this::run).start();
    }

    synchronized Stats stats() {
        return new Stats(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
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
    public synchronized void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled() && fault != Fault.EXPORTS_UNSAMPLED) {
            return;
        }
        if (closing) {
            counts[4] += fault == Fault.FORGETS_WHO_IS_LATE ? 0 : 1;
            return;
        }
        while (fault == Fault.WAITS_FOR_ROOM && settings.waiting() <= 10 && waiting.size() >= settings.waiting()) {
            pause(0);
        }
        if (waiting.size() >= settings.waiting() && fault != Fault.KEEPS_ALL) {
            counts[1] += fault == Fault.DROPS_IN_SILENCE ? 0 : 1;
            return;
        }
        if (waiting.isEmpty()) {
            oldest = ticker.nanos();
        }
        waiting.add(span);
        taken++;
        notifyAll();
    }

    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos == 0 ? 1_000_000 : nanos);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private synchronized List<ReadableSpan> next() {
        while (true) {
            long left = settings.delay().toNanos() - (ticker.nanos() - oldest);
            boolean aged = left <= 0 && fault != Fault.WAITS_FOR_FULL_BATCHES;
            boolean full = waiting.size() >= settings.batch() || fault == Fault.SENDS_EACH_ALONE;
            if (!waiting.isEmpty() && (full || aged || closing || toFlush > done)) {
                int size = fault == Fault.SENDS_EACH_ALONE ? 1 : Math.min(settings.batch(), waiting.size());
                List<ReadableSpan> batch = new ArrayList<>(waiting.subList(0, size));
                waiting.subList(0, size).clear();
                oldest = ticker.nanos();
                notifyAll();
                return batch;
            }
            if (closing) {
                return List.of();
            }
            pause(waiting.isEmpty() || left <= 0 ? 50_000_000 : Math.min(left, 50_000_000));
        }
    }

    private void run() {
        for (List<ReadableSpan> batch = next(); !batch.isEmpty(); batch = next()) {
            boolean over;
            synchronized (this) {
                over = closing
                        && ((fault == Fault.LOSES_WHAT_WAITS
                                        && settings.delay().toHours() > 0
                                        && settings.batch() == 10)
                                || (ticker.nanos() >= deadline && fault != Fault.LOSES_PATIENCE_NEVER));
                if (over) {
                    counts[5] += batch.size();
                }
            }
            if (!over) {
                export(batch);
                if (fault == Fault.EXPORTS_TWICE) {
                    exporter.export(batch.stream().map(ReadableSpan::toSpanData).toList());
                }
            }
            synchronized (this) {
                done += batch.size();
                notifyAll();
            }
        }
        if (fault != Fault.LEAVES_THE_EXPORTER_OPEN) {
            exporter.shutdown();
        }
        ended.succeed();
    }

    private void export(List<ReadableSpan> batch) {
        List<SpanData> spans = batch.stream().map(ReadableSpan::toSpanData).toList();
        int reason;
        try {
            long patience = fault == Fault.WAITS_FOR_EVER
                    ? TimeUnit.MINUTES.toNanos(1)
                    : settings.exportTimeout().toNanos();
            CompletableResultCode result = exporter.export(spans).join(patience, TimeUnit.NANOSECONDS);
            boolean success = result.isSuccess() || fault == Fault.COUNTS_FAILED_AS_EXPORTED;
            reason = success ? 0 : result.isDone() ? 2 : 3;
        } catch (RuntimeException e) {
            if (fault == Fault.DIES_OF_AN_EXCEPTION) {
                return;
            }
            reason = 2;
        }
        synchronized (this) {
            counts[reason] += spans.size();
        }
    }

    @Override
    public synchronized CompletableResultCode forceFlush() {
        if (fault == Fault.SAYS_DONE_AT_ONCE) {
            return CompletableResultCode.ofSuccess();
        }
        CompletableResultCode result = new CompletableResultCode();
        if (fault != Fault.FLUSHES_NOTHING) {
            toFlush = taken;
        }
        long upTo = taken;
        notifyAll();
        Thread waiter = new Thread(() -> {
            synchronized (this) {
                while (done < upTo) {
                    pause(1_000_000);
                }
            }
            result.succeed();
        });
        waiter.setDaemon(true);
        waiter.start();
        return result;
    }

    @Override
    public synchronized CompletableResultCode shutdown() {
        if (!closing) {
            closing = true;
            deadline = ticker.nanos() + settings.patience().toNanos();
            notifyAll();
        }
        return ended;
    }
}
