package dev.backendmastery.observability.metrics;

import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;

final class OpenMetricsTest extends OpenMetricsContract {
    @Override
    protected String text(Collection<MetricData> metrics) {
        return OpenMetrics.text(metrics);
    }
}
