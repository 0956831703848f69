package dev.backendmastery.caching.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of entries chained through themselves, for one writer at a time under {@code lock} and any number of readers
 * without it.
 *
 * <p>A reader walks a chain whose links only ever change to leave one entry out, to put one in at the head, or to put one in
 * the place of another of the same key; an entry that was taken out still leads on. So what is there throughout a look-up is
 * found, and what is found was there during it. Only growing moves entries from chain to chain and may hide one from a
 * reader: who found nothing, and finds then that entries are moving or that the bins are others by now, looks again under the
 * lock. For that, the bins into which entries move are replaced by a copy of themselves when all are there.
 *
 * <p>4 to 8 bytes an entry, beyond 16: at most as many entries as bins.
 */
final class Table<K, V> {

    private static final VarHandle BIN = MethodHandles.arrayElementVarHandle(Entry[].class);

    /** Keys of one hash that are borne: honest ones are never so many. */
    static final int CROWD = 64;

    private static final int FIRST = 16;
    private static final int MOST = 1 << 29;

    private final CombiningLock<?> lock;
    private volatile Entry<K, V>[] bins = bins(FIRST);

    /** The bins into which entries are moving, or null. */
    private volatile Entry<K, V> @Nullable [] filling;

    Table(CombiningLock<?> lock) {
        this.lock = lock;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // only this class puts anything in
    private static <K, V> Entry<K, V>[] bins(int length) {
        return new Entry[length];
    }

    /** As an acquire, without the cast that a handle's takes. */
    private static <K, V> @Nullable Entry<K, V> head(Entry<K, V>[] bins, int hash) {
        Entry<K, V> entry = bins[hash & (bins.length - 1)];
        VarHandle.acquireFence();
        return entry;
    }

    /** The entry of {@code key}, or null. */
    @Nullable
    Entry<K, V> find(Object key, int hash) {
        Entry<K, V>[] all = bins;
        for (Entry<K, V> entry = head(all, hash); entry != null; entry = entry.next()) {
            if (entry.is(key, hash)) {
                return entry;
            }
        }
        return filling == all || bins != all ? findLocked(key, hash) : null;
    }

    private @Nullable Entry<K, V> findLocked(Object key, int hash) {
        lock.lock();
        try {
            return find(key, hash);
        } finally {
            lock.unlock();
        }
    }

    /** The last entry of {@code hash} if there are {@value #CROWD} of it, or else null. */
    @Nullable
    Entry<K, V> crowding(int hash) {
        int count = 0;
        Entry<K, V> last = null;
        for (Entry<K, V> entry = head(bins, hash); entry != null; entry = entry.next()) {
            if (entry.hash() == hash) {
                count++;
                last = entry;
            }
        }
        return count >= CROWD ? last : null;
    }

    /** Puts in {@code entry}, whose key is not there; {@code size} is how many there are with it. */
    void add(Entry<K, V> entry, int size) {
        Entry<K, V>[] all = bins;
        if (size > all.length && all.length < MOST) {
            all = grow(all);
        }
        entry.next(head(all, entry.hash()));
        BIN.setRelease(all, entry.hash() & (all.length - 1), entry);
    }

    /** Takes out {@code entry}; false if it is not there. */
    boolean remove(Entry<K, V> entry) {
        return link(entry, entry.next());
    }

    /** Puts {@code after} in the place of {@code before}, which is there and has the same key. */
    void replace(Entry<K, V> before, Entry<K, V> after) {
        after.next(before.next());
        link(before, after);
    }

    /** Makes what leads to {@code entry} lead to {@code successor}. */
    private boolean link(Entry<K, V> entry, @Nullable Entry<K, V> successor) {
        Entry<K, V>[] all = bins;
        Entry<K, V> at = head(all, entry.hash());
        if (at == entry) {
            BIN.setRelease(all, entry.hash() & (all.length - 1), successor);
            return true;
        }
        while (at != null) {
            Entry<K, V> next = at.next();
            if (next == entry) {
                at.next(successor);
                return true;
            }
            at = next;
        }
        return false;
    }

    private Entry<K, V>[] grow(Entry<K, V>[] old) {
        Entry<K, V>[] twice = bins(2 * old.length);
        filling = twice;
        bins = twice;
        // A moved entry leads to moved ones alone, one that is not to those behind it: a reader never walks in a
        // circle.
        for (int i = 0; i < old.length; i++) {
            Entry<K, V> entry = head(old, i);
            while (entry != null) {
                Entry<K, V> next = entry.next();
                entry.next(head(twice, entry.hash()));
                BIN.setRelease(twice, entry.hash() & (twice.length - 1), entry);
                entry = next;
            }
        }
        Entry<K, V>[] filled = twice.clone();
        bins = filled;
        filling = null;
        return filled;
    }

    /** Under the lock; {@code action} may take out the entry that it sees. */
    void forEach(Consumer<? super Entry<K, V>> action) {
        Entry<K, V>[] all = bins;
        for (int i = 0; i < all.length; i++) {
            for (Entry<K, V> entry = head(all, i); entry != null; entry = entry.next()) {
                action.accept(entry);
            }
        }
    }

    /** Throws if an entry is in a wrong bin or twice there, or there are not {@code size}. */
    void validate(int size) {
        int[] count = new int[1];
        forEach(entry -> {
            count[0]++;
            if (find(entry.key, entry.hash()) != entry || entry.hash() != Entry.hash(entry.key)) {
                throw new IllegalStateException("not found where it is: " + entry.key);
            }
        });
        if (count[0] != size) {
            throw new IllegalStateException(count[0] + " entries in the table, " + size + " counted");
        }
    }
}
