package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * Second chance: a queue in the order of arrival; the oldest goes unless it was hit, and then it is the youngest again,
 * unmarked (Corbató, 1968). A hit writes one bit, once.
 */
final class ClockPolicy<K, V> implements EvictionPolicy<K, V> {

    private final EntryList<K, V> queue = new EntryList<>();

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
    }

    @Override
    public void removed(Entry<K, V> entry) {
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        Entry<K, V> victim = queue.oldestWithoutHits(passed -> {});
        if (victim != null) {
            queue.remove(victim);
        }
        return victim;
    }

    @Override
    public void validate(int size) {
        EvictionPolicy.validate(size, queue);
    }
}
