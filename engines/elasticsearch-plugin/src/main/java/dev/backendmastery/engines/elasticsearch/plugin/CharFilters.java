package dev.backendmastery.engines.elasticsearch.plugin;

import java.io.Reader;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/** What changes the text before it is cut into tokens. */
final class CharFilters {

    private CharFilters() {}

    static Map<String, AnalysisProvider<CharFilterFactory>> all() {
        return Map.of(
                "html_strip",
                (index, environment, name, settings) -> new Factory(name, HTMLStripCharFilter::new),
                "mapping",
                AnalysisPlugin.requiresAnalysisSettings(
                        (index, environment, name, settings) -> mapping(name, settings)),
                "pattern_replace",
                AnalysisPlugin.requiresAnalysisSettings(
                        (index, environment, name, settings) -> patternReplace(name, settings)));
    }

    private static CharFilterFactory mapping(String name, Settings settings) {
        List<String> rules = settings.getAsList("mappings");
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("mapping [" + name + "] needs [mappings]");
        }
        NormalizeCharMap.Builder builder = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            String[] sides = rule.split("=>", 2);
            if (sides.length != 2) {
                throw new IllegalArgumentException("mapping [" + name + "]: rule must be [from => to], was " + rule);
            }
            builder.add(sides[0].trim(), sides[1].trim());
        }
        NormalizeCharMap map = builder.build();
        return new Factory(name, reader -> new MappingCharFilter(map, reader));
    }

    private static CharFilterFactory patternReplace(String name, Settings settings) {
        Pattern pattern = Pattern.compile(Required.setting(name, settings, "pattern"));
        String replacement = settings.get("replacement", "");
        return new Factory(name, reader -> new PatternReplaceCharFilter(pattern, replacement, reader));
    }

    private record Factory(String name, UnaryOperator<Reader> filter) implements CharFilterFactory {

        @Override
        public Reader create(Reader reader) {
            return filter.apply(reader);
        }
    }
}
