package dev.backendmastery.core.hashing;

import dev.backendmastery.core.kit.Kit;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class BoundedLoadContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(IgnoresTheBound.class, "BL-1", "BL-2", "BL-3", "BL-5", "BL-6");
        Kit.convicts(IgnoresWeights.class, "BL-1");
        Kit.convicts(ChecksThenActs.class, "BL-2");
        Kit.convicts(StartsAnywhere.class, "BL-3", "BL-5", "BL-6");
        Kit.convicts(ForgetsTheNewcomer.class, "BL-1", "BL-2", "BL-3", "BL-4", "BL-5", "BL-6");
        Kit.convicts(NeverTakesBack.class, "BL-1", "BL-3", "BL-5");
        Kit.convicts(TakesBackTwice.class, "BL-5");
        Kit.convicts(ForgetsWorkOnAChange.class, "BL-6");
    }

    /** A simple balancer, right in all but what a subclass gets wrong. */
    private static class Simple implements BoundedLoadContract.Balancer {
        final Map<String, AtomicInteger> loads = new ConcurrentHashMap<>();
        final int percent;
        ConsistentHash<String> placement;

        Simple(ConsistentHash<String> placement, int percent) {
            this.placement = placement;
            this.percent = percent;
        }

        AtomicInteger load(String name) {
            return loads.computeIfAbsent(name, n -> new AtomicInteger());
        }

        long work() {
            return 1L
                    + placement.members().stream()
                            .mapToInt(member -> load(member.name()).get())
                            .sum();
        }

        boolean hasRoom(Member<String> member) {
            long weights =
                    placement.members().stream().mapToLong(Member::weight).sum();
            long bound = (percent * work() * member.weight() + 100 * weights - 1) / (100 * weights);
            return load(member.name()).get() < bound;
        }

        String choose(long hash) {
            return placement.findFor(hash, this::hasRoom).orElseThrow().node();
        }

        @Override
        public synchronized BoundedLoadContract.Work assign(long hash) {
            String node = choose(hash);
            load(node).incrementAndGet();
            return work(node);
        }

        BoundedLoadContract.Work work(String node) {
            return new BoundedLoadContract.Work() {
                private boolean closed;

                @Override
                public String node() {
                    return node;
                }

                @Override
                public void close() {
                    if (!closed) {
                        closed = takesBackOnce();
                        giveBack(node);
                    }
                }
            };
        }

        boolean takesBackOnce() {
            return true;
        }

        void giveBack(String node) {
            load(node).decrementAndGet();
        }

        @Override
        public void update(ConsistentHash<String> next) {
            placement = next;
        }
    }

    static final class IgnoresTheBound extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                boolean hasRoom(Member<String> member) {
                    return true;
                }
            };
        }
    }

    static final class IgnoresWeights extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                boolean hasRoom(Member<String> member) {
                    long nodes = placement.members().size();
                    return load(member.name()).get() < (percent * work() + 100 * nodes - 1) / (100 * nodes);
                }
            };
        }
    }

    /** Everybody looks before anybody has written down. */
    static final class ChecksThenActs extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                private final CyclicBarrier meeting = new CyclicBarrier(8);

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // this is the fault
                public Work assign(long hash) {
                    String node = choose(hash);
                    if (placement.members().size() == 8) { // only where the kit has eight callers
                        try {
                            meeting.await(1, TimeUnit.SECONDS);
                        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    load(node).incrementAndGet();
                    return work(node);
                }
            };
        }
    }

    static final class StartsAnywhere extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                String choose(long hash) {
                    return super.choose(~hash);
                }
            };
        }
    }

    /** Takes the mean of what was there before: below the tightest bound nobody has room. */
    static final class ForgetsTheNewcomer extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                long work() {
                    return super.work() - 1;
                }
            };
        }
    }

    static final class NeverTakesBack extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                void giveBack(String node) {
                    // nothing: this is the fault
                }
            };
        }
    }

    static final class TakesBackTwice extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                boolean takesBackOnce() {
                    return false;
                }
            };
        }
    }

    static final class ForgetsWorkOnAChange extends BoundedLoadContract {
        @Override
        protected Balancer create(ConsistentHash<String> placement, int percent) {
            return new Simple(placement, percent) {
                @Override
                public void update(ConsistentHash<String> next) {
                    loads.clear();
                    super.update(next);
                }
            };
        }
    }
}
