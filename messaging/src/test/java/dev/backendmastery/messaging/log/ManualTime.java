package dev.backendmastery.messaging.log;

import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock and a ticker that move together, when told to. */
final class ManualTime implements InstantSource {

    private final AtomicLong millis =
            new AtomicLong(Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli());
    private final ManualTicker ticker = new ManualTicker();

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    ManualTicker ticker() {
        return ticker;
    }

    void advance(Duration by) {
        millis.addAndGet(by.toMillis());
        ticker.advance(by);
    }
}
