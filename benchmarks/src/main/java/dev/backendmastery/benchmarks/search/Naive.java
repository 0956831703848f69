package dev.backendmastery.benchmarks.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps from a scan to an index that skips, each as short as it can be: nothing compressed, no positions, no deletes.
 * Ranking by BM25 with exact lengths, as the index does.
 */
final class Naive {

    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private final int[][] texts;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<int[]> docs = new ArrayList<>();
    private final List<int[]> frequencies = new ArrayList<>();
    private final double[] best;
    private final double average;

    Naive(List<String> corpus) {
        texts = new int[corpus.size()][];
        List<int[]> counts = new ArrayList<>();
        long total = 0;
        for (int doc = 0; doc < texts.length; doc++) {
            String[] words = corpus.get(doc).split(" ", -1);
            texts[doc] = new int[words.length];
            total += words.length;
            for (int i = 0; i < words.length; i++) {
                Integer known = numbers.get(words[i]);
                int number = known == null ? numbers.size() : known;
                if (known == null) {
                    numbers.put(words[i], number);
                    counts.add(new int[1]);
                }
                texts[doc][i] = number;
            }
            for (int number : Arrays.stream(texts[doc]).distinct().toArray()) {
                counts.get(number)[0]++;
            }
        }
        average = (double) total / texts.length;
        for (int[] count : counts) {
            docs.add(new int[count[0]]);
            frequencies.add(new int[count[0]]);
            count[0] = 0;
        }
        for (int doc = 0; doc < texts.length; doc++) {
            for (int number : texts[doc]) {
                int[] count = counts.get(number);
                if (count[0] > 0 && docs.get(number)[count[0] - 1] == doc) {
                    frequencies.get(number)[count[0] - 1]++;
                } else {
                    docs.get(number)[count[0]] = doc;
                    frequencies.get(number)[count[0]++] = 1;
                }
            }
        }
        best = new double[docs.size()];
        for (int number = 0; number < best.length; number++) {
            for (int i = 0; i < docs.get(number).length; i++) {
                best[number] = Math.max(best[number], part(frequencies.get(number)[i], docs.get(number)[i]));
            }
        }
    }

    private double part(int frequency, int doc) {
        return frequency / (frequency + K1 * (1 - B + B * texts[doc].length / average));
    }

    private double idf(int number) {
        int there = docs.get(number).length;
        return Math.log(1 + (texts.length - there + 0.5) / (there + 0.5));
    }

    private int[] numbers(String query) {
        return Arrays.stream(query.split(" ", -1))
                .distinct()
                .filter(numbers::containsKey)
                .mapToInt(numbers::get)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer number) -> -idf(number)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Reads every word of every text. */
    double[] scan(String query, int most) {
        int[] wanted = numbers(query);
        Best top = new Best(most);
        int[] counts = new int[wanted.length];
        for (int doc = 0; doc < texts.length; doc++) {
            boolean any = false;
            Arrays.fill(counts, 0);
            for (int word : texts[doc]) {
                for (int i = 0; i < wanted.length; i++) {
                    if (word == wanted[i]) {
                        counts[i]++;
                        any = true;
                    }
                }
            }
            if (any) {
                double sum = 0;
                for (int i = 0; i < wanted.length; i++) {
                    sum += counts[i] == 0 ? 0 : idf(wanted[i]) * part(counts[i], doc);
                }
                top.offer(sum);
            }
        }
        return top.scores();
    }

    /** Term at a time: reads all postings of the query's words, and nothing else. */
    double[] termAtATime(String query, int most) {
        double[] sums = new double[texts.length];
        for (int number : numbers(query)) {
            double idf = idf(number);
            int[] of = docs.get(number);
            int[] times = frequencies.get(number);
            for (int i = 0; i < of.length; i++) {
                sums[of[i]] += idf * part(times[i], of[i]);
            }
        }
        Best top = new Best(most);
        for (double sum : sums) {
            if (sum > 0) {
                top.offer(sum);
            }
        }
        return top.scores();
    }

    /** MaxScore: words that together cannot lift a text into the best are only looked up in those that have another. */
    double[] maxScore(String query, int most) {
        int[] wanted = numbers(query);
        int[] at = new int[wanted.length];
        double[] rest = new double[wanted.length + 1];
        double[] idfs = new double[wanted.length];
        for (int i = wanted.length - 1; i >= 0; i--) {
            idfs[i] = idf(wanted[i]);
            rest[i] = rest[i + 1] + idfs[i] * best[wanted[i]];
        }
        Best top = new Best(most);
        int essential = wanted.length;
        while (true) {
            while (essential > 0 && rest[essential - 1] <= top.least()) {
                essential--;
            }
            int doc = Integer.MAX_VALUE;
            for (int i = 0; i < essential; i++) {
                int[] of = docs.get(wanted[i]);
                doc = at[i] < of.length ? Math.min(doc, of[at[i]]) : doc;
            }
            if (doc == Integer.MAX_VALUE) {
                return top.scores();
            }
            double sum = 0;
            for (int i = 0; i < wanted.length; i++) {
                int[] of = docs.get(wanted[i]);
                if (i >= essential) {
                    if (sum + rest[i] <= top.least()) {
                        sum = 0;
                        break;
                    }
                    at[i] = seek(of, at[i], doc);
                }
                if (at[i] < of.length && of[at[i]] == doc) {
                    sum += idfs[i] * part(frequencies.get(wanted[i])[at[i]], doc);
                    at[i]++;
                }
            }
            if (sum > 0) {
                top.offer(sum);
            }
        }
    }

    private static int seek(int[] of, int from, int doc) {
        int step = 1;
        int low = from;
        while (low + step < of.length && of[low + step] < doc) {
            low += step;
            step <<= 1;
        }
        int found = Arrays.binarySearch(of, low, Math.min(of.length, low + step + 1), doc);
        return found >= 0 ? found : -found - 1;
    }

    /** The best scores, the least at the end. */
    private static final class Best {
        private final double[] scores;
        private int size;

        private Best(int most) {
            scores = new double[most];
        }

        private void offer(double score) {
            if (size == scores.length && score <= scores[size - 1]) {
                return;
            }
            int at = size < scores.length ? size++ : size - 1;
            while (at > 0 && scores[at - 1] < score) {
                scores[at] = scores[at - 1];
                at--;
            }
            scores[at] = score;
        }

        private double least() {
            return size == scores.length ? scores[size - 1] : 0;
        }

        private double[] scores() {
            return Arrays.copyOf(scores, size);
        }
    }
}
