package dev.backendmastery.core.resilience;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.resilience.BreakerConfig.Window;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class CircuitBreakerContractBitesTest {

    @Test
    void acquitsThePlainOne() {
        Kit.convicts(Plain.class);
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(JudgesTooFewCalls.class, "CB-1", "CB-2", "CB-3");
        Kit.convicts(OpensAboveTheThreshold.class, "CB-1", "CB-2");
        Kit.convicts(NeverForgets.class, "CB-2");
        Kit.convicts(IgnoresSlowness.class, "CB-3", "CB-8");
        Kit.convicts(ProbesTooEarly.class, "CB-4", "CB-8");
        Kit.convicts(AdmitsAllHalfOpen.class, "CB-5", "CB-6", "CB-9");
        Kit.convicts(ChecksThenActs.class, "CB-5");
        Kit.convicts(NeverHeals.class, "CB-6");
        Kit.convicts(CountsGivenUpProbes.class, "CB-6");
        Kit.convicts(ForgetsTheGeneration.class, "CB-6", "CB-7");
        Kit.convicts(TrustsTheFirstProbe.class, "CB-8");
        Kit.convicts(LosesIgnoredPermits.class, "CB-9");
        Kit.convicts(CountsIgnoredAsSuccess.class, "CB-9", "CB-10");
        Kit.convicts(WrapsExceptions.class, "CB-10");
        Kit.convicts(ReadsThenWrites.class, "CB-11");
    }

    /** A right one in its plainest form: a lock and a queue. */
    static class PlainBreaker implements CircuitBreaker {
        final BreakerConfig config;
        final Ticker ticker;
        final Deque<long[]> outcomes = new ArrayDeque<>();
        final Map<Long, Long> probes = new HashMap<>();
        State state = State.CLOSED;
        long generation;
        long serial;
        long since;
        int done;
        int failures;
        int slow;

        PlainBreaker(BreakerConfig config, Ticker ticker) {
            this.config = config;
            this.ticker = ticker;
        }

        @Override
        public synchronized long tryAcquire() {
            long now = ticker.nanos();
            if (state == State.OPEN && now - since >= config.openFor().toNanos()) {
                move(State.HALF_OPEN);
            }
            if (state == State.HALF_OPEN && hasRoom(now)) {
                long permit = ++serial;
                probes.put(permit, now + config.probeDeadline().toNanos());
                return generation << 32 | permit;
            }
            return state == State.CLOSED ? generation << 32 : REJECTED;
        }

        boolean hasRoom(long now) {
            giveUp(now);
            return probes.size() + done < config.probes();
        }

        void giveUp(long now) {
            probes.values().removeIf(deadline -> now - deadline >= 0);
        }

        final void move(State next) {
            state = next;
            generation++;
            since = ticker.nanos();
            outcomes.clear();
            probes.clear();
            done = 0;
            failures = 0;
            slow = 0;
        }

        boolean isOld(long permit) {
            return permit >>> 32 != generation;
        }

        boolean isOut(long permit) {
            return probes.remove(permit & 0xFFFF_FFFFL) != null;
        }

        @Override
        public void onSuccess(long permit, long startNanos) {
            report(permit, 0, startNanos);
        }

        @Override
        public void onFailure(long permit, long startNanos) {
            report(permit, 1, startNanos);
        }

        synchronized void report(long permit, int failed, long start) {
            if (isOld(permit)) {
                return;
            }
            long now = ticker.nanos();
            int late = now - start > config.slowCall().toNanos() ? 1 : 0;
            if (state == State.CLOSED) {
                outcomes.add(new long[] {now, failed, late});
                forget(now);
                if (failed + late > 0
                        && outcomes.size() >= config.minimumCalls()
                        && (sum(1) >= config.failureRate() * outcomes.size()
                                || (sum(2) > 0 && sum(2) >= config.slowRate() * outcomes.size()))) {
                    move(State.OPEN);
                }
            } else if (state == State.HALF_OPEN && isOut(permit)) {
                done++;
                failures += failed;
                slow += late;
                decide();
            }
        }

        void decide() {
            if (failures >= config.failureRate() * config.probes() || slow >= config.slowRate() * config.probes()) {
                move(State.OPEN);
            } else if (done == config.probes()) {
                move(State.CLOSED);
            }
        }

        void forget(long now) {
            if (config.window() instanceof Window.Calls calls && outcomes.size() > calls.size()) {
                outcomes.remove();
            }
            if (config.window() instanceof Window.Time time) {
                long period = time.period().toNanos();
                for (long[] oldest = outcomes.peek();
                        oldest != null && now - oldest[0] >= period;
                        oldest = outcomes.peek()) {
                    outcomes.remove();
                }
            }
        }

        final int sum(int column) {
            return (int) outcomes.stream().mapToLong(outcome -> outcome[column]).sum();
        }

        @Override
        public synchronized void onIgnored(long permit) {
            if (!isOld(permit)) {
                isOut(permit);
            }
        }

        @Override
        public synchronized long nanosUntilPermit() {
            long now = ticker.nanos();
            return switch (state) {
                case CLOSED -> 0;
                case OPEN -> Math.max(0, config.openFor().toNanos() - (now - since));
                case HALF_OPEN ->
                    probes.size() + done < config.probes()
                            ? 0
                            : probes.values().stream()
                                    .mapToLong(deadline -> Math.max(0, deadline - now))
                                    .min()
                                    .orElse(0);
            };
        }

        @Override
        public synchronized Snapshot snapshot() {
            forget(ticker.nanos());
            return state == State.HALF_OPEN
                    ? new Snapshot(state, done, failures, slow)
                    : new Snapshot(state, outcomes.size(), sum(1), sum(2));
        }

        @Override
        public BreakerConfig config() {
            return config;
        }

        @Override
        public Ticker ticker() {
            return ticker;
        }
    }

    static class Plain extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker);
        }
    }

    static final class JudgesTooFewCalls extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config.withWindow(config.window(), Math.min(5, config.minimumCalls())), ticker);
        }
    }

    static final class OpensAboveTheThreshold extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config.withFailureRate(Math.min(1, config.failureRate() + 0.01)), ticker);
        }
    }

    static final class NeverForgets extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                void forget(long now) {}
            };
        }
    }

    static final class IgnoresSlowness extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config.withSlowCalls(Duration.ofDays(300), 1), ticker);
        }
    }

    static final class ProbesTooEarly extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config.withOpenFor(config.openFor().minusNanos(1)), ticker);
        }
    }

    static final class AdmitsAllHalfOpen extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                boolean hasRoom(long now) {
                    giveUp(now);
                    return true;
                }
            };
        }
    }

    static final class ChecksThenActs extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                boolean hasRoom(long now) {
                    boolean room = super.hasRoom(now);
                    ticker.nanos();
                    return room;
                }
            };
        }
    }

    static final class NeverHeals extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                void giveUp(long now) {}
            };
        }
    }

    static final class CountsGivenUpProbes extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                boolean isOut(long permit) {
                    super.isOut(permit);
                    return true;
                }
            };
        }
    }

    static final class ForgetsTheGeneration extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                boolean isOld(long permit) {
                    return false;
                }

                @Override
                boolean isOut(long permit) {
                    // The number of a probe without its generation is that of another probe.
                    return probes.remove((permit & 0xFFFF_FFFFL)) != null || !probes.isEmpty();
                }
            };
        }
    }

    static final class TrustsTheFirstProbe extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                void decide() {
                    move(failures > 0 ? State.OPEN : State.CLOSED);
                }
            };
        }
    }

    static final class LosesIgnoredPermits extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                public synchronized void onIgnored(long permit) {}
            };
        }
    }

    static final class CountsIgnoredAsSuccess extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                public synchronized void onIgnored(long permit) {
                    onSuccess(permit, ticker.nanos());
                }
            };
        }
    }

    static final class WrapsExceptions extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                @Override
                public void onError(long permit, long startNanos, Throwable failure) {
                    super.onError(permit, startNanos, failure);
                    throw new IllegalStateException(failure);
                }
            };
        }
    }

    static final class ReadsThenWrites extends CircuitBreakerContract {
        @Override
        protected CircuitBreaker create(BreakerConfig config, Ticker ticker) {
            return new PlainBreaker(config, ticker) {
                private long all;

                @Override
                synchronized void report(long permit, int failed, long start) {
                    long seen = all;
                    super.report(permit, failed, start);
                    all = seen + 1;
                }

                @Override
                public synchronized Snapshot snapshot() {
                    Snapshot right = super.snapshot();
                    return right.calls() < 1_000
                            ? right
                            : new Snapshot(right.state(), all, right.failures(), right.slow());
                }
            };
        }
    }
}
