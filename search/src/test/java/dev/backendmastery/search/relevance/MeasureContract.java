package dev.backendmastery.search.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.search.relevance.Measure.Gain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the measures of a ranking must hold, each by a number that was computed by hand. Extend it, say how to create yours, run it. */
@DisplayName("The measures of a ranking")
public abstract class MeasureContract {

    private static final double EXACT = 1e-12;

    /** d3 is judged and bad, d4 is not judged, d6 is good and not found. */
    private static final Map<String, Integer> GRADES = Map.of("d1", 3, "d3", 0, "d2", 2, "d5", 1, "d6", 1);

    private static final List<String> RANKING = List.of("d1", "d3", "d2", "d4", "d5");

    /** Discounted cumulated gain as a share of the best. */
    protected Measure ndcg(int k, Gain gain) {
        return Measure.ndcg(k, gain);
    }

    /** One by the rank of the first that is relevant. */
    protected Measure reciprocalRank(int k) {
        return Measure.reciprocalRank(k);
    }

    /** The mean precision at the relevant ones. */
    protected Measure averagePrecision(int k) {
        return Measure.averagePrecision(k);
    }

    /** The share of the first that is relevant. */
    protected Measure precision(int k) {
        return Measure.precision(k);
    }

    /** The share of what is relevant that is found. */
    protected Measure recall(int k) {
        return Measure.recall(k);
    }

    /** Documents by score. */
    protected List<String> rank(Map<String, Double> scores) {
        return Run.rank(scores);
    }

    /** Scores by query. */
    protected Evaluation evaluate(Run run, Judgments judgments, Measure measure, Evaluation.Unjudged unjudged) {
        return Evaluation.of(run, judgments, measure, unjudged);
    }

    /** A paired bootstrap. */
    protected Comparison compare(double[] differences, int samples, long seed) {
        return Comparison.of(differences, samples, seed);
    }

