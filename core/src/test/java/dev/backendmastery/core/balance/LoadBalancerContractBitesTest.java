package dev.backendmastery.core.balance;

import dev.backendmastery.core.balance.OutlierEjection.Config;
import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and its kit convicts it by the clauses named here. */
final class LoadBalancerContractBitesTest {

    @Test
    void convictsEachFaultOfABalancer() {
        Kit.convicts(PrefersTheFirst.class, "LB-1", "LB-3", "LB-5");
        Kit.convicts(CountsEveryReport.class, "LB-2");
        Kit.convicts(RemembersWhoLeft.class, "LB-3", "LB-4");
        Kit.convicts(AnswersNothing.class, "LB-4");
        Kit.convicts(TakesANodeTwice.class, "LB-5");
        Kit.convicts(IgnoresLoad.class, "LB-6");
        Kit.convicts(LatencyWithoutPenalty.class, "LB-7");
    }

    @Test
    void convictsEachFaultOfAnEjection() {
        Kit.convicts(EjectsAtTheFirstFailure.class, "OE-1", "OE-3");
        Kit.convicts(EjectsWithoutACap.class, "OE-2");
        Kit.convicts(NeverLetsReturn.class, "OE-3");
        Kit.convicts(NeverForgives.class, "OE-3");
    }

    @Test
    void convictsEachFaultOfASubsetting() {
        Kit.convicts(DependsOnTheOrder.class, "SU-1", "SU-3");
        Kit.convicts(PicksAtRandom.class, "SU-2");
        Kit.convicts(ShufflesAnew.class, "SU-3");
    }

    /** The right one, for the faults to be planted in. */
    static class Around implements LoadBalancer<Integer> {
        final LoadBalancer<Integer> right;

        Around(LoadBalancer<Integer> right) {
            this.right = right;
        }

        @Override
        public Pick<Integer> pick() {
            return right.pick();
        }

        @Override
        public void setNodes(Collection<? extends Integer> nodes) {
            right.setNodes(nodes);
        }
    }

    abstract static class Wrong extends LoadBalancerContract {
        @Override
        protected int inFlight(LoadBalancer<Integer> balancer, int node) {
            return ((HostBalancer<Integer, ?>) ((Around) balancer).right).inFlight(node);
        }
    }

    static final class PrefersTheFirst extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            // All calls are over before the next: the counts are equal, and the first of equals is taken.
            return new Around(LeastRequest.create(() -> 0));
        }
    }

    static final class CountsEveryReport extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(RoundRobin.create()) {
                private final List<Integer> reports = new ArrayList<>();

                @Override
                public Pick<Integer> pick() {
                    Pick<Integer> pick = super.pick();
                    return new Pick<>() {
                        @Override
                        public Integer node() {
                            return pick.node();
                        }

                        private void report() {
                            synchronized (reports) {
                                reports.add(1);
                            }
                            // Every third call is taken for a report of another.
                            if (reports.size() % 3 == 0) {
                                pick.ignored();
                            }
                        }

                        @Override
                        public void succeeded() {
                            report();
                        }

                        @Override
                        public void failed() {
                            report();
                        }

                        @Override
                        public void ignored() {
                            report();
                        }
                    };
                }
            };
        }
    }

    static final class RemembersWhoLeft extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(RoundRobin.create()) {
                private final HashSet<Integer> all = new HashSet<>();

                @Override
                public void setNodes(Collection<? extends Integer> nodes) {
                    if (new HashSet<>(nodes).size() == nodes.size()) {
                        all.addAll(nodes);
                        super.setNodes(all);
                    } else {
                        super.setNodes(nodes);
                    }
                }
            };
        }
    }

    static final class AnswersNothing extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(RoundRobin.create()) {
                @Override
                public Pick<Integer> pick() {
                    try {
                        return super.pick();
                    } catch (NoNodeException e) {
                        throw new ArithmeticException("/ by zero");
                    }
                }
            };
        }
    }

    static final class TakesANodeTwice extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(RoundRobin.create()) {
                @Override
                public void setNodes(Collection<? extends Integer> nodes) {
                    super.setNodes(new HashSet<>(nodes));
                }
            };
        }
    }

    static final class IgnoresLoad extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(RoundRobin.create());
        }

        @Override
        protected boolean avoidsSlow() {
            return true;
        }
    }

    static final class LatencyWithoutPenalty extends Wrong {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return new Around(PeakEwma.create(Duration.ofSeconds(10), Duration.ofNanos(1), ticker, random));
        }

        @Override
        protected boolean avoidsSlow() {
            return true;
        }

        @Override
        protected boolean avoidsFailing() {
            return true;
        }
    }

    static final class EjectsAtTheFirstFailure extends OutlierEjectionContract {
        @Override
        protected LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker) {
            return OutlierEjection.around(
                    inner, new Config(1, config.ejectFor(), config.maxEjectFor(), config.cap()), ticker);
        }
    }

    static final class EjectsWithoutACap extends OutlierEjectionContract {
        @Override
        protected LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker) {
            return OutlierEjection.around(
                    inner, new Config(config.failures(), config.ejectFor(), config.maxEjectFor(), 0.9), ticker);
        }
    }

    static final class NeverLetsReturn extends OutlierEjectionContract {
        @Override
        protected LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker) {
            long still = ticker.nanos();
            return OutlierEjection.around(inner, config, () -> still);
        }
    }

    static final class NeverForgives extends OutlierEjectionContract {
        @Override
        protected LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker) {
            return OutlierEjection.around(
                    inner,
                    new Config(config.failures(), Duration.ofSeconds(60), config.maxEjectFor(), config.cap()),
                    ticker);
        }
    }

    static final class DependsOnTheOrder extends SubsetContract {
        @Override
        protected List<String> part(List<String> nodes, int client, int slices) {
            int shift = nodes.get(0).equals("node-0") ? 0 : 1;
            int round = client / slices;
            return Subset.part(nodes, round * slices + (client + shift) % slices, slices, node -> node);
        }
    }

    static final class PicksAtRandom extends SubsetContract {
        @Override
        protected List<String> part(List<String> nodes, int client, int slices) {
            // The nearest by hash to each client: it survives changes, but some nodes get more clients than others.
            List<String> ranked = new ArrayList<>(nodes);
            ranked.sort(
                    java.util.Comparator.comparingInt(node -> new Random(node.hashCode() * 31L + client).nextInt()));
            return ranked.subList(0, nodes.size() / slices + (client % slices < nodes.size() % slices ? 1 : 0));
        }
    }

    static final class ShufflesAnew extends SubsetContract {
        @Override
        protected List<String> part(List<String> nodes, int client, int slices) {
            List<String> sorted = new ArrayList<>(nodes);
            Collections.sort(sorted);
            Collections.shuffle(sorted, new Random(client / slices));
            int slice = client % slices;
            return sorted.subList(slice * nodes.size() / slices, (slice + 1) * nodes.size() / slices);
        }
    }
}
