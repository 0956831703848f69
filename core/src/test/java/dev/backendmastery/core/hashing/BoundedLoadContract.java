package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What consistent hashing with bounded loads must hold. Extend it, wrap yours as a {@link Balancer}, run it. */
@DisplayName("Consistent hashing with bounded loads")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class BoundedLoadContract {

    /** What is tested. */
    protected interface Balancer {
        /** Gives the key's work to a node. */
        Work assign(long hash);

        /** Changes the membership. */
        void update(ConsistentHash<String> placement);
    }

    /** Work that was given. */
    protected interface Work {
        String node();

        void close();
    }

    /** A balancer on {@code placement} that gives a node at most {@code percent} of the mean. */
    protected abstract Balancer create(ConsistentHash<String> placement, int percent);

    private static List<Member<String>> members(int... weights) {
        List<Member<String>> members = new ArrayList<>();
        for (int weight : weights) {
            members.add(Member.of("node-" + members.size()).withWeight(weight));
        }
        return members;
    }

    private static long bound(int percent, long work, int weight, int weights) {
        return (percent * work * weight + 100L * weights - 1) / (100L * weights);
    }

    /** What the test has seen given and not given back. */
    private static final class Ledger {
        private final Map<String, Integer> loads = new TreeMap<>();
        private final List<Work> open = new ArrayList<>();

        Work give(Balancer balancer, long hash) {
            Work work = balancer.assign(hash);
            open.add(work);
            loads.merge(work.node(), 1, Integer::sum);
            return work;
        }

        void takeBack(int index) {
            Work work = open.remove(index);
            loads.merge(work.node(), -1, Integer::sum);
            work.close();
        }

        int load(String node) {
            return loads.getOrDefault(node, 0);
        }
    }

    @Test
    @DisplayName("BL-1 never gives a node work beyond its share of the bound, whatever the keys")
    void bound() {
        int[] weights = {1, 1, 1, 2, 3};
        for (int percent : new int[] {101, 125, 200}) {
            for (boolean hot : new boolean[] {true, false}) {
                Balancer balancer = create(RendezvousHash.of(members(weights)), percent);
                Ledger ledger = new Ledger();
                SplittableRandom random = new SplittableRandom(percent);
                for (int i = 0; i < 3_000; i++) {
                    if (ledger.open.size() > 40 && random.nextInt(100) < 48) {
                        ledger.takeBack(random.nextInt(ledger.open.size()));
                    }
                    String node =
                            ledger.give(balancer, hot ? 42 : random.nextLong()).node();
                    int weight = weights[Integer.parseInt(node.substring(5))];
                    long most = bound(percent, ledger.open.size(), weight, 8);
                    assertTrue(
                            ledger.load(node) <= most,
                            () -> node + " holds " + ledger.load(node) + " of " + ledger.open.size() + ", at most "
                                    + most);
                }
            }
        }
    }

    @Test
    @DisplayName("BL-2 keeps the bound between simultaneous callers")
    void simultaneousCallers() throws Exception {
        int callers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            CyclicBarrier start = new CyclicBarrier(callers);
            for (int round = 0; round < 200; round++) {
                Balancer balancer = create(RendezvousHash.of(members(1, 1, 1, 1, 1, 1, 1, 1)), 101);
                Callable<String> call = () -> {
                    start.await(10, TimeUnit.SECONDS);
                    return balancer.assign(42).node();
                };
                List<Future<String>> answers = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    answers.add(threads.submit(call));
                }
                Map<String, Integer> loads = new TreeMap<>();
                for (Future<String> answer : answers) {
                    loads.merge(answer.get(10, TimeUnit.SECONDS), 1, Integer::sum);
                }
                assertTrue(loads.values().stream().allMatch(load -> load <= 2), () -> "at most 2 each in " + loads);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("BL-3 gives work to the first in the key's order of preference that has room")
    void preference() {
        RendezvousHash<String> placement = RendezvousHash.of(members(1, 1, 1, 1));
        Balancer balancer = create(placement, 125);
        Ledger ledger = new Ledger();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2_000; i++) {
            long hash = random.nextInt(3) == 0 ? 42 : random.nextLong();
            long most = bound(125, ledger.open.size() + 1L, 1, 4);
            String due = placement
                    .findFor(hash, member -> ledger.load(member.name()) < most)
                    .orElseThrow()
                    .node();
            assertEquals(due, ledger.give(balancer, hash).node());
            if (ledger.open.size() > 30) {
                ledger.takeBack(random.nextInt(30));
            }
        }
    }

    @Test
    @DisplayName("BL-4 always finds a node, at the tightest bound too")
    void alwaysRoom() {
        for (int nodes : new int[] {1, 2, 7}) {
            Balancer balancer = create(RendezvousHash.of(members(ones(nodes))), 101);
            Ledger ledger = new Ledger();
            for (int i = 0; i < 500; i++) {
                ledger.give(balancer, 42);
            }
            assertEquals(500, ledger.open.size());
        }
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    @DisplayName("BL-5 has room again for what is given back, once")
    void givenBack() {
        RendezvousHash<String> placement = RendezvousHash.of(members(1, 1));
        Balancer balancer = create(placement, 101);
        String first = placement.nodeForHash(42);
        Work one = balancer.assign(42);
        Work two = balancer.assign(42);
        assertEquals(first, one.node());
        assertTrue(!two.node().equals(first) || bound(101, 2, 1, 2) > 1, "two of two are too many for one");
        one.close();
        two.close();
        for (int i = 0; i < 200; i++) {
            Work again = balancer.assign(42);
            assertEquals(first, again.node(), "all was given back");
            again.close();
            again.close();
            again.close();
        }
        // If closing twice had counted twice, the first node would now look emptier than it is.
        List<Work> works = new ArrayList<>();
        long atFirst = 0;
        for (int i = 1; i <= 20; i++) {
            works.add(balancer.assign(42));
            atFirst += works.get(i - 1).node().equals(first) ? 1 : 0;
            assertTrue(atFirst <= bound(101, i, 1, 2), "after " + i);
        }
    }

    @Test
    @DisplayName("BL-6 counts the work of the members of now, also of one that came back")
    void membership() {
        RendezvousHash<String> three = RendezvousHash.of(members(1, 1, 1));
        Balancer balancer = create(three, 150);
        Ledger ledger = new Ledger();
        for (int i = 0; i < 30; i++) {
            ledger.give(balancer, 42);
        }
        String first = three.nodeForHash(42);
        int held = ledger.load(first);
        assertEquals(15, held);
        balancer.update(three.without(first));
        // 15 are left on two; with 15 more, either may hold 23.
        Ledger later = new Ledger();
        for (int i = 0; i < 15; i++) {
            String node = later.give(balancer, 42).node();
            assertTrue(!node.equals(first), "work for one that has left");
            long load = later.load(node) + (long) ledger.load(node);
            assertTrue(load <= bound(150, 15 + i + 1L, 1, 2), () -> node + " holds " + load);
        }
        balancer.update(three);
        // 45 on three: it may hold 23, and it holds 15 still.
        for (int i = 0; i < 15; i++) {
            String node = later.give(balancer, 42).node();
            long load = later.load(node) + (long) ledger.load(node);
            assertTrue(load <= bound(150, 45 + i + 1L, 1, 3), () -> node + " holds " + load);
        }
        while (!ledger.open.isEmpty()) {
            ledger.takeBack(0);
        }
        while (!later.open.isEmpty()) {
            later.takeBack(0);
        }
        assertEquals(first, balancer.assign(42).node(), "nothing is held");
    }
}
