package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class RateLimiterContractBitesTest {

    @Test
    void acquitsThePlainOne() {
        Kit.convicts(Plain.class);
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(ResetsItsTimestampOnEveryCall.class, "RL-2", "RL-4");
        Kit.convicts(CountsInWholeSeconds.class, "RL-1", "RL-5");
        Kit.convicts(NeverAgesThePreviousWindow.class, "RL-4", "RL-7", "RL-9");
        Kit.convicts(ChecksThenActs.class, "RL-8");
        Kit.convicts(CountsTimeTwiceWhenTheClockStepsBack.class, "RL-9");
        Kit.convicts(ComparesAbsoluteTimes.class, "RL-3", "RL-4", "RL-6", "RL-8", "RL-9", "RL-10", "RL-11", "RL-12");
        Kit.convicts(ChargesForDenials.class, "RL-2", "RL-3", "RL-4");
        Kit.convicts(RoundsWaitsUp.class, "RL-4");
        Kit.convicts(PromisesTheSameMomentToAll.class, "RL-5");
        Kit.convicts(TakesBeforeItLooksAtTheDeadline.class, "RL-6", "RL-11");
        Kit.convicts(FillsWithoutEnd.class, "RL-1", "RL-7", "RL-9");
        Kit.convicts(AcceptsAnyPermits.class, "RL-10");
        Kit.convicts(WaitsOutTheTimeoutAndThenRefuses.class, "RL-11");
        Kit.convicts(GivesTheWholeWish.class, "RL-12");
    }

    /** A right one for one thread, in its plainest form, for the faults to be planted in. */
    static class Plain extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker);
        }
    }

    static class PlainBucket implements RateLimiter {
        final Ticker ticker;
        final long interval;
        final long tolerance;
        final long burst;
        long due;

        PlainBucket(Rate rate, Ticker ticker) {
            this.ticker = ticker;
            burst = rate.permits();
            interval = (rate.period().toNanos() + burst - 1) / burst;
            tolerance = burst * interval;
            due = ticker.nanos();
        }

        long ahead(long now) {
            return Math.max(0, due - now);
        }

        long wait(long now, long permits) {
            return Math.max(0, ahead(now) + permits * interval - tolerance);
        }

        void check(long permits) {
            if (permits < 1 || permits > burst) {
                throw new IllegalArgumentException("permits must be from 1 to " + burst + ", was " + permits);
            }
        }

        @Override
        public long reserveNanos(long permits, long maxWaitNanos) {
            check(permits);
            long now = ticker.nanos();
            long wait = wait(now, permits);
            if (wait > Math.max(0, maxWaitNanos)) {
                return DENIED;
            }
            due = now + ahead(now) + permits * interval;
            return wait;
        }

        @Override
        public long nanosUntil(long permits) {
            check(permits);
            return wait(ticker.nanos(), permits);
        }

        @Override
        public long burst() {
            return burst;
        }
    }

    static final class ResetsItsTimestampOnEveryCall extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new RateLimiter() {
                private final long interval = rate.period().toNanos() / rate.permits();
                private long tokens = rate.permits();
                private long last = ticker.nanos();

                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    RateLimiter.checkPermits(permits, burst());
                    long now = ticker.nanos();
                    tokens = Math.min(burst(), tokens + Math.max(0, now - last) / interval);
                    last = now - last > 0 ? now : last;
                    if (tokens - permits < 0 && (permits - tokens) * interval > Math.max(0, maxWaitNanos)) {
                        return DENIED;
                    }
                    tokens -= permits;
                    return Math.max(0, -tokens * interval);
                }

                @Override
                public long nanosUntil(long permits) {
                    RateLimiter.checkPermits(permits, burst());
                    long there = Math.min(burst(), tokens + Math.max(0, ticker.nanos() - last) / interval);
                    return Math.max(0, (permits - there) * interval);
                }

                @Override
                public long burst() {
                    return rate.permits();
                }
            };
        }
    }

    static final class CountsInWholeSeconds extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            long origin = ticker.nanos();
            long second = Duration.ofSeconds(1).toNanos();
            Deque<Long> log = new ArrayDeque<>();
            return new PlainBucket(rate, ticker) {
                @Override
                long wait(long now, long permits) {
                    long t = Math.max(0, now - origin) / second;
                    long period = rate.period().toSeconds();
                    log.removeIf(at -> t - at >= period);
                    long over = log.size() + permits - burst;
                    return over <= 0
                            ? 0
                            : (log.stream().skip(over - 1).findFirst().orElse(t) + period - t) * second;
                }

                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    check(permits);
                    long now = ticker.nanos();
                    long wait = wait(now, permits);
                    if (wait > Math.max(0, maxWaitNanos)) {
                        return DENIED;
                    }
                    for (int i = 0; i < permits; i++) {
                        log.addLast((Math.max(0, now - origin) + wait) / second);
                    }
                    return wait;
                }
            };
        }
    }

    static final class NeverAgesThePreviousWindow extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            long origin = ticker.nanos();
            return new PlainBucket(rate, ticker) {
                private long index;
                private boolean usedBefore;

                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    long window =
                            Math.max(0, ticker.nanos() - origin) / rate.period().toNanos();
                    if (window > index) {
                        // However long ago the previous window was, it still counts for half.
                        if (usedBefore) {
                            due = ticker.nanos() + Math.max(ahead(ticker.nanos()), tolerance / 2);
                        }
                        index = window;
                        usedBefore = false;
                    }
                    long wait = super.reserveNanos(permits, maxWaitNanos);
                    usedBefore |= wait >= 0;
                    return wait;
                }
            };
        }
    }

    static final class ChecksThenActs extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    check(permits);
                    long wait = wait(ticker.nanos(), permits);
                    if (wait > Math.max(0, maxWaitNanos)) {
                        return DENIED;
                    }
                    long now = ticker.nanos();
                    due = now + ahead(now) + permits * interval;
                    return wait;
                }
            };
        }
    }

    static final class CountsTimeTwiceWhenTheClockStepsBack extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                private long last = ticker.nanos();

                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    long now = ticker.nanos();
                    if (now - last < 0) {
                        due -= last - now; // "repairs" the debt, and the time until now is counted once more
                    }
                    last = now;
                    return super.reserveNanos(permits, maxWaitNanos);
                }
            };
        }
    }

    static final class ComparesAbsoluteTimes extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                long ahead(long now) {
                    return due > now ? due - now : 0;
                }
            };
        }
    }

    static final class ChargesForDenials extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    long wait = super.reserveNanos(permits, maxWaitNanos);
                    if (wait < 0 && maxWaitNanos == 0 && ahead(ticker.nanos()) < 2 * tolerance) {
                        due += interval;
                    }
                    return wait;
                }
            };
        }
    }

    static final class RoundsWaitsUp extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                long wait(long now, long permits) {
                    long wait = super.wait(now, permits);
                    return wait == 0 ? 0 : wait + 1_000_000;
                }
            };
        }
    }

    static final class PromisesTheSameMomentToAll extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    long before = due;
                    long wait = super.reserveNanos(permits, maxWaitNanos);
                    due = wait > 0 ? before : due;
                    return wait;
                }
            };
        }
    }

    static final class TakesBeforeItLooksAtTheDeadline extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public long reserveNanos(long permits, long maxWaitNanos) {
                    if (maxWaitNanos == 0) {
                        return super.reserveNanos(permits, maxWaitNanos);
                    }
                    long wait = super.reserveNanos(permits, Long.MAX_VALUE);
                    return wait > maxWaitNanos ? DENIED : wait;
                }
            };
        }
    }

    static final class FillsWithoutEnd extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                long ahead(long now) {
                    return due - now;
                }
            };
        }
    }

    static final class AcceptsAnyPermits extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                void check(long permits) {
                    // this is the fault
                }
            };
        }
    }

    static final class WaitsOutTheTimeoutAndThenRefuses extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public void acquire(long permits, Duration timeout, Sleeper sleeper) throws InterruptedException {
                    if (nanosUntil(permits) > timeout.toNanos()) {
                        sleeper.sleep(timeout);
                    }
                    super.acquire(permits, timeout, sleeper);
                }
            };
        }
    }

    static final class GivesTheWholeWish extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return new PlainBucket(rate, ticker) {
                @Override
                public long tryAcquireUpTo(long permits) {
                    return tryAcquire() ? permits : super.tryAcquireUpTo(permits);
                }
            };
        }
    }
}
