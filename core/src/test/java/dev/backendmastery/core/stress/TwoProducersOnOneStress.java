package dev.backendmastery.core.stress;

import dev.backendmastery.core.concurrent.SpscRingBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The fault that shows that this kind of test bites: a buffer for one producer, used by two. The race must be seen, so here
 * the loss is what is looked for.
 */
@JCStressTest
@Outcome(
        id = {"1, 2", "2, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "The producers did not meet.")
@Outcome(
        id = {"1, 0", "2, 0", "0, 0", "0, 1", "0, 2"},
        expect = Expect.ACCEPTABLE_INTERESTING,
        desc = "One has overwritten the other.")
@State
public class TwoProducersOnOneStress {

    private final SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(2);

    @Actor
    public void first() {
        ring.offer(1);
    }

    @Actor
    public void second() {
        ring.offer(2);
    }

    @Arbiter
    public void rest(II_Result result) {
        Integer a = ring.poll();
        Integer b = ring.poll();
        result.r1 = a == null ? 0 : a;
        result.r2 = b == null ? 0 : b;
    }
}
