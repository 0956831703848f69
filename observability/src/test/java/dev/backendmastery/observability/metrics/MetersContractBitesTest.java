package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Each class below does one thing wrong, and the kit convicts it by the clauses named here. */
final class MetersContractBitesTest {

    private static MetricData anew(MetricData metric) {
        return new Metric(
                metric.getResource(),
                metric.getInstrumentationScopeInfo(),
                metric.getName(),
                metric.getDescription(),
                metric.getUnit(),
                metric.getType(),
                SumData.createLongSumData(
                        metric.getLongSumData().isMonotonic(),
                        metric.getLongSumData().getAggregationTemporality(),
                        metric.getLongSumData().getPoints().stream()
                                .map(point -> LongPointData.create(
                                        point.getEpochNanos(),
                                        point.getEpochNanos(),
                                        point.getAttributes(),
                                        point.getValue()))
                                .toList()));
    }

    static final class TakesNegatives extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public LongConsumer counter(String name, String unit, Attributes attributes) {
                    LongConsumer real = super.counter(name, unit, attributes);
                    return n -> real.accept(Math.abs(n));
                }
            };
        }
    }

    static final class UpDownTakesOnlyUps extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public LongConsumer upDown(String name, String unit, Attributes attributes) {
                    LongConsumer real = super.upDown(name, unit, attributes);
                    return n -> real.accept(Math.max(0, n));
                }
            };
        }
    }

    static final class AttributesMeanNothing extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public LongConsumer counter(String name, String unit, Attributes attributes) {
                    return super.counter(name, unit, Attributes.of(AttributeKey.stringKey("http.route"), "/a"));
                }
            };
        }
    }

    static final class OneCursorForAll extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                private final MetricProducer only = super.delta();

                @Override
                public MetricProducer delta() {
                    return only;
                }
            };
        }
    }

    static final class DeltaIsCumulative extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public MetricProducer delta() {
                    return meters;
                }
            };
        }
    }

    static final class StartsAnewEachTime extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Collection<MetricData> cumulative() {
                    return super.cumulative().stream()
                            .map(metric -> metric.getType() == MetricDataType.LONG_SUM ? anew(metric) : metric)
                            .toList();
                }
            };
        }
    }

    static final class LosesWhatComesBetweenReadAndReset extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public MetricProducer delta() {
                    MetricProducer real = super.delta();
                    return resource -> {
                        Collection<MetricData> told = real.produce(resource);
                        real.produce(resource);
                        return told;
                    };
                }
            };
        }
    }

    static final class NoLimit extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, 1_000) {};
        }
    }

    static final class DropsBeyondTheLimit extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public LongConsumer counter(String name, String unit, Attributes attributes) {
                    LongConsumer real = super.counter(name, unit, attributes);
                    return meters.stats().overflowed() > 0 ? n -> {} : real;
                }
            };
        }
    }

    static final class ForgetsZeros extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Recording histogram(String name, String unit, Attributes attributes) {
                    Recording real = super.histogram(name, unit, attributes);
                    return (value, span) -> {
                        if (value != 0) {
                            real.record(value, span);
                        }
                    };
                }
            };
        }
    }

    static final class StoresWhatIsNoNumber extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Recording histogram(String name, String unit, Attributes attributes) {
                    Recording real = super.histogram(name, unit, attributes);
                    return (value, span) -> real.record(Double.isFinite(value) ? value : 0, span);
                }
            };
        }
    }

    static final class ExemplarsOfAnySpan extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Recording histogram(String name, String unit, Attributes attributes) {
                    Recording real = super.histogram(name, unit, attributes);
                    return (value, span) -> real.record(
                            value,
                            SpanContext.create(
                                    span.getTraceId(),
                                    span.getSpanId(),
                                    TraceFlags.getSampled(),
                                    span.getTraceState()));
                }
            };
        }
    }

    static final class NoExemplars extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Recording histogram(String name, String unit, Attributes attributes) {
                    Recording real = super.histogram(name, unit, attributes);
                    return (value, span) -> real.record(value, SpanContext.getInvalid());
                }
            };
        }
    }

    static final class OneCallbackEndsAll extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                private final List<DoubleSupplier> callbacks = new ArrayList<>();

                @Override
                public void gauge(String name, String unit, Attributes attributes, DoubleSupplier value) {
                    callbacks.add(value);
                    super.gauge(name, unit, attributes, value);
                }

                @Override
                public Collection<MetricData> cumulative() {
                    double all = callbacks.stream()
                            .mapToDouble(DoubleSupplier::getAsDouble)
                            .sum();
                    return all == Double.NEGATIVE_INFINITY ? List.of() : super.cumulative();
                }
            };
        }
    }

    static final class AnotherMeaningIsIgnored extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public LongConsumer upDown(String name, String unit, Attributes attributes) {
                    try {
                        return super.upDown(name, unit, attributes);
                    } catch (IllegalArgumentException e) {
                        return n -> {};
                    }
                }
            };
        }
    }

    static final class AnyUnitForATime extends MetersContract {
        @Override
        protected Subject create(InstantSource clock, int limit) {
            return new Ours(clock, limit) {
                @Override
                public Recording histogram(String name, String unit, Attributes attributes) {
                    return super.histogram(name, unit.equals("ms") ? "s" : unit, attributes);
                }
            };
        }
    }

    @Test
    void kitConvicts() {
        assertAll(
                () -> Kit.convicts(TakesNegatives.class, "ME-2"),
                () -> Kit.convicts(UpDownTakesOnlyUps.class, "ME-3"),
                () -> Kit.convicts(AttributesMeanNothing.class, "ME-1", "ME-8"),
                () -> Kit.convicts(OneCursorForAll.class, "ME-4", "ME-6"),
                () -> Kit.convicts(DeltaIsCumulative.class, "ME-4", "ME-5", "ME-6", "ME-7"),
                () -> Kit.convicts(StartsAnewEachTime.class, "ME-5"),
                () -> Kit.convicts(LosesWhatComesBetweenReadAndReset.class, "ME-6"),
                () -> Kit.convicts(NoLimit.class, "ME-8"),
                () -> Kit.convicts(DropsBeyondTheLimit.class, "ME-8"),
                () -> Kit.convicts(ForgetsZeros.class, "ME-9"),
                () -> Kit.convicts(StoresWhatIsNoNumber.class, "ME-10"),
                () -> Kit.convicts(ExemplarsOfAnySpan.class, "ME-11"),
                () -> Kit.convicts(NoExemplars.class, "ME-11"),
                () -> Kit.convicts(OneCallbackEndsAll.class, "ME-12"),
                () -> Kit.convicts(AnotherMeaningIsIgnored.class, "ME-13"),
                () -> Kit.convicts(AnyUnitForATime.class, "ME-14"));
    }
}
