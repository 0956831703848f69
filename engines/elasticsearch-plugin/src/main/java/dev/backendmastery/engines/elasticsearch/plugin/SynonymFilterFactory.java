package dev.backendmastery.engines.elasticsearch.plugin;

import java.io.IOException;
import java.io.StringReader;
import java.text.ParseException;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.CustomAnalyzer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.jspecify.annotations.Nullable;

/** Synonyms in Solr's notation; the rules are analysed by what stands before this filter in its chain. */
@SuppressWarnings("deprecation") // "synonym" is SynonymFilter, deprecated in Lucene and kept by the product
final class SynonymFilterFactory implements TokenFilterFactory {

    private final String name;
    private final Settings settings;
    private final Environment environment;
    private final boolean graph;

    SynonymFilterFactory(String name, Settings settings, Environment environment, boolean graph) {
        this.name = name;
        this.settings = settings;
        this.environment = environment;
        this.graph = graph;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TokenStream create(TokenStream stream) {
        throw new IllegalStateException("[" + name + "] is made for a chain by getChainAwareTokenFilterFactory");
    }

    @Override
    public TokenFilterFactory getChainAwareTokenFilterFactory(
            IndexService.IndexCreationContext context,
            TokenizerFactory tokenizer,
            List<CharFilterFactory> charFilters,
            List<TokenFilterFactory> previous,
            Function<String, TokenFilterFactory> all) {
        @Nullable List<String> rules = Analysis.getWordList(environment, settings, "synonyms");
        if (rules == null) {
            throw new IllegalArgumentException("[" + name + "] needs [synonyms] or [synonyms_path]");
        }
        Analyzer analyzer = new CustomAnalyzer(
                tokenizer,
                charFilters.toArray(CharFilterFactory[]::new),
                previous.stream().map(TokenFilterFactory::getSynonymFilter).toArray(TokenFilterFactory[]::new));
        SynonymMap map;
        try {
            SolrSynonymParser parser = new SolrSynonymParser(true, settings.getAsBoolean("expand", true), analyzer);
            parser.parse(new StringReader(String.join("\n", rules)));
            map = parser.build();
        } catch (IOException | ParseException e) {
            throw new IllegalArgumentException("[" + name + "] has a wrong rule: " + e.getMessage(), e);
        }
        return new Built(name, map, graph);
    }

    private record Built(String name, SynonymMap map, boolean graph) implements TokenFilterFactory {

        @Override
        public TokenStream create(TokenStream stream) {
            if (map.fst == null) {
                return stream; // no rules
            }
            return graph
                    ? new SynonymGraphFilter(stream, map, false)
                    : new org.apache.lucene.analysis.synonym.SynonymFilter(stream, map, false);
        }

        @Override
        public TokenFilterFactory getSynonymFilter() {
            return IDENTITY_FILTER;
        }
    }
}
