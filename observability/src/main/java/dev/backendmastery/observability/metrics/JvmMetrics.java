package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.OperatingSystemMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVM's own numbers, under the names of semantic conventions: memory by pool, threads, classes, processors; and what collections of garbage have taken, which the
 * conventions have as a histogram of each and the platform gives as a sum.
 *
 * <p><b>Threads.</b> Asked at each collection. <b>Cost.</b> A call of each bean. <b>Source.</b> OpenTelemetry, semantic conventions for JVM metrics, 1.37.
 */
public final class JvmMetrics implements AutoCloseable {

    private static final AttributeKey<String> POOL = AttributeKey.stringKey("jvm.memory.pool.name");
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("jvm.memory.type");
    private static final AttributeKey<String> COLLECTOR = AttributeKey.stringKey("jvm.gc.name");
    private static final String BYTES = "By";
    private static final double MILLI = 1e-3;

    private final List<Meters.Observation> observations = new ArrayList<>();

    private JvmMetrics() {}

    /**
     * Shows them in {@code meters} until it is closed.
     *
     * @throws IllegalArgumentException if they are shown there already; none is added
     */
    public static JvmMetrics observe(Meters meters) {
        JvmMetrics metrics = new JvmMetrics();
        try {
            metrics.add(meters);
            return metrics;
        } catch (IllegalArgumentException e) {
            metrics.close();
            throw e;
        }
    }

    private void add(Meters meters) {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            Attributes which =
                    Attributes.of(POOL, pool.getName(), TYPE, pool.getType() == MemoryType.HEAP ? "heap" : "non_heap");
            keep(meters.observedUpDownCounter("jvm.memory.used", BYTES, "Memory in use", which, () -> pool.getUsage()
                    .getUsed()));
            keep(meters.observedUpDownCounter(
                    "jvm.memory.committed", BYTES, "Memory that is had", which, () -> pool.getUsage()
                            .getCommitted()));
            if (pool.getUsage().getMax() >= 0) {
                keep(meters.observedUpDownCounter(
                        "jvm.memory.limit", BYTES, "Memory that may be had", which, () -> pool.getUsage()
                                .getMax()));
            }
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            Attributes which = Attributes.of(COLLECTOR, collector.getName());
            keep(meters.observedCounter(
                    "jvm.gc.collections",
                    "{collection}",
                    "Collections of garbage",
                    which,
                    collector::getCollectionCount));
            keep(meters.gauge(
                    "jvm.gc.collection_time",
                    "s",
                    "What they have taken since the start",
                    which,
                    () -> collector.getCollectionTime() * MILLI));
        }
        keep(meters.observedUpDownCounter(
                "jvm.thread.count", "{thread}", "Threads", Attributes.empty(), () -> ManagementFactory.getThreadMXBean()
                        .getThreadCount()));
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        keep(meters.observedUpDownCounter(
                "jvm.class.count", "{class}", "Classes", Attributes.empty(), classes::getLoadedClassCount));
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        keep(meters.observedUpDownCounter(
                "jvm.cpu.count", "{cpu}", "Processors", Attributes.empty(), system::getAvailableProcessors));
        if (system instanceof com.sun.management.OperatingSystemMXBean here) {
            keep(meters.gauge(
                    "jvm.cpu.recent_utilization",
                    "1",
                    "Of the processors, by this process",
                    Attributes.empty(),
                    here::getProcessCpuLoad));
        }
    }

    private void keep(Meters.Observation observation) {
        observations.add(observation);
    }

    /** Shows them no longer. */
    @Override
    public void close() {
        observations.forEach(Meters.Observation::close);
        observations.clear();
    }
}
