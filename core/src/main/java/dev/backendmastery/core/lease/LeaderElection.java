package dev.backendmastery.core.lease;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Timers;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Stands for the lease of a name until it is closed, keeps it while it can, and says when it was gained and lost.
 *
 * <p><b>Guarantee.</b> Of all candidates of a name at most one {@linkplain #lease leads} at a time, by the deadlines that
 * {@link LeaseStore} gives (LE-1). The lease is renewed each third of its time to live (LE-2). Every gain is followed by
 * one loss before the next gain (LE-3), and the loss is told at the deadline at the latest, also while the store hangs
 * (LE-4). A store that fails costs the lead only if it fails until the deadline (LE-5). Who lost stands again (LE-6);
 * {@link #close()} gives the lease back, so that the next one need not wait for its expiry (LE-7).
 *
 * <p><b>Threads.</b> Any number. Store and listener are called in the executor, one call at a time in their order; only a
 * loss at the deadline is told in the thread that advances the timers, because the executor may hang in the store. It starts
 * no thread. <b>Cost.</b> A request each third of the time to live, each twelfth
 * while the store fails. <b>Not for</b> protecting what the leader writes: that
 * is {@link FencedResource}, with the epoch of the lease.
 */
public final class LeaderElection implements AutoCloseable {

    /** Is told of gains and losses; must not block for long. */
    public interface Listener {

        /** This candidate leads, with this lease, from now on. */
        void elected(Lease lease);

        /** This candidate does not lead any more: what it does under {@code lease} has to stop now. */
        void lost(Lease lease);
    }

    /**
     * Who stands for what.
     *
     * @param name the name of the lease
     * @param holder who stands, for people to read
     * @param ttl how long a lead lasts if the leader vanishes, 12 ms to 1 day
     */
    public record Candidacy(String name, String holder, Duration ttl) {

        /** Refuses what no {@link LeaseStore} would take. */
        public Candidacy {
            LeaseStore.check(name, holder, ttl);
            if (ttl.toMillis() < 12) {
                throw new IllegalArgumentException("ttl must be from 12 ms to 1 day, was " + ttl);
            }
        }
    }

    private final LeaseStore store;
    private final Candidacy candidacy;
    private final Ticker ticker;
    private final Timers timers;
    private final Executor executor;
    private final Listener listener;

    private final Object lock = new Object();
    private @Nullable Lease lease;
    private Timers.@Nullable Timer next;
    private Timers.@Nullable Timer deadline;
    private boolean closed;

    private LeaderElection(
            LeaseStore store, Candidacy candidacy, Ticker ticker, Timers timers, Executor executor, Listener listener) {
        this.store = Objects.requireNonNull(store, "store");
        this.candidacy = Objects.requireNonNull(candidacy, "candidacy");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.timers = Objects.requireNonNull(timers, "timers");
        this.executor = Objects.requireNonNull(executor, "executor");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Stands from now on.
     *
     * @param ticker the one that {@code store} was given
     * @param timers when to ask the store; on the same clock
     * @param executor where to ask it: one thread of its own is enough
     */
    public static LeaderElection start(
            LeaseStore store, Candidacy candidacy, Ticker ticker, Timers timers, Executor executor, Listener listener) {
        LeaderElection election = new LeaderElection(store, candidacy, ticker, timers, executor, listener);
        election.askLater(Duration.ZERO);
        return election;
    }

    /** The lease under which this candidate leads now; empty if it does not, or if the deadline is over. */
    public Optional<Lease> lease() {
        synchronized (lock) {
            return lease != null && lease.isValid(ticker) ? Optional.of(lease) : Optional.empty();
        }
    }

    private void askLater(Duration delay) {
        synchronized (lock) {
            if (!closed) {
                next = timers.schedule(delay, this::handOn);
            }
        }
    }

    private void handOn() {
        try {
            executor.execute(this::ask);
        } catch (RejectedExecutionException e) {
            LoggerFactory.getLogger(LeaderElection.class).warn("{} is not renewed: the executor refuses", candidacy, e);
            askLater(candidacy.ttl.dividedBy(12));
        }
    }

    private void ask() {
        Lease held;
        synchronized (lock) {
            if (closed) {
                return;
            }
            held = lease;
        }
        Duration pause = candidacy.ttl.dividedBy(3);
        try {
            if (held == null) {
                store.tryAcquire(candidacy.name, candidacy.holder, candidacy.ttl)
                        .ifPresent(this::gained);
            } else {
                Optional<Lease> renewed = store.renew(held, candidacy.ttl);
                if (renewed.isPresent()) {
                    prolonged(held, renewed.get());
                } else {
                    lost(held);
                }
            }
        } catch (LeaseStoreException e) {
            LoggerFactory.getLogger(LeaderElection.class).warn("no answer for {}", candidacy, e);
            // Sooner, so that a store which is back before the deadline is asked before it.
            pause = candidacy.ttl.dividedBy(12);
        } finally {
            askLater(pause);
        }
    }

    private void gained(Lease gained) {
        synchronized (lock) {
            if (!closed && gained.isValid(ticker)) {
                lease = gained;
                watch(gained);
                listener.elected(gained);
                return;
            }
        }
        // Closed meanwhile, or the answer took longer than the lease lasts.
        store.release(gained);
    }

    private void prolonged(Lease held, Lease renewed) {
        synchronized (lock) {
            // Not if the deadline came first: the loss has been told, and a new epoch must follow it.
            if (held.equals(lease)) {
                lease = renewed;
                watch(renewed);
                return;
            }
        }
        store.release(renewed);
    }

    private void watch(Lease watched) {
        if (deadline != null) {
            deadline.cancel();
        }
        // Rounded down to a whole tick: timers may be one late, a deadline may not.
        Duration wait = watched.remaining(ticker).minus(timers.tick());
        deadline = timers.schedule(wait.isNegative() ? Duration.ZERO : wait, () -> lost(watched));
    }

    private void lost(Lease gone) {
        synchronized (lock) {
            if (lease == null || lease.epoch() != gone.epoch() || lease.deadlineNanos() != gone.deadlineNanos()) {
                return;
            }
            lease = null;
            if (deadline != null) {
                deadline.cancel();
            }
            listener.lost(gone);
        }
    }

    /**
     * Stands no longer; a lead is given back, and its loss told before.
     *
     * @throws LeaseStoreException if the store did not take the lease back: it expires by itself
     */
    @Override
    public void close() {
        Lease held;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            if (next != null) {
                next.cancel();
            }
            held = lease;
            if (held != null) {
                lost(held);
            }
        }
        if (held != null) {
            store.release(held);
        }
    }
}
