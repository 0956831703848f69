package dev.backendmastery.core.stress;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Timers.Timer;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A timer that is due is cancelled at the same moment: one of the two happens (TW-4, TW-11). */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "It was cancelled and did not run.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "It ran, and cancel said so.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It did both, or neither.")
@State
public class CancelOrRunStress {

    private final ManualTicker ticker = new ManualTicker();
    private final TimingWheel wheel = TimingWheel.of(Duration.ofNanos(1), ticker, (task, failure) -> {});
    private int runs;
    private final Timer timer = wheel.schedule(1, () -> runs++);

    @Actor
    public void advance() {
        ticker.advanceNanos(2);
        wheel.advance();
    }

    @Actor
    public void cancel(II_Result result) {
        result.r1 = timer.cancel() ? 1 : 0;
    }

    @Arbiter
    public void end(II_Result result) {
        result.r2 = runs;
    }
}
