package dev.backendmastery.caching.cache;

import dev.backendmastery.caching.cache.DuelQueues.Door;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Duel: S3-FIFO's queues, and the rule of the door between them chosen by trial. No rule is best for every load: that one hit
 * is enough suits loads where recent use predicts the next, the same with a longer wait where it comes late, a contest of frequencies suits scans and skewed loads, and a
 * door that hardly opens suits loops. So each rule plays a cache of its own, in keys alone and in small: of a sample of
 * one key in {@code 2^n}, on as many times fewer entries, which has about the hit ratio of the whole (Waldspurger et al.,
 * miniature simulations, USENIX ATC 2017). The rule whose hits, the older ones fading, are the most is taken on.
 *
 * <p>A hit writes the count in its entry; only hits on the sample's keys are followed besides. The samples are no
 * smaller than {@value #LEAST} entries, so a cache of fewer than twice as many follows all of its hits, and from
 * {@value #LEAST} times {@value #MOST_SAMPLED} entries on it is one key in {@value #MOST_SAMPLED}.
 */
final class DuelPolicy<K, V> implements EvictionPolicy<K, V> {

    static final int LEAST = 128;
    static final int MOST_SAMPLED = 64;
    private static final int WEIGHTS_SAMPLED = 8;

    /** Each time that so many times the entries of a shadow were asked for, the rules are judged. */
    private static final int SIZES_TO_A_JUDGEMENT = 2;

    private static final int LEAST_TO_A_JUDGEMENT = 256;

    /** What a hit still counts at the next judgement: half of it after twenty, so a verdict comes soon, and outlasts the rounds of a loop. */
    private static final double FADE = Math.pow(0.5, 0.05);

    /** A challenger must have this many times the hits of the rule in force, and one more. */
    private static final double LEAD = 1.005;

    /** One rule in a cache of keys. */
    private static final class Shadow {
        final Door door;
        final DuelQueues<Integer, Boolean> queues;
        final Map<Integer, Entry<Integer, Boolean>> map = new HashMap<>();
        final long maximumSize;
        double hits;

        Shadow(Door door, long maximumSize, RandomGenerator random) {
            this.door = door;
            this.maximumSize = maximumSize;
            this.queues = new DuelQueues<>(maximumSize, door, random);
        }

        void access(int hash, int weight) {
            Entry<Integer, Boolean> entry = map.get(hash);
            if (entry != null) {
                hits++;
                entry.mark(DuelQueues.MARKS);
                return;
            }
            if (weight > maximumSize) {
                return; // too heavy to be played in small
            }
            while (queues.size() > maximumSize - weight) {
                Entry<Integer, Boolean> victim = queues.evict();
                if (victim != null) {
                    map.remove(victim.key);
                }
            }
            entry = weight == 1
                    ? new Entry<>(hash, true, Entry.hash(hash))
                    : new TimedEntry<>(hash, true, Entry.hash(hash), weight);
            map.put(hash, entry);
            queues.add(entry);
        }
    }

    private final DuelQueues<K, V> queues;
    private final Map<Door, Shadow> shadows = new EnumMap<>(Door.class);
    private final int sampled;

    /** Whose rule the cache goes by. */
    private Shadow reigning;

    private long accesses;

    /** @param weighs whether entries have weights: then nobody knows how many a sample will have */
    DuelPolicy(long maximumSize, boolean weighs, RandomGenerator random) {
        this(maximumSize, weighs ? WEIGHTS_SAMPLED : sampled(maximumSize), EnumSet.allOf(Door.class), random);
    }

    /** Only {@code rules} take part. */
    DuelPolicy(long maximumSize, Set<Door> rules, RandomGenerator random) {
        this(maximumSize, sampled(maximumSize), rules, random);
    }

    private DuelPolicy(long maximumSize, int sampled, Set<Door> rules, RandomGenerator random) {
        this.sampled = sampled;
        Door door =
                rules.contains(Door.CONTEST) ? Door.CONTEST : rules.iterator().next();
        queues = new DuelQueues<>(maximumSize, door, random);
        long small = Math.max(1, maximumSize / sampled);
        for (Door rule : rules) {
            shadows.put(rule, new Shadow(rule, small, random));
        }
        reigning = Objects.requireNonNull(shadows.get(door));
    }

    /** One key in how many is in the sample of a cache of that size. */
    static int sampled(long maximumSize) {
        int one = 1;
        while (one < MOST_SAMPLED && maximumSize / (2L * one) >= LEAST) {
            one *= 2;
        }
        return one;
    }

    @Override
    public int marks() {
        return DuelQueues.MARKS;
    }

    /** About one write of the sample. */
    @Override
    public int writesBetweenReplays() {
        return sampled;
    }

    @Override
    public void inserted(Entry<K, V> entry) {
        queues.add(entry);
        entry.followed(((entry.hash() * 0xd35a2d97) >>> 26 & (sampled - 1)) == 0);
        follow(entry);
    }

    @Override
    public void accessed(Entry<K, V> entry) {
        follow(entry);
    }

    private void follow(Entry<K, V> entry) {
        if (!entry.followed()) {
            return;
        }
        for (Shadow shadow : shadows.values()) {
            shadow.access(entry.hash(), entry.weight());
        }
        if (++accesses >= Math.max(LEAST_TO_A_JUDGEMENT, (long) SIZES_TO_A_JUDGEMENT * reigning.map.size())) {
            accesses = 0;
            judge();
        }
    }

    private void judge() {
        Shadow best = reigning;
        double bar = best.hits * LEAD + 1;
        for (Shadow shadow : shadows.values()) {
            if (shadow.hits > bar && shadow.hits > best.hits) {
                best = shadow;
            }
        }
        reigning = best;
        queues.door(best.door);
        for (Shadow shadow : shadows.values()) {
            shadow.hits *= FADE;
        }
    }

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        EvictionPolicy.takePlace(before, entry, marks());
        follow(entry);
    }

    @Override
    public void removed(Entry<K, V> entry) {
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        return queues.evict();
    }

    @Override
    public void validate(int size) {
        queues.validate(size);
        for (Shadow shadow : shadows.values()) {
            shadow.queues.validate(shadow.map.size());
            if (shadow.queues.size() > shadow.maximumSize) {
                throw new IllegalStateException(
                        shadow.door + " holds " + shadow.queues.size() + " of " + shadow.maximumSize);
            }
        }
    }
}
