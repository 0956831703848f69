package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.balance.BalanceSimulator.Host;
import dev.backendmastery.core.balance.BalanceSimulator.Run;
import dev.backendmastery.core.balance.LoadBalancer.Pick;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link LoadBalancer} must hold. Extend it, say how to create yours and what it avoids, run it.
 */
@DisplayName("A LoadBalancer")
public abstract class LoadBalancerContract {

    private static final Duration SERVICE = Duration.ofMillis(10);

    private final ManualTicker ticker = new ManualTicker();

    /** A balancer without nodes. */
    protected abstract LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random);

    /** Whether a slow node gets less. */
    protected boolean avoidsSlow() {
        return false;
    }

    /** Whether a node that fails at once gets less. */
    protected boolean avoidsFailing() {
        return false;
    }

    private LoadBalancer<Integer> fresh(int nodes) {
        Random random = new Random(1);
        LoadBalancer<Integer> balancer = create(ticker, random::nextDouble);
        balancer.setNodes(IntStream.range(0, nodes).boxed().toList());
        return balancer;
    }

    private static Map<Integer, Integer> counts(LoadBalancer<Integer> balancer, int picks) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int i = 0; i < picks; i++) {
            Pick<Integer> pick = balancer.pick();
            counts.merge(pick.node(), 1, Integer::sum);
            pick.succeeded();
        }
        return counts;
    }

    @Test
    @DisplayName("LB-1 gives equal nodes equal shares, with one call at a time or many, and starves none")
    void fairShares() {
        for (int nodes : new int[] {1, 2, 3, 10}) {
            Map<Integer, Integer> counts = counts(fresh(nodes), 1_000 * nodes);
            for (int node = 0; node < nodes; node++) {
                int got = counts.getOrDefault(node, 0);
                assertTrue(got >= 850 && got <= 1_150, () -> "got " + got + " of 1,000 due, of " + nodes + " nodes");
            }
        }
        List<Host> equal =
                IntStream.range(0, 10).mapToObj(i -> Host.healthy(SERVICE)).toList();
        Run run = BalanceSimulator.run(this::create, 1, equal, 5_000, Duration.ofSeconds(10));
        for (int host = 0; host < 10; host++) {
            double share = run.share(host);
            assertTrue(share > 0.07 && share < 0.13, () -> "a tenth of equal hosts got " + share);
        }
        assertEquals(1, run.success());
    }

    @Test
    @DisplayName("LB-2 counts each call once, however often it is reported, and comes back to zero")
    void inFlight() {
        LoadBalancer<Integer> balancer = fresh(3);
        Random random = new Random(2);
        List<Pick<Integer>> open = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            open.add(balancer.pick());
            if (open.size() > 50) {
                Pick<Integer> pick = open.remove(random.nextInt(open.size()));
                for (int times = 0; times < 3; times++) {
                    switch (random.nextInt(3)) {
                        case 0 -> pick.succeeded();
                        case 1 -> pick.failed();
                        default -> pick.ignored();
                    }
                }
            }
        }
        int[] held = new int[3];
        open.forEach(pick -> held[pick.node()]++);
        for (int node = 0; node < 3; node++) {
            assertEquals(held[node], inFlight(balancer, node));
        }
        open.forEach(Pick::ignored);
        for (int node = 0; node < 3; node++) {
            assertEquals(0, inFlight(balancer, node));
        }
    }

    /** Calls that {@code balancer} holds for {@code node}. */
    protected abstract int inFlight(LoadBalancer<Integer> balancer, int node);

    @Test
    @DisplayName("LB-3 never picks a node that has left, picks one that has joined, also while others pick")
    void membership() throws Exception {
        LoadBalancer<Integer> balancer = fresh(3);
        Pick<Integer> old = balancer.pick();
        balancer.setNodes(List.of(7, 8));
        assertEquals(Set.of(7, 8), counts(balancer, 200).keySet());
        old.failed();
        balancer.setNodes(List.of(8, 9, 10));
        assertEquals(Set.of(8, 9, 10), counts(balancer, 400).keySet());

        Random random = new Random(3);
        LoadBalancer<Integer> shared = create(Ticker.system(), () -> {
            synchronized (random) {
                return random.nextDouble();
            }
        });
        shared.setNodes(List.of(0, 1));
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                all.add(pool.submit(() -> {
                    int calls = 0;
                    while (!stop.get()) {
                        Pick<Integer> pick = shared.pick();
                        assertTrue(pick.node() >= 0 && pick.node() < 20);
                        pick.succeeded();
                        calls++;
                    }
                    return calls;
                }));
            }
            for (int i = 0; i < 2_000; i++) {
                shared.setNodes(
                        IntStream.range(i % 10, i % 10 + 1 + i % 7).boxed().toList());
            }
            stop.set(true);
            for (Future<Integer> each : all) {
                each.get(20, TimeUnit.SECONDS);
            }
        } finally {
            stop.set(true);
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("LB-4 refuses by a type of its own when there is no node")
    void noNode() {
        LoadBalancer<Integer> balancer = fresh(0);
        assertThrows(NoNodeException.class, balancer::pick);
        balancer.setNodes(List.of(1));
        assertEquals(1, balancer.pick().node());
        balancer.setNodes(List.of());
        assertThrows(NoNodeException.class, balancer::pick);
    }

    @Test
    @DisplayName("LB-5 refuses a node that comes twice, and changes nothing")
    void badInput() {
        LoadBalancer<Integer> balancer = fresh(2);
        assertThrows(IllegalArgumentException.class, () -> balancer.setNodes(List.of(5, 6, 5)));
        assertEquals(Set.of(0, 1), counts(balancer, 200).keySet());
    }

    @Test
    @DisplayName("LB-6 gives a slow node less than its share, if it says so")
    void slowNode() {
        Assumptions.assumeTrue(avoidsSlow());
        List<Host> hosts = new ArrayList<>(
                IntStream.range(0, 9).mapToObj(i -> Host.healthy(SERVICE)).toList());
        hosts.add(Host.healthy(SERVICE.multipliedBy(10)));
        Run run = BalanceSimulator.run(this::create, 1, hosts, 3_000, Duration.ofSeconds(20));
        assertTrue(run.share(9) < 0.05, () -> "the slow tenth got " + run.share(9));
        assertTrue(run.share(9) > 0, "and is tried at all");
    }

    @Test
    @DisplayName("LB-7 gives a node that fails at once less than its share, if it says so")
    void failingNode() {
        Assumptions.assumeTrue(avoidsFailing());
        List<Host> hosts = new ArrayList<>(
                IntStream.range(0, 9).mapToObj(i -> Host.healthy(SERVICE)).toList());
        hosts.add(new Host(SERVICE, 1, Duration.ofMillis(1), Duration.ZERO, Duration.ZERO));
        Run run = BalanceSimulator.run(this::create, 1, hosts, 3_000, Duration.ofSeconds(20));
        assertTrue(run.share(9) < 0.02, () -> "the failing tenth got " + run.share(9));
        assertTrue(run.success() > 0.98, () -> "success " + run.success());
    }
}
