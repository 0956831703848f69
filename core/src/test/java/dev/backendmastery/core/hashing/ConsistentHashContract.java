package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link ConsistentHash} must hold. Extend it, say how to create yours, run it.
 *
 * <p>Placements differ in what they promise; the protected methods say what yours does. Their defaults are the strictest.
 */
@DisplayName("A ConsistentHash")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // so that one that hangs is convicted
public abstract class ConsistentHashContract {

    /** A placement among {@code members}, with room for a dozen more. */
    protected abstract ConsistentHash<String> create(List<Member<String>> members);

    /** What {@link #fingerprint} was when this class was written. */
    protected abstract long golden();

    /** Whether members may have weights. */
    protected boolean hasWeights() {
        return true;
    }

    /** Whether the order in which members join does not matter. */
    protected boolean orderless() {
        return true;
    }

    /** Whether any member may leave, or only the last. */
    protected boolean anyMayLeave() {
        return true;
    }

    /** The bound on the load's coefficient of variation, where chance alone gives {@code noise}. */
    protected double mostVariation(double noise) {
        return 1.2 * noise;
    }

    /** How much more than the fair share may move. */
    protected double mostMoved() {
        return 1.1;
    }

    /** Whether keys never move between nodes that stay. */
    protected boolean survivorsKeepTheirKeys() {
        return true;
    }

    /** How far a node's load may be from what its weight says, as a part of it. */
    protected double weightTolerance() {
        return 0.04;
    }

    /** How many keys to look up where nothing else is said. */
    protected int keys() {
        return 1_000_000;
    }

    /** Members {@code node-0}, {@code node-1} and so on. */
    protected static List<Member<String>> members(int count) {
        return IntStream.range(0, count).mapToObj(i -> Member.of("node-" + i)).toList();
    }

    /** The answers for a thousand texts among 1, 2, 10 and 100 members, as one number. */
    protected final long fingerprint() {
        long fingerprint = 0;
        for (int count : new int[] {1, 2, 10, 100}) {
            ConsistentHash<String> placement = create(members(count));
            for (int i = 0; i < 1_000; i++) {
                String node = placement.nodeFor("key-" + i);
                fingerprint = fingerprint * 1_000_003 + Integer.parseInt(node.substring("node-".length()));
            }
        }
        return fingerprint;
    }

    private static long[] hashes(long seed, int count) {
        return new SplittableRandom(seed).longs(count).toArray();
    }

    private static String[] answers(ConsistentHash<String> placement, long[] hashes) {
        return Arrays.stream(hashes).mapToObj(placement::nodeForHash).toArray(String[]::new);
    }

    private static Map<String, Integer> loads(ConsistentHash<String> placement, long[] hashes) {
        Map<String, int[]> counts = new HashMap<>();
        placement.members().forEach(member -> counts.put(member.node(), new int[1]));
        for (long hash : hashes) {
            counts.computeIfAbsent(placement.nodeForHash(hash), node -> new int[1])[0]++;
        }
        Map<String, Integer> loads = new HashMap<>();
        counts.forEach((node, count) -> loads.put(node, count[0]));
        return loads;
    }

    @Test
    @DisplayName("CH-1 gives the same answers for the same membership, always and everywhere")
    void sameMembershipSameAnswers() {
        assertEquals(golden(), fingerprint(), "the answers of the JVM on which this was written");
        long[] hashes = hashes(1, 10_000);
        List<Member<String>> thirty = members(30);
        String[] expected = answers(create(thirty), hashes);
        assertTrue(Arrays.equals(expected, answers(create(thirty), hashes)), "made again");
        ConsistentHash<String> grown = create(thirty.subList(0, 20));
        for (Member<String> member : thirty.subList(20, 30)) {
            grown = grown.with(member);
        }
        // The size of some tables depends on the first members: these are equal.
        assertTrue(Arrays.equals(expected, answers(grown, hashes)), "ten of them joined");
        if (orderless()) {
            List<Member<String>> shuffled = new ArrayList<>(thirty);
            Collections.shuffle(shuffled, new Random(1));
            assertTrue(Arrays.equals(expected, answers(create(shuffled), hashes)), "in another order");
            ConsistentHash<String> back = grown.without("node-3").without("node-17");
            back = back.with(Member.of("node-17")).with(Member.of("node-3"));
            assertTrue(Arrays.equals(expected, answers(back, hashes)), "two left and came back");
        }
    }

