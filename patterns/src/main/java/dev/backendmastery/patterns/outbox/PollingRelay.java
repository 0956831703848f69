package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.StaleEpochException;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.lease.PostgresLeaseStore;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Relay} that asks the table, again and again.
 *
 * <p><b>Guarantee.</b> As {@link Relay}.
 *
 * <p><b>Threads.</b> Two of its own: one carries, one keeps the leases. <b>Cost.</b> When idle, for each poll, one statement and
 * one more for each lane if a transaction has ended since. For each page: a read, the broker's acks, and a statement that marks;
 * pages of a lane follow each other, those of its lanes too. <b>Not for</b> latency below the poll: {@link WokenRelay}. <b>Source.</b> See
 * {@code Window}: ticks with snapshots, as Skytools' PgQ has them; the lanes are partitions as Kafka has them.
 */
public final class PollingRelay implements Relay {

    private static final Logger LOG = LoggerFactory.getLogger(PollingRelay.class);
    private static final Duration NOTHING_MORE = Duration.ofHours(1);
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** What is known of a lane under one lease. */
    private static final class Lane {
        private final Lease lease;
        private final Publisher publisher;
        private Window window;

        Lane(Lease lease, Publisher publisher, Window window) {
            this.lease = lease;
            this.publisher = publisher;
            this.window = window;
        }
    }

    private final RelayStore store;
    private final Publisher publisher;
    private final RelaySettings settings;
    private final LaneLeases leases;
    private final Map<Integer, Lane> lanes = new HashMap<>();
    private final Semaphore bell = new Semaphore(0);
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable String lastFailure;
    private final RelayThreads threads;

    /**
     * A relay from {@code database}, in which the tables of {@link PostgresOutbox} are.
     *
     * @param publisher where to; it may be closed after the relay
     */
    public PollingRelay(Database database, Publisher publisher, RelaySettings settings) {
        this(
                new PostgresRelayStore(database.dsl(), new PostgresTransactions(database)),
                new PostgresLeaseStore(new PostgresTransactions(database), Ticker.system()),
                publisher,
                settings);
    }

    PollingRelay(RelayStore store, LeaseStore leaseStore, Publisher publisher, RelaySettings settings) {
        this.store = store;
        this.publisher = Objects.requireNonNull(publisher, "publisher");
        this.settings = Objects.requireNonNull(settings, "settings");
        String holder = settings.name() + "/" + UUID.randomUUID();
        leases = new LaneLeases(store, leaseStore, Ticker.system(), holder, settings.leaseTtl(), bell::release);
        threads = new RelayThreads(settings.name()).with("leases", this::keep).with("carrier", this::carry);
    }

    @Override
    public void start() {
        threads.start();
    }

    /** There may be something to do. */
    void wake() {
        if (bell.availablePermits() < 2) {
            bell.release();
        }
    }

    private void keep() throws InterruptedException {
        while (!threads.isClosed()) {
            try {
                leases.keep();
            } catch (RuntimeException e) {
                LOG.warn("leases of {} are not renewed", settings.name(), e);
            }
            threads.pause(settings.leaseTtl().toNanos() / 3);
        }
    }

    private void carry() throws InterruptedException {
        int failed = 0;
        try {
            while (!threads.isClosed()) {
                long begin = System.nanoTime();
                long wait;
                try {
                    wait = round();
                    failed = 0;
                } catch (RuntimeException e) {
                    failed++;
                    failures.incrementAndGet();
                    lastFailure = String.valueOf(e);
                    LOG.warn("{} tries again", settings.name(), e);
                    forget();
                    wait = settings.backoff().nanos(failed, 0, settings.random());
                }
                rest(begin, wait, failed > 0);
            }
        } finally {
            forget();
        }
    }

    /** Waits until there may be more to do, but not less than the pace unless there is more for sure. */
    private void rest(long begin, long wait, boolean failed) throws InterruptedException {
        if (wait <= 0) {
            return;
        }
        if (failed) {
            // Wake-ups do not shorten it: the broker is not better for them.
            threads.pause(wait);
            return;
        }
        threads.pause(settings.pace().toNanos() - (System.nanoTime() - begin));
        if (bell.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
            bell.drainPermits();
        }
    }

