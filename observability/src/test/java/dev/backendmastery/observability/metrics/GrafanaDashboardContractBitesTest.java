package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each class below generates one thing wrong, and the kit convicts it by the clauses named here. */
final class GrafanaDashboardContractBitesTest {

    /** Writes the real one, and spoils it. */
    abstract static class Spoiled extends GrafanaDashboardContract {
        abstract String spoil(String real);

        @Override
        protected String json(String title, Collection<MetricData> metrics) {
            return spoil(GrafanaDashboard.json(title, metrics));
        }
    }

    static final class OneSourceForAll extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("${datasource}", "prometheus-1");
        }
    }

    static final class AllInOnePlace extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replaceAll("\"y\" : \\d+", "\"y\" : 0");
        }
    }

    static final class NamesWithoutUnits extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("cache_read_bytes_total", "cache_read_total");
        }
    }

    static final class ForgetsTotal extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("cache_hits_total", "cache_hits");
        }
    }

    static final class LabelsWithDots extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("cache_name", "cache.name");
        }
    }

    static final class TheBucketsLabelIsAnybodys extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("attribute_le", "le");
        }
    }

    static final class RequestsAlone extends GrafanaDashboardContract {
        @Override
        protected String json(String title, Collection<MetricData> metrics) {
            return GrafanaDashboard.json(
                    title,
                    metrics.stream()
                            .filter(metric -> !metric.getName().equals("queue.depth"))
                            .collect(Collectors.toList()));
        }
    }

    static final class RatesOfLevels extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("(queue_depth)", "(rate(queue_depth[$__rate_interval]))");
        }
    }

    static final class TotalsAsTheyAre extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("rate(cache_hits_total[$__rate_interval])", "cache_hits_total");
        }
    }

    static final class QuantilesWithoutBuckets extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replace("http_route, le)", "http_route)");
        }
    }

    static final class EveryUnitIsShort extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replaceAll("\"unit\" : \"[^\"]*\"", "\"unit\" : \"short\"");
        }
    }

    static final class InTheOrderTheyCame extends GrafanaDashboardContract {
        @Override
        protected String json(String title, Collection<MetricData> metrics) {
            String order = metrics.stream().map(MetricData::getName).collect(Collectors.joining(" "));
            return GrafanaDashboard.json(title, metrics).replaceFirst("\"5s\"", "\"5s " + order + "\"");
        }
    }

    static final class MeansForQuantiles extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replaceAll("histogram_quantile\\([0-9.]+, (.*)\\)\"", "$1\"");
        }
    }

    static final class NoErrors extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replaceAll("\\{http_response_status_code[^}]*\\}", "");
        }
    }

    static final class TextAsItComes extends Spoiled {
        @Override
        String spoil(String real) {
            return real.replaceAll("(\"description\" : .*)\\\\n", "$1 ");
        }
    }

    static final class AnythingGoes extends GrafanaDashboardContract {
        @Override
        protected String json(String title, Collection<MetricData> metrics) {
            try {
                return GrafanaDashboard.json(title, metrics);
            } catch (IllegalArgumentException e) {
                return "{}";
            }
        }
    }

    @Test
    void kitConvicts() {
        assertAll(
                () -> Kit.convicts(OneSourceForAll.class, "GD-1"),
                () -> Kit.convicts(AllInOnePlace.class, "GD-1"),
                () -> Kit.convicts(NamesWithoutUnits.class, "GD-2", "GD-4", "GD-6"),
                () -> Kit.convicts(ForgetsTotal.class, "GD-2", "GD-3", "GD-4", "GD-5", "GD-6"),
                () -> Kit.convicts(LabelsWithDots.class, "GD-3"),
                () -> Kit.convicts(TheBucketsLabelIsAnybodys.class, "GD-3"),
                () -> Kit.convicts(RequestsAlone.class, "GD-4", "GD-6"),
                () -> Kit.convicts(RatesOfLevels.class, "GD-5", "GD-6"),
                () -> Kit.convicts(TotalsAsTheyAre.class, "GD-5", "GD-6"),
                () -> Kit.convicts(QuantilesWithoutBuckets.class, "GD-5"),
                () -> Kit.convicts(EveryUnitIsShort.class, "GD-6"),
                () -> Kit.convicts(InTheOrderTheyCame.class, "GD-7"),
                () -> Kit.convicts(MeansForQuantiles.class, "GD-8"),
                () -> Kit.convicts(NoErrors.class, "GD-8"),
                () -> Kit.convicts(TextAsItComes.class, "GD-9"),
                () -> Kit.convicts(AnythingGoes.class, "GD-10"));
    }
}
