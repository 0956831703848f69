package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("WordBreaks")
final class WordBreaksTest extends WordBreaksContract {

    private static final String FOLDER = "data.unicode";

    @Override
    protected int[] boundaries(String text) {
        return WordBreaks.boundaries(text);
    }

    @Test
    @DisplayName("are those of WordBreakTest.txt, if -Ddata.unicode names its folder")
    void vectors() throws IOException {
        int right = 0;
        List<String> wrong = new ArrayList<>();
        for (String line : lines("WordBreakTest.txt")) {
            StringBuilder text = new StringBuilder();
            List<Integer> wanted = new ArrayList<>();
            for (String part : line.split("\\s+", -1)) {
                if (part.equals("\u00F7")) {
                    wanted.add(text.length());
                } else if (!part.equals("\u00D7")) {
                    text.appendCodePoint(Integer.parseInt(part, 16));
                }
            }
            List<Integer> found = new ArrayList<>(List.of(0));
            Arrays.stream(boundaries(text.toString())).forEach(found::add);
            if (found.equals(wanted)) {
                right++;
            } else {
                wrong.add(line + " was " + found);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(right >= 1_823, "only " + right + " lines");
    }

    @Test
    @DisplayName("know each code point's class as WordBreakProperty.txt has it, if -Ddata.unicode names its folder")
    void property() throws IOException {
        String[] wanted = new String[Character.MAX_CODE_POINT + 1];
        Arrays.fill(wanted, "OTHER");
        for (String line : lines("WordBreakProperty.txt")) {
            String[] parts = line.split("\\s*;\\s*", -1);
            String[] range = parts[0].split("\\.\\.", -1);
            int first = Integer.parseInt(range[0], 16);
            int last = Integer.parseInt(range[range.length - 1], 16);
            Arrays.fill(wanted, first, last + 1, parts[1].toUpperCase(Locale.ROOT));
        }
        String[] names = {
            "OTHER",
            "CR",
            "LF",
            "NEWLINE",
            "EXTEND",
            "ZWJ",
            "FORMAT",
            "REGIONAL_INDICATOR",
            "WSEGSPACE",
            "KATAKANA",
            "HEBREW_LETTER",
            "ALETTER",
            "SINGLE_QUOTE",
            "DOUBLE_QUOTE",
            "MIDNUMLET",
            "MIDLETTER",
            "MIDNUM",
            "NUMERIC",
            "EXTENDNUMLET",
            "OTHER"
        };
        for (int codePoint = 0; codePoint < wanted.length; codePoint++) {
            int at = codePoint;
            assertEquals(
                    wanted[codePoint],
                    names[WordBreakProperty.of(codePoint) & WordBreakProperty.CLASS],
                    () -> Integer.toHexString(at));
        }
    }

    @Test
    @DisplayName("take for letters what the JDK takes for letters, and for numbers what it takes for digits")
    void agreesWithTheJdk() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (!Character.isDefined(codePoint) || codePoint > 0x1FFFF) {
                continue;
            }
            int found = WordBreakProperty.of(codePoint) & WordBreakProperty.CLASS;
            int at = codePoint;
            if (Character.isLetter(codePoint) || Character.isDigit(codePoint)) {
                assertTrue(
                        found >= WordBreakProperty.KATAKANA
                                || found == WordBreakProperty.EXTEND
                                || found == WordBreakProperty.FORMAT,
                        () -> Integer.toHexString(at) + " " + found);
            }
            if (Character.getType(codePoint) == Character.NON_SPACING_MARK) {
                assertTrue(
                        found == WordBreakProperty.EXTEND || found == WordBreakProperty.OTHER,
                        () -> Integer.toHexString(at) + " " + found);
            }
        }
    }

    private static List<String> lines(String file) throws IOException {
        String folder = System.getProperty(FOLDER);
        assumeTrue(folder != null, "-D" + FOLDER + " names no folder");
        try (var lines = Files.lines(Path.of(folder, file))) {
            return lines.map(line -> line.replaceFirst("#.*", "").trim())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }
}
