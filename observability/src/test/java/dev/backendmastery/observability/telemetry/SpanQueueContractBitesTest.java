package dev.backendmastery.observability.telemetry;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.telemetry.PlainSpanQueue.Fault;
import dev.backendmastery.observability.telemetry.SpanQueue.Settings;
import dev.backendmastery.observability.telemetry.SpanQueue.Stats;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** Each class below has the fault that its name says, and the kit convicts it by the clauses named here. */
final class SpanQueueContractBitesTest {

    @Test
    void convictsEachFault() throws InterruptedException, ExecutionException {
        Kit.inParallel(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(ExportsUnsampled.class, "SQ-2"),
                () -> Kit.convicts(
                        ExportsTwice.class,
                        "SQ-1",
                        "SQ-2",
                        "SQ-3",
                        "SQ-4",
                        "SQ-5",
                        "SQ-6",
                        "SQ-7",
                        "SQ-8",
                        "SQ-9",
                        "SQ-11",
                        "SQ-12"),
                () -> Kit.convicts(WaitsForFullBatches.class, "SQ-3", "SQ-4"),
                () -> Kit.convicts(SendsEachAlone.class, "SQ-3", "SQ-5", "SQ-6", "SQ-7"),
                () -> Kit.convicts(KeepsAll.class, "SQ-4"),
                () -> Kit.convicts(WaitsForRoom.class, "SQ-4"),
                () -> Kit.convicts(DropsInSilence.class, "SQ-4", "SQ-12"),
                () -> Kit.convicts(CountsFailedAsExported.class, "SQ-5", "SQ-7", "SQ-10"),
                () -> Kit.convicts(DiesOfAnException.class, "SQ-6"),
                () -> Kit.convicts(WaitsForEver.class, "SQ-7", "SQ-10"),
                () -> Kit.convicts(FlushesNothing.class, "SQ-8"),
                () -> Kit.convicts(SaysDoneAtOnce.class, "SQ-8"),
                () -> Kit.convicts(LosesWhatWaits.class, "SQ-9"),
                () -> Kit.convicts(LeavesTheExporterOpen.class, "SQ-9", "SQ-10"),
                () -> Kit.convicts(LosesPatienceNever.class, "SQ-10"),
                () -> Kit.convicts(ForgetsWhoIsLate.class, "SQ-11", "SQ-12"));
    }

    abstract static class Planted extends SpanQueueContract {

        private final Fault fault;

        Planted(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected SpanProcessor create(SpanExporter exporter, Settings settings, Ticker ticker, ThreadFactory threads) {
            return new PlainSpanQueue(exporter, settings, ticker, threads, fault);
        }

        @Override
        protected Stats stats(SpanProcessor queue) {
            return ((PlainSpanQueue) queue).stats();
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(Fault.NONE);
        }
    }

    static final class ExportsUnsampled extends Planted {
        ExportsUnsampled() {
            super(Fault.EXPORTS_UNSAMPLED);
        }
    }

    static final class ExportsTwice extends Planted {
        ExportsTwice() {
            super(Fault.EXPORTS_TWICE);
        }
    }

    static final class WaitsForFullBatches extends Planted {
        WaitsForFullBatches() {
            super(Fault.WAITS_FOR_FULL_BATCHES);
        }
    }

    static final class SendsEachAlone extends Planted {
        SendsEachAlone() {
            super(Fault.SENDS_EACH_ALONE);
        }
    }

    static final class KeepsAll extends Planted {
        KeepsAll() {
            super(Fault.KEEPS_ALL);
        }
    }

    static final class WaitsForRoom extends Planted {
        WaitsForRoom() {
            super(Fault.WAITS_FOR_ROOM);
        }
    }

    static final class DropsInSilence extends Planted {
        DropsInSilence() {
            super(Fault.DROPS_IN_SILENCE);
        }
    }

    static final class CountsFailedAsExported extends Planted {
        CountsFailedAsExported() {
            super(Fault.COUNTS_FAILED_AS_EXPORTED);
        }
    }

    static final class DiesOfAnException extends Planted {
        DiesOfAnException() {
            super(Fault.DIES_OF_AN_EXCEPTION);
        }
    }

    static final class WaitsForEver extends Planted {
        WaitsForEver() {
            super(Fault.WAITS_FOR_EVER);
        }
    }

    static final class FlushesNothing extends Planted {
        FlushesNothing() {
            super(Fault.FLUSHES_NOTHING);
        }
    }

    static final class SaysDoneAtOnce extends Planted {
        SaysDoneAtOnce() {
            super(Fault.SAYS_DONE_AT_ONCE);
        }
    }

    static final class LosesWhatWaits extends Planted {
        LosesWhatWaits() {
            super(Fault.LOSES_WHAT_WAITS);
        }
    }

    static final class LeavesTheExporterOpen extends Planted {
        LeavesTheExporterOpen() {
            super(Fault.LEAVES_THE_EXPORTER_OPEN);
        }
    }

    static final class LosesPatienceNever extends Planted {
        LosesPatienceNever() {
            super(Fault.LOSES_PATIENCE_NEVER);
        }
    }

    static final class ForgetsWhoIsLate extends Planted {
        ForgetsWhoIsLate() {
            super(Fault.FORGETS_WHO_IS_LATE);
        }
    }
}
