package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class BalancersTest {

    abstract static class OfHosts extends LoadBalancerContract {
        @Override
        protected int inFlight(LoadBalancer<Integer> balancer, int node) {
            return ((HostBalancer<Integer, ?>) balancer).inFlight(node);
        }
    }

    @Nested
    final class RoundRobinTest extends OfHosts {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return RoundRobin.create();
        }
    }

    @Nested
    final class SmoothWeightedTest extends OfHosts {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return SmoothWeighted.by(node -> 3);
        }

        @Test
        @DisplayName("LB-8 is exact over a cycle, and spreads a heavy node out")
        void exactOverACycle() {
            checkCycles(
                    SmoothWeighted.by(node -> Map.of("a", 50, "b", 10, "c", 10).get(node)));
            // IgnoresWeights
            assertThrows(AssertionError.class, () -> checkCycles(RoundRobin.create()));
            assertThrows(IllegalArgumentException.class, () -> SmoothWeighted.by(node -> 0)
                    .setNodes(List.of(1)));
            assertThrows(IllegalArgumentException.class, () -> SmoothWeighted.<Integer>by(node -> 9_000 + node)
                    .setNodes(List.of(1, 2, 3, 4, 5, 6, 7, 8)));
        }
    }

    private static void checkCycles(LoadBalancer<String> balancer) {
        balancer.setNodes(List.of("a", "b", "c"));
        for (int cycle = 0; cycle < 20; cycle++) {
            StringBuilder order = new StringBuilder();
            for (int i = 0; i < 7; i++) {
                order.append(balancer.pick().node());
            }
            assertEquals("aabacaa", order.toString());
        }
    }

    @Nested
    final class LeastRequestTest extends OfHosts {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return LeastRequest.create(random);
        }

        @Override
        protected boolean avoidsSlow() {
            return true;
        }
    }

    @Nested
    final class PeakEwmaTest extends OfHosts {
        @Override
        protected LoadBalancer<Integer> create(Ticker ticker, DoubleSupplier random) {
            return PeakEwma.create(Duration.ofSeconds(10), Duration.ofSeconds(1), ticker, random);
        }

        @Override
        protected boolean avoidsSlow() {
            return true;
        }

        @Override
        protected boolean avoidsFailing() {
            return true;
        }

        @Test
        void triesAgainWhatWasBad() {
            ManualTicker ticker = new ManualTicker();
            PeakEwma<String> balancer = PeakEwma.create(Duration.ofSeconds(10), Duration.ofSeconds(1), ticker, () -> 0);
            balancer.setNodes(List.of("bad", "good"));
            LoadBalancer.Pick<String> first = balancer.pick();
            assertEquals("bad", first.node());
            first.failed();
            boolean again = false;
            for (int i = 0; i < 6_000; i++) {
                LoadBalancer.Pick<String> pick = balancer.pick();
                ticker.advance(Duration.ofMillis(10));
                pick.succeeded();
                again |= pick.node().equals("bad");
                if (i < 2_000) {
                    assertEquals("good", pick.node(), "within 20 s of a failure");
                }
            }
            assertTrue(again, "within a minute");
        }
    }

    @Test
    @DisplayName(
            "SS-1 a node that joins gets little at first and its share after a while; SS-2 cold nodes are better than none")
    void slowStart() {
        ManualTicker ticker = new ManualTicker();
        Random random = new Random(1);
        checkSlowStart(
                SlowStart.around(RoundRobin.create(), Duration.ofSeconds(100), ticker, random::nextDouble), ticker);
        // TakesColdForWarm, StaysColdForEver
        assertThrows(AssertionError.class, () -> checkSlowStart(RoundRobin.create(), ticker));
        assertThrows(
                AssertionError.class,
                () -> checkSlowStart(
                        SlowStart.around(RoundRobin.create(), Duration.ofDays(100), ticker, random::nextDouble),
                        ticker));
        assertThrows(
                IllegalArgumentException.class, () -> SlowStart.around(RoundRobin.<String>create(), Duration.ZERO));
    }

    private static void checkSlowStart(LoadBalancer<String> balancer, ManualTicker ticker) {
        balancer.setNodes(List.of("a", "b", "c"));
        assertEquals(Map.of("a", 1_000, "b", 1_000, "c", 1_000), counts(balancer, 3_000), "the first are not cold");
        balancer.setNodes(List.of("a", "b", "c", "d"));
        int[] got = new int[4];
        for (int part = 0; part < 4; part++) {
            got[part] = counts(balancer, 4_000).getOrDefault("d", 0);
            ticker.advance(Duration.ofSeconds(34));
        }
        assertTrue(got[0] < 200, () -> "cold it got " + got[0] + " of 1,000");
        assertTrue(got[0] > 20, () -> "and something: " + got[0]);
        assertTrue(got[1] > got[0] && got[2] > got[1] && got[3] == 1_000, () -> "then " + got[1] + ", " + got[2]);
        balancer.setNodes(List.of("e"));
        assertEquals("e", balancer.pick().node());
    }

    private static Map<String, Integer> counts(LoadBalancer<String> balancer, int picks) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < picks; i++) {
            LoadBalancer.Pick<String> pick = balancer.pick();
            counts.merge(pick.node(), 1, Integer::sum);
            pick.succeeded();
        }
        return counts;
    }
}
