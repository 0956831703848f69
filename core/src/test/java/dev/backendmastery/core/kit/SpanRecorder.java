package dev.backendmastery.core.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerBuilder;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A telemetry that keeps all spans in memory and counts how often each was ended, which the SDK forgives.
 *
 * <p><b>Threads.</b> Safe for any number of threads.
 */
public final class SpanRecorder implements AutoCloseable {

    private static final String ROOT = "request";

    /** A fault in how spans are called. */
    @FunctionalInterface
    public interface SpanFault {
        /** Whether {@code method} of {@code span} is called after all. */
        boolean call(Span span, String method);
    }

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider;
    private final Map<String, AtomicInteger> ends = new ConcurrentHashMap<>();
    private final OpenTelemetry telemetry;

    /** Every trace is sampled, but for those whose caller says that they are not. */
    public SpanRecorder() {
        this(Sampler.parentBased(Sampler.alwaysOn()));
    }

    /** Traces are sampled as {@code sampler} says. */
    public SpanRecorder(Sampler sampler) {
        provider = SdkTracerProvider.builder()
                .setSampler(sampler)
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build();
        TracerProvider counting = counting(TracerProvider.class, provider);
        ContextPropagators propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        telemetry = telemetry(counting, propagators);
    }

    private static OpenTelemetry telemetry(TracerProvider tracers, ContextPropagators propagators) {
        return new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return tracers;
            }

            @Override
            public ContextPropagators getPropagators() {
                return propagators;
            }
        };
    }

    /** {@code telemetry} with a fault planted into its spans, as if whoever uses it had it. */
    public static OpenTelemetry planted(OpenTelemetry telemetry, SpanFault fault) {
        return telemetry(
                proxied(
                        TracerProvider.class,
                        telemetry.getTracerProvider(),
                        (span, method) -> fault.call(span, method.getName())),
                telemetry.getPropagators());
    }

    /** What to hand in. */
    public OpenTelemetry telemetry() {
        return telemetry;
    }

    /** Does {@code work} within a root span, and checks that nothing but what was current is afterwards. */
    @SuppressWarnings(
            "MustBeClosedChecker") // a scope that was leaked inside would keep try-with-resources from closing
    public <T> T request(Callable<T> work) throws Exception {
        Context before = Context.current();
        Span root = provider.get("test").spanBuilder(ROOT).setNoParent().startSpan();
        Context within = before.with(root);
        Scope scope = within.makeCurrent();
        Context after = within;
        try {
            return work.call();
        } finally {
            after = Context.current();
            scope.close();
            if (after != within) {
                var unused = before.makeCurrent();
            }
            root.end();
            assertSame(within, after, "what is current afterwards");
        }
    }

    /** All spans that have ended, but for the roots of {@link #request}, in the order of their ends. */
    public List<SpanData> spans() {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> !span.getName().equals(ROOT))
                .toList();
    }

    /** Their names, in the order of their ends. */
    public List<String> names() {
        return spans().stream().map(SpanData::getName).toList();
    }

    /** The only one of this name. */
    public SpanData span(String name) {
        List<SpanData> found =
                spans().stream().filter(span -> span.getName().equals(name)).toList();
        assertEquals(1, found.size(), () -> "spans named " + name + " among " + names());
        return found.get(0);
    }

    /** The root of the last request. */
    public SpanData root() {
        List<SpanData> roots = exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(ROOT))
                .toList();
        return roots.get(roots.size() - 1);
    }

    /** Forgets what it has seen. */
    public void reset() {
        exporter.reset();
        ends.clear();
    }

    /** Checks that every span that was begun has been ended, and once. */
    public void assertEndedOnce() {
        ends.forEach((id, count) -> assertEquals(1, count.get(), () -> "ends of span " + id + " among " + names()));
    }

    /** Checks that {@code child} belongs right under {@code parent}, in its trace. */
    public static void assertParent(SpanData parent, SpanData child) {
        assertEquals(parent.getTraceId(), child.getTraceId(), "trace of " + child.getName());
        assertEquals(parent.getSpanId(), child.getParentSpanId(), "parent of " + child.getName());
    }

    /** Checks that {@code span} says what failed, and no more than its type. */
    public static void assertFailed(String type, SpanData span) {
        assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode(), () -> "status of " + span);
        assertEquals("", span.getStatus().getDescription());
        assertEquals(type, span.getAttributes().get(AttributeKey.stringKey("error.type")));
    }

    /** Checks that nowhere in any span, nor in a name or an event, stands {@code secret}. */
    public void assertSilentAbout(String secret) {
        for (SpanData span : exporter.getFinishedSpanItems()) {
            String all = span.getName() + span.getAttributes() + span.getEvents() + span.getStatus() + span.getLinks();
            assertEquals(-1, all.indexOf(secret), () -> "place of \"" + secret + "\" in " + all);
        }
    }

    @Override
    public void close() {
        provider.close();
    }

    private <T> T counting(Class<T> type, T real) {
        return proxied(type, real, (span, method) -> {
            AtomicInteger count = count(span.getSpanContext());
            if (method.getName().equals("end")) {
                count.incrementAndGet();
            }
            return true;
        });
    }

    /** Told of each call of a span, and of its start. */
    private interface Calls {
        boolean call(Span span, Method method);
    }

    private static <T> T proxied(Class<T> type, T real, Calls calls) {
        Object proxy = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> invoke(self, real, method, arguments, calls));
        return type.cast(proxy);
    }

    private static Object invoke(Object self, Object real, Method method, Object[] arguments, Calls calls)
            throws Throwable {
        if (real instanceof Span span && !calls.call(span, method)) {
            return self;
        }
        Object result;
        try {
            result = method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (result == real) {
            return self;
        }
        if (result instanceof Span span && method.getName().equals("startSpan")) {
            calls.call(span, method);
            return proxied(Span.class, span, calls);
        }
        if (result instanceof SpanBuilder builder) {
            return proxied(SpanBuilder.class, builder, calls);
        }
        if (result instanceof TracerBuilder builder) {
            return proxied(TracerBuilder.class, builder, calls);
        }
        return result instanceof Tracer tracer ? proxied(Tracer.class, tracer, calls) : result;
    }

    private AtomicInteger count(SpanContext span) {
        return ends.computeIfAbsent(span.getSpanId(), id -> new AtomicInteger());
    }
}
