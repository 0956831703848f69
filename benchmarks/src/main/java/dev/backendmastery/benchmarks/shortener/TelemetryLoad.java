package dev.backendmastery.benchmarks.shortener;

import com.sun.management.OperatingSystemMXBean;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.observability.telemetry.Telemetry;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.shortener.ShortenerNode;
import dev.backendmastery.shortener.Watch;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What telemetry costs a redirect that is in memory: three nodes on one database, of which one tells nothing, one samples nothing and one a tenth of all traces; both that tell measure every request.
 * Rounds are short and change places, so that a machine that grows slower does so for all. Spans are made, queued and batched; the exporter keeps nothing. Also the processor time of a redirect, that of its callers
 * with it.
 */
public final class TelemetryLoad {

    private static final int ROUNDS = 100;
    private static final int WARM_UP = 40;
    private static final int REQUESTS = 1_000;

    private TelemetryLoad() {}

    private static final class Nowhere implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private static Telemetry sampling(String ratio) {
        return Telemetry.builder("shortener")
                .environment(Map.of(
                        "OTEL_TRACES_EXPORTER", "none",
                        "OTEL_METRICS_EXPORTER", "none",
                        "OTEL_TRACES_SAMPLER", "parentbased_traceidratio",
                        "OTEL_TRACES_SAMPLER_ARG", ratio))
                .exporter(new Nowhere())
                .build();
    }

    /** Runs all rounds; about three minutes. */
    public static List<Measurement> run() throws IOException, InterruptedException {
        OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (Postgres postgres = Postgres.builder().durable().start();
                Redis redis = Redis.builder().start();
                Telemetry none = sampling("0");
                Telemetry tenth = sampling("0.1")) {
            ShortenerConfig config = RedirectLoad.config(postgres, redis).build();
            try (ShortenerNode silent = ShortenerNode.start(config);
                    ShortenerNode unsampled = ShortenerNode.start(config, Watch.by(none));
                    ShortenerNode sampled = ShortenerNode.start(config, Watch.by(tenth))) {
                String code = RedirectLoad.make(silent.url(), 1).get(0);
                Map<String, ShortenerNode> nodes = new LinkedHashMap<>();
                nodes.put("floor-no-telemetry", silent);
                nodes.put("ours-sampled-out", unsampled);
                nodes.put("ours-a-tenth-sampled", sampled);
                List<String> order = new ArrayList<>(nodes.keySet());
                Map<String, List<Double>> throughput = new LinkedHashMap<>();
                Map<String, List<Double>> processor = new LinkedHashMap<>();
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    order.add(order.remove(0));
                    for (String who : order) {
                        URI address = URI.create(
                                Objects.requireNonNull(nodes.get(who)).url() + "/" + code);
                        long before = machine.getProcessCpuTime();
                        double rate = RedirectLoad.throughput(i -> address, REQUESTS);
                        double micros = (machine.getProcessCpuTime() - before) / 1e3 / REQUESTS;
                        if (round >= 0) {
                            RedirectLoad.add(throughput, who, rate);
                            RedirectLoad.add(processor, who, micros);
                        }
                    }
                }
                List<Measurement> all = new ArrayList<>();
                throughput.forEach((who, scores) ->
                        all.add(new Measurement("throughput", RedirectLoad.CALLERS, who, "redirects/s", true, scores)));
                processor.forEach((who, scores) -> all.add(
                        new Measurement("processor time", RedirectLoad.CALLERS, who, "us/redirect", false, scores)));
                return all;
            }
        }
    }
}
