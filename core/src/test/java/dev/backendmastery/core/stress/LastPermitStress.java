package dev.backendmastery.core.stress;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.TokenBucket;
import dev.backendmastery.core.time.ManualTicker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The last permit goes to one of two (RL-8). */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "One got the permit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or nobody did.")
@State
public class LastPermitStress {

    private final TokenBucket limiter = TokenBucket.of(Rate.perSecond(1), 1, new ManualTicker());

    @Actor
    public void first(ZZ_Result result) {
        result.r1 = limiter.tryAcquire();
    }

    @Actor
    public void second(ZZ_Result result) {
        result.r2 = limiter.tryAcquire();
    }
}
