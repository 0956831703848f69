package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The leases of one relay: its share of the lanes, by the place of its name among those that are present. All relays see the
 * same names, so they agree; while they do not yet, the leases decide.
 */
final class LaneLeases {

    private final RelayStore store;
    private final LeaseStore leases;
    private final Ticker ticker;
    private final String holder;
    private final Duration ttl;
    private final Runnable gained;
    private final Map<Integer, Lease> held = new ConcurrentHashMap<>();
    private final Map<Integer, ReentrantLock> busy = new ConcurrentHashMap<>();

    LaneLeases(RelayStore store, LeaseStore leases, Ticker ticker, String holder, Duration ttl, Runnable gained) {
        this.store = store;
        this.leases = leases;
        this.ticker = ticker;
        this.holder = holder;
        this.ttl = ttl;
        this.gained = gained;
    }

    static String name(int lane) {
        return "outbox-" + lane;
    }

    /** The lanes of which this relay has a lease that is good now. */
    Map<Integer, Lease> held() {
        Map<Integer, Lease> good = new TreeMap<>(held);
        good.values().removeIf(lease -> !lease.isValid(ticker));
        return good;
    }

    Set<Integer> lanes() {
        return held().keySet();
    }

    /** Held while a page of the lane is under way, so that it is not given away meanwhile. */
    ReentrantLock busy(int lane) {
        return busy.computeIfAbsent(lane, l -> new ReentrantLock());
    }

    /** It is somebody else's. */
    void lost(int lane, Lease lease) {
        held.computeIfPresent(lane, (l, now) -> now.epoch() == lease.epoch() ? null : now);
    }

    /** Says that this relay is there, renews what it has, gives away what is another's, takes what is its own. */
    void keep() {
        List<String> present = store.present(holder, ttl);
        List<Integer> lanes = store.lanes();
        int place = Math.max(0, present.indexOf(holder));
        int relays = Math.max(1, present.size());
        for (int i = 0; i < lanes.size(); i++) {
            int lane = lanes.get(i);
            try {
                keep(lane, i % relays == place);
            } catch (LeaseStoreException e) {
                LoggerFactory.getLogger(LaneLeases.class).warn("no answer for lane {}", lane, e);
            }
        }
    }

    private void keep(int lane, boolean mine) {
        Lease lease = held.get(lane);
        if (lease != null && !mine) {
            giveUp(lane, lease);
        } else if (lease != null) {
            Optional<Lease> renewed = leases.renew(lease, ttl);
            if (renewed.isPresent()) {
                held.replace(lane, renewed.get());
            } else {
                lost(lane, lease);
                take(lane);
            }
        } else if (mine) {
            take(lane);
        }
    }

    private void take(int lane) {
        leases.tryAcquire(name(lane), holder, ttl).ifPresent(lease -> {
            held.put(lane, lease);
            gained.run();
        });
    }

    private void giveUp(int lane, @Nullable Lease lease) {
        ReentrantLock lock = busy(lane);
        if (lease != null && lock.tryLock()) {
            try {
                lost(lane, lease);
                leases.release(lease);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Gives all back. */
    void close() {
        try {
            for (Map.Entry<Integer, Lease> entry : Map.copyOf(held).entrySet()) {
                giveUp(entry.getKey(), entry.getValue());
            }
            store.absent(holder);
        } catch (RuntimeException e) {
            // They expire by themselves.
            LoggerFactory.getLogger(LaneLeases.class).warn("leases of {} are not given back", holder, e);
        }
    }
}
