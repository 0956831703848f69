package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/** Least recently used: a list in the order of the last use, the oldest goes. */
final class LruPolicy<K, V> implements EvictionPolicy<K, V> {

    private @Nullable Entry<K, V> oldest;
    private @Nullable Entry<K, V> youngest;

    @Override
    public void inserted(Entry<K, V> entry) {
        entry.linked = true;
        entry.older = youngest;
        if (youngest == null) {
            oldest = entry;
        } else {
            youngest.younger = entry;
        }
        youngest = entry;
    }

    @Override
    public void accessed(Entry<K, V> entry) {
        if (entry.linked && entry != youngest) {
            removed(entry);
            inserted(entry);
        }
    }

    @Override
    public void removed(Entry<K, V> entry) {
        if (!entry.linked) {
            return;
        }
        Entry<K, V> older = entry.older;
        Entry<K, V> younger = entry.younger;
        if (older == null) {
            oldest = younger;
        } else {
            older.younger = younger;
        }
        if (younger == null) {
            youngest = older;
        } else {
            younger.older = older;
        }
        entry.older = null;
        entry.younger = null;
        entry.linked = false;
    }

    @Override
    public @Nullable Entry<K, V> victim() {
        return oldest;
    }

    @Override
    public void validate(int size) {
        int count = 0;
        Entry<K, V> last = null;
        for (Entry<K, V> entry = oldest; entry != null; entry = entry.younger) {
            if (entry.older != last || !entry.linked || ++count > size) {
                throw new IllegalStateException("broken at entry " + count + " of " + size + ": " + entry.key);
            }
            last = entry;
        }
        if (last != youngest || count != size) {
            throw new IllegalStateException(count + " entries linked, " + size + " expected");
        }
    }
}
