package dev.backendmastery.core.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What a closed breaker remembers. An outcome is a set of the bits {@link #FAILED} and {@link #SLOW}; 0 is all well. */
abstract sealed class Outcomes {

    static final int FAILED = 1;
    static final int SLOW = 2;

    /** Cells of one array that lie on cache lines of their own, and on none that holds anything else. */
    private static final int CALLS = 16;

    private static final int BAD = 32;
    private static final int CELLS = 48;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    /** Remembers an outcome that was known at {@code now}. */
    abstract void add(int outcome, long now);

    /** How many outcomes are remembered at {@code now}. */
    abstract long calls(long now);

    /** Failures in the low half, slow calls in the high half. */
    abstract long bad(long now);

    static int failures(long bad) {
        return (int) bad;
    }

    static int slow(long bad) {
        // The low half may be negative for the moment in which an outcome moves out before another has moved in.
        return (int) ((bad - (int) bad) >> 32);
    }

    private static long weight(int outcome) {
        return (outcome & FAILED) + ((long) (outcome & SLOW) << 31);
    }

    /**
     * The last so many calls. A call takes the next place by one addition; only where its outcome differs from the one
     * that it replaces is anything else written, so while all is well the ring and the counts are read by all processors
     * and written by none.
     */
    static final class OfCalls extends Outcomes {

        private static final VarHandle RING = MethodHandles.arrayElementVarHandle(int[].class);

        private final int[] ring;
        private final long[] cells = new long[CELLS];

        OfCalls(int size) {
            ring = new int[size];
        }

        @Override
        void add(int outcome, long now) {
            long number = (long) CELL.getAndAdd(cells, CALLS, 1L);
            int place = (int) (number % ring.length);
            if ((int) RING.getAcquire(ring, place) != outcome) {
                int left = (int) RING.getAndSet(ring, place, outcome);
                long change = weight(outcome) - weight(left);
                if (change != 0) {
                    CELL.getAndAdd(cells, BAD, change);
                }
            }
        }

        @Override
        long calls(long now) {
            return Math.min(ring.length, (long) CELL.getVolatile(cells, CALLS));
        }

        @Override
        long bad(long now) {
            return (long) CELL.getVolatile(cells, BAD);
        }
    }

    /** The calls of the last so many buckets of time; a bucket is made when the first outcome falls into it. */
    static final class OfTime extends Outcomes {

        private static final VarHandle BUCKET = MethodHandles.arrayElementVarHandle(Bucket[].class);

        private final Bucket[] buckets;
        private final long origin;
        private final long length;

        OfTime(long period, int count, long now) {
            length = Math.max(1, period / count);
            origin = now;
            buckets = new Bucket[count];
            for (int i = 0; i < count; i++) {
                buckets[i] = new Bucket(i - count);
            }
        }

        private long number(long now) {
            return Math.floorDiv(now - origin, length);
        }

        @Override
        void add(int outcome, long now) {
            long number = number(now);
            int place = (int) Math.floorMod(number, (long) buckets.length);
            for (; ; ) {
                Bucket bucket = (Bucket) BUCKET.getAcquire(buckets, place);
                // A clock that steps back adds to the newest bucket of the place: nothing is lost.
                if (bucket.number >= number || BUCKET.compareAndSet(buckets, place, bucket, new Bucket(number))) {
                    if (bucket.number >= number) {
                        CELL.getAndAdd(bucket.cells, CALLS, 1L);
                        if (outcome != 0) {
                            CELL.getAndAdd(bucket.cells, BAD, weight(outcome));
                        }
                        return;
                    }
                }
            }
        }

        @Override
        long calls(long now) {
            return sum(CALLS, number(now));
        }

        @Override
        long bad(long now) {
            return sum(BAD, number(now));
        }

        private long sum(int cell, long newest) {
            long sum = 0;
            for (int i = 0; i < buckets.length; i++) {
                Bucket bucket = (Bucket) BUCKET.getAcquire(buckets, i);
                if (bucket.number > newest - buckets.length) {
                    sum += (long) CELL.getVolatile(bucket.cells, cell);
                }
            }
            return sum;
        }

        private static final class Bucket {
            final long number;
            final long[] cells = new long[CELLS];

            Bucket(long number) {
                this.number = number;
            }
        }
    }
}
