package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.balance.LoadBalancer.Pick;
import dev.backendmastery.core.balance.OutlierEjection.Config;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a balancer that ejects nodes must hold. Extend it, say how to create yours around another, run it. */
@DisplayName("An outlier ejection")
public abstract class OutlierEjectionContract {

    private static final Config CONFIG = new Config(3, Duration.ofSeconds(10), Duration.ofSeconds(60), 0.3);

    private final ManualTicker ticker = new ManualTicker();

    /** A balancer around {@code inner}. */
    protected abstract LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker);

    private LoadBalancer<Integer> fresh() {
        LoadBalancer<Integer> balancer = create(RoundRobin.create(), CONFIG, ticker);
        balancer.setNodes(IntStream.range(0, 10).boxed().toList());
        return balancer;
    }

    private static Set<Integer> calls(LoadBalancer<Integer> balancer, int calls, IntPredicate fails) {
        Set<Integer> seen = new TreeSet<>();
        for (int i = 0; i < calls; i++) {
            Pick<Integer> pick = balancer.pick();
            seen.add(pick.node());
            if (fails.test(pick.node())) {
                pick.failed();
            } else {
                pick.succeeded();
            }
        }
        return seen;
    }

    @Test
    @DisplayName("OE-1 does not pick a node that failed so many times in a row, and does one that did not")
    void ejects() {
        LoadBalancer<Integer> balancer = fresh();
        int[] number = {0};
        calls(balancer, 300, node -> node == 4 && number[0]++ % 3 != 2);
        assertEquals(10, calls(balancer, 40, node -> false).size(), "two in a row are not three");
        calls(balancer, 40, node -> node == 4);
        Set<Integer> seen = calls(balancer, 40, node -> false);
        assertEquals(9, seen.size());
        assertTrue(!seen.contains(4));
    }

    @Test
    @DisplayName("OE-2 never ejects more than the cap, even if all fail, even if nodes leave")
    void cap() {
        LoadBalancer<Integer> balancer = fresh();
        calls(balancer, 1_000, node -> true);
        assertEquals(7, calls(balancer, 70, node -> true).size(), "three of ten may be out");
        balancer.setNodes(IntStream.range(0, 5).boxed().toList());
        assertTrue(calls(balancer, 50, node -> true).size() >= 4, "one of five may be out");
        balancer.setNodes(IntStream.range(0, 2).boxed().toList());
        assertEquals(Set.of(0, 1), calls(balancer, 50, node -> true), "none of two may be");
    }

    @Test
    @DisplayName(
            "OE-3 lets an ejected node come back after its time, which grows while it goes on failing, to its most")
    void comesBack() {
        LoadBalancer<Integer> balancer = fresh();
        calls(balancer, 40, node -> node == 4);
        for (int seconds : new int[] {10, 20, 40, 60, 60}) {
            ticker.advance(Duration.ofSeconds(seconds).minusNanos(1));
            assertTrue(!calls(balancer, 40, node -> node == 4).contains(4), () -> "out for " + seconds + " s");
            ticker.advanceNanos(1);
            assertTrue(calls(balancer, 40, node -> node == 4).contains(4), () -> "back after " + seconds + " s");
        }
        ticker.advance(Duration.ofSeconds(60));
        calls(balancer, 40, node -> false);
        calls(balancer, 40, node -> node == 4);
        ticker.advance(Duration.ofSeconds(10));
        assertEquals(10, calls(balancer, 40, node -> false).size(), "a success forgives");
    }
}
