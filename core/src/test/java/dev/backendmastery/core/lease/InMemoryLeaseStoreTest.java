package dev.backendmastery.core.lease;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.Optional;

final class InMemoryLeaseStoreTest extends LeaseStoreContract {

    private final ManualTicker ticker = new ManualTicker();
    private Duration delay = Duration.ZERO;
    /** Time goes on while a request is under way: after each reading of the clock. */
    private final InMemoryLeaseStore store = new InMemoryLeaseStore(() -> {
        long now = ticker.nanos();
        ticker.advance(delay);
        return now;
    });

    @Override
    protected LeaseStore store() {
        return store;
    }

    @Override
    protected LeaseStore slow(Duration delay) {
        return new Slow(store, () -> this.delay = delay, () -> this.delay = Duration.ZERO);
    }

    @Override
    protected Ticker ticker() {
        return ticker;
    }

    @Override
    protected void pass(Duration time) {
        ticker.advance(time);
    }

    @Override
    protected Duration ttl() {
        return Duration.ofSeconds(30);
    }

    /** A store whose requests run between two actions. */
    record Slow(LeaseStore store, Runnable before, Runnable after) implements LeaseStore {
        @Override
        public Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
            before.run();
            try {
                return store.tryAcquire(name, holder, ttl);
            } finally {
                after.run();
            }
        }

        @Override
        public Optional<Lease> renew(Lease lease, Duration ttl) {
            before.run();
            try {
                return store.renew(lease, ttl);
            } finally {
                after.run();
            }
        }

        @Override
        public boolean release(Lease lease) {
            return store.release(lease);
        }
    }
}
