package dev.backendmastery.core.stress;

import dev.backendmastery.core.resilience.BreakerConfig;
import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.resilience.CircuitBreaker;
import dev.backendmastery.core.time.ManualTicker;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** A breaker whose time has come admits exactly as many probes as it is told to, here one of three callers (CB-5). */
@JCStressTest
@Outcome(
        id = {"true, false, false", "false, true, false", "false, false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "One caller probes.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Several callers probe, or none does.")
@State
public class HalfOpenProbeStress {

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            BreakerConfig.DEFAULT
                    .withWindow(Window.calls(2), 1)
                    .withFailureRate(1)
                    .withOpenFor(Duration.ofSeconds(1))
                    .withProbes(1, Duration.ofDays(1)),
            ticker);

    public HalfOpenProbeStress() {
        breaker.onFailure(breaker.tryAcquire(), ticker.nanos());
        ticker.advance(Duration.ofSeconds(2));
    }

    @Actor
    public void first(ZZZ_Result result) {
        result.r1 = breaker.tryAcquire() != CircuitBreaker.REJECTED;
    }

    @Actor
    public void second(ZZZ_Result result) {
        result.r2 = breaker.tryAcquire() != CircuitBreaker.REJECTED;
    }

    @Actor
    public void third(ZZZ_Result result) {
        result.r3 = breaker.tryAcquire() != CircuitBreaker.REJECTED;
    }
}
