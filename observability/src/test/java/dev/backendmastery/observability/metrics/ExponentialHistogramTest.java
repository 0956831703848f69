package dev.backendmastery.observability.metrics;

final class ExponentialHistogramTest extends ExponentialHistogramContract {
    @Override
    protected ExponentialHistogram of(double... values) {
        return ExponentialHistogram.of(values);
    }

    @Override
    protected ExponentialHistogram merge(ExponentialHistogram one, ExponentialHistogram other) {
        return one.merge(other);
    }

    @Override
    protected double quantile(ExponentialHistogram histogram, double q) {
        return histogram.quantile(q);
    }
}
