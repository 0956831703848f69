package dev.backendmastery.caching.cache;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The queues of S3-FIFO, a small one in front of a main one, with a door between them whose rule can be changed while they
 * are in use. Hits are read from the entries; the sketch of frequencies is fed by what comes in and by what passes the old
 * end of a queue with hits, so that a hit itself touches neither.
 */
final class DuelQueues<K, V> {

    /** Up to how many hits an entry counts. */
    static final int MARKS = 3;

    /** What leaves the small queue for the main one. */
    enum Door {
        /** What was hit once; and what comes back while its ghost is known goes there at once. This is S3-FIFO. */
        PROMOTE(1, -1, 10),
        /** The same behind a small queue of a quarter: for a second use that comes late, or in a cache so small that a tenth is nothing. */
        WAIT(1, -1, 4),
        /** What was hit twice, and what the sketch has seen more often than the main queue's next victim. */
        CONTEST(2, 1, 10),
        /**
         * The same, but by two: where all keys are used alike nobody gets in, and a part of a loop stays. As what is new is hardly
         * ever used soon then, the small queue is a hundredth.
         */
        HOLD(2, 2, 100);

        /** Hits that open the door. */
        final int free;

        /** By how much the sketch must prefer what has fewer; below 0 it is not asked. */
        final int margin;

        /** The small queue is one of so many parts of the cache. */
        final int parts;

        Door(int free, int margin, int parts) {
            this.free = free;
            this.margin = margin;
            this.parts = parts;
        }

        /** Whether the sketch has no say. */
        boolean promotes() {
            return margin < 0;
        }
    }

    private final EntryList<K, V> small = new EntryList<>();
    private final EntryList<K, V> main = new EntryList<>();
    private final Ghosts ghosts;
    private final FrequencySketch sketch;
    private final RandomGenerator random;
    private final long maximumSize;
    private Door door;

    DuelQueues(long maximumSize, Door door, RandomGenerator random) {
        this.maximumSize = maximumSize;
        ghosts = new Ghosts(maximumSize - maximumSize / Door.PROMOTE.parts);
        sketch = new FrequencySketch(maximumSize);
        this.door = door;
        this.random = random;
    }

    void door(Door rule) {
        door = rule;
    }

    long size() {
        return small.size() + main.size();
    }

    private int count() {
        return small.count() + main.count();
    }

    void add(Entry<K, V> entry) {
        sketch.ensure(count() + 1);
        sketch.add(entry.hash());
        boolean returns = ghosts.remove(entry.hash()) && door.promotes();
        (returns ? main : small).add(entry);
    }

    @Nullable
    Entry<K, V> evict() {
        long smallSize = Math.max(1, maximumSize / door.parts);
        while (small.size() >= smallSize || main.isEmpty()) {
            Entry<K, V> candidate = small.oldest();
            if (candidate == null) {
                return null;
            }
            int hits = candidate.hits();
            for (int i = 0; i < hits; i++) {
                sketch.add(candidate.hash());
            }
            if (main.size() < maximumSize - smallSize && (hits >= door.free || !door.promotes())) {
                promote(candidate); // there is room: no contest
                continue;
            }
            Entry<K, V> victim = main.isEmpty() || (hits < door.free && door.promotes()) ? null : victim();
            if (hits >= door.free || (victim != null && beats(candidate, victim))) {
                promote(candidate);
                if (victim == null) {
                    continue;
                }
                main.remove(victim);
                return victim;
            }
            small.remove(candidate);
            ghosts.add(candidate.hash(), count());
            return candidate;
        }
        Entry<K, V> victim = victim();
        if (victim != null) {
            main.remove(victim);
        }
        return victim;
    }

    private void promote(Entry<K, V> entry) {
        small.remove(entry);
        entry.hits(0);
        main.add(entry);
    }

    private @Nullable Entry<K, V> victim() {
        return main.oldestWithoutHits(passed -> sketch.add(passed.hash()));
    }

    private boolean beats(Entry<K, V> candidate, Entry<K, V> victim) {
        int challenger = sketch.frequency(candidate.hash());
        // A loser that was seen often wins by chance: colliding keys, or a past that is over, cannot keep it out for
        // good.
        return challenger >= sketch.frequency(victim.hash()) + door.margin
                || (door == Door.CONTEST && challenger >= 6 && random.nextInt(128) == 0);
    }

    void validate(int size) {
        EvictionPolicy.validate(size, small, main);
        ghosts.validate();
    }
}
