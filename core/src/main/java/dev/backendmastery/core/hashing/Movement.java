package dev.backendmastery.core.hashing;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a change of the membership does to keys, counted on a sample: to be read before the change is made.
 *
 * @param keys how many keys were looked up
 * @param moved how many of them change their node
 * @param betweenSurvivors how many of those leave a node that stays for another that was there before
 * @param ideal how many had to move for every node to have its fair share, by weight
 * @param before the keys of each member before the change, by name
 * @param after the keys of each member after it, by name
 */
public record Movement(
        long keys, long moved, long betweenSurvivors, double ideal, Map<String, Long> before, Map<String, Long> after) {

    public Movement {
        before = Map.copyOf(before);
        after = Map.copyOf(after);
    }

    /**
     * Counts on {@code keys} random keys, the same ones every time.
     *
     * @param keys at least 1; the counts have the noise of a sample of this size
     * @throws IllegalArgumentException if {@code keys} is less than 1
     */
    public static Movement between(ConsistentHash<?> before, ConsistentHash<?> after, int keys) {
        if (keys < 1) {
            throw new IllegalArgumentException("keys must be at least 1, was " + keys);
        }
        long[] hashes = new long[keys];
        for (int i = 0; i < keys; i++) {
            hashes[i] = Mix.draw(0, i);
        }
        return between(before, after, hashes);
    }

    /** Counts on the keys of these hashes, such as those of real traffic. */
    public static Movement between(ConsistentHash<?> before, ConsistentHash<?> after, long[] hashes) {
        Map<String, Long> loadBefore = new TreeMap<>();
        Map<String, Long> loadAfter = new TreeMap<>();
        before.members().forEach(member -> loadBefore.put(member.name(), 0L));
        after.members().forEach(member -> loadAfter.put(member.name(), 0L));
        long moved = 0;
        long betweenSurvivors = 0;
        for (long hash : hashes) {
            String from = nameFor(before, hash);
            String to = nameFor(after, hash);
            loadBefore.merge(from, 1L, Long::sum);
            loadAfter.merge(to, 1L, Long::sum);
            if (!from.equals(to)) {
                moved++;
                if (loadAfter.containsKey(from) && loadBefore.containsKey(to)) {
                    betweenSurvivors++;
                }
            }
        }
        return new Movement(
                hashes.length,
                moved,
                betweenSurvivors,
                hashes.length * idealShare(before, after),
                loadBefore,
                loadAfter);
    }

    private static String nameFor(ConsistentHash<?> placement, long hash) {
        return placement
                .findFor(hash, member -> true)
                .orElseThrow(() -> new IllegalStateException("a placement has no member"))
                .name();
    }

    private static double idealShare(ConsistentHash<?> before, ConsistentHash<?> after) {
        Map<String, Double> had = shares(before);
        Map<String, Double> has = shares(after);
        Set<String> names = new HashSet<>(had.keySet());
        names.addAll(has.keySet());
        return names.stream()
                .mapToDouble(name -> Math.max(0, has.getOrDefault(name, 0.0) - had.getOrDefault(name, 0.0)))
                .sum();
    }

    private static Map<String, Double> shares(ConsistentHash<?> placement) {
        double total = placement.members().stream().mapToLong(Member::weight).sum();
        return placement.members().stream().collect(Collectors.toMap(Member::name, member -> member.weight() / total));
    }

    /** The part of the keys that moves, from 0 to 1. */
    public double movedShare() {
        return (double) moved / keys;
    }

    /** How many times the ideal moves; 1 if nothing had to move and nothing does. */
    public double overIdeal() {
        return moved == 0 && ideal == 0 ? 1 : moved / ideal;
    }
}