    @Test
    @DisplayName("RE-1 nDCG: gains by log2(rank + 1), of the best order of all that was judged")
    void linear() {
        // 3/1 + 0 + 2/2 + 0 + 1/log2(6) = 4.386853; 3/1 + 2/log2(3) + 1/2 + 1/log2(5) = 5.192536
        assertEquals(0.8448381970076497, ndcg(10, Gain.LINEAR).of(RANKING, GRADES), EXACT);
        // 4 of 3/1 + 2/log2(3) + 1/2 = 4.761860
        assertEquals(0.8400079830158563, ndcg(3, Gain.LINEAR).of(RANKING, GRADES), EXACT);
        assertEquals(1, ndcg(10, Gain.LINEAR).of(List.of("d1", "d2", "d6", "d5", "d3"), GRADES), EXACT);
        assertEquals(0, ndcg(10, Gain.LINEAR).of(List.of("d3", "d4"), GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-2 nDCG with exponential gains: 2^grade - 1")
    void exponential() {
        assertEquals(0.9046555432847422, ndcg(10, Gain.EXPONENTIAL).of(RANKING, GRADES), EXACT);
        assertEquals(0.9049495058460971, ndcg(3, Gain.EXPONENTIAL).of(RANKING, GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-3 reciprocal rank: 1 for the first, 1/3 for the third, 0 behind k")
    void reciprocal() {
        assertEquals(1, reciprocalRank(10).of(RANKING, GRADES), EXACT);
        assertEquals(1.0 / 3, reciprocalRank(10).of(List.of("d3", "d4", "d5", "d1"), GRADES), EXACT);
        assertEquals(0, reciprocalRank(2).of(List.of("d3", "d4", "d5"), GRADES), EXACT);
        assertEquals(0, reciprocalRank(10).of(List.of(), GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-4 average precision: over all relevant ones, found or not")
    void average() {
        // (1/1 + 2/3 + 3/5 + 0) / 4
        assertEquals((1 + 2.0 / 3 + 3.0 / 5) / 4, averagePrecision(1_000).of(RANKING, GRADES), EXACT);
        assertEquals((1 + 2.0 / 3) / 4, averagePrecision(4).of(RANKING, GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-5 precision at k: of k, though fewer were found")
    void precisionAtK() {
        assertEquals(2.0 / 3, precision(3).of(RANKING, GRADES), EXACT);
        assertEquals(3.0 / 10, precision(10).of(RANKING, GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-6 recall at k: of all relevant ones")
    void recallAtK() {
        assertEquals(2.0 / 4, recall(3).of(RANKING, GRADES), EXACT);
        assertEquals(3.0 / 4, recall(10).of(RANKING, GRADES), EXACT);
    }

    @Test
    @DisplayName("RE-7 below 1 is not relevant; without anything relevant there is no measure")
    void notRelevant() {
        Map<String, Integer> grades = Map.of("a", -2, "b", 0, "c", 1);
        for (Measure measure : all(2)) {
            assertEquals(0, measure.of(List.of("a", "b", "c"), grades), EXACT, measure::name);
            assertThrows(IllegalArgumentException.class, () -> measure.of(List.of("a"), Map.of("a", 0, "b", -1)));
        }
    }

    @Test
    @DisplayName("RE-8 lies between 0 and 1, is 1 for the best order, and never falls when a better one moves up")
    void bounds() {
        Random random = new Random(8);
        for (int round = 0; round < 300; round++) {
            Map<String, Integer> grades = new HashMap<>(Map.of("sure", 1));
            List<String> ranking = new ArrayList<>(List.of("sure"));
            for (int i = 0; i < 12; i++) {
                if (random.nextInt(4) > 0) {
                    grades.put("d" + i, random.nextInt(4));
                }
                ranking.add("d" + i);
            }
            Collections.shuffle(ranking, random);
            int at = random.nextInt(ranking.size() - 1);
            List<String> better = new ArrayList<>(ranking);
            if (grades.getOrDefault(ranking.get(at), 0) < grades.getOrDefault(ranking.get(at + 1), 0)) {
                Collections.swap(better, at, at + 1);
            }
            List<String> best = new ArrayList<>(ranking);
            best.sort(Comparator.comparing(document -> -grades.getOrDefault(document, 0)));
            for (Measure measure : all(5)) {
                double value = measure.of(ranking, grades);
                assertTrue(value >= 0 && value <= 1, () -> measure.name() + " " + value);
                assertTrue(measure.of(better, grades) >= value, measure::name);
                assertTrue(measure.of(best, grades) >= value, measure::name);
            }
            assertEquals(1, ndcg(5, Gain.LINEAR).of(best, grades), EXACT);
            assertEquals(1, ndcg(5, Gain.EXPONENTIAL).of(best, grades), EXACT);
        }
    }

    @Test
    @DisplayName("RE-9 ranks by score, ties by the greater id whatever order they came in, and refuses NaN")
    void ties() {
        assertEquals(List.of("c", "d", "b", "a"), rank(Map.of("a", 1.0, "b", 1.0, "c", 3.0, "d", 2.0)));
        assertEquals(List.of("z", "y", "x", "-"), rank(Map.of("x", 0.5, "z", 0.5, "y", 0.5, "-", -1e300)));
        assertThrows(IllegalArgumentException.class, () -> rank(Map.of("a", Double.NaN, "b", 1.0)));
    }

    @Test
    @DisplayName("RE-10 counts a query without an answer as 0, and none that has nothing relevant")
    void queries() {
        Judgments judgments = new Judgments(Map.of("1", GRADES, "2", Map.of("x", 1), "3", Map.of("x", 0)));
        Run run = new Run(Map.of("1", RANKING, "3", List.of("x"), "4", List.of("x")));
        Evaluation found = evaluate(run, judgments, precision(3), Evaluation.Unjudged.NOT_RELEVANT);
        assertEquals(Map.of("1", 2.0 / 3, "2", 0.0), found.scores());
        assertEquals(1.0 / 3, found.mean(), EXACT);
    }

    @Test
    @DisplayName("RE-11 takes what nobody judged for not relevant, or leaves it out, as told")
    void unjudged() {
        Judgments judgments = new Judgments(Map.of("1", GRADES));
        Run run = new Run(Map.of("1", List.of("u1", "u2", "d1", "d3", "d2")));
        assertEquals(
                1.0 / 3,
                evaluate(run, judgments, reciprocalRank(10), Evaluation.Unjudged.NOT_RELEVANT)
                        .mean(),
                EXACT);
        assertEquals(
                1,
                evaluate(run, judgments, reciprocalRank(10), Evaluation.Unjudged.LEFT_OUT)
                        .mean(),
                EXACT);
        assertEquals(
                2.0 / 3,
                evaluate(run, judgments, precision(3), Evaluation.Unjudged.LEFT_OUT)
                        .mean(),
                EXACT);
    }

    @Test
    @DisplayName("RE-12 tells luck from a difference: paired, two-sided, the same for one seed")
    void bootstrap() {
        double[] steady = new double[50];
        double[] lucky = new double[50];
        Random random = new Random(12);
        for (int i = 0; i < 50; i++) {
            steady[i] = 0.05 + 0.01 * random.nextGaussian();
            lucky[i] = random.nextGaussian();
        }
        Comparison better = compare(steady, 2_000, 1);
        assertTrue(better.p() < 0.01 && better.low() > 0.03 && better.high() < 0.07, better::toString);
        assertTrue(better.low() < better.difference() && better.difference() < better.high(), better::toString);
        for (int i = 0; i < 50; i++) {
            steady[i] = -steady[i];
        }
        Comparison worse = compare(steady, 2_000, 1);
        assertTrue(worse.p() < 0.01 && worse.high() < 0 && worse.difference() < 0, worse::toString);
        Comparison luck = compare(lucky, 2_000, 1);
        assertTrue(luck.p() > 0.1 && luck.low() < 0 && luck.high() > 0, luck::toString);
        assertEquals(luck, compare(lucky, 2_000, 1));
        assertEquals(new Comparison(0, 0, 0, 1), compare(new double[20], 500, 3));
        // The interval of a mean is about two standard errors to either side.
        double width = 2 * 1.96 * deviation(lucky) / Math.sqrt(50);
        assertEquals(width, luck.high() - luck.low(), width / 8);
        assertThrows(IllegalArgumentException.class, () -> compare(new double[0], 500, 3));
        assertThrows(IllegalArgumentException.class, () -> compare(lucky, 99, 3));
    }

    private static double deviation(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    private List<Measure> all(int k) {
        return List.of(
                ndcg(k, Gain.LINEAR),
                ndcg(k, Gain.EXPONENTIAL),
                reciprocalRank(k),
                averagePrecision(k),
                precision(k),
                recall(k));
    }
}
