package dev.backendmastery.search.relevance;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether one run is better than another, or was lucky with its queries: the paired bootstrap. Queries are drawn again and again, with
 * repeats, and the difference of the means is looked at each time.
 *
 * @param difference of the means: above 0 if the first is better
 * @param low the lower end of its 95 % interval
 * @param high the upper end
 * @param p how often chance alone, without a true difference, gives one as large, either way: 0 to 1
 */
public record Comparison(double difference, double low, double high, double p) {

    /**
     * Compares two evaluations by one measure over the same queries.
     *
     * @param samples how often to draw, 100 to 1,000,000
     * @param seed the same gives the same
     * @throws IllegalArgumentException if measures or queries differ, or there are none
     */
    public static Comparison of(Evaluation first, Evaluation second, int samples, long seed) {
        if (!first.measure().equals(second.measure())
                || !first.scores().keySet().equals(second.scores().keySet())) {
            throw new IllegalArgumentException("evaluations must be of one measure and the same queries, were "
                    + first.measure() + " of " + first.scores().size() + " and " + second.measure() + " of "
                    + second.scores().size());
        }
        double[] differences = first.scores().entrySet().stream()
                .mapToDouble(entry -> entry.getValue() - second.scores().getOrDefault(entry.getKey(), 0.0))
                .toArray();
        return of(differences, samples, seed);
    }

    /**
     * Compares by the differences, query by query.
     *
     * @param samples how often to draw, 100 to 1,000,000
     * @param seed the same gives the same
     * @throws IllegalArgumentException if there are no queries
     */
    public static Comparison of(double[] differences, int samples, long seed) {
        if (differences.length == 0) {
            throw new IllegalArgumentException("differences must not be empty");
        }
        if (samples < 100 || samples > 1_000_000) {
            throw new IllegalArgumentException("samples must be 100 to 1000000, was " + samples);
        }
        double mean = Arrays.stream(differences).average().orElse(0);
        double[] means = new double[samples];
        int asLarge = 0;
        SplittableRandom random = new SplittableRandom(seed);
        // A hair's breadth for sums that rounding has made different.
        double bound = Math.abs(mean) * (1 - 1e-12);
        for (int i = 0; i < samples; i++) {
            double sum = 0;
            for (int draw = 0; draw < differences.length; draw++) {
                sum += differences[random.nextInt(differences.length)];
            }
            means[i] = sum / differences.length;
            if (Math.abs(means[i] - mean) >= bound) {
                asLarge++;
            }
        }
        Arrays.sort(means);
        return new Comparison(
                mean,
                means[(int) (samples * 0.025)],
                means[Math.min(samples - 1, (int) (samples * 0.975))],
                (asLarge + 1.0) / (samples + 1.0));
    }
}
