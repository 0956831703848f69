package dev.backendmastery.core.lease;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.lease.LeaderElection.Candidacy;
import dev.backendmastery.core.lease.LeaderElection.Listener;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class LeaderElectionContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(Right.class),
                () -> Kit.convicts(BelievesItLeadsUntilToldOtherwise.class, "LE-1", "LE-4"),
                () -> Kit.convicts(RenewsAtTheLastMoment.class, "LE-2", "LE-4"),
                () -> Kit.convicts(TellsEveryRenewalAsAGain.class, "LE-3", "LE-5", "LE-7"),
                () -> Kit.convicts(TellsTheLossWhenTheStoreAnswers.class, "LE-4"),
                () -> Kit.convicts(GivesUpAtTheFirstFailure.class, "LE-5"),
                () -> Kit.convicts(StandsOnce.class, "LE-6"),
                () -> Kit.convicts(LeavesTheLeaseToExpire.class, "LE-6", "LE-7"));
    }

    /** Right in manual time with an executor that does not hang; each fault overrides a decision. */
    static class Simple {
        final LeaseStore store;
        final Candidacy candidacy;
        final Ticker ticker;
        final Timers timers;
        final Executor executor;
        final Listener listener;
        volatile @Nullable Lease lease;
        volatile boolean closed;

        Simple(LeaderElectionContract.Parts parts) {
            this.store = parts.store();
            this.candidacy = parts.candidacy();
            this.ticker = parts.ticker();
            this.timers = parts.timers();
            this.executor = parts.executor();
            this.listener = parts.listener();
        }

        Duration pause() {
            return candidacy.ttl().dividedBy(3);
        }

        boolean watchesTheDeadline() {
            return true;
        }

        boolean valid(Lease held) {
            return held.isValid(ticker);
        }

        void renewed(Lease renewed) {
            lease = renewed;
        }

        void failed(@Nullable Lease held) {}

        boolean standsAgain() {
            return true;
        }

        void giveBack(Lease held) {
            store.release(held);
        }

        Optional<Lease> lease() {
            Lease held = lease;
            return held != null && valid(held) ? Optional.of(held) : Optional.empty();
        }

        void begin() {
            timers.schedule(Duration.ZERO, () -> executor.execute(this::ask));
        }

        void ask() {
            if (closed) {
                return;
            }
            Lease held = lease;
            boolean again = true;
            try {
                if (held == null) {
                    Optional<Lease> gained = store.tryAcquire(candidacy.name(), candidacy.holder(), candidacy.ttl());
                    if (gained.isPresent()) {
                        lease = gained.get();
                        listener.elected(gained.get());
                        watch(gained.get());
                    } else {
                        again = standsAgain();
                    }
                } else {
                    Optional<Lease> renewed = store.renew(held, candidacy.ttl());
                    if (renewed.isEmpty()) {
                        lost(held);
                        again = standsAgain();
                    } else if (held.equals(lease)) {
                        renewed(renewed.get());
                        watch(renewed.get());
                    } else {
                        store.release(renewed.get());
                    }
                }
            } catch (LeaseStoreException e) {
                failed(held);
                timers.schedule(pause().dividedBy(4), () -> executor.execute(this::ask));
                return;
            }
            if (again) {
                timers.schedule(pause(), () -> executor.execute(this::ask));
            }
        }

        void watch(Lease watched) {
            if (watchesTheDeadline()) {
                timers.schedule(watched.remaining(ticker).minus(timers.tick()), () -> {
                    if (watched.equals(lease)) {
                        lost(watched);
                    }
                });
            }
        }

        synchronized void lost(Lease gone) {
            if (lease != null) {
                lease = null;
                listener.lost(gone);
            }
        }

        void close() {
            closed = true;
            Lease held = lease;
            if (held != null) {
                lost(held);
                giveBack(held);
            }
        }
    }

    abstract static class Wrong extends LeaderElectionContract {
        abstract Simple create(Parts parts);

        @Override
        protected Election start(Parts parts) {
            Simple simple = create(parts);
            simple.begin();
            return new Election(simple::lease, simple::close);
        }
    }

    static final class Right extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts);
        }
    }

    static final class BelievesItLeadsUntilToldOtherwise extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean watchesTheDeadline() {
                    return false;
                }

                @Override
                boolean valid(Lease held) {
                    return true;
                }
            };
        }
    }

    static final class RenewsAtTheLastMoment extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                Duration pause() {
                    return lease == null
                            ? super.pause()
                            : candidacy.ttl().multipliedBy(9).dividedBy(10);
                }
            };
        }
    }

    static final class TellsEveryRenewalAsAGain extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                void renewed(Lease renewed) {
                    super.renewed(renewed);
                    listener.elected(renewed);
                }
            };
        }
    }

    static final class TellsTheLossWhenTheStoreAnswers extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean watchesTheDeadline() {
                    return false;
                }
            };
        }
    }

    static final class GivesUpAtTheFirstFailure extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                void failed(@Nullable Lease held) {
                    if (held != null) {
                        lost(held);
                    }
                }
            };
        }
    }

    static final class StandsOnce extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                boolean standsAgain() {
                    return false;
                }
            };
        }
    }

    static final class LeavesTheLeaseToExpire extends Wrong {
        @Override
        Simple create(Parts parts) {
            return new Simple(parts) {
                @Override
                void giveBack(Lease held) {}
            };
        }
    }
}
