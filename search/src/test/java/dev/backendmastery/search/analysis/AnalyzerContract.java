package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.CharBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Analyzer} must hold. Extend it, say how to create yours, run it. */
@DisplayName("An Analyzer")
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class AnalyzerContract {

    private static final String WORD = "zebra42";
    private static final String TEXT =
            "Grüße aus İzmir, the cats' 3.14 Straße: e\u0301t\u00e9 \uD83D\uDE00 日本 can't stop!";

    /** What random texts are made of: what cuts, joins, grows, shrinks and is broken. */
    private static final String[] BITS = {
        "a",
        "Z",
        "the",
        "ing",
        "ies",
        "'s",
        "7",
        " ",
        "  ",
        "\r\n",
        ".",
        ",",
        ":",
        "_",
        "\"",
        "'",
        "\u2019",
        "ß",
        "İ",
        "ı",
        "Σ",
        "ﬁ",
        "\u0390",
        "\u0301",
        "\u0308",
        "\u200D",
        "\uFE0F",
        "\u00AD",
        "א",
        "\u05B0",
        "ア",
        "の",
        "漢",
        "ก",
        "한",
        "\uD83D\uDE00",
        "\uD83D\uDC69",
        "\uD83C\uDDE9",
        "\uD83C\uDDEA",
        "\uD835\uDC00",
        "\uD801\uDC00",
        "\uD83D",
        "\uDE00",
        "\uFFFF",
        "\0"
    };

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A new analyzer, each time the same. */
    protected abstract Analyzer create();

    /** Analyzers of the same kind that are set otherwise, and give other tokens. */
    protected abstract List<Analyzer> others();

    /** Whether it cuts a text into its words; one that does not is not asked where they are. */
    protected boolean cuts() {
        return true;
    }

    /** Whether the parts of a word that it cuts because it is long are tokens that stand side by side. */
    protected boolean keepsAllOfAWord() {
        return true;
    }

    /** The longest term in UTF-16 units. */
    protected int maxLength() {
        return 3 * UnicodeWords.DEFAULT_MAX_LENGTH;
    }

    private Analyzer analyzer;

    @BeforeEach
    void fresh() {
        analyzer = create();
    }

    @Test
    @DisplayName("AN-1 takes any text, well formed or not, and ends")
    void takesAnyText() {
        for (String text : texts()) {
            int[] count = {0};
            int most = 300 * (text.length() + 1);
            analyzer.analyze(text, (term, length, start, end, increment, span) -> {
                if (++count[0] > most) {
                    throw new IllegalStateException("more than " + most + " tokens of " + text.length() + " units");
                }
            });
        }
    }

    @Test
    @DisplayName("AN-2 points into the text, and never into the middle of a character")
    void pointsIntoTheText() {
        for (String text : texts()) {
            for (Token token : tokens(analyzer, text)) {
                assertTrue(
                        0 <= token.start() && token.start() < token.end() && token.end() <= text.length(),
                        () -> token + " of " + text.length() + " units");
                assertFalse(isInside(text, token.start()) || isInside(text, token.end()), token::toString);
            }
        }
    }

    @Test
    @DisplayName("AN-3 points at the word itself, whatever before it grows or shrinks")
    void pointsAtTheWord() {
        Assumptions.assumeTrue(cuts(), "does not cut");
        for (String before :
                List.of("", "İ", "İİ ß ﬁ", "\u0390 e\u0301", "\uD83D\uDE00", "\uD835\uDC00\uD835\uDC00", "the'S")) {
            String text = before + " " + WORD + " " + before;
            List<Token> found = tokens(analyzer, text).stream()
                    .filter(token -> token.term().equals(WORD))
                    .toList();
            assertEquals(1, found.size(), () -> "tokens of " + text);
            Token token = found.get(0);
            assertEquals(before.length() + 1, token.start(), text);
            assertEquals(WORD, text.substring(token.start(), token.end()));
        }
    }

    @Test
    @DisplayName("AN-4 goes forward, and gives no empty and no endless term")
    void goesForward() {
        for (String text : texts()) {
            int[] last = {-1};
            analyzer.analyze(text, (term, length, start, end, increment, span) -> {
                assertTrue(increment >= (last[0] < 0 ? 1 : 0), () -> "increment " + increment);
                assertTrue(span >= 1, () -> "span " + span);
                assertTrue(length >= 1 && length <= term.length, () -> "length " + length);
                assertTrue(length <= maxLength(), () -> "length " + length);
                last[0] += increment;
            });
        }
    }

    @Test
    @DisplayName("AN-5 gives the same tokens again, also after a failure")
    void remembersNothing() {
        List<Token> once = tokens(analyzer, TEXT);
        for (String other : List.of("", "the", "of the", "x", TEXT + TEXT)) {
            analyzer.tokens(other);
            assertEquals(once, tokens(analyzer, TEXT), () -> "after " + other);
        }
        for (int stop = 0; stop < Math.min(once.size(), 5); stop++) {
            int[] left = {stop};
            assertThrows(
                    StopHere.class,
                    () -> analyzer.analyze("of the " + TEXT, (term, length, start, end, increment, span) -> {
                        if (left[0]-- == 0) {
                            throw new StopHere();
                        }
                    }));
            assertEquals(once, tokens(analyzer, TEXT), "after a failure");
        }
    }

    @Test
    @DisplayName("AN-6 gives each thread its own")
    void threads() throws Exception {
        List<Token> alone = tokens(analyzer, TEXT);
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(1);
        CompletableFuture<List<Token>> slow = new CompletableFuture<>();
        Thread other = new Thread(() -> {
            List<Token> seen = new ArrayList<>();
            try {
                analyzer.analyze(TEXT, collect(seen, () -> {
                    half.countDown();
                    await(rest);
                }));
                slow.complete(seen);
            } catch (Throwable failure) {
                slow.completeExceptionally(failure);
            }
        });
        other.setDaemon(true);
        other.start();
        await(half);
        List<Token> meanwhile = tokens(analyzer, "something else, and longer than " + TEXT);
        rest.countDown();
        assertEquals(alone, slow.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(tokens(create(), "something else, and longer than " + TEXT), meanwhile);
    }

    @Test
    @DisplayName("AN-7 may be called from its own sink")
    void nested() {
        List<Token> alone = tokens(analyzer, TEXT);
        List<Token> outer = new ArrayList<>();
        List<Token> inner = new ArrayList<>();
        analyzer.analyze(TEXT, collect(outer, () -> {
            if (inner.isEmpty()) {
                inner.addAll(tokens(analyzer, "the other " + TEXT));
            }
        }));
        assertEquals(alone, outer);
        assertEquals(tokens(create(), "the other " + TEXT), inner);
    }

    @Test
    @DisplayName("AN-8 takes texts of any class, and only what is in them")
    void anyClassOfText() {
        List<Token> tokens = tokens(analyzer, TEXT);
        StringBuilder built = new StringBuilder();
        built.append(TEXT);
        CharBuffer slice = CharBuffer.wrap(("xx" + TEXT + "yy").toCharArray(), 2, TEXT.length());
        for (CharSequence text : List.of(built, slice, ("q" + TEXT + "r").subSequence(1, TEXT.length() + 1))) {
            assertEquals(tokens, tokens(analyzer, text), () -> text.getClass().getName());
        }
        assertEquals(List.of(), analyzer.tokens(""));
    }

    @Test
    @DisplayName("AN-9 has the fingerprint of those that are made alike, and no other's")
    void fingerprints() {
        assertEquals(analyzer.fingerprint(), create().fingerprint());
        assertFalse(others().isEmpty());
        for (Analyzer other : others()) {
            assertNotEquals(analyzer.fingerprint(), other.fingerprint());
        }
    }

    @Test
    @DisplayName("AN-10 drops nothing of a long word")
    void longWords() {
        for (String letter : List.of("x", "\uD835\uDC00")) {
            String word = letter.repeat(3_000);
            BitSet covered = new BitSet();
            for (Token token : tokens(analyzer, word)) {
                covered.set(token.start(), token.end());
            }
            assertEquals(word.length(), covered.cardinality(), "units in tokens");
        }
        if (keepsAllOfAWord()) {
            StringBuilder joined = new StringBuilder();
            analyzer.tokens("x".repeat(3_000)).forEach(token -> joined.append(token.term()));
            assertEquals("x".repeat(3_000), joined.toString());
        }
    }

    @Test
    @DisplayName("AN-11 does not mind what the sink does to the array")
    void arrays() {
        List<Token> tokens = tokens(analyzer, TEXT);
        List<Token> seen = new ArrayList<>();
        TokenSink collect = collect(seen, () -> {});
        analyzer.analyze(TEXT, (term, length, start, end, increment, span) -> {
            collect.token(term, length, start, end, increment, span);
            Arrays.fill(term, 'q');
        });
        assertEquals(tokens, seen);
    }

    private static List<Token> tokens(Analyzer analyzer, CharSequence text) {
        return analyzer.tokens(text);
    }

    private static TokenSink collect(List<Token> to, Runnable afterEach) {
        int[] position = {-1};
        return (term, length, start, end, increment, span) -> {
            position[0] += increment;
            to.add(new Token(new String(term, 0, length), start, end, position[0], span));
            afterEach.run();
        };
    }

    private static boolean isInside(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isHighSurrogate(text.charAt(at - 1))
                && Character.isLowSurrogate(text.charAt(at));
    }

    private static List<String> texts() {
        SplittableRandom random = new SplittableRandom(29);
        List<String> texts = new ArrayList<>(
                List.of("", " ", "the", TEXT, "\uD835\uDC00".repeat(300), "\u0301".repeat(2_000), "x".repeat(3_000)));
        for (int i = 0; i < 400; i++) {
            StringBuilder text = new StringBuilder();
            for (int bits = random.nextInt(1, 40); bits > 0; bits--) {
                if (random.nextInt(6) == 0) {
                    text.append((char) random.nextInt(0x10000));
                } else {
                    text.append(BITS[random.nextInt(BITS.length)]);
                }
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited for " + PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static final class StopHere extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
