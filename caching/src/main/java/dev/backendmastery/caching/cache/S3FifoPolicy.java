package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * S3-FIFO: a small queue for what is new, a tenth of the cache; a main queue; and the ghosts of what left the small one (Yang
 * et al., SOSP 2023). Most new keys are never asked for again: they leave by the small queue without having cost the main
 * one a place. A key that is hit in the small queue, or comes back while its ghost is known, belongs to the main queue, where
 * each hit, up to three, is one more round.
 */
final class S3FifoPolicy<K, V> implements EvictionPolicy<K, V> {

    private final EntryList<K, V> small = new EntryList<>();
    private final EntryList<K, V> main = new EntryList<>();
    private final Ghosts ghosts;
    private final long smallSize;
    private final long mainSize;

    /** As many ghosts as the main queue is large. */
    S3FifoPolicy(long maximumSize) {
        this(maximumSize, new Ghosts(maximumSize - Math.max(1, maximumSize / 10)));
    }

    S3FifoPolicy(long maximumSize, Ghosts ghosts) {
        smallSize = Math.max(1, maximumSize / 10);
        mainSize = maximumSize - smallSize;
        this.ghosts = ghosts;
    }

    @Override
    public int marks() {
        return 3;
    }

    @Override
    public void inserted(Entry<K, V> entry) {
        (ghosts.remove(entry.hash()) ? main : small).add(entry);
    }

    @Override
    public void accessed(Entry<K, V> entry) {}

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        EvictionPolicy.takePlace(before, entry, marks());
    }

    @Override
    public void removed(Entry<K, V> entry) {
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        if (small.size() >= smallSize || main.isEmpty()) {
            Entry<K, V> oldest = small.oldest();
            while (oldest != null && main.size() <= mainSize) {
                small.remove(oldest);
                if (oldest.hits() == 0) {
                    ghosts.add(oldest.hash(), small.count() + main.count());
                    return oldest;
                }
                oldest.hits(0);
                main.add(oldest);
                oldest = small.oldest();
            }
        }
        Entry<K, V> victim = main.oldestWithoutHits(passed -> {});
        if (victim != null) {
            main.remove(victim);
        }
        return victim;
    }

    @Override
    public void validate(int size) {
        EvictionPolicy.validate(size, small, main);
        ghosts.validate();
    }
}
