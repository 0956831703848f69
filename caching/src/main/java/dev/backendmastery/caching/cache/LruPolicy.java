package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/** Least recently used: a list in the order of the last use, the oldest goes. */
final class LruPolicy<K, V> implements EvictionPolicy<K, V> {

    private final EntryList<K, V> list = new EntryList<>();

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
        list.add(entry);
    }

    @Override
    public void accessed(Entry<K, V> entry) {
        if (entry.list != null) {
            list.renew(entry);
        }
    }

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        removed(before);
        inserted(entry);
    }

    @Override
    public void removed(Entry<K, V> entry) {
        EvictionPolicy.unlink(entry);
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        Entry<K, V> oldest = list.oldest();
        if (oldest != null) {
            list.remove(oldest);
        }
        return oldest;
    }

    @Override
    public void validate(int size) {
        EvictionPolicy.validate(size, list);
    }
}
