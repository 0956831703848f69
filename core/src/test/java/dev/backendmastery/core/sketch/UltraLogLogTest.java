package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class UltraLogLogTest extends CardinalityContract {

    private record Wrapped(UltraLogLog sketch) implements Counter {
        @Override
        public boolean add(long item) {
            return sketch.add(item);
        }

        @Override
        public double estimate() {
            return sketch.estimate();
        }

        @Override
        public Counter merge(Counter other) {
            return new Wrapped(sketch.merge(((Wrapped) other).sketch));
        }

        @Override
        public byte[] toBytes() {
            return sketch.toBytes();
        }
    }

    @Override
    protected Counter create(int precision) {
        return new Wrapped(UltraLogLog.of(precision));
    }

    @Override
    protected Counter read(byte[] bytes) {
        return new Wrapped(UltraLogLog.fromBytes(bytes));
    }

    @Override
    protected double theory(int precision) {
        return UltraLogLog.of(precision).relativeError();
    }

    @Override
    protected long golden() {
        return 1_718_207_737L;
    }

    @Test
    void takesEveryHashAtEveryPrecision() {
        for (int precision = UltraLogLog.MIN_PRECISION; precision <= UltraLogLog.MAX_PRECISION; precision++) {
            UltraLogLog sketch = UltraLogLog.of(precision);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                sketch.addHash(1L << bit);
            }
            sketch.addHash(0);
            assertTrue(sketch.estimate() > 0);
            assertEquals(
                    sketch.estimate(), UltraLogLog.fromBytes(sketch.toBytes()).estimate());
        }
    }

    @Test
    void countsTextsAndBytes() {
        UltraLogLog sketch = UltraLogLog.of(12);
        sketch.add("a");
        sketch.add("a");
        sketch.add(new byte[] {1, 2});
        assertEquals(2, sketch.estimate(), 0.01);
    }

    @Test
    void refusesPrecisionsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> UltraLogLog.of(UltraLogLog.MIN_PRECISION - 1));
        assertThrows(IllegalArgumentException.class, () -> UltraLogLog.of(UltraLogLog.MAX_PRECISION + 1));
    }
}
