package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import org.junit.jupiter.api.Test;

/** Each class below writes one thing wrong, and the kit convicts it by the clauses named here. */
final class OpenMetricsContractBitesTest {

    static final class NoEnd extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replace("# EOF\n", "");
        }
    }

    static final class NoUnit extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replaceAll("# UNIT .*\n", "");
        }
    }

    static final class NoTotal extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replace("_total", "");
        }
    }

    static final class LabelsAsTheyCome extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replace("\\n", "\n");
        }
    }

    static final class NotCumulative extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replaceAll("(le=\"64.0\"\\}) 64", "$1 1");
        }
    }

    static final class CountIsLess extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replace("_count 100", "_count 99");
        }
    }

    static final class NoExemplars extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replaceAll(" # .*", "");
        }
    }

    static final class ExemplarsInTheFirstBucket extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replaceFirst("(_bucket\\{le=\"\\d.*) # .*( \\d.*)", "$1 # {a=\"b\"} 99$2");
        }
    }

    static final class LabelsTwice extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            String real = OpenMetrics.text(metrics);
            return real.replace("a_b=\"x;y\"", "a_b=\"x\",a_b=\"y\"");
        }
    }

    static final class AnythingGoes extends OpenMetricsContract {
        @Override
        protected String text(Collection<MetricData> metrics) {
            try {
                return OpenMetrics.text(metrics);
            } catch (IllegalArgumentException e) {
                return "# EOF\n";
            }
        }
    }

    @Test
    void kitConvicts() {
        assertAll(
                () -> Kit.convicts(NoEnd.class, "OM-1", "OM-4", "OM-5", "OM-6"),
                () -> Kit.convicts(NoUnit.class, "OM-1"),
                () -> Kit.convicts(NoTotal.class, "OM-2", "OM-3"),
                () -> Kit.convicts(LabelsAsTheyCome.class, "OM-3"),
                () -> Kit.convicts(NotCumulative.class, "OM-4"),
                () -> Kit.convicts(CountIsLess.class, "OM-4"),
                () -> Kit.convicts(NoExemplars.class, "OM-5"),
                () -> Kit.convicts(ExemplarsInTheFirstBucket.class, "OM-5"),
                () -> Kit.convicts(LabelsTwice.class, "OM-6"),
                () -> Kit.convicts(AnythingGoes.class, "OM-7"));
    }
}
