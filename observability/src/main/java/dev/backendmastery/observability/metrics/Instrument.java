package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Something that is measured. {@link #bind} once where you know the attributes, and keep what it gives.
 *
 * @param <B> {@link BoundCounter}, {@link BoundUpDownCounter} or {@link BoundHistogram}
 */
public final class Instrument<B> {

    /** What the series has that all share who came after the limit. */
    static final Attributes OVERFLOW =
            Attributes.builder().put("otel.metric.overflow", true).build();

    private final InstrumentType type;
    private final String name;
    private final String unit;
    private final String description;
    private final int limit;
    private final Supplier<B> make;
    private final LongAdder overflowed;
    private final Map<Attributes, B> series = new ConcurrentHashMap<>();

    Instrument(
            InstrumentType type,
            String name,
            String unit,
            String description,
            int limit,
            Supplier<B> make,
            LongAdder overflowed) {
        this.type = type;
        this.name = name;
        this.unit = unit;
        this.description = description;
        this.limit = limit;
        this.make = make;
        this.overflowed = overflowed;
    }

    /** The series of these attributes: the same one each time, and beyond the limit the one that is marked {@code otel.metric.overflow} (ME-8). */
    public B bind(Attributes attributes) {
        B there = series.get(attributes);
        if (there != null) {
            return there;
        }
        synchronized (series) {
            boolean full = series.size() >= limit - 1 && !series.containsKey(attributes);
            if (full) {
                overflowed.increment();
            }
            return series.computeIfAbsent(full ? OVERFLOW : attributes, key -> make.get());
        }
    }

    /** Puts in a series that is made elsewhere; false if there is one, or no room. */
    boolean put(Attributes attributes, B made) {
        synchronized (series) {
            return series.size() < limit - 1 && series.putIfAbsent(attributes, made) == null;
        }
    }

    void remove(Attributes attributes, B made) {
        series.remove(attributes, made);
    }

    Map<Attributes, B> series() {
        return series;
    }

    InstrumentType type() {
        return type;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its unit. */
    public String unit() {
        return unit;
    }

    String description() {
        return description;
    }
}
