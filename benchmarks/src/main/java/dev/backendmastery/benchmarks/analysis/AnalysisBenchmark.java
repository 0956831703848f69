package dev.backendmastery.benchmarks.analysis;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.Analyzers;
import java.io.IOException;
import java.text.BreakIterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The tokens of one text of about fifty words, each read as an index would: its units, offsets and position. Every fourth
 * text has words that are not ASCII.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class AnalysisBenchmark {

    private static final int TEXTS = 1 << 10;

    private static final List<String> STEMS = List.of(
            "index",
            "search",
            "connect",
            "nation",
            "relation",
            "operat",
            "hope",
            "run",
            "happi",
            "general",
            "kernel",
            "memor",
            "process",
            "schedul",
            "allocat",
            "buffer",
            "segment",
            "merg",
            "score",
            "rank",
            "the",
            "of",
            "and",
            "to",
            "in",
            "a",
            "is",
            "that",
            "with",
            "it",
            "for",
            "x86",
            "2038",
            "TCP",
            "O'Brien",
            "file",
            "system",
            "page");

    private static final List<String> ENDINGS =
            List.of("", "", "", "", "s", "ed", "ing", "ly", "ation", "ness", "'s", "ies");

    private static final List<String> FOREIGN = List.of("Straße", "naïve", "İzmir", "Ελλάδα", "Łódź", "東京");

    private static final Set<String> STOP = Set.of(
            "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
            "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was",
            "will", "with");

    @Param({"ours", "lucene", "naive-break-iterator"})
    public String impl;

    @Param({"standard", "english"})
    public String chain;

    private final String[] texts = new String[TEXTS];
    private Contestant contestant;
    private int at;

    /** Reads all tokens of a text. */
    private interface Contestant {
        long analyze(String text) throws IOException;
    }

    @Setup
    public void create() {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < TEXTS; i++) {
            texts[i] = text(random, i % 4 == 0);
        }
        boolean english = chain.equals("english");
        contestant = switch (impl) {
            case "ours" -> ours(english ? Analyzers.english() : Analyzers.standard());
            case "lucene" -> lucene(english ? new EnglishAnalyzer() : new StandardAnalyzer());
            case "naive-break-iterator" -> naive(english);
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One text. */
    @Benchmark
    public long analyze() throws IOException {
        return contestant.analyze(texts[at++ & (TEXTS - 1)]);
    }

    private static String text(SplittableRandom random, boolean foreign) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < 50; word++) {
            if (foreign && random.nextInt(8) == 0) {
                text.append(FOREIGN.get(random.nextInt(FOREIGN.size())));
            } else {
                String stem = STEMS.get((int) (STEMS.size() * random.nextDouble() * random.nextDouble()));
                text.append(random.nextInt(10) == 0 ? stem.toUpperCase(Locale.ROOT) : stem)
                        .append(ENDINGS.get(random.nextInt(ENDINGS.size())));
            }
            text.append(random.nextInt(9) == 0 ? ". " : random.nextInt(9) == 0 ? ", " : " ");
        }
        return text.toString();
    }

    private static Contestant ours(Analyzer analyzer) {
        return text -> {
            long[] sum = {0};
            analyzer.analyze(text, (term, length, start, end, increment, span) -> {
                long hash = 0;
                for (int i = 0; i < length; i++) {
                    hash = hash * 31 + term[i];
                }
                sum[0] += hash + start + end + increment;
            });
            return sum[0];
        };
    }

    private static Contestant lucene(org.apache.lucene.analysis.Analyzer analyzer) {
        return text -> {
            long sum = 0;
            try (TokenStream stream = analyzer.tokenStream("text", text)) {
                CharTermAttribute term = stream.getAttribute(CharTermAttribute.class);
                OffsetAttribute offsets = stream.getAttribute(OffsetAttribute.class);
                PositionIncrementAttribute increment = stream.getAttribute(PositionIncrementAttribute.class);
                stream.reset();
                while (stream.incrementToken()) {
                    char[] units = term.buffer();
                    long hash = 0;
                    for (int i = 0; i < term.length(); i++) {
                        hash = hash * 31 + units[i];
                    }
                    sum += hash + offsets.startOffset() + offsets.endOffset() + increment.getPositionIncrement();
                }
                stream.end();
            }
            return sum;
        };
    }

    private static Contestant naive(boolean english) {
        return text -> {
            BreakIterator words = BreakIterator.getWordInstance(Locale.ROOT);
            words.setText(text);
            long sum = 0;
            int start = words.first();
            for (int end = words.next(); end != BreakIterator.DONE; end = words.next()) {
                String word = text.substring(start, end).toLowerCase(Locale.ROOT);
                if (Character.isLetterOrDigit(word.codePointAt(0)) && !(english && STOP.contains(word))) {
                    String term = english ? word.replaceFirst("('s|ing|ed|ly|s)$", "") : word;
                    sum += term.hashCode() + start + end + 1;
                }
                start = end;
            }
            return sum;
        };
    }
}
