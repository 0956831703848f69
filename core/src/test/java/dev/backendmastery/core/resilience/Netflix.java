package dev.backendmastery.core.resilience;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import dev.backendmastery.core.time.Ticker;
import java.util.function.Function;
import java.util.function.Supplier;

/** The peers in the simulator. They are given what their own limiters give them. */
final class Netflix {

    private Netflix() {}

    static Function<Ticker, OverloadSimulator.Limiter> gradient2() {
        return of(() -> Gradient2Limit.newBuilder()
                .initialLimit(20)
                .maxConcurrency(1_000)
                .build());
    }

    static Function<Ticker, OverloadSimulator.Limiter> vegas() {
        return of(() ->
                VegasLimit.newBuilder().initialLimit(20).maxConcurrency(1_000).build());
    }

    private static Function<Ticker, OverloadSimulator.Limiter> of(Supplier<Limit> factory) {
        return ticker -> {
            Limit limit = factory.get();
            return new OverloadSimulator.Limiter() {
                @Override
                public boolean tryAcquire(int inFlight) {
                    return inFlight < limit.getLimit();
                }

                @Override
                public void onSuccess(OverloadSimulator.Call call) {
                    limit.onSample(call.start, Math.max(1, ticker.nanos() - call.start), call.inFlight, false);
                }

                @Override
                public int limit() {
                    return limit.getLimit();
                }
            };
        };
    }
}