    @Test
    @DisplayName("CH-2 answers with members alone, and places texts, bytes and consecutive numbers like hashes")
    void keysOfAllKinds() {
        ConsistentHash<String> placement = create(members(10));
        Set<String> nodes =
                new HashSet<>(placement.members().stream().map(Member::node).toList());
        assertEquals(10, nodes.size());
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            String text = "user " + i;
            String node = placement.nodeFor(text);
            assertTrue(nodes.contains(node), node);
            assertEquals(placement.nodeForHash(ConsistentHash.HASHER.hashCharsToLong(text)), node);
            assertEquals(node, placement.nodeFor(CharBuffer.wrap(text)));
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertEquals(placement.nodeForHash(ConsistentHash.HASHER.hashBytesToLong(bytes)), placement.nodeFor(bytes));
            numbers.merge(placement.nodeFor((long) i), 1, Integer::sum);
        }
        assertEquals(nodes, numbers.keySet());
        numbers.forEach((node, count) -> assertTrue(count > 500 && count < 2_000, node + " has " + count));
        for (long edge : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertTrue(nodes.contains(placement.nodeForHash(edge)), () -> "hash " + edge);
            assertTrue(nodes.contains(placement.nodeFor(edge)), () -> "key " + edge);
        }
    }

    @Test
    @DisplayName("CH-3 spreads keys as evenly as it states, among 10, 100 and 1,000 nodes")
    void balance() {
        int[] sizes = {10, 100, 1_000};
        int[] rounds = {20, 2, 1}; // so that each has about the same number of loads to judge by
        assertAll(IntStream.range(0, sizes.length).mapToObj(i -> () -> {
            int nodes = sizes[i];
            ConsistentHash<String> placement = create(members(nodes));
            double mean = (double) keys() / nodes;
            double variance = 0;
            for (int round = 0; round < rounds[i]; round++) {
                for (int load : loads(placement, hashes(round, keys())).values()) {
                    variance += (load - mean) * (load - mean) / (rounds[i] * (double) nodes);
                }
            }
            double variation = Math.sqrt(variance) / mean;
            double noise = Math.sqrt((1 - 1.0 / nodes) / mean);
            assertTrue(
                    variation <= mostVariation(noise),
                    () -> "coefficient of variation among " + nodes + " nodes was " + variation + ", chance gives "
                            + noise + ", at most " + mostVariation(noise));
        }));
    }

    @Test
    @DisplayName("CH-4 moves, on a join, at most the stated multiple of the fair share, and to the newcomer alone")
    void join() {
        assertAll(IntStream.of(1, 10, 15, 16, 100).mapToObj(nodes -> () -> {
            ConsistentHash<String> before = create(members(nodes));
            ConsistentHash<String> after = before.with(Member.of("node-" + nodes));
            int keys = keys();
            long moved = 0;
            for (long hash : hashes(nodes, keys)) {
                String from = before.nodeForHash(hash);
                String to = after.nodeForHash(hash);
                if (!from.equals(to)) {
                    moved++;
                    if (survivorsKeepTheirKeys()) {
                        assertEquals("node-" + nodes, to, () -> "a key of " + from);
                    }
                }
            }
            double fair = keys / (nodes + 1.0);
            long count = moved;
            assertTrue(
                    count > 0 && count <= mostMoved() * fair,
                    () -> count + " keys moved to one of " + (nodes + 1) + ", its share is " + fair);
        }));
    }

    @Test
    @DisplayName("CH-5 moves, on a leave, the keys of the node that left, and at most the stated multiple of them")
    void leave() {
        long[] hashes = hashes(5, keys() / 10);
        ConsistentHash<String> placement = create(members(20));
        List<String> order = new ArrayList<>(
                IntStream.range(0, 19).mapToObj(i -> "node-" + (19 - i)).toList());
        if (anyMayLeave()) {
            Collections.swap(order, 1, 18);
            Collections.swap(order, 0, 9);
            Collections.swap(order, 5, 12);
        }
        String[] before = answers(placement, hashes);
        for (String leaver : order) {
            placement = placement.without(leaver);
            String[] after = answers(placement, hashes);
            long moved = 0;
            long lost = 0;
            for (int i = 0; i < before.length; i++) {
                boolean was = before[i].equals(leaver);
                lost += was ? 1 : 0;
                moved += before[i].equals(after[i]) ? 0 : 1;
                assertFalse(after[i].equals(leaver), "a key still goes to " + leaver);
                if (survivorsKeepTheirKeys() && !was) {
                    assertEquals(before[i], after[i], "moved when " + leaver + " left");
                }
            }
            double most = lost * (survivorsKeepTheirKeys() ? 1 : mostMoved());
            assertTrue(moved <= most, moved + " keys moved when " + leaver + " left with " + lost);
            before = after;
        }
        if (!anyMayLeave()) {
            ConsistentHash<String> three = create(members(3));
            assertThrows(IllegalArgumentException.class, () -> three.without("node-0"));
        }
    }

    @Test
    @DisplayName("CH-6 gives each node the part of the keys that its weight says, or refuses weights")
    void weights() {
        List<Member<String>> members = new ArrayList<>();
        int total = 0;
        for (int i = 0; i < 10; i++) {
            members.add(Member.of("node-" + i).withWeight(i / 2 + 1));
            total += i / 2 + 1;
        }
        if (!hasWeights()) {
            assertThrows(IllegalArgumentException.class, () -> create(members));
            ConsistentHash<String> placement = create(members(2));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> placement.with(Member.of("heavy").withWeight(2)));
            return;
        }
        Map<String, Integer> loads = loads(create(members), hashes(6, keys()));
        for (Member<String> member : members) {
            double due = (double) keys() * member.weight() / total;
            int load = loads.getOrDefault(member.name(), 0);
            assertTrue(
                    Math.abs(load - due) <= weightTolerance() * due,
                    () -> member.name() + " of weight " + member.weight() + " has " + load + " keys, its share is "
                            + due);
        }
    }

    @Test
    @DisplayName("CH-7 gives distinct replicas, the key's own node first, and fewer are the first of more")
    void replicas() {
        ConsistentHash<String> placement = create(members(7));
        Map<String, Integer> second = new HashMap<>();
        for (long hash : hashes(7, 2_000)) {
            List<String> all = placement.replicas(hash, 7);
            assertEquals(7, new HashSet<>(all).size(), () -> "distinct in " + all);
            assertEquals(placement.nodeForHash(hash), all.get(0));
            for (int count = 1; count <= 7; count++) {
                assertEquals(all.subList(0, count), placement.replicas(hash, count));
            }
            assertEquals(all, placement.replicas(hash, 100), "all, if asked for more than there are");
            second.merge(all.get(1), 1, Integer::sum);
        }
        second.forEach((node, count) ->
                assertTrue(count > 100 && count < 600, () -> node + " is the second of " + count + " in 2,000"));
        assertEquals(7, second.size());
        assertThrows(IllegalArgumentException.class, () -> placement.replicas(1, 0));
        assertThrows(IllegalArgumentException.class, () -> placement.replicas(1, -1));
    }

    @Test
    @DisplayName("CH-8 uses every zone before it uses one again")
    void zones() {
        List<Member<String>> members = new ArrayList<>();
        String[] zones = {"a", "a", "a", "a", "a", "b", "b", "b", "c", "c"};
        for (int i = 0; i < zones.length; i++) {
            members.add(Member.of("node-" + i).withZone(zones[i]));
        }
        ConsistentHash<String> placement = create(members);
        for (long hash : hashes(8, 2_000)) {
            assertEquals(
                    placement.nodeForHash(hash), placement.replicas(hash, 3).get(0));
            List<String> all = placement.replicas(hash, 10);
            assertEquals(10, new HashSet<>(all).size());
            for (int count = 1; count <= 10; count++) {
                List<String> some = placement.replicas(hash, count);
                assertEquals(all.subList(0, count), some);
                int[] used = new int[3];
                some.forEach(node -> used[zones[Integer.parseInt(node.substring(5))].charAt(0) - 'a']++);
                int[] size = {5, 3, 2};
                int most = Arrays.stream(used).max().orElse(0);
                for (int zone = 0; zone < 3; zone++) {
                    assertTrue(
                            used[zone] >= most - 1 || used[zone] == size[zone],
                            () -> "zones used " + Arrays.toString(used) + " times by " + some);
                }
            }
        }
    }

    @Test
    @DisplayName("CH-9 stays as it is when a change is asked of it")
    void immutable() {
        long[] hashes = hashes(9, 1_000);
        List<Member<String>> given = new ArrayList<>(members(5));
        ConsistentHash<String> placement = create(given);
        String[] before = answers(placement, hashes);
        List<String> names = placement.members().stream().map(Member::name).toList();
        placement.with(Member.of("new"));
        placement.without("node-4");
        given.clear();
        assertTrue(Arrays.equals(before, answers(placement, hashes)), "the same answers");
        assertEquals(names, placement.members().stream().map(Member::name).toList());
        assertThrows(
                UnsupportedOperationException.class, () -> placement.members().remove(0));
    }

    @Test
    @DisplayName("CH-10 refuses memberships and changes that make no sense")
    void badInput() {
        ConsistentHash<String> placement = create(members(2));
        assertThrows(IllegalArgumentException.class, () -> create(List.of()));
        assertThrows(IllegalArgumentException.class, () -> create(List.of(Member.of("a"), Member.of("a"))));
        assertThrows(IllegalArgumentException.class, () -> placement.with(Member.of("node-1")));
        assertThrows(IllegalArgumentException.class, () -> placement.without("nobody"));
        ConsistentHash<String> one = create(members(1));
        assertThrows(IllegalArgumentException.class, () -> one.without("node-0"));
        assertThrows(IllegalArgumentException.class, () -> Member.of(""));
        assertThrows(IllegalArgumentException.class, () -> Member.of("a").withWeight(0));
        assertThrows(IllegalArgumentException.class, () -> Member.of("a").withWeight(Member.MAX_WEIGHT + 1));
    }

    @Test
    @DisplayName("CH-11 offers each member once, the key's own first, and all before it finds none")
    void findFor() {
        ConsistentHash<String> placement = create(members(12));
        for (long hash : hashes(11, 2_000)) {
            List<String> asked = new ArrayList<>();
            assertEquals(Optional.empty(), placement.findFor(hash, member -> {
                asked.add(member.name());
                return false;
            }));
            assertEquals(placement.nodeForHash(hash), asked.get(0));
            assertEquals(12, new HashSet<>(asked).size());
            assertEquals(12, asked.size());
            String third = asked.get(2);
            Optional<Member<String>> found = placement.findFor(hash, member -> asked.indexOf(member.name()) >= 2);
            assertEquals(Optional.of(third), found.map(Member::name), "the first that is accepted");
        }
    }
}
