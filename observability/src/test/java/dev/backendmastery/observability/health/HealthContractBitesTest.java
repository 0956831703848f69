package dev.backendmastery.observability.health;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.observability.health.PlainHealth.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class HealthContractBitesTest {

    abstract static class Planted extends HealthContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Subject create(Parts parts) {
            return new PlainHealth(parts, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class LivesWithTheDatabase extends Planted {
        LivesWithTheDatabase() {
            super(Fault.LIVES_WITH_THE_DATABASE);
        }
    }

    static final class OneAfterTheOther extends Planted {
        OneAfterTheOther() {
            super(Fault.ONE_AFTER_THE_OTHER);
        }
    }

    static final class WaitsForEver extends Planted {
        WaitsForEver() {
            super(Fault.WAITS_FOR_EVER);
        }
    }

    static final class AsksEachTime extends Planted {
        AsksEachTime() {
            super(Fault.ASKS_EACH_TIME);
        }
    }

    static final class RemembersForEver extends Planted {
        RemembersForEver() {
            super(Fault.REMEMBERS_FOR_EVER);
        }
    }

    static final class ARoundForEach extends Planted {
        ARoundForEach() {
            super(Fault.A_ROUND_FOR_EACH);
        }
    }

    static final class PilesUp extends Planted {
        PilesUp() {
            super(Fault.PILES_UP);
        }
    }

    static final class NeverAsksWhoHung extends Planted {
        NeverAsksWhoHung() {
            super(Fault.NEVER_ASKS_WHO_HUNG);
        }
    }

    static final class DownAtOnce extends Planted {
        DownAtOnce() {
            super(Fault.DOWN_AT_ONCE);
        }
    }

    static final class CountsAllFailures extends Planted {
        CountsAllFailures() {
            super(Fault.COUNTS_ALL_FAILURES);
        }
    }

    static final class UpAtOnce extends Planted {
        UpAtOnce() {
            super(Fault.UP_AT_ONCE);
        }
    }

    static final class AllIsCritical extends Planted {
        AllIsCritical() {
            super(Fault.ALL_IS_CRITICAL);
        }
    }

    static final class NothingIsCritical extends Planted {
        NothingIsCritical() {
            super(Fault.NOTHING_IS_CRITICAL);
        }
    }

    static final class ReadyBeforeItHasStarted extends Planted {
        ReadyBeforeItHasStarted() {
            super(Fault.READY_BEFORE_IT_HAS_STARTED);
        }
    }

    static final class StartsAnew extends Planted {
        StartsAnew() {
            super(Fault.STARTS_ANEW);
        }
    }

    static final class DrainsWhenItForgets extends Planted {
        DrainsWhenItForgets() {
            super(Fault.DRAINS_WHEN_IT_FORGETS);
        }
    }

    static final class DiesWhenItDrains extends Planted {
        DiesWhenItDrains() {
            super(Fault.DIES_WHEN_IT_DRAINS);
        }
    }

    static final class ExceptionsAlone extends Planted {
        ExceptionsAlone() {
            super(Fault.EXCEPTIONS_ALONE);
        }
    }

    static final class DrainsAndAsks extends Planted {
        DrainsAndAsks() {
            super(Fault.DRAINS_AND_ASKS);
        }
    }

    static final class TrustsTheMessage extends Planted {
        TrustsTheMessage() {
            super(Fault.TRUSTS_THE_MESSAGE);
        }
    }

    static final class InterruptedIsDown extends Planted {
        InterruptedIsDown() {
            super(Fault.INTERRUPTED_IS_DOWN);
        }
    }

    @Test
    void convicts() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(LivesWithTheDatabase.class, "HC-1", "HC-11"),
                () -> Kit.convicts(OneAfterTheOther.class, "HC-2"),
                () -> Kit.convicts(WaitsForEver.class, "HC-3", "HC-6"),
                () -> Kit.convicts(AsksEachTime.class, "HC-4", "HC-5"),
                () -> Kit.convicts(RemembersForEver.class, "HC-4", "HC-6", "HC-7", "HC-8", "HC-9", "HC-10"),
                () -> Kit.convicts(ARoundForEach.class, "HC-5", "HC-6"),
                () -> Kit.convicts(PilesUp.class, "HC-6"),
                () -> Kit.convicts(NeverAsksWhoHung.class, "HC-6"),
                () -> Kit.convicts(DownAtOnce.class, "HC-7", "HC-9"),
                () -> Kit.convicts(CountsAllFailures.class, "HC-7", "HC-8"),
                () -> Kit.convicts(UpAtOnce.class, "HC-8"),
                () -> Kit.convicts(AllIsCritical.class, "HC-9", "HC-10", "HC-12"),
                () -> Kit.convicts(NothingIsCritical.class, "HC-3", "HC-6", "HC-7", "HC-8", "HC-9", "HC-10", "HC-14"),
                () -> Kit.convicts(ReadyBeforeItHasStarted.class, "HC-3", "HC-6", "HC-10", "HC-12", "HC-14"),
                () -> Kit.convicts(StartsAnew.class, "HC-10"),
                () -> Kit.convicts(DrainsWhenItForgets.class, "HC-11"),
                () -> Kit.convicts(DiesWhenItDrains.class, "HC-11"),
                () -> Kit.convicts(DrainsAndAsks.class, "HC-11"),
                () -> Kit.convicts(TrustsTheMessage.class, "HC-12"),
                () -> Kit.convicts(InterruptedIsDown.class, "HC-13"),
                () -> Kit.convicts(ExceptionsAlone.class, "HC-12"));
    }
}
