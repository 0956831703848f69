package dev.backendmastery.search.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;

/** The stemmer of 1980, Lucene's. */
final class FirstPorter {

    private FirstPorter() {}

    static String stem(String word) {
        StringBuilder stem = new StringBuilder();
        try (KeywordTokenizer words = new KeywordTokenizer()) {
            words.setReader(new java.io.StringReader(word));
            try (PorterStemFilter stems = new PorterStemFilter(words)) {
                LuceneTokens.push(stems, (term, length, start, end, increment, span) -> stem.append(term, 0, length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stem.toString();
    }
}
