package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.telemetry.SpanQueue.Settings;
import dev.backendmastery.observability.telemetry.SpanQueue.Stats;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

final class SpanQueueTest extends SpanQueueContract {

    @Override
    protected SpanProcessor create(SpanExporter exporter, Settings settings, Ticker ticker, ThreadFactory threads) {
        return new SpanQueue(exporter, settings, ticker, threads);
    }

    @Override
    protected Stats stats(SpanProcessor queue) {
        return ((SpanQueue) queue).stats();
    }

    @Test
    void refusesSettingsOutOfRange() {
        Duration second = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> new Settings(0, 1, second, second, second));
        assertThrows(IllegalArgumentException.class, () -> new Settings(2, 1, second, second, second));
        assertThrows(IllegalArgumentException.class, () -> new Settings(1, 1, second.negated(), second, second));
        assertThrows(IllegalArgumentException.class, () -> new Settings(1, 1, second, Duration.ZERO, second));
        assertThrows(IllegalArgumentException.class, () -> new Settings(1, 1, second, second, Duration.ofHours(2)));
    }
}
