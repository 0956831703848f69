package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * SIEVE: a queue in the order of arrival that nothing ever moves in, and a hand that walks from the oldest to the youngest
 * and starts again. It unmarks what was hit and takes the first that was not (Zhang et al., NSDI 2024). As the hand stays
 * where it was, what is new is tried soon and what has survived is left alone for a round.
 */
final class SievePolicy<K, V> implements EvictionPolicy<K, V> {

    private final EntryList<K, V> queue = new EntryList<>();

    /** The next to be looked at; null is the oldest. */
    private @Nullable Entry<K, V> hand;

    @Override
    public int marks() {
        return 1;
    }

    @Override
    public void inserted(Entry<K, V> entry) {
        queue.add(entry);
    }

    @Override
    public void accessed(Entry<K, V> entry) {}

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        EvictionPolicy.takePlace(before, entry, marks());
        if (hand == before) {
            hand = entry;
        }
    }

    @Override
    public void removed(Entry<K, V> entry) {
        if (hand == entry) {
            hand = entry.younger;
        }
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        Entry<K, V> victim = hand == null ? queue.oldest() : hand;
        // Bounded: other threads may hit entries as fast as the hand passes them.
        for (long i = 2L * queue.count(); victim != null && victim.hits() > 0 && i > 0; i--) {
            victim.hits(0);
            victim = victim.younger == null ? queue.oldest() : victim.younger;
        }
        if (victim != null) {
            hand = victim;
            removed(victim);
        }
        return victim;
    }

    @Override
    public void validate(int size) {
        EvictionPolicy.validate(size, queue);
        if (hand != null && hand.list != queue) {
            throw new IllegalStateException("the hand points at an entry that is gone: " + hand.key);
        }
    }
}
