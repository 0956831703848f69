package dev.backendmastery.engines.elasticsearch.plugin;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.StopAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Ready-made analyzers, without settings of their own. */
final class Analyzers {

    private Analyzers() {}

    static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all() {
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all = new HashMap<>();
        add(all, "simple", SimpleAnalyzer::new);
        add(all, "stop", () -> new StopAnalyzer(EnglishAnalyzer.ENGLISH_STOP_WORDS_SET));
        add(all, "english", EnglishAnalyzer::new);
        add(all, "german", GermanAnalyzer::new);
        add(all, "french", FrenchAnalyzer::new);
        add(all, "spanish", SpanishAnalyzer::new);
        return all;
    }

    private static void add(
            Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all,
            String type,
            Supplier<Analyzer> maker) {
        all.put(type, (index, environment, name, settings) -> new Provider(name, maker.get()));
    }

    private record Provider(String name, Analyzer get) implements AnalyzerProvider<Analyzer> {

        @Override
        public AnalyzerScope scope() {
            return AnalyzerScope.INDEX;
        }
    }
}
