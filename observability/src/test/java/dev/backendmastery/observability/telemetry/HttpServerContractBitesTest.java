package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.observability.metrics.Meters;
import dev.backendmastery.observability.telemetry.PlainServer.Fault;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each class below has the fault that its name says, and the kit convicts it by the clauses named here. */
final class HttpServerContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(BeginsItsOwnTrace.class, "HS-1"),
                () -> Kit.convicts(GoesOnWithTheThreads.class, "HS-1"),
                () -> Kit.convicts(NeverCurrent.class, "HS-2"),
                () -> Kit.convicts(LeavesItCurrent.class, "HS-2", "HS-3"),
                () -> Kit.convicts(Swallows.class, "HS-3"),
                () -> Kit.convicts(ForgetsFailures.class, "HS-3"),
                () -> Kit.convicts(EndsTwice.class, "HS-3", "HS-4", "HS-7"),
                () -> Kit.convicts(PathAsName.class, "HS-5"),
                () -> Kit.convicts(AnyMethod.class, "HS-5"),
                () -> Kit.convicts(FourHundredIsAnError.class, "HS-6"),
                () -> Kit.convicts(NothingIsAnError.class, "HS-3", "HS-6"),
                () -> Kit.convicts(MeasuresTheSampled.class, "HS-7"),
                () -> Kit.convicts(NeverCountsDown.class, "HS-3", "HS-8"));
    }

    abstract static class Planted extends HttpServerContract {

        private final Fault fault;
        private final Deque<Scope> left = new ArrayDeque<>();

        Planted(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Server create(OpenTelemetry telemetry, Meters meters) {
            return new PlainServer(telemetry, meters, fault, left);
        }

        @AfterEach
        @SuppressWarnings("MustBeClosedChecker") // what a fault left current is not to convict the next one
        void mend() {
            left.forEach(Scope::close);
            Context.root().makeCurrent();
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(Fault.NONE);
        }
    }

    static final class BeginsItsOwnTrace extends Planted {
        BeginsItsOwnTrace() {
            super(Fault.BEGINS_ITS_OWN_TRACE);
        }
    }

    static final class GoesOnWithTheThreads extends Planted {
        GoesOnWithTheThreads() {
            super(Fault.GOES_ON_WITH_THE_THREADS);
        }
    }

    static final class NeverCurrent extends Planted {
        NeverCurrent() {
            super(Fault.NEVER_CURRENT);
        }
    }

    static final class LeavesItCurrent extends Planted {
        LeavesItCurrent() {
            super(Fault.LEAVES_IT_CURRENT);
        }
    }

    static final class Swallows extends Planted {
        Swallows() {
            super(Fault.SWALLOWS);
        }
    }

    static final class ForgetsFailures extends Planted {
        ForgetsFailures() {
            super(Fault.FORGETS_FAILURES);
        }
    }

    static final class EndsTwice extends Planted {
        EndsTwice() {
            super(Fault.ENDS_TWICE);
        }
    }

    static final class PathAsName extends Planted {
        PathAsName() {
            super(Fault.PATH_AS_NAME);
        }
    }

    static final class AnyMethod extends Planted {
        AnyMethod() {
            super(Fault.ANY_METHOD);
        }
    }

    static final class FourHundredIsAnError extends Planted {
        FourHundredIsAnError() {
            super(Fault.FOUR_HUNDRED_IS_AN_ERROR);
        }
    }

    static final class NothingIsAnError extends Planted {
        NothingIsAnError() {
            super(Fault.NOTHING_IS_AN_ERROR);
        }
    }

    static final class MeasuresTheSampled extends Planted {
        MeasuresTheSampled() {
            super(Fault.MEASURES_THE_SAMPLED);
        }
    }

    static final class NeverCountsDown extends Planted {
        NeverCountsDown() {
            super(Fault.NEVER_COUNTS_DOWN);
        }
    }
}
