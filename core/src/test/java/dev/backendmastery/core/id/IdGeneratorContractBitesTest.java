package dev.backendmastery.core.id;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class IdGeneratorContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(ReadsOnlyTheClock.class, "ID-1", "ID-2", "ID-3", "ID-4", "ID-5", "ID-6", "ID-7", "ID-8");
        Kit.convicts(GoesBackWithTheClock.class, "ID-3", "ID-4");
        Kit.convicts(WrapsTheCounter.class, "ID-5", "ID-6", "ID-7");
        Kit.convicts(BorrowsNothing.class, "ID-3", "ID-5");
        Kit.convicts(BorrowsWithoutBound.class, "ID-4", "ID-5", "ID-6", "ID-7");
        Kit.convicts(WaitsForEver.class, "ID-4", "ID-5", "ID-7");
        Kit.convicts(RefusesInsteadOfWaiting.class, "ID-6");
        Kit.convicts(ChecksThenActs.class, "ID-8");
        Kit.convicts(TellsSeconds.class, "ID-3", "ID-5", "ID-9");
        Kit.convicts(UnpaddedText.class, "ID-10");
        Kit.convicts(ReadsLowerCase.class, "ID-11");
        Kit.convicts(IgnoresTheWorker.class, "ID-12");
    }

    @Test
    void convictsEachFaultOfLayout() {
        Kit.convicts(ForgetsTheVersion.class, "ID-13");
        Kit.convicts(ForgetsTheVariant.class, "ID-13");
    }

    /** A simple generator for one caller at a time, right in all but what a subclass gets wrong. */
    private static class Simple implements IdGenerator<Long> {
        private static final long EPOCH = SnowflakeIds.DEFAULT_EPOCH.toEpochMilli();

        private final SnowflakeIds text = SnowflakeIds.ofWorker(0);
        private final int worker;
        private final InstantSource clock;
        private final Ticker ticker;
        private final ClockPolicy policy;
        private long last;

        Simple(int worker, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            this.worker = worker;
            this.clock = clock;
            this.ticker = ticker;
            this.policy = policy;
        }

        @Override
        public Long next() {
            long started = ticker.nanos();
            long now = clock.millis() - EPOCH;
            long word = step(last, now);
            while (missing(word, now) > 0) {
                if (missing(word, now) > policy.maxWait().toMillis()
                        || ticker.nanos() - started >= policy.maxWait().toNanos()) {
                    throw new ClockBehindException(Duration.ofMillis((word >>> 12) - now), policy);
                }
                now = clock.millis() - EPOCH;
                word = step(last, now);
            }
            last = word;
            return ((word & ~4_095L) << 10) | ((long) worker << 12) | (word & 4_095);
        }

        long step(long previous, long now) {
            return now > previous >>> 12 ? now << 12 : previous + 1;
        }

        long missing(long word, long now) {
            return (word >>> 12) - now - policy.maxAhead().toMillis();
        }

        @Override
        public Instant timestampOf(Long id) {
            return text.timestampOf(id);
        }

        @Override
        public String format(Long id) {
            return text.format(id);
        }

        @Override
        public Long parse(String t) {
            return text.parse(t);
        }
    }

    private abstract static class Kit64 extends IdGeneratorContract<Long> {
        @Override
        protected int idsPerMilli() {
            return 4_096;
        }
    }

    static final class ReadsOnlyTheClock extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                long step(long previous, long now) {
                    return now << 12;
                }
            };
        }
    }

    static final class GoesBackWithTheClock extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                long step(long previous, long now) {
                    // More than a second back is taken for another clock: borrowed time is not.
                    boolean back = now < (previous >>> 12) - 100;
                    return back || now > previous >>> 12 ? now << 12 : previous + 1;
                }
            };
        }
    }

    static final class WrapsTheCounter extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                long step(long previous, long now) {
                    return now > previous >>> 12 ? now << 12 : (previous & ~4_095L) | ((previous + 1) & 4_095);
                }
            };
        }
    }

    static final class BorrowsNothing extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, new ClockPolicy(Duration.ZERO, policy.maxWait()));
        }
    }

    static final class BorrowsWithoutBound extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                long missing(long word, long now) {
                    return 0;
                }
            };
        }
    }

    static final class WaitsForEver extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, () -> 0, new ClockPolicy(policy.maxAhead(), Duration.ofDays(36_500)));
        }
    }

    static final class RefusesInsteadOfWaiting extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, ClockPolicy.borrowing(policy.maxAhead()));
        }
    }

    /** Reads the last id, then the clock, and writes as if nobody had come in between. */
    static final class ChecksThenActs extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                private long seen;

                @Override
                public Long next() {
                    long before = seen;
                    Long id = super.next();
                    if (seen != before) { // another caller came in between: this one still gives the id it had decided
                        // on
                        return seen;
                    }
                    seen = id;
                    return id;
                }
            };
        }
    }

    static final class TellsSeconds extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                public Instant timestampOf(Long id) {
                    Instant exact = super.timestampOf(id);
                    // Exact only where the clock ran on from the start by a few milliseconds.
                    return exact.truncatedTo(ChronoUnit.SECONDS).plusMillis(123);
                }
            };
        }
    }

    static final class UnpaddedText extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                public String format(Long id) {
                    return Long.toString(id);
                }

                @Override
                public Long parse(String t) {
                    if (!t.matches("0|[1-9][0-9]{0,18}")) {
                        throw new IllegalArgumentException(t);
                    }
                    return Long.valueOf(t);
                }
            };
        }
    }

    static final class ReadsLowerCase extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(node, clock, ticker, policy) {
                @Override
                public Long parse(String t) {
                    return super.parse(t.toUpperCase(Locale.ROOT));
                }
            };
        }
    }

    static final class IgnoresTheWorker extends Kit64 {
        @Override
        protected IdGenerator<Long> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Simple(1, clock, ticker, policy);
        }
    }

    /** A right generator whose ids lose some bits. */
    private static final class Masked implements IdGenerator<UUID> {
        private final UuidV7 right;
        private final long highBits;
        private final long lowBits;

        Masked(UuidV7 right, long highBits, long lowBits) {
            this.right = right;
            this.highBits = highBits;
            this.lowBits = lowBits;
        }

        @Override
        public UUID next() {
            UUID id = right.next();
            return new UUID(id.getMostSignificantBits() ^ highBits, id.getLeastSignificantBits() ^ lowBits);
        }

        @Override
        public Instant timestampOf(UUID id) {
            return right.timestampOf(id);
        }

        @Override
        public String format(UUID id) {
            return id.toString();
        }

        @Override
        public UUID parse(String text) {
            UUID id = UUID.fromString(text);
            if (!id.toString().equals(text)) {
                throw new IllegalArgumentException(text);
            }
            return id;
        }
    }

    private abstract static class Kit128 extends UuidV7Contract {
        @Override
        protected int idsPerMilli() {
            return 1 << 16;
        }
    }

    static final class ForgetsTheVersion extends Kit128 {
        @Override
        protected IdGenerator<UUID> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Masked(UuidV7.of(new SplittableRandom(node)::nextLong, clock, ticker, policy), 0x3000L, 0);
        }
    }

    static final class ForgetsTheVariant extends Kit128 {
        @Override
        protected IdGenerator<UUID> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
            return new Masked(
                    UuidV7.of(new SplittableRandom(node)::nextLong, clock, ticker, policy), 0, 0x4000_0000_0000_0000L);
        }
    }
}
