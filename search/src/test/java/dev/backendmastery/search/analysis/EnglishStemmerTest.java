package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("EnglishStemmer")
final class EnglishStemmerTest extends StemmerContract {

    private static final String FOLDER = "data.snowball-english";

    private final Analyzer analyzer = Analyzer.of(new Keyword()).then(new EnglishStemmer());

    @Override
    protected String stem(String word) {
        return analyzer.tokens(word).get(0).term();
    }

    @Test
    @DisplayName("gives the stems of Snowball's vocabulary, if -Ddata.snowball-english names its folder")
    void vocabulary() throws IOException {
        String folder = System.getProperty(FOLDER);
        assumeTrue(folder != null, "-D" + FOLDER + " names no folder");
        List<String> words = Files.readAllLines(Path.of(folder, "voc.txt"));
        List<String> stems = Files.readAllLines(Path.of(folder, "output.txt"));
        assertEquals(stems, words.stream().map(this::stem).toList());
        assertTrue(words.size() >= 42_649, () -> "only " + words.size() + " words");
    }
}
