package dev.backendmastery.core.lease;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link LeaseStore} within one process: for tests, and for what shall run on one node today and on several tomorrow.
 *
 * <p><b>Guarantee.</b> As {@link LeaseStore}; nothing survives the process. <b>Threads.</b> Any number; callers of different
 * names do not wait for each other. <b>Cost.</b> A map operation. A name, once used, is kept with its epoch for as long as
 * the store lives. <b>Not for</b> several processes.
 */
public final class InMemoryLeaseStore implements LeaseStore {

    /** The newest lease of a name; over if it expired by the clock or was released. */
    private record Entry(long epoch, long expiresNanos, boolean released) {}

    private final Ticker ticker;
    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

    /** An empty store; {@code ticker} is its clock and that of its callers. */
    public InMemoryLeaseStore(Ticker ticker) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    private boolean over(Entry entry) {
        return entry.released || entry.expiresNanos - ticker.nanos() <= 0;
    }

    @Override
    public Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
        LeaseStore.check(name, holder, ttl);
        long before = ticker.nanos();
        Entry[] mine = new Entry[1];
        entries.compute(name, (key, held) -> {
            if (held != null && !over(held)) {
                return held;
            }
            mine[0] = new Entry(held == null ? 1 : held.epoch + 1, ticker.nanos() + ttl.toNanos(), false);
            return mine[0];
        });
        return mine[0] == null
                ? Optional.empty()
                : Optional.of(new Lease(name, holder, mine[0].epoch, before + ttl.toNanos()));
    }

    @Override
    public Optional<Lease> renew(Lease lease, Duration ttl) {
        LeaseStore.check(ttl);
        long before = ticker.nanos();
        boolean[] renewed = new boolean[1];
        entries.computeIfPresent(lease.name(), (key, held) -> {
            if (held.epoch != lease.epoch() || over(held)) {
                return held;
            }
            renewed[0] = true;
            return new Entry(held.epoch, ticker.nanos() + ttl.toNanos(), false);
        });
        return renewed[0]
                ? Optional.of(new Lease(lease.name(), lease.holder(), lease.epoch(), before + ttl.toNanos()))
                : Optional.empty();
    }

    @Override
    public boolean release(Lease lease) {
        boolean[] released = new boolean[1];
        entries.computeIfPresent(lease.name(), (key, held) -> {
            if (held.epoch != lease.epoch() || over(held)) {
                return held;
            }
            released[0] = true;
            return new Entry(held.epoch, held.expiresNanos, true);
        });
        return released[0];
    }
}
