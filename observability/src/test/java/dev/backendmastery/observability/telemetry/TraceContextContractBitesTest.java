package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.observability.telemetry.PlainTraceContext.Fault;
import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.junit.jupiter.api.Test;

/** Each class below has the fault that its name says, and the kit convicts it by the clauses named here. */
final class TraceContextContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(FirstParentWins.class, "WT-4"),
                () -> Kit.convicts(AnyCase.class, "WT-2"),
                () -> Kit.convicts(VersionFf.class, "WT-2"),
                () -> Kit.convicts(LongerVersionZero.class, "WT-2"),
                () -> Kit.convicts(ZeroIds.class, "WT-3"),
                () -> Kit.convicts(RefusesTheFuture.class, "WT-2", "WT-5"),
                () -> Kit.convicts(FutureWithoutDash.class, "WT-5"),
                () -> Kit.convicts(FirstStateOnly.class, "WT-6", "WT-7", "WT-8", "WT-10"),
                () -> Kit.convicts(StatesReversed.class, "WT-1", "WT-6", "WT-8", "WT-11"),
                () -> Kit.convicts(FirstDuplicateWins.class, "WT-7"),
                () -> Kit.convicts(KeepsTheRightOnes.class, "WT-8", "WT-9"),
                () -> Kit.convicts(AnyKey.class, "WT-8"),
                () -> Kit.convicts(LevelOneAlways.class, "WT-8"),
                () -> Kit.convicts(LevelTwoAlways.class, "WT-8"),
                () -> Kit.convicts(AnyValue.class, "WT-9"),
                () -> Kit.convicts(MoreMembers.class, "WT-10"),
                () -> Kit.convicts(CutsAfter32.class, "WT-10"),
                () -> Kit.convicts(KeepsWhiteSpace.class, "WT-11"),
                () -> Kit.convicts(SampledOnly.class, "WT-1", "WT-12"),
                () -> Kit.convicts(AllFlags.class, "WT-12"),
                () -> Kit.convicts(AlwaysSampled.class, "WT-1", "WT-12"));
    }

    /** The peer: OpenTelemetry's own, which keeps of a wrong state what is right, and lets a repeated key win. */
    @Test
    void convictsThePeer() {
        Kit.convicts(TheSdks.class, "WT-4", "WT-6", "WT-7", "WT-8", "WT-10", "WT-11", "WT-12");
    }

    static final class TheSdks extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return W3CTraceContextPropagator.getInstance();
        }
    }

    static final class NoFault extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.NONE);
        }
    }

    static final class FirstParentWins extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.FIRST_PARENT_WINS);
        }
    }

    static final class AnyCase extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ANY_CASE);
        }
    }

    static final class VersionFf extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.VERSION_FF);
        }
    }

    static final class LongerVersionZero extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.LONGER_VERSION_ZERO);
        }
    }

    static final class ZeroIds extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ZERO_IDS);
        }
    }

    static final class RefusesTheFuture extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.REFUSES_THE_FUTURE);
        }
    }

    static final class FutureWithoutDash extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.FUTURE_WITHOUT_DASH);
        }
    }

    static final class FirstStateOnly extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.FIRST_STATE_ONLY);
        }
    }

    static final class StatesReversed extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.STATES_REVERSED);
        }
    }

    static final class FirstDuplicateWins extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.FIRST_DUPLICATE_WINS);
        }
    }

    static final class KeepsTheRightOnes extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.KEEPS_THE_RIGHT_ONES);
        }
    }

    static final class AnyKey extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ANY_KEY);
        }
    }

    static final class LevelOneAlways extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.LEVEL_ONE_ALWAYS);
        }
    }

    static final class LevelTwoAlways extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.LEVEL_TWO_ALWAYS);
        }
    }

    static final class AnyValue extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ANY_VALUE);
        }
    }

    static final class MoreMembers extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.MORE_MEMBERS);
        }
    }

    static final class CutsAfter32 extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.CUTS_AFTER_32);
        }
    }

    static final class KeepsWhiteSpace extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.KEEPS_WHITE_SPACE);
        }
    }

    static final class SampledOnly extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.SAMPLED_ONLY);
        }
    }

    static final class AllFlags extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ALL_FLAGS);
        }
    }

    static final class AlwaysSampled extends TraceContextContract {
        @Override
        protected TextMapPropagator create(Level level) {
            return new PlainTraceContext(level, Fault.ALWAYS_SAMPLED);
        }
    }
}
