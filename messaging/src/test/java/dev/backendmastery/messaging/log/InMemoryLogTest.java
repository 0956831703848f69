package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.time.Instant;

final class InMemoryLogTest extends MessageLogContract {

    private final ManualTime time = new ManualTime();

    @Override
    protected MessageLog open() {
        return new InMemoryLog(time, time.ticker());
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
        ((InMemoryLog) log).maintain();
    }
}
