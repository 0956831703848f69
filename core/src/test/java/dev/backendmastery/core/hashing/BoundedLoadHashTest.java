package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BoundedLoadHashTest extends BoundedLoadContract {

    @Override
    protected Balancer create(ConsistentHash<String> placement, int percent) {
        BoundedLoadHash<String> balancer = new BoundedLoadHash<>(placement, percent);
        return new Balancer() {
            @Override
            public Work assign(long hash) {
                BoundedLoadHash<String>.Lease lease = balancer.assign(hash);
                return new Work() {
                    @Override
                    public String node() {
                        return lease.node();
                    }

                    @Override
                    public void close() {
                        lease.close();
                    }
                };
            }

            @Override
            public void update(ConsistentHash<String> next) {
                balancer.update(next);
            }
        };
    }

    @Test
    void tellsLoads() {
        HashRing<String> two = HashRing.of(List.of(Member.of("a"), Member.of("b")));
        BoundedLoadHash<String> balancer = new BoundedLoadHash<>(two, 150);
        try (BoundedLoadHash<String>.Lease lease = balancer.assign("a key")) {
            assertEquals(1, balancer.load(lease.node()));
            assertEquals(1, balancer.total());
            balancer.update(two.without(lease.node()));
            assertEquals(0, balancer.total());
            assertThrows(IllegalArgumentException.class, () -> balancer.load(lease.node()));
        }
        balancer.update(two);
        assertEquals(0, balancer.load("a") + balancer.load("b"));
        assertEquals(0, balancer.total());
    }

    @Test
    void refusesBoundsThatAreNone() {
        HashRing<String> one = HashRing.of(List.of(Member.of("a")));
        assertThrows(IllegalArgumentException.class, () -> new BoundedLoadHash<>(one, 100));
        assertThrows(IllegalArgumentException.class, () -> new BoundedLoadHash<>(one, 10_001));
    }
}
