package dev.backendmastery.search.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A number for each document that has one, as a long that sorts as it does; with the least and greatest of each 1,024. */
final class NumberColumn {

    private static final int ZONE = 1_024;

    final long[] values;
    /** Which documents have one. */
    final long[] present;

    private final long[] least;
    private final long[] greatest;

    NumberColumn(long[] values, long[] present) {
        this.values = values;
        this.present = present;
        int zones = (values.length + ZONE - 1) / ZONE;
        least = new long[zones];
        greatest = new long[zones];
        Arrays.fill(least, Long.MAX_VALUE);
        Arrays.fill(greatest, Long.MIN_VALUE);
        for (int doc = 0; doc < values.length; doc++) {
            if (Bits.get(present, doc)) {
                least[doc / ZONE] = Math.min(least[doc / ZONE], values[doc]);
                greatest[doc / ZONE] = Math.max(greatest[doc / ZONE], values[doc]);
            }
        }
    }

    static long encode(double number) {
        long bits = Double.doubleToLongBits(number);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }

    static double decode(long sorted) {
        return Double.longBitsToDouble(sorted ^ (sorted >> 63 & Long.MAX_VALUE));
    }

    boolean has(int doc) {
        return Bits.get(present, doc);
    }

    /** The documents with a number from {@code low} to {@code high}. */
    long[] range(long low, long high) {
        long[] bits = Bits.of(values.length);
        for (int zone = 0; zone < least.length; zone++) {
            if (least[zone] > high || greatest[zone] < low) {
                continue;
            }
            int end = Math.min(values.length, (zone + 1) * ZONE);
            for (int doc = zone * ZONE; doc < end; doc++) {
                if (values[doc] >= low && values[doc] <= high && Bits.get(present, doc)) {
                    Bits.set(bits, doc);
                }
            }
        }
        return bits;
    }

    void write(Sink sink) {
        sink.putVar(values.length);
        sink.putLongs(present, present.length);
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int zone = 0; zone < least.length; zone++) {
            first = Math.min(first, least[zone]);
            last = Math.max(last, greatest[zone]);
        }
        boolean small = last >= first && last - first >= 0 && last - first <= Integer.MAX_VALUE;
        sink.put(small ? 1 : 0);
        if (small) {
            sink.putLong(first);
            int[] packed = new int[values.length];
            for (int doc = 0; doc < packed.length; doc++) {
                packed[doc] = has(doc) ? (int) (values[doc] - first) : 0;
            }
            sink.putPacked(packed, packed.length);
        } else if (last >= first) {
            sink.putLongs(values, values.length);
        }
    }

    static NumberColumn read(Source source) {
        int count = source.getSize();
        long[] present = source.getLongs((count + 63) >>> 6);
        boolean any = Bits.count(present) > 0;
        if (source.get() == 1) {
            long first = source.getLong();
            int[] packed = source.getPacked(count);
            long[] values = new long[count];
            for (int doc = 0; doc < count; doc++) {
                values[doc] = first + packed[doc];
            }
            return new NumberColumn(values, present);
        }
        return new NumberColumn(any ? source.getLongs(count) : new long[count], present);
    }

    /** Takes value after value. */
    static final class Builder {
        private long[] values = new long[64];
        private long[] present = new long[1];
        private int count;

        void add(@Nullable Long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
                present = Arrays.copyOf(present, values.length / 64);
            }
            if (value != null) {
                values[count] = value;
                Bits.set(present, count);
            }
            count++;
        }

        NumberColumn build() {
            return new NumberColumn(Arrays.copyOf(values, count), Arrays.copyOf(present, (count + 63) >>> 6));
        }
    }
}
