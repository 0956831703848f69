package dev.backendmastery.messaging.log;

import dev.backendmastery.core.kit.SpanRecorder;
import java.time.Duration;
import java.time.Instant;

/** A log that is traced is a log. */
final class TracedLogTest extends MessageLogContract {

    private final ManualTime time = new ManualTime();
    private final SpanRecorder recorder = new SpanRecorder();
    private InMemoryLog real = new InMemoryLog();

    @Override
    protected MessageLog open() {
        real = new InMemoryLog(time, time.ticker());
        return TracedLog.of(real, recorder.telemetry());
    }

    @Override
    protected Instant now() {
        return time.instant();
    }

    @Override
    protected void elapse(Duration by) {
        time.advance(by);
    }

    @Override
    protected void maintain(MessageLog log) {
        real.maintain();
    }
}
