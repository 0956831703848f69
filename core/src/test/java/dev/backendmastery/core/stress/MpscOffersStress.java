package dev.backendmastery.core.stress;

import dev.backendmastery.core.concurrent.MpscRingBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two producers and a consumer on a ring for two: every element comes out once (RB-2). */
@JCStressTest
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "The consumer was early; both came out later, 1 before 2.")
@Outcome(id = "0, 2, 1", expect = Expect.ACCEPTABLE, desc = "The consumer was early; both came out later, 2 before 1.")
@Outcome(id = "1, 2, 0", expect = Expect.ACCEPTABLE, desc = "The consumer took 1, and 2 came out later.")
@Outcome(id = "2, 1, 0", expect = Expect.ACCEPTABLE, desc = "The consumer took 2, and 1 came out later.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled.")
@State
public class MpscOffersStress {

    private final MpscRingBuffer<Integer> ring = new MpscRingBuffer<>(2);

    @Actor
    public void first() {
        ring.offer(1);
    }

    @Actor
    public void second() {
        ring.offer(2);
    }

    @Actor
    public void consumer(III_Result result) {
        result.r1 = orZero(ring.poll());
    }

    @Arbiter
    public void rest(III_Result result) {
        result.r2 = orZero(ring.poll());
        result.r3 = orZero(ring.poll());
    }

    private static int orZero(@Nullable Integer element) {
        return element == null ? 0 : element;
    }
}
