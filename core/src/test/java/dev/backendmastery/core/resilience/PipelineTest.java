package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class PipelineTest extends PipelineContract {

    @Override
    protected Policy create(Policy... outermostFirst) {
        return Pipeline.of(outermostFirst);
    }

    @Test
    void takesItsFallbackWithTheCall() throws Exception {
        Pipeline pipeline = Pipeline.of(CircuitBreaker.of(BreakerConfig.DEFAULT));
        Fallback<Integer> length = Fallback.of(IllegalStateException.class::isInstance, failure -> 0);
        assertEquals(5, pipeline.call("value"::length, length));
        assertEquals(
                0,
                pipeline.call(
                        () -> {
                            throw new IllegalStateException();
                        },
                        length));
        assertThrows(
                IllegalArgumentException.class,
                () -> pipeline.call(
                        () -> {
                            throw new IllegalArgumentException();
                        },
                        length));
        assertEquals(
                0,
                pipeline.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException()), length)
                        .toCompletableFuture()
                        .getNow(9));
    }
}
