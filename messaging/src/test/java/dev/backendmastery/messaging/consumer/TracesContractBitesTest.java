package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.TracedLog;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class TracesContractBitesTest {

    private static final ContextKey<Object> KEY = ContextKey.named("leak");

    @Test
    void convictsFaultsOfSpans() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(
                        EndsTwice.class, "TP-1", "TP-2", "TP-4", "TP-5", "TP-7", "TP-8", "TP-11", "TP-12", "TP-15"),
                () -> Kit.convicts(HidesErrors.class, "TP-5", "TP-8", "TP-12", "TP-15"),
                () -> Kit.convicts(EndsOnlyOnSuccess.class, "TP-5", "TP-8", "TP-12", "TP-15"));
    }

    @Test
    void convictsFaultsOfLogs() {
        assertAll(
                () -> Kit.convicts(LeaksScope.class, "TP-1", "TP-2", "TP-3", "TP-5", "TP-6", "TP-9", "TP-10", "TP-11"),
                () -> Kit.convicts(AppendsHeaders.class, "TP-3", "TP-4", "TP-12"),
                () -> Kit.convicts(
                        LosesTheParent.class, "TP-1", "TP-2", "TP-3", "TP-5", "TP-6", "TP-9", "TP-10", "TP-11"),
                () -> Kit.convicts(IgnoresWhatIsCarried.class, "TP-4"),
                () -> Kit.convicts(SpansOutsideOfTraces.class, "TP-4"),
                () -> Kit.convicts(EndsBeforeTheAck.class, "TP-2"),
                () -> Kit.convicts(SwallowsErrors.class, "TP-5"),
                () -> Kit.convicts(ShowsKeys.class, "TP-6"),
                () -> Kit.convicts(RefusesTheFull.class, "TP-9"),
                () -> Kit.convicts(IgnoresBatches.class, "TP-6", "TP-7"),
                () -> Kit.convicts(IgnoresTransactions.class, "TP-8", "TP-15"));
    }

    @Test
    void convictsFaultsOfHandlers() {
        assertAll(
                () -> Kit.convicts(StaysCurrent.class, "TP-6", "TP-11", "TP-12"),
                () -> Kit.convicts(NeverCurrent.class, "TP-10", "TP-11"),
                () -> Kit.convicts(SwallowsWhatHandlersThrow.class, "TP-12"),
                () -> Kit.convicts(ForgetsTheSender.class, "TP-10", "TP-11", "TP-12", "TP-14"),
                () -> Kit.convicts(LinksAsParents.class, "TP-13"),
                () -> Kit.convicts(TransformsInSilence.class, "TP-15"));
    }

    abstract static class Planted extends TracesContract {
        @Override
        protected MessageLog log(MessageLog real, OpenTelemetry telemetry) {
            return TracedLog.of(real, telemetry);
        }

        @Override
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            return TracedHandler.of(real, telemetry);
        }

        @Override
        protected Handler linkOnly(Handler real, OpenTelemetry telemetry) {
            return TracedHandler.of(real, telemetry).linkOnly();
        }

        @Override
        protected Function<LogRecord, List<Outgoing>> transform(
                Function<LogRecord, List<Outgoing>> real, OpenTelemetry telemetry) {
            return TracedTransform.of(real, telemetry);
        }
    }

    static final class NoFault extends Planted {}

    /** A fault in how spans are called, everywhere. */
    abstract static class Faulty extends Planted {

        abstract boolean call(Span span, String method);

        private OpenTelemetry planted(OpenTelemetry telemetry) {
            return SpanRecorder.planted(telemetry, this::call);
        }

        @Override
        protected MessageLog log(MessageLog real, OpenTelemetry telemetry) {
            return super.log(real, planted(telemetry));
        }

        @Override
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            return super.handler(real, planted(telemetry));
        }

        @Override
        protected Function<LogRecord, List<Outgoing>> transform(
                Function<LogRecord, List<Outgoing>> real, OpenTelemetry telemetry) {
            return super.transform(real, planted(telemetry));
        }
    }

    static final class EndsTwice extends Faulty {
        @Override
        boolean call(Span span, String method) {
            if (method.equals("end")) {
                span.end();
            }
            return true;
        }
    }

    static final class HidesErrors extends Faulty {
        @Override
        boolean call(Span span, String method) {
            return !method.equals("setStatus");
        }
    }

    static final class EndsOnlyOnSuccess extends Faulty {
        private final Set<String> failed = ConcurrentHashMap.newKeySet();

        @Override
        boolean call(Span span, String method) {
            String id = span.getSpanContext().getSpanId();
            if (method.equals("setStatus")) {
                failed.add(id);
            }
            return !method.equals("end") || !failed.contains(id);
        }
    }

    /** A right log with a fault around its appends. */
    abstract static class AroundAppends extends Planted {

        abstract CompletableFuture<Position> append(MessageLog traced, String topic, Message message);

        @Override
        protected MessageLog log(MessageLog real, OpenTelemetry telemetry) {
            return new ForwardingLog(super.log(real, telemetry)) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    return AroundAppends.this.append(this.real, topic, message);
                }
            };
        }
    }

    static final class LeaksScope extends AroundAppends {
        @Override
        @SuppressWarnings("MustBeClosedChecker") // the fault
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            if (Span.current().getSpanContext().isValid()) {
                var unused = Context.current().with(KEY, new Object()).makeCurrent();
            }
            return traced.append(topic, message);
        }
    }

    static final class LosesTheParent extends AroundAppends {
        @Override
        @SuppressWarnings("try") // the scope is held for what it does by itself
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            try (Scope scope = Context.root().makeCurrent()) {
                return traced.append(topic, message);
            }
        }
    }

    static final class IgnoresWhatIsCarried extends Planted {
        @Override
        protected MessageLog log(MessageLog plain, OpenTelemetry telemetry) {
            return new ForwardingLog(super.log(plain, telemetry)) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    boolean current = Span.current().getSpanContext().isValid();
                    return (current ? real : plain).append(topic, message);
                }
            };
        }
    }

    static final class SpansOutsideOfTraces extends AroundAppends {
        private OpenTelemetry telemetry = OpenTelemetry.noop();

        @Override
        protected MessageLog log(MessageLog real, OpenTelemetry telemetry) {
            this.telemetry = telemetry;
            return super.log(real, telemetry);
        }

        @Override
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            if (!Span.current().getSpanContext().isValid()) {
                telemetry.getTracer("wrong").spanBuilder("poll").startSpan().end();
            }
            return traced.append(topic, message);
        }
    }

    static final class SwallowsErrors extends AroundAppends {
        @Override
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            try {
                return traced.append(topic, message);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    static final class ShowsKeys extends AroundAppends {
        @Override
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            Span.current()
                    .setAttribute("key", Objects.requireNonNull(message.key()).utf8());
            return traced.append(topic, message);
        }
    }

    static final class RefusesTheFull extends AroundAppends {
        @Override
        CompletableFuture<Position> append(MessageLog traced, String topic, Message message) {
            if (message.headers().size() == 64) {
                throw new IllegalArgumentException("no room for a context");
            }
            return traced.append(topic, message);
        }
    }

    static final class EndsBeforeTheAck extends Planted {
        @Override
        protected MessageLog log(MessageLog plain, OpenTelemetry telemetry) {
            ForwardingLog early = new ForwardingLog(plain) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    var unused = super.append(topic, message);
                    return CompletableFuture.completedFuture(new Position(new Partition(topic, 0), 0));
                }
            };
            return super.log(early, telemetry);
        }
    }

    static final class AppendsHeaders extends Planted {
        @Override
        protected MessageLog log(MessageLog plain, OpenTelemetry telemetry) {
            List<Header> before = new ArrayList<>();
            MessageLog appending = new ForwardingLog(plain) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    if (before.isEmpty()) {
                        return super.append(topic, message);
                    }
                    List<Header> headers = new ArrayList<>(before);
                    headers.addAll(message.headers());
                    return super.append(
                            topic, new Message(message.envelope(), message.key(), headers, message.payload()));
                }
            };
            return new ForwardingLog(super.log(appending, telemetry)) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    before.clear();
                    message.headers().stream()
                            .filter(header -> header.name().equals("traceparent"))
                            .forEach(before::add);
                    return super.append(topic, message);
                }
            };
        }
    }

    static final class IgnoresBatches extends Planted {
        @Override
        protected MessageLog log(MessageLog plain, OpenTelemetry telemetry) {
            return new ForwardingLog(super.log(plain, telemetry)) {
                @Override
                public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
                    return plain.appendAll(topic, messages);
                }
            };
        }
    }

    static final class IgnoresTransactions extends Planted {
        @Override
        protected MessageLog log(MessageLog plain, OpenTelemetry telemetry) {
            return new ForwardingLog(super.log(plain, telemetry)) {
                @Override
                public LogTransactions transactions(String id) {
                    return plain.transactions(id);
                }
            };
        }
    }

    static final class StaysCurrent extends Planted {
        @Override
        @SuppressWarnings("MustBeClosedChecker") // the fault
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            Handler right = super.handler(real, telemetry);
            return record -> {
                var unused = Context.current().with(KEY, new Object()).makeCurrent();
                right.handle(record);
            };
        }
    }

    static final class NeverCurrent extends Planted {
        @Override
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            Context outside = Context.root();
            return super.handler(
                    record -> outside.wrap(() -> {
                                real.handle(record);
                                return true;
                            })
                            .call(),
                    telemetry);
        }
    }

    static final class SwallowsWhatHandlersThrow extends Planted {
        @Override
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            Handler right = super.handler(real, telemetry);
            return record -> {
                try {
                    right.handle(record);
                } catch (Exception e) {
                    Span.current().addEvent("swallowed");
                }
            };
        }
    }

    static final class ForgetsTheSender extends Planted {
        @Override
        protected Handler handler(Handler real, OpenTelemetry telemetry) {
            Handler right = super.handler(real, telemetry);
            return record -> {
                Message bare = Message.of(record.message().envelope().id(), "t", java.time.Instant.EPOCH)
                        .build();
                right.handle(new LogRecord(record.partition(), record.offset(), bare));
            };
        }
    }

    static final class LinksAsParents extends Planted {
        @Override
        protected Handler linkOnly(Handler real, OpenTelemetry telemetry) {
            return handler(real, telemetry);
        }
    }

    static final class TransformsInSilence extends Planted {
        @Override
        protected Function<LogRecord, List<Outgoing>> transform(
                Function<LogRecord, List<Outgoing>> real, OpenTelemetry telemetry) {
            return real;
        }
    }
}
