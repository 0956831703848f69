package dev.backendmastery.benchmarks.caching;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** Traces that nobody had to record; the same seed gives the same one. */
enum TraceGenerator {
    /** Skewed: the i-th most popular key is asked for in proportion to 1/i; after every tenth of the trace the ranks shift. */
    ZIPF {
        @Override
        void fill(int keys, int requests, Random random, Trace.Recorder recorder) {
            double[] sums = zipf(keys);
            for (int i = 0; i < requests; i++) {
                int shift = (int) (10L * i / requests) * (keys / 20);
                recorder.add((draw(sums, random) + shift) % keys);
            }
        }
    },
    /** Skewed, and every tenth request is for a key that never comes again. */
    SCAN {
        @Override
        void fill(int keys, int requests, Random random, Trace.Recorder recorder) {
            double[] sums = zipf(keys);
            for (int i = 0; i < requests; i++) {
                recorder.add(i % 10 == 9 ? keys + i : draw(sums, random));
            }
        }
    },
    /** All keys in turn, again and again. */
    LOOP {
        @Override
        void fill(int keys, int requests, Random random, Trace.Recorder recorder) {
            for (int i = 0; i < requests; i++) {
                recorder.add(i % keys);
            }
        }
    },
    /** A quarter skewed, a quarter a loop, a quarter skewed with a scan, a quarter the newest keys most. */
    MIXED {
        @Override
        void fill(int keys, int requests, Random random, Trace.Recorder recorder) {
            int part = requests / 4;
            ZIPF.fill(keys, part, random, recorder);
            LOOP.fill(keys, part, random, recorder);
            SCAN.fill(keys, part, random, recorder);
            double[] sums = zipf(keys);
            for (int i = 0; i < requests - 3 * part; i++) {
                recorder.add(3 * keys + requests + i / 4 - draw(sums, random));
            }
        }
    };

    abstract void fill(int keys, int requests, Random random, Trace.Recorder recorder);

    /** The generator of that name, in small letters. */
    static TraceGenerator of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "generate must be one of " + Arrays.toString(values()).toLowerCase(Locale.ROOT) + ", was " + name,
                    e);
        }
    }

    Trace trace(int keys, int requests, long seed) {
        if (keys < 1 || requests < 1) {
            throw new IllegalArgumentException("keys and requests must be at least 1, were " + keys + ", " + requests);
        }
        Trace.Recorder recorder = new Trace.Recorder();
        fill(keys, requests, new Random(seed), recorder);
        return recorder.trace(name().toLowerCase(Locale.ROOT));
    }

    private static double[] zipf(int keys) {
        double[] sums = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += 1.0 / (i + 1);
            sums[i] = sum;
        }
        return sums;
    }

    private static int draw(double[] sums, Random random) {
        int found = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
        return found >= 0 ? found : Math.min(-found - 1, sums.length - 1);
    }
}
