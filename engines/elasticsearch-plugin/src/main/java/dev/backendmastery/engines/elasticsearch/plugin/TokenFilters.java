package dev.backendmastery.engines.elasticsearch.plugin;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.de.GermanLightStemFilter;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.es.SpanishLightStemFilter;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/** What changes, adds and removes tokens. */
final class TokenFilters {

    private TokenFilters() {}

    static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
        Map<String, AnalysisProvider<TokenFilterFactory>> all = new HashMap<>();
        normalizing(all, "lowercase", settings -> LowerCaseFilter::new);
        normalizing(all, "uppercase", settings -> UpperCaseFilter::new);
        normalizing(all, "trim", settings -> TrimFilter::new);
        normalizing(all, "asciifolding", settings -> {
            boolean original = settings.getAsBoolean("preserve_original", false);
            return stream -> new ASCIIFoldingFilter(stream, original);
        });
        plain(all, "reverse", settings -> ReverseStringFilter::new);
        plain(all, "unique", settings -> RemoveDuplicatesTokenFilter::new);
        plain(all, "porter_stem", settings -> PorterStemFilter::new);
        plain(all, "kstem", settings -> KStemFilter::new);
        plain(all, "stemmer", settings -> stemmer(settings.get("language", settings.get("name", "porter"))));
        plain(all, "snowball", settings -> {
            String language = settings.get("language", "English");
            return stream -> new SnowballFilter(stream, language);
        });
        plain(all, "length", settings -> {
            int min = settings.getAsInt("min", 0);
            int max = settings.getAsInt("max", Integer.MAX_VALUE);
            return stream -> new LengthFilter(stream, min, max);
        });
        plain(all, "truncate", settings -> {
            int length = settings.getAsInt("length", 10);
            return stream -> new TruncateTokenFilter(stream, length);
        });
        plain(all, "ngram", settings -> {
            int min = settings.getAsInt("min_gram", 1);
            int max = settings.getAsInt("max_gram", 2);
            boolean original = settings.getAsBoolean("preserve_original", false);
            return stream -> new NGramTokenFilter(stream, min, max, original);
        });
        plain(all, "edge_ngram", settings -> {
            int min = settings.getAsInt("min_gram", 1);
            int max = settings.getAsInt("max_gram", 2);
            boolean original = settings.getAsBoolean("preserve_original", false);
            return stream -> new EdgeNGramTokenFilter(stream, min, max, original);
        });
        plain(all, "word_delimiter_graph", TokenFilters::wordDelimiter);
        // The server builds every component once by its name alone, but for those that cannot be without settings.
        withSettings(all, "pattern_replace", (name, settings) -> {
            Pattern pattern = Pattern.compile(Required.setting(name, settings, "pattern"));
            String replacement = settings.get("replacement", "");
            boolean every = settings.getAsBoolean("all", true);
            return new Plain(name, stream -> new PatternReplaceFilter(stream, pattern, replacement, every));
        });
        withSettings(all, "keyword_marker", (name, settings) -> {
            CharArraySet words = new CharArraySet(settings.getAsList("keywords"), false);
            return new Plain(name, stream -> new SetKeywordMarkerFilter(stream, words));
        });
        all.put(
                "synonym",
                AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) ->
                        new SynonymFilterFactory(name, settings, environment, false)));
        all.put(
                "synonym_graph",
                AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) ->
                        new SynonymFilterFactory(name, settings, environment, true)));
        return all;
    }

    private static void plain(
            Map<String, AnalysisProvider<TokenFilterFactory>> all,
            String type,
            Function<Settings, UnaryOperator<TokenStream>> filter) {
        all.put(type, (index, environment, name, settings) -> new Plain(name, filter.apply(settings)));
    }

    private static void normalizing(
            Map<String, AnalysisProvider<TokenFilterFactory>> all,
            String type,
            Function<Settings, UnaryOperator<TokenStream>> filter) {
        all.put(type, (index, environment, name, settings) -> new Normalizing(name, filter.apply(settings)));
    }

    private static void withSettings(
            Map<String, AnalysisProvider<TokenFilterFactory>> all,
            String type,
            BiFunction<String, Settings, TokenFilterFactory> maker) {
        all.put(
                type,
                AnalysisPlugin.requiresAnalysisSettings(
                        (index, environment, name, settings) -> maker.apply(name, settings)));
    }

    private static UnaryOperator<TokenStream> stemmer(String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "english", "porter" -> PorterStemFilter::new;
            case "light_english", "kstem" -> KStemFilter::new;
            case "minimal_english" -> EnglishMinimalStemFilter::new;
            case "possessive_english" -> EnglishPossessiveFilter::new;
            case "light_german" -> GermanLightStemFilter::new;
            case "light_french" -> FrenchLightStemFilter::new;
            case "light_spanish" -> SpanishLightStemFilter::new;
            default -> {
                String snowball = language.substring(0, 1).toUpperCase(Locale.ROOT) + language.substring(1);
                yield stream -> new SnowballFilter(stream, snowball);
            }
        };
    }

    private static UnaryOperator<TokenStream> wordDelimiter(Settings settings) {
        int flags = WordDelimiterGraphFilter.GENERATE_WORD_PARTS
                | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS
                | WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE
                | WordDelimiterGraphFilter.SPLIT_ON_NUMERICS
                | WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE
                | (settings.getAsBoolean("preserve_original", false) ? WordDelimiterGraphFilter.PRESERVE_ORIGINAL : 0)
                | (settings.getAsBoolean("catenate_all", false) ? WordDelimiterGraphFilter.CATENATE_ALL : 0);
        return stream ->
                new WordDelimiterGraphFilter(stream, true, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE, flags, null);
    }

    private record Plain(String name, UnaryOperator<TokenStream> filter) implements TokenFilterFactory {

        @Override
        public TokenStream create(TokenStream stream) {
            return filter.apply(stream);
        }
    }

    /** One that normalizers of keyword fields may use too. */
    private record Normalizing(String name, UnaryOperator<TokenStream> filter)
            implements NormalizingTokenFilterFactory {

        @Override
        public TokenStream create(TokenStream stream) {
            return filter.apply(stream);
        }
    }
}
