package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.Token;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Field;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a schema and its documents stand in the engine. Terms are {@code t.FIELD}: the analyzer's, in the order of their positions, with a
 * space between; a position without a term is a sign that a stop filter takes away. So positions and lengths are those of the analyzer.
 * Further terms at one position come behind, where term queries find them and phrases do not. Keywords are {@code k.FIELD},
 * numbers {@code n.FIELD}, times {@code d.FIELD} in milliseconds, what is only kept {@code s.FIELD}, and {@code id} breaks ties.
 */
final class Mapping {

    private static final char HOLE = '\u0001';
    private static final char ESCAPE = '\u0002';

    private final Schema schema;

    Mapping(Schema schema) {
        this.schema = schema;
    }

    Map<String, @Nullable Object> index(int shards, int replicas) {
        Map<String, Map<String, @Nullable Object>> kinds = new LinkedHashMap<>();
        schema.fields().forEach((name, field) -> {
            String kind = kind(field);
            if (!kind.equals("s")) {
                kinds.computeIfAbsent(kind, any -> new LinkedHashMap<>()).put(name, type(kind));
            }
        });
        Map<String, @Nullable Object> properties = Node.object("id", Node.object("type", "keyword"));
        kinds.forEach((kind, fields) -> properties.put(kind, Node.object("properties", fields)));
        properties.put("s", Node.object("type", "object", "enabled", false));
        Map<String, @Nullable Object> analysis = Node.object(
                "tokenizer", Node.object("space", Node.object("type", "pattern", "pattern", " ")),
                "filter",
                        Node.object(
                                "holes", Node.object("type", "stop", "stopwords", List.of(Character.toString(HOLE)))),
                "analyzer",
                        Node.object(
                                "terms",
                                Node.object("type", "custom", "tokenizer", "space", "filter", List.of("holes"))));
        return Node.object(
                "settings",
                Node.object(
                        "number_of_shards", shards,
                        "number_of_replicas", replicas,
                        "refresh_interval", "-1",
                        "gc_deletes", "10m",
                        "analysis", analysis),
                "mappings",
                Node.object(
                        "dynamic",
                        "strict",
                        "_meta",
                        Node.object("fingerprint", schema.fingerprint()),
                        "_source",
                        Node.object("excludes", List.of("t")),
                        "properties",
                        properties));
    }

    private static Map<String, @Nullable Object> type(String kind) {
        return switch (kind) {
            case "t" -> Node.object("type", "text", "analyzer", "terms");
            case "k" -> Node.object("type", "keyword");
            case "n" -> Node.object("type", "double");
            default -> Node.object("type", "long");
        };
    }

    private static String kind(Field field) {
        if (field instanceof Field.Text) {
            return "t";
        }
        if (field instanceof Field.Keyword) {
            return "k";
        }
        if (field instanceof Field.Numeric) {
            return "n";
        }
        return field instanceof Field.Date ? "d" : "s";
    }

    /** Where the engine has what is searched of a field. */
    String path(String field) {
        return kind(schema.field(field)) + "." + field;
    }

    String source(Document document) {
        Map<String, Map<String, @Nullable Object>> kinds = new LinkedHashMap<>();
        document.values().forEach((name, value) -> {
            Field field = schema.field(name);
            if (value instanceof Value.Text text) {
                if (field.stored()) {
                    kinds.computeIfAbsent("s", any -> new LinkedHashMap<>()).put(name, text.text());
                }
                if (field instanceof Field.Text type) {
                    List<String> terms = terms(type.analyzer(), text.text());
                    if (!terms.isEmpty()) {
                        kinds.computeIfAbsent("t", any -> new LinkedHashMap<>()).put(name, terms);
                    }
                }
            } else if (value instanceof Value.Keywords keywords) {
                kinds.computeIfAbsent("k", any -> new LinkedHashMap<>()).put(name, keywords.values());
            } else if (value instanceof Value.Numeric number) {
                kinds.computeIfAbsent("n", any -> new LinkedHashMap<>()).put(name, number.number());
            } else if (value instanceof Value.Date date) {
                kinds.computeIfAbsent("d", any -> new LinkedHashMap<>())
                        .put(name, date.time().toEpochMilli());
            }
        });
        Map<String, @Nullable Object> source = Node.object("id", document.id());
        source.putAll(kinds);
        return Node.write(source);
    }

    Document document(String id, Node source) {
        Document.Builder document = Document.of(id);
        source.get("s").fields().forEach((name, value) -> document.text(name, value.text()));
        source.get("k")
                .fields()
                .forEach((name, value) -> document.keyword(
                        name, value.items().stream().map(Node::text).toArray(String[]::new)));
        source.get("n").fields().forEach((name, value) -> document.number(name, value.number()));
        source.get("d").fields().forEach((name, value) -> document.date(name, Instant.ofEpochMilli(value.integer())));
        return document.build();
    }

    /** One text of the terms that follow each other, and one of those that share a position. */
    private static List<String> terms(Analyzer analyzer, String text) {
        StringBuilder stacked = new StringBuilder();
        StringBuilder row = new StringBuilder();
        int next = 0;
        for (Token token : analyzer.tokens(text)) {
            if (token.position() < next) {
                stacked.append(stacked.length() == 0 ? "" : " ").append(escape(token.term()));
            } else {
                append(row, token.term(), token.position() - next);
                next = token.position() + 1;
            }
        }
        List<String> terms = new ArrayList<>();
        for (StringBuilder each : List.of(row, stacked)) {
            if (each.length() > 0) {
                terms.add(each.toString());
            }
        }
        return terms;
    }

    /** The terms of a way through a query, as the engine's analyzer reads them. */
    static String row(List<Token> way) {
        StringBuilder row = new StringBuilder();
        int next = way.isEmpty() ? 0 : way.get(0).position();
        for (Token token : way) {
            append(row, token.term(), token.position() - next);
            next = token.position() + token.span();
        }
        return row.toString();
    }

    private static void append(StringBuilder row, String term, int holes) {
        for (int i = 0; i < holes; i++) {
            row.append(row.length() == 0 ? "" : " ").append(HOLE);
        }
        row.append(row.length() == 0 ? "" : " ").append(escape(term));
    }

    /** Without spaces and holes; of a prefix it makes the prefix of what it makes of the whole. */
    static String escape(String term) {
        if (term.indexOf(' ') < 0 && term.indexOf(HOLE) < 0 && term.indexOf(ESCAPE) < 0) {
            return term;
        }
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            if (c == ' ' || c == HOLE || c == ESCAPE) {
                escaped.append(ESCAPE).append(c == ' ' ? 's' : c == HOLE ? 'h' : 'e');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
