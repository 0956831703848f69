package dev.backendmastery.caching.cache;

import org.jspecify.annotations.Nullable;

/**
 * Least frequently used: one list for each count of uses that occurs, the lists linked in the order of their counts. The
 * oldest of the lowest goes. A use moves an entry to the next list: constant time (Shah, Mitra, Matani, 2010).
 *
 * <p>Counts do not age: what was popular once stays until the rest has overtaken it. That is the algorithm, and its fault.
 */
final class LfuPolicy<K, V> implements EvictionPolicy<K, V> {

    /** The entries that were used {@code count} times. */
    private static final class Bucket<K, V> extends EntryList<K, V> {
        final long count;

        @Nullable
        Bucket<K, V> lower;

        @Nullable
        Bucket<K, V> higher;

        Bucket(long count) {
            this.count = count;
        }
    }

    private @Nullable Bucket<K, V> lowest;

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
        Bucket<K, V> first = lowest;
        if (first == null || first.count != 1) {
            first = insert(new Bucket<>(1), null, lowest);
        }
        first.add(entry);
    }

    @Override
    public void accessed(Entry<K, V> entry) {
        if (entry.list instanceof Bucket<K, V> from) {
            Bucket<K, V> to = next(from);
            from.remove(entry);
            to.add(entry);
            dropIfEmpty(from);
        }
    }

    @Override
    public void replaced(Entry<K, V> before, Entry<K, V> entry) {
        EvictionPolicy.takePlace(before, entry, 0);
        accessed(entry);
    }

    @Override
    public void removed(Entry<K, V> entry) {
        if (entry.list instanceof Bucket<K, V> bucket) {
            bucket.remove(entry);
            dropIfEmpty(bucket);
        }
    }

    @Override
    public @Nullable Entry<K, V> evict() {
        Entry<K, V> victim = lowest == null ? null : lowest.oldest();
        if (victim != null) {
            removed(victim);
        }
        return victim;
    }

    private Bucket<K, V> next(Bucket<K, V> from) {
        Bucket<K, V> higher = from.higher;
        return higher != null && higher.count == from.count + 1
                ? higher
                : insert(new Bucket<>(from.count + 1), from, higher);
    }

    private Bucket<K, V> insert(Bucket<K, V> bucket, @Nullable Bucket<K, V> lower, @Nullable Bucket<K, V> higher) {
        bucket.lower = lower;
        bucket.higher = higher;
        if (lower == null) {
            lowest = bucket;
        } else {
            lower.higher = bucket;
        }
        if (higher != null) {
            higher.lower = bucket;
        }
        return bucket;
    }

    private void dropIfEmpty(Bucket<K, V> bucket) {
        if (!bucket.isEmpty()) {
            return;
        }
        if (bucket.lower == null) {
            lowest = bucket.higher;
        } else {
            bucket.lower.higher = bucket.higher;
        }
        if (bucket.higher != null) {
            bucket.higher.lower = bucket.lower;
        }
    }

    @Override
    public void validate(int size) {
        int count = 0;
        Bucket<K, V> last = null;
        for (Bucket<K, V> bucket = lowest; bucket != null; bucket = bucket.higher) {
            if (bucket.isEmpty() || bucket.lower != last || (last != null && last.count >= bucket.count)) {
                throw new IllegalStateException("broken at the entries of " + bucket.count + " uses");
            }
            count += bucket.validate();
            last = bucket;
        }
        if (count != size) {
            throw new IllegalStateException(count + " entries linked, " + size + " expected");
        }
    }
}
