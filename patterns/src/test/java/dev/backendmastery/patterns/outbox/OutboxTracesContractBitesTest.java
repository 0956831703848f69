package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.kit.SpanRecorder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class OutboxTracesContractBitesTest {

    @Test
    void convicts() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(EndsTwice.class, "OT-1", "OT-2"),
                () -> Kit.convicts(HidesErrors.class, "OT-2"),
                () -> Kit.convicts(SwallowsErrors.class, "OT-2"),
                () -> Kit.convicts(LeaksScope.class, "OT-1", "OT-2", "OT-3", "OT-6"),
                () -> Kit.convicts(LosesTheContext.class, "OT-3", "OT-6"),
                () -> Kit.convicts(NotCurrent.class, "OT-1"),
                () -> Kit.convicts(SpansOutsideOfTraces.class, "OT-4"),
                () -> Kit.convicts(ShowsKeys.class, "OT-2"));
    }

    static class NoFault extends OutboxTracesContract {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            return TracedOutbox.of(real, telemetry);
        }
    }

    static final class EndsTwice extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            return super.outbox(real, SpanRecorder.planted(telemetry, (span, method) -> {
                if (method.equals("end")) {
                    span.end();
                }
                return true;
            }));
        }
    }

    static final class HidesErrors extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            return super.outbox(real, SpanRecorder.planted(telemetry, (span, method) -> !method.equals("setStatus")));
        }
    }

    static final class SwallowsErrors extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            Outbox right = super.outbox(real, telemetry);
            return (tx, topic, message) -> {
                try {
                    right.append(tx, topic, message);
                } catch (DataAccessException e) {
                    Span.current().addEvent("swallowed");
                }
            };
        }
    }

    static final class LeaksScope extends NoFault {
        private static final ContextKey<Object> KEY = ContextKey.named("leak");

        @Override
        @SuppressWarnings("MustBeClosedChecker") // the fault
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            Outbox right = super.outbox(real, telemetry);
            return (tx, topic, message) -> {
                if (Span.current().getSpanContext().isValid()) {
                    var unused = Context.current().with(KEY, new Object()).makeCurrent();
                }
                right.append(tx, topic, message);
            };
        }
    }

    static final class LosesTheContext extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            return (tx, topic, message) -> super.outbox(
                            (tx2, topic2, injected) -> real.append(tx2, topic2, message), telemetry)
                    .append(tx, topic, message);
        }
    }

    static final class NotCurrent extends NoFault {
        @Override
        @SuppressWarnings("try") // the scope is held for what it does by itself
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            return (tx, topic, message) -> {
                Context outside = Context.current();
                Outbox inside = (tx2, topic2, injected) -> {
                    try (Scope scope = outside.makeCurrent()) {
                        real.append(tx2, topic2, injected);
                    }
                };
                super.outbox(inside, telemetry).append(tx, topic, message);
            };
        }
    }

    static final class SpansOutsideOfTraces extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            Outbox right = super.outbox(real, telemetry);
            return (tx, topic, message) -> {
                if (!Span.current().getSpanContext().isValid()) {
                    telemetry.getTracer("wrong").spanBuilder("poll").startSpan().end();
                }
                right.append(tx, topic, message);
            };
        }
    }

    static final class ShowsKeys extends NoFault {
        @Override
        protected Outbox outbox(Outbox real, OpenTelemetry telemetry) {
            Outbox right = super.outbox(real, telemetry);
            return (tx, topic, message) -> {
                Span.current()
                        .setAttribute(
                                "key", Objects.requireNonNull(message.key()).utf8());
                right.append(tx, topic, message);
            };
        }
    }
}
