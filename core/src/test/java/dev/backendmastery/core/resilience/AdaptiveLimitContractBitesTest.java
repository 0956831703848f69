package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class AdaptiveLimitContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(Fixed.class, "AL-1", "AL-2", "AL-5");
        Kit.convicts(ComparesWithTheLongTermAverage.class, "AL-1", "AL-2", "AL-3", "AL-5", "AL-6");
        Kit.convicts(AdmitsOneMore.class, "AL-4", "AL-6");
        Kit.convicts(IgnoresDrops.class, "AL-5");
        Kit.convicts(GrowsWithoutDemand.class, "AL-6");
        Kit.convicts(KeepsThePermitsOfFailures.class, "AL-7");
    }

    /** The right one, for the faults to be planted in. */
    static class Around implements AdaptiveLimit {
        final AdaptiveLimit right;

        Around(Ticker ticker) {
            right = GradientLimit.of(GradientLimit.Config.DEFAULT, ticker);
        }

        @Override
        public long tryAcquire() {
            return right.tryAcquire();
        }

        @Override
        public void onSuccess(long permit, long startNanos) {
            right.onSuccess(permit, startNanos);
        }

        @Override
        public void onDropped(long permit) {
            right.onDropped(permit);
        }

        @Override
        public void onIgnored(long permit) {
            right.onIgnored(permit);
        }

        @Override
        public int limit() {
            return right.limit();
        }

        @Override
        public int inFlight() {
            return right.inFlight();
        }

        @Override
        public Ticker ticker() {
            return right.ticker();
        }
    }

    /** A limit that is found by {@link #next}, for one thread. */
    abstract static class Plain implements AdaptiveLimit {
        final Ticker ticker;
        double limit = 20;
        int inFlight;

        Plain(Ticker ticker) {
            this.ticker = ticker;
        }

        abstract void next(double nanos);

        @Override
        public long tryAcquire() {
            if (inFlight >= limit()) {
                return REJECTED;
            }
            inFlight++;
            return 1;
        }

        @Override
        public void onSuccess(long permit, long startNanos) {
            next((double) (ticker.nanos() - startNanos));
            limit = Math.max(4, Math.min(1_000, limit));
            inFlight--;
        }

        @Override
        public void onDropped(long permit) {
            inFlight--;
        }

        @Override
        public void onIgnored(long permit) {
            inFlight--;
        }

        @Override
        public int limit() {
            return (int) limit;
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public Ticker ticker() {
            return ticker;
        }
    }

    static final class Fixed extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Plain(ticker) {
                @Override
                void next(double nanos) {}
            };
        }
    }

    static final class ComparesWithTheLongTermAverage extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Plain(ticker) {
                private double average;

                @Override
                void next(double nanos) {
                    average = average == 0 ? nanos : average + (nanos - average) / 600;
                    double gradient = Math.max(0.5, Math.min(1, 1.5 * average / nanos));
                    if (inFlight * 2 >= limit) {
                        limit += 0.2 * (limit * gradient + 4 - limit);
                    }
                }
            };
        }
    }

    static final class AdmitsOneMore extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Around(ticker) {
                private boolean more;

                @Override
                public synchronized long tryAcquire() {
                    long permit = super.tryAcquire();
                    if (permit == REJECTED && !more && inFlight() < 16) {
                        more = true;
                        return 0;
                    }
                    return permit;
                }

                @Override
                public int inFlight() {
                    return super.inFlight() + (more ? 1 : 0);
                }
            };
        }
    }

    static final class IgnoresDrops extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Around(ticker) {
                @Override
                public void onDropped(long permit) {
                    right.onIgnored(permit);
                }
            };
        }
    }

    static final class GrowsWithoutDemand extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Around(ticker) {
                private int calls;

                @Override
                public void onSuccess(long permit, long startNanos) {
                    calls++;
                    super.onSuccess(permit, startNanos);
                }

                @Override
                public int limit() {
                    return super.limit() + (right.inFlight() < 12 && calls > 1_000 ? calls / 500 : 0);
                }
            };
        }
    }

    static final class KeepsThePermitsOfFailures extends AdaptiveLimitContract {
        @Override
        protected AdaptiveLimit create(Ticker ticker) {
            return new Around(ticker) {
                @Override
                public void onIgnored(long permit) {}
            };
        }
    }
}
