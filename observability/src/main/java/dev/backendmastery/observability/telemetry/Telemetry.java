package dev.backendmastery.observability.telemetry;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.observability.metrics.Meters;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK, put together: spans in a {@link SpanQueue}, numbers in {@link Meters}, W3C propagation, and the specification's environment variables.
 *
 * <pre>{@code
 * try (Telemetry telemetry = Telemetry.builder("shop").build()) {          // OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER ...
 *     Database database = Database.at(url).telemetry(telemetry.api()).open();
 * }
 * }</pre>
 *
 * <p><b>Guarantee.</b> It says who it is (TL-1), as the environment wants it before the program's own defaults (TL-2). A finished span is exported when {@link #close} is done, or in the counts of {@link #spans}
 * (TL-3). With an exporter that is down nobody waits, and memory is bounded (TL-4). A context is passed on also where nothing is sampled or exported (TL-5). A caller's word on sampling can be
 * disregarded (TL-6). Metrics are pushed, scraped or both (TL-7). Nothing is global (TL-8). Baggage is passed on within
 * bounds (TL-9).
 *
 * <p><b>Threads.</b> Safe for any number. Has one for spans, one for each way that metrics leave. <b>Cost.</b> Said at its parts. <b>Not for</b> libraries: they are handed {@link #api()}.
 *
 * <p><b>Source.</b> OpenTelemetry specification 1.51: <i>Environment Variable Specification</i>, <i>Tracing SDK</i>.
 */
public final class Telemetry implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private final OpenTelemetrySdk sdk;
    private final Meters meters;
    private final List<SpanQueue> queues;
    private final @Nullable ScrapeServer scrape;

    private Telemetry(OpenTelemetrySdk sdk, Meters meters, List<SpanQueue> queues, @Nullable ScrapeServer scrape) {
        this.sdk = sdk;
        this.meters = meters;
        this.queues = queues;
        this.scrape = scrape;
    }

    /** Of a service of this name, unless the environment says another. */
    public static Builder builder(String service) {
        return new Builder(service);
    }

    /** What libraries are handed. */
    public OpenTelemetry api() {
        return sdk;
    }

    /** Instruments. */
    public Meters meters() {
        return meters;
    }

    /** What became of spans, over all exporters. */
    public SpanQueue.Stats spans() {
        SpanQueue.Stats sum = new SpanQueue.Stats(0, 0, 0, 0, 0, 0);
        for (SpanQueue queue : queues) {
            SpanQueue.Stats each = queue.stats();
            sum = new SpanQueue.Stats(
                    sum.exported() + each.exported(),
                    sum.full() + each.full(),
                    sum.failed() + each.failed(),
                    sum.timedOut() + each.timedOut(),
                    sum.late() + each.late(),
                    sum.unfinished() + each.unfinished());
        }
        return sum;
    }

    /** The port at which metrics are scraped; empty if they are not. */
    public OptionalInt scrapePort() {
        return scrape == null ? OptionalInt.empty() : OptionalInt.of(scrape.port());
    }

    /** Exports what has ended and been measured up to now; false if that was not done within {@code timeout}. */
    public boolean flush(Duration timeout) {
        return CompletableResultCode.ofAll(List.of(
                        sdk.getSdkTracerProvider().forceFlush(),
                        sdk.getSdkMeterProvider().forceFlush()))
                .join(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .isSuccess();
    }

    /** Exports what has ended, in bounded time, and ends the threads. Spans that end later are counted only. */
    @Override
    public void close() {
        sdk.shutdown().join(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is wanted of it. What the environment says comes first. */
    public static final class Builder {

        private final Map<String, String> defaults = new HashMap<>();
        private final List<SpanExporter> exporters = new ArrayList<>();
        private @Nullable Map<String, String> environment;
        private W3cTraceContext.Level level = W3cTraceContext.Level.TWO;
        private boolean believes = true;
        private Attributes attributes = Attributes.empty();

        private Builder(String service) {
            if (service.isBlank()) {
                throw new IllegalArgumentException("service must have a name, was blank");
            }
            defaults.put("otel.service.name", service);
            defaults.put("otel.logs.exporter", "none");
            defaults.put("otel.exporter.otlp.protocol", "http/protobuf"); // gRPC needs a sender that is not here
        }

        /** More to say of who this is, such as {@code service.instance.id}, unless the environment says it otherwise. */
        public Builder resource(Attributes more) {
            attributes = attributes.toBuilder().putAll(more).build();
            return this;
        }

        /** What holds unless the environment says otherwise, by the name of the variable: {@code OTEL_TRACES_EXPORTER}. */
        public Builder otherwise(String variable, String value) {
            defaults.put(property(variable), value);
            return this;
        }

        /** To export to, beside what the environment names: an in-memory one, in tests. It is closed with this. */
        public Builder exporter(SpanExporter exporter) {
            exporters.add(Objects.requireNonNull(exporter, "exporter"));
            return this;
        }

        /** These variables instead of those of the process. */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(variables);
            return this;
        }

        /** How {@code tracestate} is read; by level two unless said. */
        public Builder level(W3cTraceContext.Level wanted) {
            level = wanted;
            return this;
        }

        /** Whether who is sampled by a caller is sampled here; so unless said. Not where anybody may call: he would decide how much is kept. */
        public Builder believeCallersSampling(boolean whether) {
            believes = whether;
            return this;
        }

        /**
         * Puts it together.
         *
         * @throws io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException if a variable's value is not allowed; nothing runs
         * @throws java.io.UncheckedIOException if the port for scrapes is in use
         */
        public Telemetry build() {
            Meters meters = Meters.of("dev.backendmastery", InstantSource.system());
            Assembly assembly = new Assembly(this, meters);
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> Map.copyOf(defaults))
                    .addPropertiesCustomizer(assembly::overrides)
                    .addResourceCustomizer(
                            (resource, config) -> Resource.create(attributes).merge(resource))
                    .addPropagatorCustomizer((propagator, config) -> propagator(propagator))
                    .addSamplerCustomizer((sampler, config) -> believes ? sampler : new OwnSampling(sampler))
                    .addSpanExporterCustomizer((exporter, config) -> assembly.take(exporter))
                    .addSpanProcessorCustomizer((processor, config) -> assembly.replace(processor))
                    .addTracerProviderCustomizer(assembly::tracing)
                    .addMeterProviderCustomizer((provider, config) -> assembly.metrics(provider, config))
                    .build()
                    .getOpenTelemetrySdk();
            Telemetry telemetry = new Telemetry(sdk, meters, List.copyOf(assembly.queues), assembly.scrape);
            telemetry.observeSpans();
            return telemetry;
        }

        private TextMapPropagator propagator(TextMapPropagator named) {
            return named instanceof W3CTraceContextPropagator ? W3cTraceContext.of(level) : named;
        }
    }

    /** What the SDK's own assembly is asked to do otherwise. */
    private static final class Assembly {

        private static final String METRICS = "otel.metrics.exporter";
        private static final String PROMETHEUS = "prometheus";

        private final Builder wanted;
        private final Meters meters;
        private final List<SpanExporter> exporters;
        private final List<SpanQueue> queues = new ArrayList<>();
        private boolean scrapes;
        private @Nullable ScrapeServer scrape;

        Assembly(Builder wanted, Meters meters) {
            this.wanted = wanted;
            this.meters = meters;
            this.exporters = new ArrayList<>(wanted.exporters);
        }

        /** What is scraped is served by ours, so the SDK is not to look for it. */
        Map<String, String> overrides(ConfigProperties config) {
            Map<String, String> overrides = new HashMap<>();
            if (wanted.environment != null) {
                wanted.environment.forEach((variable, value) -> overrides.put(property(variable), value));
            }
            String metrics = overrides.getOrDefault(METRICS, config.getString(METRICS, "otlp"));
            List<String> names = new ArrayList<>();
            for (String name : metrics.split(",", -1)) {
                if (name.trim().equals(PROMETHEUS)) {
                    scrapes = true;
                } else {
                    names.add(name.trim());
                }
            }
            overrides.put(METRICS, names.isEmpty() ? "none" : String.join(",", names));
            return overrides;
        }

        /** The SDK's own queue does not say why it dropped something, so ours takes the exporter and its place. */
        SpanExporter take(SpanExporter exporter) {
            exporters.add(exporter);
            return SpanExporter.composite();
        }

        SpanProcessor replace(SpanProcessor processor) {
            processor.shutdown();
            return SpanProcessor.composite();
        }

        SdkTracerProviderBuilder tracing(SdkTracerProviderBuilder provider, ConfigProperties config) {
            SpanQueue.Settings usual = SpanQueue.Settings.DEFAULT;
            int batch = config.getInt("otel.bsp.max.export.batch.size", usual.batch());
            SpanQueue.Settings settings = new SpanQueue.Settings(
                    batch,
                    Math.max(batch, config.getInt("otel.bsp.max.queue.size", usual.waiting())),
                    config.getDuration("otel.bsp.schedule.delay", usual.delay()),
                    config.getDuration("otel.bsp.export.timeout", usual.exportTimeout()),
                    PATIENCE);
            for (SpanExporter exporter : exporters) {
                SpanQueue queue = new SpanQueue(exporter, settings, Ticker.system(), task -> {
                    Thread thread = new Thread(task, "spans");
                    thread.setDaemon(true);
                    return thread;
                });
                queues.add(queue);
                provider.addSpanProcessor(queue);
            }
            // Without any processor the SDK gives spans no ids, and no context goes on to who is called.
            return provider.addSpanProcessor(new Nothing());
        }

        SdkMeterProviderBuilder metrics(SdkMeterProviderBuilder provider, ConfigProperties config) {
            provider.registerMetricProducer(meters);
            if (scrapes) {
                scrape = new ScrapeServer(
                        config.getString("otel.exporter.prometheus.host", "localhost"),
                        config.getInt("otel.exporter.prometheus.port", 9_464));
                provider.registerMetricReader(scrape);
            }
            return provider;
        }
    }

    private static String property(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private void observeSpans() {
        observe(Attributes.empty(), SpanQueue.Stats::exported);
        observe("queue_full", SpanQueue.Stats::full);
        observe("export_failed", SpanQueue.Stats::failed);
        observe("export_timeout", SpanQueue.Stats::timedOut);
        observe("already_shutdown", SpanQueue.Stats::late);
        observe("shutdown_timeout", SpanQueue.Stats::unfinished);
        meters.observedUpDownCounter(
                "otel.sdk.processor.span.queue.size",
                "{span}",
                "Finished spans that wait",
                Attributes.empty(),
                () -> queues.stream().mapToLong(SpanQueue::size).sum());
    }

    private void observe(String reason, ToLongFunction<SpanQueue.Stats> count) {
        observe(Attributes.of(ERROR, reason), count);
    }

    private void observe(Attributes attributes, ToLongFunction<SpanQueue.Stats> count) {
        meters.observedCounter(
                "otel.sdk.processor.span.processed",
                "{span}",
                "Finished spans that were exported, and those that were not, by the reason",
                attributes,
                () -> count.applyAsLong(spans()));
    }

    /** There for the SDK to have one. */
    private static final class Nothing implements SpanProcessor {

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return false;
        }
    }

    /** Of who comes from elsewhere it decides as of who begins here. */
    private record OwnSampling(Sampler sampler) implements Sampler {

        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            boolean remote = Span.fromContext(parent).getSpanContext().isRemote();
            return sampler.shouldSample(remote ? Context.root() : parent, traceId, name, kind, attributes, links);
        }

        @Override
        public String getDescription() {
            return "Own{" + sampler.getDescription() + "}";
        }
    }
}