    /** One page of each lane. @return how long there will be nothing to do; 0 if there is more */
    private long round() throws InterruptedException {
        Map<Integer, Lease> held = leases.held();
        forgetAllBut(held);
        if (held.isEmpty()) {
            return settings.poll().toNanos();
        }
        RelayStore.Look look = store.look(held.keySet());
        long wait = settings.poll().toNanos();
        for (Map.Entry<Integer, Lease> entry : held.entrySet()) {
            int lane = entry.getKey();
            ReentrantLock busy = leases.busy(lane);
            busy.lock();
            try {
                Duration due = look.due().getOrDefault(lane, NOTHING_MORE);
                if (due.isZero()) {
                    retry(lane, entry.getValue());
                }
                boolean more = page(lane, entry.getValue(), look.now());
                wait = Math.min(wait, more ? 0 : due.isZero() ? SOON_NANOS : due.toNanos());
            } catch (StaleEpochException e) {
                LOG.warn("lane {} has another owner now", lane, e);
                leases.lost(lane, entry.getValue());
                forget(lane);
            } finally {
                busy.unlock();
            }
        }
        return wait;
    }

    private Lane lane(int number, Lease lease) {
        Lane lane = lanes.get(number);
        if (lane == null) {
            lane = new Lane(lease, publisher.forLane(Integer.toString(number)), store.window(number));
            lanes.put(number, lane);
        }
        return lane;
    }

    /** @return whether there is more for sure */
    private boolean page(int number, Lease lease, Snapshot now) throws InterruptedException {
        Lane lane = lane(number, lease);
        Window window = lane.window.isOpen() ? lane.window : lane.window.upTo(now);
        if (!window.isOpen()) {
            return false;
        }
        RelayStore.Page page = store.read(number, window, settings.pageRows(), settings.pageBytes());
        if (page.rows().isEmpty() && page.complete()) {
            // Not worth a transaction: read again after a restart, it is still empty.
            lane.window = window.done();
            return false;
        }
        PagePublisher.Result result = publish(lane, page.rows());
        Window next = page.complete()
                ? window.done()
                : window.after(page.rows().get(page.rows().size() - 1).id());
        store.mark(lease, number, next, result, settings);
        lane.window = next;
        return !page.complete();
    }

    private PagePublisher.Result publish(Lane lane, List<OutboxRow> rows) throws InterruptedException {
        PagePublisher.Result result = new PagePublisher(lane.publisher, settings.publishTimeout()).publish(rows);
        published.addAndGet(result.acked());
        refused.addAndGet(result.refusals().size());
        return result;
    }

    private void retry(int number, Lease lease) throws InterruptedException {
        Lane lane = lane(number, lease);
        for (OrderKey key : store.due(number)) {
            List<OutboxRow> rows = store.held(key, settings.pageRows(), settings.pageBytes());
            PagePublisher.Result result = publish(lane, rows);
            store.markHeld(lease, key, rows, result, settings);
        }
    }

    private void forgetAllBut(Map<Integer, Lease> held) {
        for (Integer lane : List.copyOf(lanes.keySet())) {
            Lease now = held.get(lane);
            if (now == null
                    || now.epoch()
                            != Objects.requireNonNull(lanes.get(lane)).lease.epoch()) {
                forget(lane);
            }
        }
    }

    private void forget() {
        List.copyOf(lanes.keySet()).forEach(this::forget);
    }

    private void forget(int number) {
        Lane lane = lanes.remove(number);
        if (lane != null && lane.publisher != publisher) {
            try {
                lane.publisher.close();
            } catch (RuntimeException e) {
                LOG.warn("the publisher of lane {} does not close", number, e);
            }
        }
    }

    @Override
    public RelayStats stats() {
        return new RelayStats(published.get(), refused.get(), failures.get(), leases.lanes(), lastFailure, 0);
    }

    @Override
    public void close() {
        boolean mine = threads.close();
        bell.release();
        if (mine) {
            threads.join();
            leases.close();
        }
    }
}
