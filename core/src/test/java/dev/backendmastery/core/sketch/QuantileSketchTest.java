package dev.backendmastery.core.sketch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class QuantileSketchTest extends QuantileContract {

    private record Wrapped(QuantileSketch sketch) implements Quantiles {
        @Override
        public void add(double value) {
            sketch.add(value);
        }

        @Override
        public double quantile(double rank) {
            return sketch.quantile(rank);
        }

        @Override
        public double rank(double value) {
            return sketch.rank(value);
        }

        @Override
        public long count() {
            return sketch.count();
        }

        @Override
        public double rankError() {
            return sketch.rankError();
        }

        @Override
        public Quantiles merge(Quantiles other) {
            return new Wrapped(sketch.merge(((Wrapped) other).sketch));
        }

        @Override
        public byte[] toBytes() {
            return sketch.toBytes();
        }
    }

    @Override
    protected Quantiles create(long seed) {
        return new Wrapped(QuantileSketch.of(QuantileSketch.DEFAULT_K, new SplittableRandom(seed)));
    }

    @Override
    protected Quantiles read(byte[] bytes) {
        return new Wrapped(QuantileSketch.fromBytes(bytes, new SplittableRandom(1)));
    }

    @Override
    protected long golden() {
        return 121_654_774L;
    }

    @Test
    void holdsFewValuesOfMany() {
        QuantileSketch sketch = QuantileSketch.of(QuantileSketch.DEFAULT_K, new SplittableRandom(1));
        for (int i = 0; i < 2_000_000; i++) {
            sketch.add(i);
        }
        assertTrue(sketch.held() <= 3.5 * QuantileSketch.DEFAULT_K, () -> sketch.held() + " held");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> QuantileSketch.of(7, new SplittableRandom(1)));
        assertThrows(IllegalArgumentException.class, () -> QuantileSketch.of(1 << 16, new SplittableRandom(1)));
        QuantileSketch small = QuantileSketch.of(8, new SplittableRandom(1));
        QuantileSketch large = QuantileSketch.of(16, new SplittableRandom(1));
        assertThrows(IllegalArgumentException.class, () -> small.merge(large));
    }
}
