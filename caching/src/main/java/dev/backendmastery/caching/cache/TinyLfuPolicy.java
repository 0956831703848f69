package dev.backendmastery.caching.cache;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * W-TinyLFU: a window in the order of use in front of a main space, and a sketch of frequencies at the door between them
 * (Einziger, Friedman, Manes, ACM ToS 2017). What leaves the window is admitted only if the sketch has seen it more often than
 * the main space's victim, so a scan does not get in. The main space is a segmented LRU: probation, and protected, four
 * fifths of it, for what was used there again.
 *
 * <p>The window's size climbs (Einziger, Eytan, Friedman, Manes, Middleware 2018): after ten times the cache's size in
 * accesses it moves by a step, the same way if the hit ratio rose and the other way if it fell; steps shrink until the hit
 * ratio jumps. Or it is fixed.
 */
final class TinyLfuPolicy<K, V> implements EvictionPolicy<K, V> {

    private static final double FIRST_WINDOW = 0.01;
    private static final double PROTECTED = 0.8;
    private static final double STEP = 0.0625;
    private static final double DECAY = 0.98;
    private static final double JUMP = 0.05;

    private final EntryList<K, V> window = new EntryList<>();
    private final EntryList<K, V> probation = new EntryList<>();
    private final EntryList<K, V> guarded = new EntryList<>();
    private final FrequencySketch sketch;
    private final RandomGenerator random;
    private final long maximumSize;
    private final boolean climbs;

    private long windowSize;
    private long hits;
    private long misses;
    private double step;
    private double lastRatio = -1;

    /** A window that begins at a hundredth and climbs. */
    TinyLfuPolicy(long maximumSize, RandomGenerator random) {
        this(maximumSize, FIRST_WINDOW, true, random);
    }

    TinyLfuPolicy(long maximumSize, double window, boolean climbs, RandomGenerator random) {
        this.maximumSize = maximumSize;
        this.climbs = climbs;
        this.random = random;
        sketch = new FrequencySketch(maximumSize);
        step = STEP * maximumSize;
        windowSize = bounded(Math.round(window * maximumSize));
    }

    private long bounded(long size) {
        return Math.max(1, Math.min(maximumSize - 1, size));
    }

    private int count() {
        return window.count() + probation.count() + guarded.count();
    }

    private long guardedSize() {
        return (long) (PROTECTED * (maximumSize - windowSize));
    }

    @Override
    public int marks() {
        return 0;
    }

    @Override
    public int writesBetweenReplays() {
        return 1;
    }

    @Override
    public void inserted(Entry<K, V> entry) {
        entry.followed(true);
        sketch.ensure(count() + 1);
        sketch.add(entry.hash());
        window.add(entry);
        misses++;
        climb();
        spill();
    }

    @Override
    public void accessed(Entry<K, V> entry) {
        hits++;
        sketch.add(entry.hash());
        if (entry.list == probation) {
            probation.remove(entry);
            guarded.add(entry);
            demote();
        } else if (entry.list != null) {
            entry.list.renew(entry);
        }
    }

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        EvictionPolicy.takePlace(before, entry, 0);
        accessed(entry);
        spill();
        demote();
    }

    @Override
    public void removed(Entry<K, V> entry) {
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        Entry<K, V> candidate = window.size() >= windowSize ? window.oldest() : null;
        Entry<K, V> victim = !probation.isEmpty() ? probation.oldest() : guarded.oldest();
        if (candidate != null && victim != null && admits(candidate, victim)) {
            window.remove(candidate);
            probation.add(candidate);
        } else if (candidate != null) {
            victim = candidate;
        } else if (victim == null) {
            victim = window.oldest();
        }
        if (victim != null) {
            removed(victim);
        }
        return victim;
    }

    /** A loser that was seen often enough wins by chance, so that nobody can keep a key out with colliding ones. */
    private boolean admits(Entry<K, V> candidate, Entry<K, V> victim) {
        int challenger = sketch.frequency(candidate.hash());
        return challenger > sketch.frequency(victim.hash()) || (challenger >= 6 && random.nextInt(128) == 0);
    }

    private void spill() {
        while (window.size() > windowSize) {
            move(window, probation);
        }
    }

    private void demote() {
        while (guarded.size() > guardedSize()) {
            move(guarded, probation);
        }
    }

    private static <K, V> boolean move(EntryList<K, V> from, EntryList<K, V> to) {
        Entry<K, V> oldest = from.oldest();
        if (oldest == null) {
            return false;
        }
        from.remove(oldest);
        to.add(oldest);
        return true;
    }

    private void climb() {
        if (!climbs || hits + misses < 10L * count()) {
            return;
        }
        double ratio = (double) hits / (hits + misses);
        hits = 0;
        misses = 0;
        if (lastRatio >= 0) {
            double change = ratio - lastRatio;
            double move = change >= 0 ? step : -step;
            step = Math.abs(change) >= JUMP ? Math.copySign(STEP * maximumSize, move) : DECAY * move;
            windowSize = bounded(windowSize + Math.round(move));
            while (window.size() < windowSize
                    && window.size() + probation.size() + guarded.size() >= maximumSize - maximumSize / 64
                    && (move(probation, window) || move(guarded, window))) {
                // what the window gains comes from the oldest
            }
            demote();
        }
        lastRatio = ratio;
    }

    @Override
    public void validate(int size) {
        EvictionPolicy.validate(size, window, probation, guarded);
        if (window.size() > windowSize || guarded.size() > guardedSize()) {
            throw new IllegalStateException("window " + window.size() + " of " + windowSize + ", protected "
                    + guarded.size() + " of " + guardedSize());
        }
    }
}
