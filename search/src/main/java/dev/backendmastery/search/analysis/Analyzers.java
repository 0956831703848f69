package dev.backendmastery.search.analysis;

/** The chains that most fields need. */
public final class Analyzers {

    private static final AnalyzerChain STANDARD =
            Analyzer.of(new UnicodeWords()).then(new CaseFolding());
    private static final AnalyzerChain FOLDED = STANDARD.then(new AccentFolding());
    private static final AnalyzerChain ENGLISH = Analyzer.of(new UnicodeWords())
            .then(new Possessive())
            .then(new CaseFolding())
            .then(StopWords.english())
            .then(new EnglishStemmer());
    private static final AnalyzerChain KEYWORD = Analyzer.of(new Keyword());

    private Analyzers() {}

    /** Returns words without their case: for names and for texts of any language. */
    public static AnalyzerChain standard() {
        return STANDARD;
    }

    /** Returns words without case and accents. */
    public static AnalyzerChain folded() {
        return FOLDED;
    }

    /** Returns English words without {@code 's}, case and ending, and without the 33 most frequent. */
    public static AnalyzerChain english() {
        return ENGLISH;
    }

    /** Returns the text as it is. */
    public static AnalyzerChain keyword() {
        return KEYWORD;
    }

    /**
     * For the index of a field that is searched while one types; its queries use {@link #folded()}.
     *
     * @param most the longest beginning in code points, 1 to 255
     * @return the beginnings of the words, without case and accents
     */
    public static AnalyzerChain beginnings(int most) {
        return FOLDED.then(new EdgeNGrams(1, most));
    }
}
