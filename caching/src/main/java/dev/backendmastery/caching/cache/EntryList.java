package dev.backendmastery.caching.cache;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Entries from the oldest to the youngest, linked through themselves: every operation takes constant time. */
class EntryList<K, V> {

    private @Nullable Entry<K, V> oldest;
    private @Nullable Entry<K, V> youngest;
    private long size;
    private int count;

    final @Nullable Entry<K, V> oldest() {
        return oldest;
    }

    final @Nullable Entry<K, V> youngest() {
        return youngest;
    }

    /** The weights of its entries together. */
    final long size() {
        return size;
    }

    final int count() {
        return count;
    }

    final boolean isEmpty() {
        return oldest == null;
    }

    /** Adds {@code entry}, which is in no list, as the youngest. */
    final void add(Entry<K, V> entry) {
        entry.list = this;
        entry.older = youngest;
        if (youngest == null) {
            oldest = entry;
        } else {
            youngest.younger = entry;
        }
        youngest = entry;
        size += entry.weight();
        count++;
    }

    /** Takes out {@code entry}, which is in this list. */
    final void remove(Entry<K, V> entry) {
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
        entry.list = null;
        size -= entry.weight();
        count--;
    }

    /** Makes {@code entry}, which is in this list, the youngest. */
    final void renew(Entry<K, V> entry) {
        if (entry != youngest) {
            remove(entry);
            add(entry);
        }
    }

    /** Puts {@code after} where {@code before} was. */
    final void replace(Entry<K, V> before, Entry<K, V> after) {
        after.older = before.older;
        after.younger = before.younger;
        if (after.older == null) {
            oldest = after;
        } else {
            after.older.younger = after;
        }
        if (after.younger == null) {
            youngest = after;
        } else {
            after.younger.older = after;
        }
        after.list = this;
        size += after.weight() - before.weight();
        before.older = null;
        before.younger = null;
        before.list = null;
    }

    /**
     * The oldest entry that was not hit, or null if the list is empty. Those that were lose one hit and become the youngest;
     * {@code passed} sees each of them.
     */
    final @Nullable Entry<K, V> oldestWithoutHits(Consumer<? super Entry<K, V>> passed) {
        // Bounded: other threads may hit entries as fast as this passes them.
        for (long i = 4L * count; i > 0; i--) {
            Entry<K, V> entry = oldest;
            if (entry == null || entry.hits() == 0) {
                return entry;
            }
            entry.hits(entry.hits() - 1);
            passed.accept(entry);
            renew(entry);
        }
        return oldest;
    }

    /** Throws if the links are broken; otherwise the number of entries. */
    final int validate() {
        int linked = 0;
        long weight = 0;
        Entry<K, V> last = null;
        for (Entry<K, V> entry = oldest; entry != null; entry = entry.younger) {
            if (entry.older != last || entry.list != this || ++linked > count) {
                throw new IllegalStateException("broken at entry " + linked + " of " + count + ": " + entry.key);
            }
            weight += entry.weight();
            last = entry;
        }
        if (last != youngest || linked != count || weight != size) {
            throw new IllegalStateException(
                    linked + " entries of " + weight + " linked, " + count + " of " + size + " counted");
        }
        return count;
    }
}
