package dev.backendmastery.caching.redis;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LostLeasesTest extends LostLeasesContract {

    /** A store with a change. */
    private static class Wrong implements LeaseStore {
        final String name;
        private final LeaseStore right;

        Wrong(String name) {
            this.name = name;
            right = new RedisLeaseStore(Shared.CLIENT, name, Ticker.system());
        }

        @Override
        public Optional<Lease> tryAcquire(String lease, String holder, Duration ttl) {
            return right.tryAcquire(lease, holder, ttl);
        }

        @Override
        public Optional<Lease> renew(Lease lease, Duration ttl) {
            return right.renew(lease, ttl);
        }

        @Override
        public boolean release(Lease lease) {
            return right.release(lease);
        }
    }

    static final class CountsFromOne extends LostLeasesContract {
        @Override
        protected LeaseStore create(String name) {
            return new Wrong(name) {
                @Override
                public Optional<Lease> tryAcquire(String lease, String holder, Duration ttl) {
                    return super.tryAcquire(lease, holder, ttl).map(right -> {
                        Shared.CLIENT.hset(name + ":{" + lease + "}", "epoch", "1");
                        return new Lease(lease, holder, 1, right.deadlineNanos());
                    });
                }
            };
        }
    }

    static final class RemembersForEver extends LostLeasesContract {
        @Override
        protected LeaseStore create(String name) {
            return new Wrong(name) {
                @Override
                public boolean release(Lease lease) {
                    boolean released = super.release(lease);
                    Shared.CLIENT.persist(name + ":{" + lease.name() + "}");
                    return released;
                }
            };
        }
    }

    static final class ForgetsTheEpochWithTheLease extends LostLeasesContract {
        @Override
        protected LeaseStore create(String name) {
            return new Wrong(name) {
                @Override
                public boolean release(Lease lease) {
                    boolean released = super.release(lease);
                    Shared.CLIENT.del(name + ":{" + lease.name() + "}");
                    return released;
                }
            };
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(CountsFromOne.class, "RLS-1");
        Kit.convicts(RemembersForEver.class, "RLS-2");
        Kit.convicts(ForgetsTheEpochWithTheLease.class, "RLS-2");
    }
}
