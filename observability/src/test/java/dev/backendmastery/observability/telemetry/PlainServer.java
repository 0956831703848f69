package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.metrics.BoundUpDownCounter;
import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Deque;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Right and simple; each fault changes one decision. */
final class PlainServer implements HttpServerContract.Server {

    enum Fault {
        NONE,
        BEGINS_ITS_OWN_TRACE,
        GOES_ON_WITH_THE_THREADS,
        NEVER_CURRENT,
        LEAVES_IT_CURRENT,
        SWALLOWS,
        FORGETS_FAILURES,
        ENDS_TWICE,
        PATH_AS_NAME,
        ANY_METHOD,
        FOUR_HUNDRED_IS_AN_ERROR,
        NOTHING_IS_AN_ERROR,
        MEASURES_THE_SAMPLED,
        NEVER_COUNTS_DOWN
    }

    private static final Set<String> KNOWN = Set.of("GET", "POST");

    private final OpenTelemetry telemetry;
    private final Meters meters;
    private final Fault fault;
    private final Deque<Scope> left;

    PlainServer(OpenTelemetry telemetry, Meters meters, Fault fault, Deque<Scope> left) {
        this.telemetry = telemetry;
        this.meters = meters;
        this.fault = fault;
        this.left = left;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // one of the faults
    public void handle(
            String method, String path, @Nullable String route, @Nullable String parent, Supplier<Integer> handler) {
        TraceContextContract.Headers headers = new TraceContextContract.Headers();
        if (parent != null) {
            headers.add("traceparent", parent);
        }
        Context base = fault == Fault.GOES_ON_WITH_THE_THREADS ? Context.current() : Context.root();
        Context caller = fault == Fault.BEGINS_ITS_OWN_TRACE
                ? base
                : telemetry.getPropagators().getTextMapPropagator().extract(base, headers, TraceContextContract.GETTER);
        boolean known = KNOWN.contains(method) || fault == Fault.ANY_METHOD;
        String shown = known ? method : "_OTHER";
        String name = (known ? method : "HTTP")
                + (fault == Fault.PATH_AS_NAME ? " " + path : route == null ? "" : " " + route);
        Span span = telemetry
                .getTracer("plain")
                .spanBuilder(name)
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        BoundUpDownCounter active = meters.upDownCounter("http.server.active_requests", "{request}", "")
                .bind(Attributes.empty());
        active.add(1);
        int status = 500;
        RuntimeException failure = null;
        Scope scope = (fault == Fault.NEVER_CURRENT ? Context.current() : caller.with(span)).makeCurrent();
        try {
            status = handler.get();
        } catch (RuntimeException e) {
            failure = e;
        }
        if (fault == Fault.LEAVES_IT_CURRENT) {
            left.push(scope);
        } else {
            scope.close();
        }
        String error = fault == Fault.NOTHING_IS_AN_ERROR
                ? null
                : failure != null && fault != Fault.FORGETS_FAILURES
                        ? failure.getClass().getName()
                        : status >= (fault == Fault.FOUR_HUNDRED_IS_AN_ERROR ? 400 : 500)
                                ? Integer.toString(status)
                                : null;
        span.setAttribute("http.response.status_code", status);
        AttributesBuilder attributes = Attributes.builder();
        attributes.put(AttributeKey.stringKey("http.request.method"), shown);
        attributes.put(AttributeKey.longKey("http.response.status_code"), (long) status);
        if (route != null) {
            attributes.put(AttributeKey.stringKey("http.route"), route);
        }
        if (error != null) {
            span.setStatus(StatusCode.ERROR);
            span.setAttribute("error.type", error);
            attributes.put(AttributeKey.stringKey("error.type"), error);
        }
        if (fault != Fault.NEVER_COUNTS_DOWN) {
            active.add(-1);
        }
        for (int i = fault == Fault.ENDS_TWICE ? 2 : 1; i > 0; i--) {
            span.end();
            if (fault != Fault.MEASURES_THE_SAMPLED || span.getSpanContext().isSampled()) {
                meters.histogram("http.server.request.duration", "s", "")
                        .bind(attributes.build())
                        .record(0.001, span.getSpanContext());
            }
        }
        if (failure != null && fault != Fault.SWALLOWS) {
            throw failure;
        }
    }
}
