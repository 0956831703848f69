package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The steps of a chain")
final class StepsTest {

    private static final AnalyzerChain KEYWORD = Analyzers.keyword();

    @Test
    @DisplayName("case folding is full, and knows no country")
    void caseFolding() {
        Analyzer folding = KEYWORD.then(new CaseFolding());
        check(folding, "Straße", "strasse");
        check(folding, "STRASSE ẞ", "strasse ss");
        check(folding, "İIı", "i\u0307iı");
        check(folding, "ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ σίσυφοσ");
        check(folding, "ﬁ ŉ \u0390 K ſ", "fi \u02BCn \u03B9\u0308\u0301 k s");
        check(folding, "\uD801\uDC00 ᾼ Ⴀ", "\uD801\uDC28 αι ⴀ");
        check(folding, "\uD83DA\uDE00", "\uD83Da\uDE00");
    }

    @Test
    @DisplayName("case folding makes equal what any of the JDK's ways to ignore case makes equal")
    void caseFoldingIsTransitive() {
        for (int codePoint = 0; codePoint < 0x1FFFF; codePoint++) {
            String folded = CaseFolding.fold(codePoint);
            StringBuilder again = new StringBuilder();
            folded.codePoints().forEach(each -> again.append(CaseFolding.fold(each)));
            assertEquals(folded, again.toString());
        }
    }

    @Test
    @DisplayName("accent folding leaves letters, whether composed or not, and whole marks that spell")
    void accentFolding() {
        Analyzer folding = KEYWORD.then(new AccentFolding());
        check(folding, "Café cafe\u0301 Łódź Việt ǿ", "Cafe cafe Lodz Viet o");
        check(folding, "øłđæœßþı Ås", "oldaeoessthi As");
        check(folding, "Ελλάδα ё שָׁלוֹם مُحَمَّد", "Ελλαδα е שלום محمد");
        check(folding, "हिन्दी が ガ ไทย 한국", "हिन्दी が ガ ไทย 한국");
        check(folding, "co\u00ADop", "coop");
        check(folding, "\u0301\u0301", "\u0301\u0301");
        for (int codePoint = 0; codePoint < 0x10000; codePoint++) {
            int type = Character.getType(codePoint);
            if (AccentFolding.isMark(codePoint) && Character.isDefined(codePoint) && codePoint != 0xAD) {
                assertTrue(
                        type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK,
                        Integer.toHexString(codePoint));
            }
        }
    }

    @Test
    @DisplayName("stop words leave their places empty")
    void stopWords() {
        List<Token> tokens = Analyzers.english().tokens("To be or not: the end of it, and more of the same");
        assertEquals(List.of("end", "more", "same"), terms(tokens));
        assertEquals(List.of(5, 9, 12), tokens.stream().map(Token::position).toList());
    }

    @Test
    @DisplayName("a possessive goes with any apostrophe, a contraction stays")
    void possessive() {
        Analyzer words = Analyzer.of(new UnicodeWords()).then(new Possessive());
        check(
                words,
                "Porter's PORTER'S Porter\u2019s it\uFF07s can't 's",
                "Porter",
                "PORTER",
                "Porter",
                "it",
                "can't",
                "s");
    }

    @Test
    @DisplayName("beginnings count code points, stand at one place, and short words are one")
    void beginnings() {
        Analyzer grams = Analyzer.of(new UnicodeWords()).then(new EdgeNGrams(2, 3));
        check(
                grams,
                "search a \uD835\uDC00\uD835\uDC01c",
                "se",
                "sea",
                "a",
                "\uD835\uDC00\uD835\uDC01",
                "\uD835\uDC00\uD835\uDC01c");
        assertEquals(
                List.of(0, 0, 1),
                grams.tokens("abc d").stream().map(Token::position).toList());
        assertThrows(IllegalArgumentException.class, () -> new EdgeNGrams(0, 3));
        assertThrows(IllegalArgumentException.class, () -> new EdgeNGrams(3, 2));
    }

    @Test
    @DisplayName("a word that is too long is cut between code points, and all of it is there")
    void longWords() {
        Analyzer words = Analyzer.of(new UnicodeWords(3));
        check(words, "abcdefg", "abc", "def", "g");
        check(words, "a\uD835\uDC00\uD835\uDC01", "a\uD835\uDC00", "\uD835\uDC01");
        assertEquals(
                List.of(0, 1, 2),
                words.tokens("abcdefg").stream().map(Token::position).toList());
        assertThrows(IllegalArgumentException.class, () -> new UnicodeWords(1));
    }

    @Test
    @DisplayName("synonyms are ways through a graph, each of them whole")
    void synonyms() {
        Analyzer query = Analyzers.standard()
                .then(Synonyms.analyzedBy(Analyzers.standard())
                        .same("ny", "New York", "Big Apple")
                        .also("usa", "United States of America")
                        .same("new york city", "nyc")
                        .build());
        assertEquals(List.of("ny pizza", "new york pizza", "big apple pizza"), ways(query, "NY pizza"));
        assertEquals(List.of("in new york now", "in ny now", "in big apple now"), ways(query, "in New York now"));
        assertEquals(List.of("new york city", "nyc"), ways(query, "new york city"), "the longest");
        assertEquals(List.of("new yorker"), ways(query, "new yorker"));
        assertEquals(List.of("united states of america"), ways(query, "united states of america"), "one way only");
        assertEquals(
                List.of(
                        "usa usa",
                        "usa united states of america",
                        "united states of america usa",
                        "united states of america united states of america"),
                ways(query, "usa usa"));
        for (Token token : query.tokens("in New York now")) {
            if (token.term().equals("apple") || token.term().equals("ny")) {
                assertEquals(List.of(3, 11), List.of(token.start(), token.end()));
            }
        }
    }

