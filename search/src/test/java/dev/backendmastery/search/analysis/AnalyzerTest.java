package dev.backendmastery.search.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.junit.jupiter.api.Nested;

/** The clauses on the chains of the house, and on Lucene's. */
final class AnalyzerTest {

    @Nested
    final class Standard extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzer.of(new UnicodeWords()).then(new CaseFolding());
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(
                    Analyzer.of(new UnicodeWords()),
                    Analyzer.of(new UnicodeWords(80)).then(new CaseFolding()));
        }
    }

    @Nested
    final class Folded extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzers.standard().then(new AccentFolding());
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(Analyzers.standard());
        }
    }

    @Nested
    final class English extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzer.of(new UnicodeWords())
                    .then(new Possessive())
                    .then(new CaseFolding())
                    .then(StopWords.english())
                    .then(new EnglishStemmer());
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(
                    Analyzers.standard(),
                    Analyzer.of(new UnicodeWords())
                            .then(new Possessive())
                            .then(new CaseFolding())
                            .then(new StopWords(List.of("the")))
                            .then(new EnglishStemmer()));
        }
    }

    @Nested
    final class KeywordInAnyCase extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzer.of(new Keyword()).then(new CaseFolding());
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(Analyzers.keyword());
        }

        @Override
        protected boolean cuts() {
            return false;
        }

        @Override
        protected int maxLength() {
            return Integer.MAX_VALUE;
        }
    }

    @Nested
    final class Beginnings extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzers.folded().then(new EdgeNGrams(1, 20));
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(
                    Analyzers.folded().then(new EdgeNGrams(1, 19)),
                    Analyzers.folded().then(new EdgeNGrams(2, 20)));
        }

        @Override
        protected boolean keepsAllOfAWord() {
            return false;
        }
    }

    @Nested
    final class WithSynonyms extends AnalyzerContract {
        @Override
        protected Analyzer create() {
            return Analyzers.standard()
                    .then(Synonyms.analyzedBy(Analyzers.standard())
                            .same("stop", "hold on", "zebra42 zebra43")
                            .also("a", "the first letter")
                            .build());
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(Analyzers.standard()
                    .then(Synonyms.analyzedBy(Analyzers.standard())
                            .same("stop", "hold on")
                            .build()));
        }
    }

    /** Lucene's, through the face of ours. */
    @Nested
    final class Lucene extends AnalyzerContract {

        @Override
        protected Analyzer create() {
            return new Peer();
        }

        @Override
        protected List<Analyzer> others() {
            return List.of(Analyzers.standard());
        }
    }

    /** A new analyzer for each call: Lucene's must not be called from what it calls. */
    private static final class Peer implements Analyzer {

        @Override
        public void analyze(CharSequence text, TokenSink sink) {
            try (var analyzer = new StandardAnalyzer();
                    var stream = analyzer.tokenStream("text", text.toString())) {
                LuceneTokens.push(stream, sink);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String fingerprint() {
            return "lucene-standard";
        }
    }
}
