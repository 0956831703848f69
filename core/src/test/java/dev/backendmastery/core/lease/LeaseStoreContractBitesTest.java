package dev.backendmastery.core.lease;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class LeaseStoreContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(Right.class),
                () -> Kit.convicts(GivesToWhoeverAsks.class, "LS-1", "LS-4", "LS-5", "LS-6", "LS-7", "LS-9"),
                () -> Kit.convicts(NeverExpires.class, "LS-1", "LS-2", "LS-4", "LS-5"),
                () -> Kit.convicts(StartsEpochsAnewAfterARelease.class, "LS-2", "LS-5", "LS-9"),
                () -> Kit.convicts(KeepsTheEpochOfTheSameHolder.class, "LS-2", "LS-5", "LS-9"),
                () -> Kit.convicts(CountsTheDeadlineFromTheAnswer.class, "LS-3"),
                () -> Kit.convicts(RenewsTheExpired.class, "LS-4"),
                () -> Kit.convicts(RenewsByTheHoldersName.class, "LS-4", "LS-5"),
                () -> Kit.convicts(ReleasesByTheName.class, "LS-5"),
                () -> Kit.convicts(ForgetsToRelease.class, "LS-2", "LS-5", "LS-9"),
                () -> Kit.convicts(HasOneLeaseForAllNames.class, "LS-6"),
                () -> Kit.convicts(IsReentrant.class, "LS-7"),
                () -> Kit.convicts(TakesAnyInput.class, "LS-8"),
                () -> Kit.convicts(ChecksThenActs.class, "LS-9"));
    }

    /** One lease as the simple store keeps it. */
    static final class Held {
        String holder = "";
        long epoch;
        long expires;
        boolean held;
    }

    /** Right and simple; each fault overrides a decision. */
    static class Simple implements LeaseStore {
        final Map<String, Held> leases = new HashMap<>();
        final ManualTicker ticker;
        Duration delay = Duration.ZERO;

        Simple(ManualTicker ticker) {
            this.ticker = ticker;
        }

        String key(String name) {
            return name;
        }

        boolean free(Held held, String holder) {
            return !held.held || expired(held);
        }

        boolean expired(Held held) {
            return held.expires - ticker.nanos() <= 0;
        }

        long nextEpoch(Held held, String holder) {
            return held.epoch + 1;
        }

        boolean owns(Held held, Lease lease) {
            return held.held && held.epoch == lease.epoch() && !expired(held);
        }

        boolean owns(Held held, Lease lease, boolean release) {
            return owns(held, lease);
        }

        long start() {
            return ticker.nanos();
        }

        long counted(long start) {
            return start;
        }

        void check(String name, String holder, Duration ttl) {
            LeaseStore.check(name, holder, ttl);
        }

        @Override
        public synchronized Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
            return take(name, holder, ttl);
        }

        final Optional<Lease> take(String name, String holder, Duration ttl) {
            check(name, holder, ttl);
            long start = start();
            ticker.advance(delay);
            Held held = leases.computeIfAbsent(key(name), key -> new Held());
            if (!free(held, holder)) {
                return Optional.empty();
            }
            hesitate();
            held.epoch = nextEpoch(held, holder);
            held.holder = holder;
            held.held = true;
            held.expires = ticker.nanos() + ttl.toNanos();
            return Optional.of(new Lease(name, holder, held.epoch, counted(start) + ttl.toNanos()));
        }

        void hesitate() {}

        @Override
        public synchronized Optional<Lease> renew(Lease lease, Duration ttl) {
            check(lease.name(), lease.holder(), ttl);
            long start = start();
            ticker.advance(delay);
            @Nullable Held held = leases.get(key(lease.name()));
            if (held == null || !owns(held, lease, false)) {
                return Optional.empty();
            }
            held.expires = ticker.nanos() + ttl.toNanos();
            return Optional.of(new Lease(lease.name(), lease.holder(), lease.epoch(), counted(start) + ttl.toNanos()));
        }

        @Override
        public synchronized boolean release(Lease lease) {
            @Nullable Held held = leases.get(key(lease.name()));
            if (held == null || !owns(held, lease, true)) {
                return false;
            }
            free(held);
            return true;
        }

        void free(Held held) {
            held.held = false;
        }
    }

    abstract static class Wrong extends LeaseStoreContract {
        final ManualTicker ticker = new ManualTicker();
        private @Nullable Simple simple;

        abstract Simple create();

        private Simple simple() {
            Simple made = simple == null ? create() : simple;
            simple = made;
            return made;
        }

        @Override
        protected synchronized LeaseStore store() {
            return simple();
        }

        @Override
        protected LeaseStore slow(Duration delay) {
            simple().delay = delay;
            return simple();
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
    }

    static final class Right extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker);
        }
    }

    static final class GivesToWhoeverAsks extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean free(Held held, String holder) {
                    return true;
                }
            };
        }
    }

    static final class NeverExpires extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean expired(Held held) {
                    return false;
                }
            };
        }
    }

    static final class StartsEpochsAnewAfterARelease extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                void free(Held held) {
                    held.held = false;
                    held.epoch = 0;
                }
            };
        }
    }

    static final class KeepsTheEpochOfTheSameHolder extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                long nextEpoch(Held held, String holder) {
                    return held.holder.equals(holder) ? held.epoch : held.epoch + 1;
                }
            };
        }
    }

    static final class CountsTheDeadlineFromTheAnswer extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                long counted(long start) {
                    return ticker.nanos();
                }
            };
        }
    }

    static final class RenewsTheExpired extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean owns(Held held, Lease lease, boolean release) {
                    return release ? owns(held, lease) : held.held && held.epoch == lease.epoch();
                }
            };
        }
    }

    static final class RenewsByTheHoldersName extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean owns(Held held, Lease lease) {
                    return held.holder.equals(lease.holder());
                }
            };
        }
    }

    static final class ReleasesByTheName extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean owns(Held held, Lease lease, boolean release) {
                    return release ? held.held : owns(held, lease);
                }
            };
        }
    }

    static final class ForgetsToRelease extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                void free(Held held) {}
            };
        }
    }

    static final class HasOneLeaseForAllNames extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                String key(String name) {
                    return "one";
                }
            };
        }
    }

    static final class IsReentrant extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                boolean free(Held held, String holder) {
                    return super.free(held, holder) || held.holder.equals(holder);
                }
            };
        }
    }

    static final class TakesAnyInput extends Wrong {
        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                void check(String name, String holder, Duration ttl) {}
            };
        }
    }

    static final class ChecksThenActs extends Wrong {
        private final AtomicLong epochs = new AtomicLong();

        @Override
        Simple create() {
            return new Simple(ticker) {
                @Override
                long nextEpoch(Held held, String holder) {
                    return epochs.incrementAndGet();
                }

                @Override
                void hesitate() {
                    LockSupport.parkNanos(2_000_000);
                }

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // that is the fault
                public Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
                    return take(name, holder, ttl);
                }
            };
        }
    }
}
