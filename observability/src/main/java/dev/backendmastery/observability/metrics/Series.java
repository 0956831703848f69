package dev.backendmastery.observability.metrics;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import java.util.List;

/** One row of numbers of an instrument, by its attributes. */
interface Series {

    /** A number that grows, or that does not. */
    interface OfLong extends Series {
        long value();
    }

    /** A number as it is now. */
    interface OfDouble extends Series {
        double value();
    }

    /** Many numbers. */
    interface OfMany extends Series {
        ExponentialHistogram value();

        /** Those since a moment. */
        List<DoubleExemplarData> exemplars(long sinceNanos);
    }
}
