package dev.backendmastery.observability.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A histogram whose attributes are resolved.
 *
 * <p><b>Guarantee.</b> What {@link ExponentialHistogram} says, and each reading is of whole records: its count, sum and buckets agree (ME-9). What is negative, infinite or not a
 * number is counted and not stored (ME-10). An exemplar is kept of sampled spans only (ME-11), the last one of each power of two.
 *
 * <p><b>Threads.</b> Safe for any number. Each stripe has a lock of one word; who finds it taken takes the next one, so a thread that is stopped within a
 * record stops nobody while a stripe is free. <b>Cost.</b> One compare-and-set, one table look-up, plain writes; no bytes but while the range still widens. A stripe
 * takes 1.5 KB and comes with its first writer. <b>Not for</b> {@code record(value)} where exemplars are wanted: say which span it is, the thread's
 * context is not looked up here.
 */
public final class BoundHistogram implements Series.OfMany {

    private static final int MAX_STRIPES = 64;
    private static final int EXEMPLARS = 32;
    private static final double NANO = 1e-9;
    private static final long PAUSE_NANOS = 10_000;
    private static final VarHandle STRIPE = MethodHandles.arrayElementVarHandle(Stripe[].class);

    private final @Nullable Stripe[] stripes;
    private final LongAdder refused;
    private final InstantSource clock;
    private final AtomicReferenceArray<@Nullable DoubleExemplarData> exemplars = new AtomicReferenceArray<>(EXEMPLARS);

    BoundHistogram(LongAdder refused, InstantSource clock) {
        this.refused = refused;
        this.clock = clock;
        int wanted = 2 * Runtime.getRuntime().availableProcessors();
        int size = Math.min(MAX_STRIPES, Integer.highestOneBit(2 * wanted - 1));
        stripes = new Stripe[size];
    }

    /** Records {@code value}: what is negative, infinite or not a number is only counted as refused. */
    public void record(double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            refused.increment();
            return;
        }
        Stripe stripe = take();
        try {
            stripe.add(value);
        } finally {
            stripe.release();
        }
    }

    /** Records {@code value}, as {@link #record(double)} does. */
    public void record(long value) {
        record((double) value);
    }

    /** Records a time, in seconds as semantic conventions want it. */
    public void recordNanos(long nanos) {
        record(nanos * NANO);
    }

    /** Records {@code value} and, if {@code span} is sampled, that it was measured there. */
    public void record(double value, SpanContext span) {
        record(value);
        if (span.isSampled() && span.isValid() && value >= 0 && value <= Double.MAX_VALUE) {
            int slot = Math.getExponent(value) & (EXEMPLARS - 1);
            exemplars.set(
                    slot, DoubleExemplarData.create(Attributes.empty(), Meters.nanos(clock.instant()), span, value));
        }
    }

    private Stripe take() {
        int mask = stripes.length - 1;
        int at = (int) Thread.currentThread().getId() & mask;
        Stripe mine = stripes[at];
        return mine != null && mine.tryTake() ? mine : takeAny(at, mask);
    }

    private Stripe takeAny(int start, int mask) {
        for (int at = start; ; at = (at + 1) & mask) {
            Stripe stripe = (Stripe) STRIPE.getAcquire(stripes, at);
            if (stripe == null) {
                stripe = new Stripe();
                if (!STRIPE.compareAndSet(stripes, at, null, stripe)) {
                    continue;
                }
            }
            if (stripe.tryTake()) {
                return stripe;
            }
            if (at == ((start - 1) & mask)) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** All that was recorded: each record as a whole or not at all. */
    @Override
    public ExponentialHistogram value() {
        Accumulator all = new Accumulator(ExponentialHistogram.MAX_BUCKETS);
        for (int i = 0; i < stripes.length; i++) {
            Stripe stripe = (Stripe) STRIPE.getAcquire(stripes, i);
            if (stripe != null) {
                all.addAll(read(stripe));
            }
        }
        return all.snapshot();
    }

    private static ExponentialHistogram read(Stripe stripe) {
        while (!stripe.tryTake()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        try {
            return stripe.snapshot();
        } finally {
            stripe.release();
        }
    }

    @Override
    public List<DoubleExemplarData> exemplars(long sinceNanos) {
        List<DoubleExemplarData> kept = new ArrayList<>();
        for (int i = 0; i < EXEMPLARS; i++) {
            DoubleExemplarData exemplar = exemplars.get(i);
            if (exemplar != null && exemplar.getEpochNanos() >= sinceNanos) {
                kept.add(exemplar);
            }
        }
        return kept;
    }

    /** What one thread writes at a time. */
    private static final class Stripe extends Accumulator {

        private static final VarHandle TAKEN;

        static {
            try {
                TAKEN = MethodHandles.lookup().findVarHandle(Stripe.class, "taken", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused") // written through TAKEN
        private volatile int taken;

        @SuppressWarnings("unused") // keep the next stripe off this one's cache line
        private long p1, p2, p3, p4, p5, p6, p7, p8;

        Stripe() {
            super(ExponentialHistogram.MAX_BUCKETS);
        }

        boolean tryTake() {
            return TAKEN.compareAndSet(this, 0, 1);
        }

        void release() {
            TAKEN.setRelease(this, 0);
        }
    }
}
