package dev.backendmastery.caching.cache;

import dev.backendmastery.core.time.Wheel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** An entry with a weight of its own, or one whose time ends. */
final class TimedEntry<K, V> extends Entry<K, V> {

    /** The idle time of an entry that looking at does not prolong. */
    static final long FIXED = Long.MAX_VALUE;

    /** What only the writers ask for: when the entry's memory is to be released. */
    static class Timing<K, V> extends Wheel.Node {
        final TimedEntry<K, V> entry;

        Timing(TimedEntry<K, V> entry) {
            this.entry = entry;
        }
    }

    /** The same of an entry that look-ups prolong. */
    private static final class IdleTiming<K, V> extends Timing<K, V> {
        /** The moment at which it ends, however often it is looked at. */
        final long latest;

        /** How long after a look-up it ends. */
        final long idle;

        IdleTiming(TimedEntry<K, V> entry, long latest, long idle) {
            super(entry);
            this.latest = latest;
            this.idle = idle;
        }
    }

    private static final VarHandle DEADLINE;

    static {
        try {
            DEADLINE = MethodHandles.lookup().findVarHandle(TimedEntry.class, "deadline", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int weight;

    /** Null if it never ends. */
    final @Nullable Timing<K, V> timing;

    @SuppressWarnings("UnusedVariable") // through DEADLINE
    private long deadline;

    /** One that never ends. */
    TimedEntry(K key, V value, int hash, int weight) {
        super(key, value, hash);
        this.weight = weight;
        this.timing = null;
    }

    /** One that ends {@code life} nanoseconds from {@code now}, or when it was not looked at for {@code idle}. */
    TimedEntry(K key, V value, int hash, int weight, long now, long life, long idle) {
        super(key, value, hash);
        this.weight = weight;
        this.timing = idle == FIXED ? new Timing<>(this) : new IdleTiming<>(this, now + life, idle);
        this.deadline = now + Math.min(life, idle);
    }

    @Override
    int weight() {
        return weight;
    }

    /** The moment from which on it may not be returned; only for one that ends. */
    long deadline() {
        return (long) DEADLINE.getOpaque(this);
    }

    boolean hasEnded(long now) {
        return timing != null && now - deadline() >= 0;
    }

    /**
     * Whether it may be returned at {@code now}; if it {@code renews}, its idle time begins anew. Of two at once one may do
     * that for both. Once one has found it ended, no slower one that came before brings it back.
     */
    boolean lookUp(long now, boolean renews) {
        Timing<K, V> t = timing;
        if (t == null) {
            return true;
        }
        long e = deadline();
        boolean ended = now - e >= 0;
        if (renews && t instanceof IdleTiming<K, V> i) {
            DEADLINE.compareAndSet(this, e, ended ? e - 1 : now + Math.min(i.idle, i.latest - now));
        }
        return !ended;
    }
}
