package dev.backendmastery.caching.loading;

/**
 * XFetch: a look-up refreshes an entry before its end, the more likely the closer that is and the longer a load takes, so
 * that of many callers, on however many machines, about one does and none has to wait.
 *
 * <p>A look-up refreshes if {@code cost * beta * -ln(u) >= remaining} for {@code u} even in (0, 1], so with probability
 * {@code exp(-remaining / (cost * beta))}.
 *
 * <p><b>Source.</b> Vattani, Chierichetti, Lowenstein, <i>Optimal probabilistic cache stampede prevention</i>, VLDB 2015.
 */
final class EarlyRefresh {

    /** The largest {@code -ln(u)} that a random double of 53 bits can give. */
    private static final double MOST = 53 * Math.log(2);

    private EarlyRefresh() {}

    /** Whether any random number could make it due: most look-ups need none. */
    static boolean isPossible(long remaining, long cost, double beta) {
        return remaining <= cost * beta * MOST;
    }

    /** @param random from 0, inclusive, to 1 */
    static boolean isDue(long remaining, long cost, double beta, double random) {
        return cost * beta * -Math.log(1 - random) >= remaining;
    }
}
