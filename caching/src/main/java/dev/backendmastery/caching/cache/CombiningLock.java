package dev.backendmastery.caching.cache;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lock whose holder also does the work of those who wait for it: what it guards stays in one processor's cache instead of
 * travelling to each of them in turn (flat combining; Hendler, Incze, Shavit, Tzafrir, SPAA 2010).
 *
 * @param <W> what there is to be done
 */
final class CombiningLock<W> {

    private static final class Request<W> {
        final W work;

        /** Written before {@link #done}, read after it. */
        @Nullable
        Throwable failure;

        volatile boolean done;

        Request(W work) {
            this.work = work;
        }
    }

    private static final int SLOTS = 8;

    /** Slots two cache lines apart. */
    private static final int STRIDE = 32;

    /** Looks at the lock before a thread parks: it is held for less than parking takes. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 256 : 0;

    /** Looks at its own request that a thread takes for one at the lock, which its holder needs. */
    private static final int LOOKS = 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReferenceArray<@Nullable Request<W>> slots = new AtomicReferenceArray<>((SLOTS + 1) * STRIDE);
    private final Consumer<? super W> action;
    private final Runnable afterwards;

    /**
     * A free one.
     *
     * @param action does the work; called under the lock, maybe in another thread than the one that brought it
     * @param afterwards called without the lock, whenever it was held
     */
    CombiningLock(Consumer<? super W> action, Runnable afterwards) {
        this.action = action;
        this.afterwards = afterwards;
    }

    void lock() {
        for (int i = 0; i < SPINS; i++) {
            if (tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    boolean tryLock() {
        return !lock.isLocked() && lock.tryLock();
    }

    void unlock() {
        lock.unlock();
        afterwards.run();
    }

    /** Does {@code work}, or has it done; throws what that threw. */
    void execute(W work) {
        if (lock.tryLock()) {
            try {
                action.accept(work);
                doOthers();
            } finally {
                unlock();
            }
            return;
        }
        Request<W> mine = new Request<>(work);
        int slot = ((int) Thread.currentThread().getId() & (SLOTS - 1)) * STRIDE + STRIDE;
        if (!slots.compareAndSet(slot, null, mine)) {
            lock();
            try {
                action.accept(work);
            } finally {
                unlock();
            }
            return;
        }
        for (int i = 1; !mine.done; i++) {
            if (i <= SPINS && (i % LOOKS != 0 || !tryLock())) {
                Thread.onSpinWait();
                continue;
            }
            if (i > SPINS) {
                lock.lock();
            }
            try {
                doOthers(); // and mine
            } finally {
                unlock();
            }
        }
        if (mine.failure instanceof Error e) {
            throw e;
        }
        if (mine.failure instanceof RuntimeException e) {
            throw e;
        }
    }

    private void doOthers() {
        for (int slot = STRIDE; slot <= SLOTS * STRIDE; slot += STRIDE) {
            Request<W> request = slots.getAcquire(slot);
            if (request != null) {
                slots.setPlain(slot, null);
                try {
                    action.accept(request.work);
                } catch (RuntimeException | Error e) {
                    request.failure = e; // its owner's to throw
                }
                request.done = true;
            }
        }
    }
}
