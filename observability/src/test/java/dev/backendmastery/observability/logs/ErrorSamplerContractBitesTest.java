package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Each class below does one thing wrong, and the kit convicts it by the clauses named here. */
final class ErrorSamplerContractBitesTest {

    static final class NoFault extends ErrorSamplerContract {}

    static final class LeavesOutAllButTheFirst extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            Subject real = super.create(first, window, kinds, clock);
            return (level, logger, template, throwable) -> {
                long seen = real.admit(level, logger, template, throwable);
                return seen > first ? 0 : seen;
            };
        }
    }

    static final class CountsAllAsOne extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            Subject real = super.create(first, window, kinds, clock);
            return (level, logger, template, throwable) -> real.admit(level, "all", "all", null);
        }
    }

    static final class KnowsByMessage extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            Subject real = super.create(first, window, kinds, clock);
            return (level, logger, template, throwable) -> real.admit(level, logger, template, null);
        }
    }

    static final class NeverBeginsAnew extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            return super.create(first, window, kinds, new ManualTicker());
        }
    }

    static final class SamplesWarnings extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            Subject real = super.create(first, window, kinds, clock);
            return (level, logger, template, throwable) -> real.admit(Level.ERROR, logger, template, throwable);
        }
    }

    static final class ForgetsNothing extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            return super.create(first, window, 100_000, clock);
        }
    }

    static final class DiesOfTheException extends ErrorSamplerContract {
        @Override
        protected Subject create(int first, Duration window, int kinds, Ticker clock) {
            Subject real = super.create(first, window, kinds, clock);
            return (level, logger, template, throwable) -> throwable != null && throwable.getStackTrace().length < 0
                    ? 0
                    : real.admit(level, logger, template, throwable);
        }
    }

    @Test
    void theKitBites() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(LeavesOutAllButTheFirst.class, "ES-1", "ES-2", "ES-3", "ES-6", "ES-7"),
                () -> Kit.convicts(CountsAllAsOne.class, "ES-2", "ES-5", "ES-7"),
                () -> Kit.convicts(KnowsByMessage.class, "ES-2", "ES-7"),
                () -> Kit.convicts(NeverBeginsAnew.class, "ES-3"),
                () -> Kit.convicts(SamplesWarnings.class, "ES-4"),
                () -> Kit.convicts(ForgetsNothing.class, "ES-5"),
                () -> Kit.convicts(DiesOfTheException.class, "ES-7"));
    }
}
