package dev.backendmastery.core.stress;

import dev.backendmastery.core.concurrent.SpscRingBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a producer wrote before it offered is seen by who takes it (RB-3). */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "The consumer came first and found nothing.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The consumer took the element with all that is in it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The consumer took an element that was not filled in.")
@State
public class SpscHandOverStress {

    private static final class Box {
        int a;
        int b;
    }

    private final SpscRingBuffer<Box> ring = new SpscRingBuffer<>(2);

    @Actor
    public void producer() {
        Box box = new Box();
        box.a = 1;
        box.b = 2;
        ring.offer(box);
    }

    @Actor
    public void consumer(II_Result result) {
        Box box = ring.poll();
        result.r1 = box == null ? -1 : box.a;
        result.r2 = box == null ? -1 : box.b;
    }
}
