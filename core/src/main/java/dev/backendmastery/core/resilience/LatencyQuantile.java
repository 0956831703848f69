package dev.backendmastery.core.resilience;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A quantile of the recent latencies, of the last full batch of them: counts in buckets that are an eighth of a power of
 * two wide, so the answer is at most an eighth too high. Lock-free; reading it is one read.
 */
final class LatencyQuantile {

    private static final int STEPS = 8;

    private final double quantile;
    private final int batch;
    private final AtomicIntegerArray counts = new AtomicIntegerArray(64 * STEPS);
    private final AtomicInteger recorded = new AtomicInteger();

    private volatile long current;

    LatencyQuantile(double quantile, int batch, long first) {
        this.quantile = quantile;
        this.batch = batch;
        this.current = first;
    }

    void record(long nanos) {
        counts.getAndIncrement(bucket(Math.max(STEPS, nanos)));
        if (recorded.incrementAndGet() == batch) {
            // One thread comes here for each batch; a latency that another records meanwhile belongs to the next.
            long wanted = (long) Math.ceil(quantile * batch);
            long seen = 0;
            long found = -1;
            for (int i = 0; i < counts.length(); i++) {
                seen += counts.getAndSet(i, 0);
                if (found < 0 && seen >= wanted) {
                    found = upper(i);
                }
            }
            current = found < 0 ? current : found;
            recorded.addAndGet(-batch);
        }
    }

    long nanos() {
        return current;
    }

    private static int bucket(long nanos) {
        int octave = 63 - Long.numberOfLeadingZeros(nanos);
        return octave * STEPS + (int) ((nanos >>> (octave - 3)) & (STEPS - 1));
    }

    /** The least that is above the bucket. */
    private static long upper(int bucket) {
        int octave = bucket / STEPS;
        return octave > 59 ? Long.MAX_VALUE : (STEPS + bucket % STEPS + 1L) << (octave - 3);
    }
}
