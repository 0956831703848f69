package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every interleaving of small programs is as if the calls came one after another. */
final class RingBufferLincheckTest {

    @Test
    void manyProducers() {
        check(MpscOps.class);
    }

    @Test
    void oneProducer() {
        check(SpscOps.class);
    }

    @Test
    void findsThatOneProducersBufferIsNotForTwo() {
        assertThrows(LincheckAssertionError.class, () -> check(SharedSpscOps.class));
    }

    private static void check(Class<?> operations) {
        new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .check(operations);
    }

    public static final class MpscOps {
        private final MpscRingBuffer<Integer> ring = new MpscRingBuffer<>(2);

        @Operation
        public boolean offerOne() {
            return ring.offer(1);
        }

        @Operation
        public boolean offerTwo() {
            return ring.offer(2);
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer poll() {
            return ring.poll();
        }
    }

    public static final class SpscOps {
        private final SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(2);

        @Operation(nonParallelGroup = "producer")
        public boolean offerOne() {
            return ring.offer(1);
        }

        @Operation(nonParallelGroup = "producer")
        public boolean offerTwo() {
            return ring.offer(2);
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer poll() {
            return ring.poll();
        }
    }

    public static final class SharedSpscOps {
        private final SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(2);

        @Operation
        public boolean offerOne() {
            return ring.offer(1);
        }

        @Operation
        public boolean offerTwo() {
            return ring.offer(2);
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer poll() {
            return ring.poll();
        }
    }
}
