package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * Which entry goes when the cache is full. A policy reckons in weights, which are 1 each if nobody says otherwise, and so
 * does its maximum. All calls but {@link #marks} come under the cache's lock; an entry belongs to the
 * policy from {@link #inserted} until {@link #evict} gives it back, or it is {@link #removed} or {@link #replaced}.
 *
 * <p>A policy learns of hits in one of two ways. Where {@link #marks} is above 0 each hit is counted in the entry itself, by
 * one plain write, and the policy reads {@link Entry#hits} when it comes past. Where an entry is {@link Entry#followed()} each
 * hit on it that counted also comes to {@link #accessed}, through a buffer, in its order as far as the cache saw it.
 */
interface EvictionPolicy<K, V> {

    /** Up to how many hits an entry shall count; 0 for none. */
    int marks();

    /** After how many writes, at most, the hits so far must have come to {@link #accessed}; 1 is before every write. */
    default int writesBetweenReplays() {
        return 64;
    }

    /** A new entry, not published yet: the policy says whether it is {@link Entry#followed()}. There is room for it. */
    void inserted(Entry<K, V> entry);

    /** A hit on a followed entry, which may have been taken out meanwhile. */
    void accessed(Entry<K, V> entry);

    /** The value was written anew: {@code entry}, not published yet, stands for {@code before}, which is gone. */
    void replaced(Entry<K, V> before, Entry<K, V> entry);

    /** The entry is gone for a reason of its own; it may be that the policy no longer holds it. */
    void removed(Entry<K, V> entry);

    /** Takes out the entry that goes to make room for a new one, or null if there is none. */
    @Nullable
    Entry<K, V> evict();

    /** Throws {@link IllegalStateException} if the policy's structure is broken or does not hold {@code size} entries. */
    void validate(int size);

    /** Throws if {@code lists} are broken or do not hold {@code size} entries together. */
    @SafeVarargs
    static <K, V> void validate(int size, EntryList<K, V>... lists) {
        int count = 0;
        for (EntryList<K, V> list : lists) {
            count += list.validate();
        }
        if (count != size) {
            throw new IllegalStateException(count + " entries linked, " + size + " expected");
        }
    }

    /** Takes {@code entry} out of the list that it is in, if it is in one. */
    static <K, V> void unlink(Entry<K, V> entry) {
        EntryList<K, V> list = entry.list;
        if (list != null) {
            list.remove(entry);
        }
    }

    /** Puts {@code entry} in the place of {@code before} as if that had been hit once more, of {@code limit} hits at most. */
    static <K, V> void takePlace(Entry<K, V> before, Entry<K, V> entry, int limit) {
        EntryList<K, V> list = before.list;
        if (list == null) {
            throw new IllegalStateException("not in a list: " + before.key);
        }
        entry.followed(before.followed());
        entry.hits(Math.min(limit, before.hits() + 1));
        list.replace(before, entry);
    }
}
