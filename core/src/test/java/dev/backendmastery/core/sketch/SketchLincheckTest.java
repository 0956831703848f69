package dev.backendmastery.core.sketch;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** Every interleaving of small programs is as if the calls came one after another. */
final class SketchLincheckTest {

    @Test
    void cuckooFilter() {
        check(CuckooOps.class);
    }

    @Test
    void oneRegisterOfUltraLogLog() {
        check(RegisterOps.class);
    }

    @Test
    void oneItemOfCountMin() {
        check(CountMinOps.class);
    }

    private static void check(Class<?> operations) {
        new ModelCheckingOptions()
                .iterations(4)
                .invocationsPerIteration(40)
                .threads(2)
                .actorsPerThread(3)
                .check(operations);
    }

    public static final class CuckooOps {
        private final CuckooFilter filter = CuckooFilter.of(1);

        @Operation
        public boolean add() {
            return filter.addHash(0x1234_5678_9ABCL);
        }

        @Operation
        public boolean remove() {
            return filter.removeHash(0x1234_5678_9ABCL);
        }

        @Operation
        public boolean contains() {
            return filter.mightContainHash(0x1234_5678_9ABCL);
        }
    }

    /** Hashes of one register that offer it the positions 1 to 4. */
    public static final class RegisterOps {
        private final UltraLogLog sketch = UltraLogLog.of(4);

        @Operation
        public boolean first() {
            return sketch.addHash(0x0800_0000_0000_0000L);
        }

        @Operation
        public boolean second() {
            return sketch.addHash(0x0400_0000_0000_0000L);
        }

        @Operation
        public boolean fourth() {
            return sketch.addHash(0x0100_0000_0000_0000L);
        }
    }

    public static final class CountMinOps {
        private final CountMinSketch sketch = CountMinSketch.of(0.5, 0.9);

        @Operation
        public void add() {
            sketch.add(7, 1);
        }

        @Operation
        public void addMore() {
            sketch.add(7, 10);
        }

        @Operation
        public long estimate() {
            return sketch.estimate(7);
        }
    }
}
