package dev.backendmastery.core.hashing;

import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** Every interleaving of small programs is as if the calls came one after another. */
final class BoundedLoadHashLincheckTest {

    @Test
    void boundedLoadHash() {
        new ModelCheckingOptions()
                .iterations(4)
                .invocationsPerIteration(40)
                .threads(2)
                .actorsPerThread(2)
                .check(Ops.class);
    }

    public static final class Ops {
        private static final RendezvousHash<String> THREE =
                RendezvousHash.of(List.of(Member.of("a"), Member.of("b"), Member.of("c")));

        private static final RendezvousHash<String> LEFT = THREE.without("b");

        private final BoundedLoadHash<String> balancer = new BoundedLoadHash<>(THREE, 120);
        private final BoundedLoadHash<String>.Lease given = balancer.assign(42);

        @Operation
        public String assign() {
            return balancer.assign(42).node();
        }

        @Operation
        public void giveBack() {
            given.close();
        }

        @Operation
        public long total() {
            return balancer.total();
        }

        @Operation
        public void leave() {
            balancer.update(LEFT);
        }
    }
}
