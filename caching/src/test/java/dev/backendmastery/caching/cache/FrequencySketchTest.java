package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FrequencySketchTest {

    @Test
    void countsToFifteenAndNoFurther() {
        FrequencySketch sketch = new FrequencySketch(1_000);
        for (int i = 1; i <= 40; i++) {
            sketch.add(7);
            assertEquals(Math.min(15, i), sketch.frequency(7));
        }
        assertEquals(0, sketch.frequency(8));
    }

    @Test
    void isNeverTooLowAndSeldomTooHigh() {
        FrequencySketch sketch = new FrequencySketch(1_000);
        sketch.ensure(1_000);
        for (int key = 0; key < 1_000; key++) {
            for (int i = 0; i < key % 5; i++) {
                sketch.add(Entry.hash(key));
            }
        }
        int high = 0;
        for (int key = 0; key < 1_000; key++) {
            int frequency = sketch.frequency(Entry.hash(key));
            assertTrue(frequency >= key % 5);
            high += frequency > key % 5 ? 1 : 0;
        }
        assertTrue(high < 50, high + " of 1,000 too high");
    }

    @Test
    void halvesAfterTenTimesItsSize() {
        FrequencySketch sketch = new FrequencySketch(10); // counts as 256
        sketch.ensure(1 << 16);
        for (int i = 0; i < 8; i++) {
            sketch.add(1);
        }
        for (int key = 2; key < 2 + 2_552; key++) {
            assertEquals(8, sketch.frequency(1));
            sketch.add(Entry.hash(key));
        }
        assertEquals(4, sketch.frequency(1));
    }

    @Test
    void saysTheSameAfterItHasGrown() {
        FrequencySketch sketch = new FrequencySketch(1 << 20);
        for (int key = 0; key < 4; key++) {
            for (int i = 0; i <= key; i++) {
                sketch.add(Entry.hash(key));
            }
        }
        sketch.ensure(10_000);
        for (int key = 0; key < 4; key++) {
            assertTrue(sketch.frequency(Entry.hash(key)) >= key + 1);
        }
        assertEquals(4, sketch.frequency(Entry.hash(3)));
    }
}
