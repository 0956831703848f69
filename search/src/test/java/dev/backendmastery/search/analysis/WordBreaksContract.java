package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What word boundaries by UAX #29 must be. Extend it, say how to find yours, run it. */
@DisplayName("Word boundaries")
public abstract class WordBreaksContract {

    /** All boundaries of the text but that at its beginning. */
    protected abstract int[] boundaries(String text);

    @Test
    @DisplayName("WB-1 keep words and numbers together, with what joins them")
    void words() {
        check(
                "can't| |stop|.",
                "3.14|,| |1,000|;| |x|,| |7",
                "a_b|-|c",
                "e.g|.",
                "C3PO",
                "_|'|_",
                "a:b|:",
                "“|don’t|”",
                "5|.|a");
        check("צה\"ל|\"", "צ'", "ア_ア|の|日|本", "한국어", "a\u00ADb", "1\u0301.\u03012");
    }

    @Test
    @DisplayName("WB-2 break at lines, keep spaces together")
    void lines() {
        check("a|\r\n|\n|\r|b", "a|   |b", "a| \u0301| |b", "\u0301|\n|\u0301|a", "a\u0301|\u2028|b");
    }

    @Test
    @DisplayName("WB-3 keep what one sees as one sign together: marks, emoji sequences, flags in pairs")
    void signs() {
        check(
                "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67|\uD83D\uDE00|\uD83D\uDE00",
                "\u2764\uFE0F\u200D\uD83D\uDD25",
                "a\u200Db");
        check(
                "\uD83C\uDDE9\uD83C\uDDEA|\uD83C\uDDEB\uD83C\uDDF7|\uD83C\uDDEE|a",
                "\uD83D\uDC4B\uD83C\uDFFD|!",
                "e\u0301\u0308t\u00e9");
        check("\uD83D|a|\uDE00");
    }

    @Test
    @DisplayName("WB-4 are found in time that grows with the text, however its signs are stacked")
    void linear() {
        String[] bits = {"a", "'", "\u0301", "1", ".", "\"", "א", "\uD83C\uDDE9", "\u200D", " "};
        SplittableRandom random = new SplittableRandom(4);
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String stacked :
                    List.of("a'" + "\u0301".repeat(200_000), "'".repeat(200_000), "a'\u0301".repeat(100_000))) {
                boundaries(stacked);
            }
            for (int i = 0; i < 300; i++) {
                StringBuilder text = new StringBuilder();
                for (int bit = 0; bit < 30; bit++) {
                    text.append(bits[random.nextInt(bits.length)]);
                }
                int last = 0;
                for (int boundary : boundaries(text.toString())) {
                    assertTrue(boundary > last);
                    last = boundary;
                }
                assertEquals(text.length(), last);
            }
        });
    }

    /** Texts with a bar at each boundary inside. */
    private void check(String... texts) {
        for (String text : texts) {
            String plain = text.replace("|", "");
            StringBuilder cut = new StringBuilder();
            int from = 0;
            List<String> segments = new ArrayList<>();
            for (int boundary : boundaries(plain)) {
                segments.add(plain.substring(from, boundary));
                from = boundary;
            }
            cut.append(String.join("|", segments));
            assertEquals(text, cut.toString());
        }
    }
}
