package dev.backendmastery.observability.metrics;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Which bucket a number is in. Bucket {@code i} of scale {@code s} has what is above 2^(i / 2^s) and at most 2^((i + 1) / 2^s).
 *
 * <p>At scale 8 the answer is exact: a table of 512 cells, none of which has more than one bound in it, and one comparison with that bound, which
 * was computed with 40 digits. Coarser scales are a shift of it. Finer ones are computed at scale 20 by a logarithm, held within what scale
 * 8 says, and shifted: so the scales nest whatever the logarithm's last digit is.
 */
final class Scale {

    static final int MAX = 20;
    static final int MIN = -10;

    private static final int TABLE = 8;
    private static final int PER_OCTAVE = 1 << TABLE;
    private static final int CELL_SHIFT = 52 - TABLE - 1;
    private static final int FINER = MAX - TABLE;
    private static final long MANTISSA = (1L << 52) - 1;
    private static final long ONE = Double.doubleToRawLongBits(1.0);
    private static final double PER_NAT = (1 << MAX) / Math.log(2);

    /** The mantissas of the bounds, rounded down; none of them but the first is a double. */
    private static final long[] BOUNDS = new long[PER_OCTAVE + 1];

    /** How many bounds are below the first number of the cell. */
    private static final short[] BELOW = new short[2 * PER_OCTAVE];

    static {
        MathContext digits = new MathContext(40);
        BigDecimal base = BigDecimal.valueOf(2);
        for (int i = 0; i < TABLE; i++) {
            base = base.sqrt(digits);
        }
        BigDecimal unit = BigDecimal.valueOf(1L << 52);
        BigDecimal bound = BigDecimal.ONE;
        for (int i = 0; i < PER_OCTAVE; i++) {
            BOUNDS[i] = bound.subtract(BigDecimal.ONE).multiply(unit).longValue();
            bound = bound.multiply(base, digits);
        }
        BOUNDS[PER_OCTAVE] = Long.MAX_VALUE;
        int below = 0;
        for (int cell = 0; cell < BELOW.length; cell++) {
            while (BOUNDS[below] < (long) cell << CELL_SHIFT) {
                below++;
            }
            BELOW[cell] = (short) below;
        }
    }

    private Scale() {}

    /** The bucket of {@code value}, which is finite and above zero. */
    static int index(double value, int scale) {
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) (bits >>> 52) - 1023;
        long mantissa = bits & MANTISSA;
        if (exponent == -1023) {
            int shift = Long.numberOfLeadingZeros(mantissa) - 11;
            mantissa = (mantissa << shift) & MANTISSA;
            exponent = -1022 - shift;
        }
        int below = BELOW[(int) (mantissa >>> CELL_SHIFT)];
        below += (int) ((BOUNDS[below] - mantissa) >>> 63);
        int coarse = (exponent << TABLE) + below - 1;
        return scale <= TABLE ? coarse >> (TABLE - scale) : fine(exponent, mantissa, coarse) >> (MAX - scale);
    }

    private static int fine(int exponent, long mantissa, int coarse) {
        int least = coarse << FINER;
        double natural = Math.log(Double.longBitsToDouble(ONE | mantissa));
        int guess = (exponent << MAX) + (int) Math.ceil(natural * PER_NAT) - 1;
        return Math.max(least, Math.min(least + (1 << FINER) - 1, guess));
    }

    /** Where bucket {@code index} ends and the next begins: infinite or zero if no double is there. */
    static double upper(int index, int scale) {
        return power((long) index + 1, scale);
    }

    /** Where bucket {@code index} begins. */
    static double lower(int index, int scale) {
        return power(index, scale);
    }

    private static double power(long index, int scale) {
        if (scale <= 0) {
            long exponent = index << -scale;
            return exponent > 1023 ? Double.POSITIVE_INFINITY : Math.scalb(1.0, (int) Math.max(exponent, -1_100));
        }
        long octave = index >> scale;
        double within = Math.pow(2, (index - (octave << scale)) / (double) (1L << scale));
        return octave > 1023 ? Double.POSITIVE_INFINITY : Math.scalb(within, (int) octave);
    }

    /** By how much a quantile may be off: half a bucket, in proportion. */
    static double relativeError(int scale) {
        double base = Math.pow(2, Math.pow(2, -scale));
        return Double.isInfinite(base) ? 1 : (base - 1) / (base + 1);
    }
}
