package dev.backendmastery.engines.elasticsearch.plugin;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.path.PathHierarchyTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** What cuts the text into tokens. */
final class Tokenizers {

    private Tokenizers() {}

    static Map<String, AnalysisProvider<TokenizerFactory>> all() {
        Map<String, AnalysisProvider<TokenizerFactory>> all = new HashMap<>();
        add(all, "keyword", settings -> KeywordTokenizer::new);
        add(all, "whitespace", settings -> WhitespaceTokenizer::new);
        add(all, "letter", settings -> LetterTokenizer::new);
        add(all, "ngram", Tokenizers::ngram);
        add(all, "edge_ngram", Tokenizers::edgeNgram);
        add(all, "pattern", Tokenizers::pattern);
        add(all, "path_hierarchy", Tokenizers::path);
        return all;
    }

    private static void add(
            Map<String, AnalysisProvider<TokenizerFactory>> all,
            String type,
            Function<Settings, Supplier<Tokenizer>> maker) {
        all.put(type, (index, environment, name, settings) -> TokenizerFactory.newFactory(name, maker.apply(settings)));
    }

    private static Supplier<Tokenizer> ngram(Settings settings) {
        int min = settings.getAsInt("min_gram", 1);
        int max = settings.getAsInt("max_gram", 2);
        IntPredicate kept = tokenCharacters(settings);
        return () -> new NGramTokenizer(min, max) {
            @Override
            protected boolean isTokenChar(int character) {
                return kept.test(character);
            }
        };
    }

    private static Supplier<Tokenizer> edgeNgram(Settings settings) {
        int min = settings.getAsInt("min_gram", 1);
        int max = settings.getAsInt("max_gram", 2);
        IntPredicate kept = tokenCharacters(settings);
        return () -> new EdgeNGramTokenizer(min, max) {
            @Override
            protected boolean isTokenChar(int character) {
                return kept.test(character);
            }
        };
    }

    private static Supplier<Tokenizer> pattern(Settings settings) {
        Pattern pattern = Pattern.compile(settings.get("pattern", "\\W+"));
        int group = settings.getAsInt("group", -1);
        return () -> new PatternTokenizer(pattern, group);
    }

    private static Supplier<Tokenizer> path(Settings settings) {
        char delimiter = settings.get("delimiter", "/").charAt(0);
        return () -> new PathHierarchyTokenizer(delimiter, delimiter);
    }

    private static IntPredicate tokenCharacters(Settings settings) {
        List<String> classes = settings.getAsList("token_chars");
        return classes.stream()
                .map(Tokenizers::characterClass)
                .reduce(IntPredicate::or)
                .orElse(character -> true);
    }

    private static IntPredicate characterClass(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "letter" -> Character::isLetter;
            case "digit" -> Character::isDigit;
            case "whitespace" -> Character::isWhitespace;
            default ->
                throw new IllegalArgumentException("token_chars must be letter, digit or whitespace here, was " + name);
        };
    }
}