    @Test
    @DisplayName("synonyms do not reach over a hole, and keep it")
    void synonymsAndHoles() {
        AnalyzerChain before = Analyzers.standard().then(new StopWords(List.of("the", "of")));
        Analyzer query = before.then(Synonyms.analyzedBy(before)
                .same("state art", "modern")
                .also("art", "fine picture")
                .build());
        assertEquals(List.of("state art", "state fine picture"), ways(query, "state of the art"));
        List<Token> tokens = query.tokens("the state of art");
        assertEquals(1, tokens.get(0).position());
        assertEquals(3, tokens.get(1).position());
        assertThrows(IllegalArgumentException.class, () -> Synonyms.analyzedBy(before)
                .same("art", "of the"));
    }

    @Test
    @DisplayName("a graph with more ways than wanted is refused")
    void manyWays() {
        Analyzer query = Analyzers.standard()
                .then(Synonyms.analyzedBy(Analyzers.standard()).same("a", "b").build());
        assertThrows(IllegalArgumentException.class, () -> TokenGraph.paths(query.tokens("a ".repeat(40)), 1_000));
        assertEquals(
                1_024, TokenGraph.paths(query.tokens("a ".repeat(10)), 1_024).size());
    }

    @Test
    @DisplayName("the standard and the English chain are Lucene's on texts of ASCII")
    void asLucene() throws IOException {
        String[] bits = {
            "the", "Cat", "cats", "running", "isn't", "Peter's", "3.14", "1,000", "e.g.", "a_b", "x-ray", "O'Neil",
                    "hopeful",
            "nationality", "of", "THE", "c3po", "a:b", "(no)", "and/or", "\"quoted\"", "...", "__", "flies", "_x", "7th"
        };
        SplittableRandom random = new SplittableRandom(9);
        try (var standard = new StandardAnalyzer();
                var english = new LikeOurEnglish()) {
            for (int i = 0; i < 2_000; i++) {
                StringBuilder text = new StringBuilder();
                for (int bit = random.nextInt(12); bit >= 0; bit--) {
                    text.append(bits[random.nextInt(bits.length)]).append(random.nextInt(4) == 0 ? "" : " ");
                }
                assertEquals(
                        lucene(standard, text.toString()), Analyzers.standard().tokens(text));
                assertEquals(
                        lucene(english, text.toString()), Analyzers.english().tokens(text));
            }
        }
    }

    @Test
    @Tag("soak")
    @DisplayName("no text out of a million stops a chain, or makes it forget what it knows")
    void anyText() {
        SplittableRandom random = new SplittableRandom(77);
        List<AnalyzerChain> chains = List.of(
                Analyzers.standard(), Analyzers.english(), Analyzers.beginnings(10), KEYWORD.then(new AccentFolding()));
        List<List<Token>> known =
                chains.stream().map(chain -> chain.tokens("The Éclairs' end")).toList();
        for (int round = 0; round < 1_000_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                int range = random.nextInt(4);
                text.append((char)
                        (range == 0
                                ? random.nextInt(0x10000)
                                : range == 1
                                        ? 0xD800 + random.nextInt(0x800)
                                        : range == 2 ? random.nextInt(0x600) : random.nextInt(128)));
            }
            AnalyzerChain chain = chains.get(round % chains.size());
            chain.analyze(text, (term, length, start, end, increment, span) -> {
                if (length < 1 || start < 0 || start >= end || end > text.length() || increment < 0) {
                    throw new IllegalStateException(start + " to " + end + " of " + text);
                }
            });
            if (round % 10_000 < 4) {
                assertEquals(known.get(round % 4), chain.tokens("The Éclairs' end"));
            }
        }
    }

    /** Lucene's English analyzer with the second of Porter's stemmers. */
    private static final class LikeOurEnglish extends org.apache.lucene.analysis.Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer words = new StandardTokenizer();
            TokenStream stream = new LowerCaseFilter(new EnglishPossessiveFilter(words));
            CharArraySet stop = EnglishAnalyzer.ENGLISH_STOP_WORDS_SET;
            return new TokenStreamComponents(words, new SnowballFilter(new StopFilter(stream, stop), "English"));
        }
    }

    private static List<Token> lucene(org.apache.lucene.analysis.Analyzer analyzer, String text) throws IOException {
        List<Token> tokens = new ArrayList<>();
        int[] position = {-1};
        try (TokenStream stream = analyzer.tokenStream("text", text)) {
            LuceneTokens.push(stream, (term, length, start, end, increment, span) -> {
                position[0] += increment;
                tokens.add(new Token(new String(term, 0, length), start, end, position[0], span));
            });
        }
        return tokens;
    }

    private static List<String> ways(Analyzer query, String text) {
        return TokenGraph.paths(query.tokens(text), 100).stream()
                .map(way -> String.join(" ", terms(way)))
                .toList();
    }

    private static void check(Analyzer analyzer, String text, String... terms) {
        assertEquals(List.of(terms), terms(analyzer.tokens(text)), text);
    }

    private static List<String> terms(List<Token> tokens) {
        return tokens.stream().map(Token::term).toList();
    }
}
