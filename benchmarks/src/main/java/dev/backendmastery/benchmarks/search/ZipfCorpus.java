package dev.backendmastery.benchmarks.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Texts whose words are as frequent as in a language: the word of rank {@code r} about {@code 1 / (r + 2.7)} (Zipf and
 * Mandelbrot), lengths log-normal, and one word in five one that was in the text already. The same for each seed, on any machine.
 */
final class ZipfCorpus {

    private static final int WORDS = 300_000;
    private static final double SHIFT = 2.7;
    private static final String[] SYLLABLES = syllables();

    private final SplittableRandom random;
    private final double[] sums = new double[WORDS];
    private final String[] words = new String[WORDS];

    ZipfCorpus(long seed) {
        random = new SplittableRandom(seed);
        double sum = 0;
        for (int rank = 0; rank < WORDS; rank++) {
            sum += 1 / (rank + 1 + SHIFT);
            sums[rank] = sum;
            words[rank] = word(rank);
        }
    }

    private static String[] syllables() {
        List<String> all = new ArrayList<>();
        for (String first : List.of("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "st", "tr")) {
            for (String second : List.of("a", "e", "i", "o", "u", "an", "er")) {
                all.add(first + second);
            }
        }
        return all.toArray(String[]::new);
    }

    /** Frequent words are short. Each rank has a word of its own. */
    private static String word(int rank) {
        int base = SYLLABLES.length;
        int count = 1;
        long first = 0;
        long size = base;
        while (rank >= first + size) {
            first += size;
            size *= base;
            count++;
        }
        long number = (rank - first) * 7_919 % size;
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < count; i++) {
            word.append(SYLLABLES[(int) (number % base)]);
            number /= base;
        }
        // Syllables of one and of two letters could read the same: the count tells them apart.
        return word.append("xyzwvq".charAt(count - 1)).toString();
    }

    private int draw() {
        int at = Arrays.binarySearch(sums, random.nextDouble() * sums[WORDS - 1]);
        return Math.min(WORDS - 1, at >= 0 ? at : -at - 1);
    }

    private double gauss() {
        // The sum of twelve is near enough, and the same everywhere.
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return sum;
    }

    /** So many texts. */
    List<String> texts(int count) {
        List<String> texts = new ArrayList<>(count);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.setLength(0);
            int length = 8 + (int) StrictMath.exp(3.4 + 0.7 * gauss());
            int[] drawn = new int[length];
            for (int word = 0; word < length; word++) {
                drawn[word] = word > 0 && random.nextInt(5) == 0 ? drawn[random.nextInt(word)] : draw();
                text.append(word == 0 ? "" : " ").append(words[drawn[word]]);
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /** Two to four words that stand together somewhere. */
    List<String> queries(List<String> texts, int count) {
        List<String> queries = new ArrayList<>(count);
        while (queries.size() < count) {
            String[] all = texts.get(random.nextInt(texts.size())).split(" ", -1);
            int size = 2 + random.nextInt(3);
            if (all.length >= size) {
                int from = random.nextInt(all.length - size + 1);
                queries.add(String.join(" ", Arrays.copyOfRange(all, from, from + size)));
            }
        }
        return queries;
    }
}
