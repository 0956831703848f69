package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;

@DisplayName("BulkIndexer")
final class BulkIndexerKitTest extends BulkWriterContract {

    @Override
    protected BulkWriter create(BulkSink sink, Consumer<DeadDocument> deadLetters, Bounds bounds, Sleeper sleeper) {
        return start(sink, deadLetters, bounds, sleeper);
    }

    static BulkIndexer start(BulkSink sink, Consumer<DeadDocument> deadLetters, Bounds bounds, Sleeper sleeper) {
        return BulkIndexer.to(sink, deadLetters)
                .batch(bounds.batchItems(), bounds.batchChars())
                .maxAge(bounds.maxAge())
                .inFlight(bounds.inFlight())
                .buffer(bounds.heldItems(), 32L << 20)
                .maxWait(bounds.maxWait())
                .retry(bounds.attempts(), Backoff.fullJitter(Duration.ofMillis(1), Duration.ofMillis(5)))
                .closeWait(bounds.closeWait())
                .sources(sleeper, Ticker.system(), () -> 0.5)
                .start();
    }
}
