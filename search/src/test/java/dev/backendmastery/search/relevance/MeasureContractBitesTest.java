package dev.backendmastery.search.relevance;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.search.relevance.Measure.Gain;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class MeasureContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(NoFault.class);
        Kit.convicts(DiscountsByLogOfTheRank.class, "RE-1", "RE-2");
        Kit.convicts(BestOrderOfWhatWasFound.class, "RE-1", "RE-2");
        Kit.convicts(TakesOneGainForTheOther.class, "RE-2");
        Kit.convicts(CountsRanksFromZero.class, "RE-3", "RE-8");
        Kit.convicts(LooksBehindK.class, "RE-3", "RE-7");
        Kit.convicts(DividesByWhatWasFound.class, "RE-4");
        Kit.convicts(PrecisionOfWhatWasFound.class, "RE-5");
        Kit.convicts(RecallOfTheJudged.class, "RE-6");
        Kit.convicts(TakesEachJudgmentForAGoodOne.class, "RE-1", "RE-7", "RE-8");
        Kit.convicts(TiesAsTheyCame.class, "RE-9");
        Kit.convicts(RanksNaNFirst.class, "RE-9");
        Kit.convicts(SkipsQueriesWithoutAnAnswer.class, "RE-10");
        Kit.convicts(AlwaysLeavesOutTheUnjudged.class, "RE-11");
        Kit.convicts(OneSided.class, "RE-12");
        Kit.convicts(AnotherSeedEachTime.class, "RE-12");
        Kit.convicts(DrawsHalfOfTheQueries.class, "RE-12");
    }

    static final class NoFault extends MeasureContract {}

    /** A measure by any name. */
    private interface Formula {
        double of(List<String> ranking, Map<String, Integer> grades);
    }

    private static Measure measure(Formula formula) {
        return new Measure() {
            @Override
            public String name() {
                return "wrong";
            }

            @Override
            public double of(List<String> ranking, Map<String, Integer> grades) {
                if (grades.values().stream().noneMatch(grade -> grade > 0)) {
                    throw new IllegalArgumentException("grades must hold a relevant document");
                }
                return formula.of(ranking, grades);
            }
        };
    }

    private static double worth(Gain gain, int grade) {
        return grade <= 0 ? 0 : gain == Gain.LINEAR ? grade : Math.pow(2, grade) - 1;
    }

    /** As the paper of 2002 has it with base 2: the first two ranks count alike. */
    static final class DiscountsByLogOfTheRank extends MeasureContract {
        @Override
        protected Measure ndcg(int k, Gain gain) {
            return measure((ranking, grades) -> {
                double sum = dcg(
                        gain,
                        k,
                        ranking.stream()
                                .map(document -> grades.getOrDefault(document, 0))
                                .toList());
                return sum
                        / dcg(
                                gain,
                                k,
                                grades.values().stream()
                                        .sorted(Comparator.reverseOrder())
                                        .toList());
            });
        }

        private static double dcg(Gain gain, int k, List<Integer> grades) {
            return IntStream.range(0, Math.min(k, grades.size()))
                    .mapToDouble(i -> worth(gain, grades.get(i)) / Math.max(1, Math.log(i + 1) / Math.log(2)))
                    .sum();
        }
    }

    static final class BestOrderOfWhatWasFound extends MeasureContract {
        @Override
        protected Measure ndcg(int k, Gain gain) {
            return measure((ranking, grades) -> {
                Map<String, Integer> found = new HashMap<>(grades);
                found.keySet().retainAll(ranking);
                return found.values().stream().anyMatch(grade -> grade > 0)
                        ? Measure.ndcg(k, gain).of(ranking, found)
                        : 0;
            });
        }
    }

    static final class TakesOneGainForTheOther extends MeasureContract {
        @Override
        protected Measure ndcg(int k, Gain gain) {
            return Measure.ndcg(k, Gain.LINEAR);
        }
    }

    static final class CountsRanksFromZero extends MeasureContract {
        @Override
        protected Measure reciprocalRank(int k) {
            return measure((ranking, grades) -> {
                double right = Measure.reciprocalRank(k).of(ranking, grades);
                return right == 0 ? 0 : 1 / (1 / right - 1);
            });
        }
    }

    static final class LooksBehindK extends MeasureContract {
        @Override
        protected Measure reciprocalRank(int k) {
            return Measure.reciprocalRank(1_000);
        }
    }

    static final class DividesByWhatWasFound extends MeasureContract {
        @Override
        protected Measure averagePrecision(int k) {
            return measure((ranking, grades) -> {
                double found = Measure.recall(k).of(ranking, grades);
                return found == 0 ? 0 : Measure.averagePrecision(k).of(ranking, grades) / found;
            });
        }
    }

    static final class PrecisionOfWhatWasFound extends MeasureContract {
        @Override
        protected Measure precision(int k) {
            return measure((ranking, grades) ->
                    Measure.precision(Math.max(1, Math.min(k, ranking.size()))).of(ranking, grades));
        }
    }

    static final class RecallOfTheJudged extends MeasureContract {
        @Override
        protected Measure recall(int k) {
            return measure((ranking, grades) -> Measure.precision(k).of(ranking, grades) * k / grades.size());
        }
    }

    static final class TakesEachJudgmentForAGoodOne extends MeasureContract {
        @Override
        protected Measure ndcg(int k, Gain gain) {
            return measure((ranking, grades) -> {
                Map<String, Integer> raised = new HashMap<>();
                grades.forEach(
                        (document, grade) -> raised.put(document, gain == Gain.LINEAR ? Math.max(grade, 1) : grade));
                return Measure.ndcg(k, gain).of(ranking, raised);
            });
        }
    }

    static final class TiesAsTheyCame extends MeasureContract {
        @Override
        protected List<String> rank(Map<String, Double> scores) {
            Run.rank(scores);
            return scores.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByKey())
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    static final class RanksNaNFirst extends MeasureContract {
        @Override
        protected List<String> rank(Map<String, Double> scores) {
            return scores.containsValue(Double.NaN) ? List.copyOf(scores.keySet()) : Run.rank(scores);
        }
    }

    static final class SkipsQueriesWithoutAnAnswer extends MeasureContract {
        @Override
        protected Evaluation evaluate(Run run, Judgments judgments, Measure measure, Evaluation.Unjudged unjudged) {
            Map<String, Double> scores = new LinkedHashMap<>(
                    Evaluation.of(run, judgments, measure, unjudged).scores());
            scores.keySet().retainAll(run.rankings().keySet());
            return new Evaluation(measure.name(), scores);
        }
    }

    static final class AlwaysLeavesOutTheUnjudged extends MeasureContract {
        @Override
        protected Evaluation evaluate(Run run, Judgments judgments, Measure measure, Evaluation.Unjudged unjudged) {
            return Evaluation.of(run, judgments, measure, Evaluation.Unjudged.LEFT_OUT);
        }
    }

    static final class OneSided extends MeasureContract {
        @Override
        protected Comparison compare(double[] differences, int samples, long seed) {
            Comparison right = Comparison.of(differences, samples, seed);
            return new Comparison(
                    right.difference(),
                    right.low(),
                    right.high(),
                    right.difference() < 0 ? 1 - right.p() / 2 : right.p());
        }
    }

    static final class AnotherSeedEachTime extends MeasureContract {
        private long calls;

        @Override
        protected Comparison compare(double[] differences, int samples, long seed) {
            return Comparison.of(differences, samples, seed + calls++);
        }
    }

    /** With half of the draws the interval is wider than it is. */
    static final class DrawsHalfOfTheQueries extends MeasureContract {
        @Override
        protected Comparison compare(double[] differences, int samples, long seed) {
            Comparison right = Comparison.of(differences, samples, seed);
            double wider = Math.sqrt(2);
            return new Comparison(
                    right.difference(),
                    right.difference() + wider * (right.low() - right.difference()),
                    right.difference() + wider * (right.high() - right.difference()),
                    right.p());
        }
    }
}
