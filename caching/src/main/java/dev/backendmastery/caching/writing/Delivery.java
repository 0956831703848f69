package dev.backendmastery.caching.writing;

import dev.backendmastery.core.resilience.RetriesExhaustedException;
import dev.backendmastery.core.resilience.RetriesExhaustedException.Attempt;
import dev.backendmastery.core.resilience.RetriesExhaustedException.Reason;
import dev.backendmastery.core.resilience.RetryConfig;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The changes that a worker has taken on, at most one a key, until each is written or given up.
 *
 * <p><b>Guarantee.</b> Every change that was added is told to the listener once: written, superseded or given up. If a batch
 * fails its changes are written one by one, so that one which cannot be written holds up no other; each is tried again as
 * core's {@link RetryConfig} says. If {@value #OUTAGE} in a row fail, the store is taken to be down and the rest is put
 * off without having used up an attempt.
 *
 * <p><b>Threads.</b> One: the worker's. <b>Cost.</b> An entry of a map a change. <b>Not for</b> anything but the workers of
 * write-behind caches.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class Delivery<K, V> {

    /** So many failures in a row are the store's and not the changes'. */
    static final int OUTAGE = 3;

    /** Is told what became of a change, in the worker's thread. */
    public interface Listener<K, V> {

        /** The store has it. */
        void written(Change<K, V> change);

        /** A newer one of its key came before it was written. */
        void superseded(Change<K, V> change);

        /** It will not be tried again. */
        void abandoned(Change<K, V> change, Throwable reason);

        /** An attempt failed. */
        void failed(Change<K, V> change, Throwable failure);
    }

    private static final class Slot<K, V> {
        private Change<K, V> change;
        private final List<Attempt> attempts = new ArrayList<>();
        private long firstTried;
        private long waited;
        /** When it is due, as a distance from {@link #waitsFrom}. */
        private long wait;

        private long waitsFrom;

        Slot(Change<K, V> change) {
            this.change = change;
        }

        long nanosUntilDue(long now) {
            return Math.max(0, wait - (now - waitsFrom));
        }

        void rest(long now, long nanos) {
            waitsFrom = now;
            wait = nanos;
        }
    }

    private final Writer<K, V> writer;
    private final RetryConfig retry;
    private final int maxBatch;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Listener<K, V> listener;
    private final Map<K, Slot<K, V>> slots = new LinkedHashMap<>();

    /**
     * Nothing taken on yet.
     *
     * @param maxBatch the most changes of one write, at least 1
     * @param random from 0 to 1, for the backoff's jitter
     */
    public Delivery(
            Writer<K, V> writer,
            RetryConfig retry,
            int maxBatch,
            Ticker ticker,
            DoubleSupplier random,
            Listener<K, V> listener) {
        if (maxBatch < 1) {
            throw new IllegalArgumentException("maxBatch must be at least 1, was " + maxBatch);
        }
        this.writer = Objects.requireNonNull(writer, "writer");
        this.retry = Objects.requireNonNull(retry, "retry");
        this.maxBatch = maxBatch;
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.random = Objects.requireNonNull(random, "random");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** Takes {@code change} on, in place of an older one of its key. An older one that comes late is superseded itself. */
    public void add(Change<K, V> change) {
        Slot<K, V> slot = slots.get(change.key());
        if (slot == null) {
            slots.put(change.key(), new Slot<>(change));
            return;
        }
        Change<K, V> before = slot.change;
        if (before.version() > change.version()) {
            listener.superseded(change);
            return;
        }
        // Attempts are the value's; the rest before the next one is the store's.
        slot.change = change;
        slot.attempts.clear();
        slot.waited = 0;
        listener.superseded(before);
    }

    /** How many are neither written nor given up. */
    public int size() {
        return slots.size();
    }

    /** How long until {@link #round} has something to write: 0 if it has, {@code Long.MAX_VALUE} if there is nothing. */
    public long nanosUntilDue() {
        long now = ticker.nanos();
        long least = Long.MAX_VALUE;
        for (Slot<K, V> slot : slots.values()) {
            least = Math.min(least, slot.nanosUntilDue(now));
        }
        return least;
    }

    /**
     * Writes one batch of those that are due, if any are.
     *
     * @throws InterruptedException if the writer was interrupted; what it was given is neither written nor given up
     */
    public void round() throws InterruptedException {
        long now = ticker.nanos();
        List<Slot<K, V>> due = new ArrayList<>();
        for (Iterator<Slot<K, V>> i = slots.values().iterator(); i.hasNext() && due.size() < maxBatch; ) {
            Slot<K, V> slot = i.next();
            if (slot.nanosUntilDue(now) == 0) {
                due.add(slot);
            }
        }
        if (due.isEmpty()) {
            return;
        }
        Throwable failure = write(due);
        if (failure == null) {
            due.forEach(this::written);
        } else if (due.size() == 1) {
            failed(due.get(0), failure);
        } else {
            oneByOne(due);
        }
    }

    private void oneByOne(List<Slot<K, V>> due) throws InterruptedException {
        int row = 0;
        for (Slot<K, V> slot : due) {
            if (row == OUTAGE) {
                slot.rest(ticker.nanos(), retry.backoff().nanos(1, 0, random));
                continue;
            }
            Throwable failure = write(List.of(slot));
            if (failure == null) {
                written(slot);
                row = 0;
            } else {
                failed(slot, failure);
                row++;
            }
        }
    }

    private @Nullable Throwable write(List<Slot<K, V>> batch) throws InterruptedException {
        long now = ticker.nanos();
        List<Change<K, V>> changes = new ArrayList<>(batch.size());
        for (Slot<K, V> slot : batch) {
            if (slot.attempts.isEmpty()) {
                slot.firstTried = now;
            }
            changes.add(slot.change);
        }
        try {
            writer.write(List.copyOf(changes));
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            return e; // an error too: the worker must live, and the change must not be lost in silence
        }
    }

    private void written(Slot<K, V> slot) {
        slots.remove(slot.change.key());
        listener.written(slot.change);
    }

    private void failed(Slot<K, V> slot, Throwable failure) {
        listener.failed(slot.change, failure);
        long now = ticker.nanos();
        slot.attempts.add(new Attempt(slot.attempts.size() + 1, Duration.ofNanos(now - slot.firstTried), failure));
        long wait;
        try {
            if (!retry.retryOn().test(failure)) {
                abandon(slot, failure);
                return;
            }
            wait = retry.backoff().nanos(slot.attempts.size(), slot.waited, random);
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            abandon(slot, e);
            return;
        }
        slot.waited = wait;
        if (slot.attempts.size() >= retry.maxAttempts()) {
            abandon(slot, new RetriesExhaustedException(Reason.ATTEMPTS, slot.attempts));
        } else if (now - slot.firstTried + wait > retry.deadline().toNanos()) {
            abandon(slot, new RetriesExhaustedException(Reason.DEADLINE, slot.attempts));
        } else {
            slot.rest(now, wait);
        }
    }

    private void abandon(Slot<K, V> slot, Throwable reason) {
        slots.remove(slot.change.key());
        listener.abandoned(slot.change, reason);
    }
}
