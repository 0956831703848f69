package dev.backendmastery.core.resilience;

import java.time.Duration;

/**
 * When a second attempt is started beside one that is late.
 *
 * @param maxExtra the most attempts besides the first, from 1 to 10
 * @param quantile a call is late when this share of the recent ones was faster; more than 0, at most 1
 * @param sample how many calls are recent: the quantile is taken anew after so many; from 10 to 1,000,000
 * @param firstDelay what is late until there is a sample; positive
 * @param minDelay nothing is late before; at least 0
 */
public record HedgeConfig(int maxExtra, double quantile, int sample, Duration firstDelay, Duration minDelay) {

    /** One more, at the 95th percentile of the last 200 calls, 100 ms until these are known, never before 1 ms. */
    public static final HedgeConfig DEFAULT =
            new HedgeConfig(1, 0.95, 200, Duration.ofMillis(100), Duration.ofMillis(1));

    /** Checks the bounds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public HedgeConfig {
        Check.range("maxExtra", maxExtra, 1, 10);
        Check.share("quantile", quantile);
        Check.range("sample", sample, 10, 1_000_000);
        Check.positive("firstDelay", firstDelay);
        Check.notNegative("minDelay", minDelay);
    }
}
