package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CountMinSketchTest extends FrequencyContract {

    @Override
    protected FrequencySketch create() {
        return CountMinSketch.of(ERROR, 0.99);
    }

    @Override
    protected FrequencySketch createLarger() {
        return CountMinSketch.of(ERROR / 2, 0.99);
    }

    @Override
    protected double seldom() {
        return 0.01;
    }

    @Override
    protected FrequencySketch merge(FrequencySketch one, FrequencySketch other) {
        return ((CountMinSketch) one).merge((CountMinSketch) other);
    }

    @Override
    protected FrequencySketch read(byte[] bytes) {
        return CountMinSketch.fromBytes(bytes);
    }

    @Override
    protected long golden() {
        return 1_415_682_310L;
    }

    @Test
    void isNearerThanManySmallSketchesMerged() {
        CountMinSketch sketch = CountMinSketch.of(ERROR, 0.99);
        CountMinSketch plain = CountMinSketch.of(ERROR, 0.99);
        long conservative = 0;
        long simple = 0;
        String[] stream = stream(1, 20_000);
        for (String item : stream) {
            sketch.add(item);
        }
        // Merging raises all counters: of many small sketches it is the plain update.
        CountMinSketch left = CountMinSketch.of(ERROR, 0.99);
        for (int i = 0; i < stream.length; i++) {
            left.add(stream[i]);
            if (i % 50 == 49) {
                plain = plain.merge(left);
                left = CountMinSketch.of(ERROR, 0.99);
            }
        }
        for (int i = 0; i < 1_000; i++) {
            conservative += sketch.estimate("never came " + i);
            simple += plain.estimate("never came " + i);
        }
        assertTrue(conservative < simple, conservative + " and " + simple);
    }

    @Test
    void countsNumbers() {
        CountMinSketch sketch = CountMinSketch.of(0.001, 0.99);
        sketch.add(7, 3);
        assertEquals(3, sketch.estimate(7));
        assertEquals(0, sketch.estimate(8));
        assertTrue(sketch.error() <= 0.001);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(0, 0.99));
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(1, 0.99));
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(0.01, 0));
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(0.01, 1));
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(1e-9, 0.99));
        assertThrows(IllegalArgumentException.class, () -> CountMinSketch.of(Double.NaN, 0.99));
    }
}
