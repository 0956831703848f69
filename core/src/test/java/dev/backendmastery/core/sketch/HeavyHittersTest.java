package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HeavyHittersTest extends FrequencyContract {

    @Override
    protected FrequencySketch create() {
        return HeavyHitters.of((int) (1 / ERROR));
    }

    @Override
    protected FrequencySketch createLarger() {
        return HeavyHitters.of((int) (2 / ERROR));
    }

    @Override
    protected double seldom() {
        return 0;
    }

    @Override
    protected FrequencySketch merge(FrequencySketch one, FrequencySketch other) {
        return ((HeavyHitters) one).merge((HeavyHitters) other);
    }

    @Override
    protected FrequencySketch read(byte[] bytes) {
        return HeavyHitters.fromBytes(bytes);
    }

    @Override
    protected long golden() {
        return 3_541_205_310L;
    }

    @Override
    protected List<HeavyHitters.Hit> top(FrequencySketch sketch, int count) {
        return ((HeavyHitters) sketch).top(count);
    }

    @Test
    void isExactWhileThereAreCounters() {
        HeavyHitters sketch = HeavyHitters.of(3);
        sketch.add("a", 5);
        sketch.add("b", 7);
        sketch.add("c", 5);
        assertEquals(
                List.of(
                        new HeavyHitters.Hit("b", 7, 0),
                        new HeavyHitters.Hit("a", 5, 0),
                        new HeavyHitters.Hit("c", 5, 0)),
                sketch.top(5));
        assertEquals(5, sketch.estimate("d"), "it may have been there before");
        sketch.add("d");
        assertEquals(6, sketch.estimate("d"));
        assertEquals(18, sketch.total());
        assertEquals(3, sketch.top(10).size());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> HeavyHitters.of(0));
        assertThrows(IllegalArgumentException.class, () -> HeavyHitters.of((1 << 20) + 1));
        assertThrows(IllegalArgumentException.class, () -> HeavyHitters.of(1).top(-1));
    }
}
