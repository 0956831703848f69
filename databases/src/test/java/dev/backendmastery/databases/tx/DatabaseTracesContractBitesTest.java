package dev.backendmastery.databases.tx;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Query;
import org.jooq.conf.ParamType;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class DatabaseTracesContractBitesTest {

    @Test
    void convicts() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(EndsOnlyOnSuccess.class, "DT-2"),
                () -> Kit.convicts(EndsTwice.class, "DT-1", "DT-2", "DT-5", "DT-8"),
                () -> Kit.convicts(HidesErrors.class, "DT-2"),
                () -> Kit.convicts(ShowsValues.class, "DT-3"),
                () -> Kit.convicts(SpansOutsideOfTraces.class, "DT-4"),
                () -> Kit.convicts(LeaksScope.class, "DT-1", "DT-2", "DT-3", "DT-5", "DT-8"),
                () -> Kit.convicts(ForgetsTheSize.class, "DT-5"));
    }

    /** A right listener in which a fault is planted. */
    abstract static class Planted extends DatabaseTracesContract {

        @Override
        protected DSLContext dsl(Database database, OpenTelemetry telemetry) {
            return database.dsl()
                    .configuration()
                    .derive(() -> plant(database.traces(), telemetry))
                    .dsl();
        }

        abstract ExecuteListener plant(Traces traces, OpenTelemetry telemetry);
    }

    /** Forwards what matters here. */
    static class Forwarding implements ExecuteListener {
        private static final long serialVersionUID = 1L;
        final transient ExecuteListener real;

        Forwarding(ExecuteListener real) {
            this.real = real;
        }

        @Override
        public void executeStart(ExecuteContext context) {
            real.executeStart(context);
        }

        @Override
        public void bindEnd(ExecuteContext context) {
            real.bindEnd(context);
        }

        @Override
        public void exception(ExecuteContext context) {
            real.exception(context);
        }

        @Override
        public void end(ExecuteContext context) {
            real.end(context);
        }
    }

    static final class NoFault extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener());
        }
    }

    static final class EndsOnlyOnSuccess extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                @Override
                public void end(ExecuteContext context) {
                    if (context.exception() == null) {
                        super.end(context);
                    }
                }
            };
        }
    }

    static final class EndsTwice extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                private transient Span span = Span.getInvalid();

                @Override
                public void executeStart(ExecuteContext context) {
                    super.executeStart(context);
                    if (traces.active()) {
                        span = telemetry.getTracer("wrong").spanBuilder("wrong").startSpan();
                    }
                }

                @Override
                public void end(ExecuteContext context) {
                    super.end(context);
                    span.end();
                    span.end();
                }
            };
        }
    }

    static final class HidesErrors extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                @Override
                public void exception(ExecuteContext context) {}
            };
        }
    }

    static final class ShowsValues extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                @Override
                public void executeStart(ExecuteContext context) {
                    super.executeStart(context);
                    Query query = context.query();
                    if (query != null) {
                        Span.current().setAttribute("statement", query.getSQL(ParamType.INLINED));
                    }
                }
            };
        }
    }

    static final class SpansOutsideOfTraces extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            if (traces.active()) {
                return new Forwarding(traces.listener());
            }
            return new ExecuteListener() {
                @Override
                public void end(ExecuteContext context) {
                    telemetry.getTracer("wrong").spanBuilder("poll").startSpan().end();
                }
            };
        }
    }

    static final class LeaksScope extends Planted {
        private static final ContextKey<String> KEY = ContextKey.named("leak");

        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                @Override
                @SuppressWarnings("MustBeClosedChecker") // the fault
                public void executeStart(ExecuteContext context) {
                    super.executeStart(context);
                    if (traces.active()) {
                        var unused = Context.current().with(KEY, "leaked").makeCurrent();
                    }
                }
            };
        }
    }

    static final class ForgetsTheSize extends Planted {
        @Override
        ExecuteListener plant(Traces traces, OpenTelemetry telemetry) {
            return new Forwarding(traces.listener()) {
                @Override
                public void bindEnd(ExecuteContext context) {}
            };
        }
    }
}
