package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.analysis.Token;
import dev.backendmastery.search.analysis.TokenGraph;
import dev.backendmastery.search.index.Facet;
import dev.backendmastery.search.index.Field;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.Sort;
import dev.backendmastery.search.index.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Queries and searches in the engine's language; what does not fit the schema is refused before anything is sent. */
final class Dsl {

    private static final int MOST_WAYS = 256;
    private static final Map<String, @Nullable Object> NONE = Node.object("match_none", Node.object());

    private final Schema schema;
    private final Mapping mapping;

    Dsl(Schema schema, Mapping mapping) {
        this.schema = schema;
        this.mapping = mapping;
    }

    Map<String, @Nullable Object> search(Search search) {
        Map<String, @Nullable Object> body = Node.object(
                "query", query(search.query()),
                "size", search.top(),
                "track_scores", true,
                "sort", sorts(search.sorts()));
        boolean all = !search.sorts().isEmpty() || !search.facets().isEmpty() || search.countTo() == Integer.MAX_VALUE;
        body.put("track_total_hits", all ? true : Math.max(1, search.countTo()));
        if (search.after() != null) {
            body.put("search_after", search.after().values());
        }
        if (!search.facets().isEmpty()) {
            Map<String, @Nullable Object> counts = Node.object();
            for (Facet facet : search.facets()) {
                counts.put(facet.field(), count(facet, search.facets()));
            }
            body.put("aggs", counts);
            List<Object> chosen = choices(search.facets(), null);
            if (!chosen.isEmpty()) {
                body.put("post_filter", bool("filter", chosen));
            }
        }
        return body;
    }

    private List<Object> sorts(List<Sort> sorts) {
        List<Object> all = new ArrayList<>();
        for (Sort sort : sorts.isEmpty() ? List.of(Sort.score()) : sorts) {
            String order = sort.descending() ? "desc" : "asc";
            if (sort.field() == null) {
                all.add(Node.object("_score", Node.object("order", order)));
                continue;
            }
            Field field = schema.field(sort.field());
            if (field instanceof Field.Text || field instanceof Field.Stored) {
                throw new IllegalArgumentException(
                        "field to sort by must be a number, date or keyword field, was " + sort.field());
            }
            all.add(Node.object(
                    mapping.path(sort.field()),
                    Node.object("order", order, "missing", "_last", "mode", sort.descending() ? "max" : "min")));
        }
        all.add(Node.object("id", Node.object("order", "asc")));
        return all;
    }

    private Map<String, @Nullable Object> count(Facet facet, List<Facet> facets) {
        if (!(schema.field(facet.field()) instanceof Field.Keyword)) {
            throw new IllegalArgumentException("field of a facet must be a keyword field, was " + facet.field());
        }
        String path = mapping.path(facet.field());
        Map<String, @Nullable Object> values = Node.object(
                "field",
                path,
                "size",
                facet.top(),
                "shard_size",
                10 * facet.top(),
                "order",
                List.of(Node.object("_count", "desc"), Node.object("_key", "asc")));
        return Node.object(
                "filter",
                bool("filter", choices(facets, facet)),
                "aggs",
                Node.object(
                        "values",
                        Node.object("terms", values),
                        "missing",
                        Node.object("missing", Node.object("field", path))));
    }

    private List<Object> choices(List<Facet> facets, @Nullable Facet without) {
        List<Object> filters = new ArrayList<>();
        for (Facet facet : facets) {
            if (!facet.equals(without) && !facet.chosen().isEmpty()) {
                filters.add(
                        Node.object("terms", Node.object(mapping.path(facet.field()), List.copyOf(facet.chosen()))));
            }
        }
        return filters;
    }

    Map<String, @Nullable Object> query(Query query) {
        if (query instanceof Query.Term term) {
            boolean words = schema.field(term.field()) instanceof Field.Text;
            if (!words && !(schema.field(term.field()) instanceof Field.Keyword)) {
                throw refused(term.field(), "a text or keyword field");
            }
            return one("term", term.field(), "value", words ? Mapping.escape(term.term()) : term.term());
        }
        if (query instanceof Query.Match match) {
            return match(match);
        }
        if (query instanceof Query.Phrase phrase) {
            List<Object> ways = new ArrayList<>();
            for (List<Token> way : ways(text(phrase.field()), phrase.text())) {
                ways.add(one("match_phrase", phrase.field(), "query", Mapping.row(way), "slop", phrase.slop()));
            }
            return any(ways, 1);
        }
        if (query instanceof Query.Prefix prefix) {
            boolean words = schema.field(prefix.field()) instanceof Field.Text;
            if (!words && !(schema.field(prefix.field()) instanceof Field.Keyword)) {
                throw refused(prefix.field(), "a text or keyword field");
            }
            return one("prefix", prefix.field(), "value", words ? Mapping.escape(prefix.prefix()) : prefix.prefix());
        }
        if (query instanceof Query.Fuzzy fuzzy) {
            text(fuzzy.field());
            return one(
                    "fuzzy",
                    fuzzy.field(),
                    "value",
                    Mapping.escape(fuzzy.term()),
                    "fuzziness",
                    fuzzy.edits(),
                    "prefix_length",
                    fuzzy.prefixLength(),
                    "max_expansions",
                    fuzzy.expansions(),
                    "transpositions",
                    true);
        }
        if (query instanceof Query.Range range) {
            return range(range);
        }
        if (query instanceof Query.Bool bool) {
            return bool(bool);
        }
        if (query instanceof Query.Boost boost) {
            return Node.object("bool", Node.object("must", List.of(query(boost.query())), "boost", boost.factor()));
        }
        return Node.object("match_all", Node.object());
    }

    private Map<String, @Nullable Object> match(Query.Match match) {
        Field.Text text = text(match.field());
        List<Token> tokens = text.analyzer().tokens(match.text());
        if (tokens.stream().anyMatch(token -> token.span() > 1)) {
            List<Object> ways = new ArrayList<>();
            for (List<Token> way : ways(text, match.text())) {
                ways.add(words(match, way));
            }
            return any(ways, 1);
        }
        return words(match, tokens);
    }

    /** The terms of one position are one word, said in several ways. */
    private Map<String, @Nullable Object> words(Query.Match match, List<Token> tokens) {
        Map<Integer, List<Object>> positions = new TreeMap<>();
        for (Token token : tokens) {
            positions
                    .computeIfAbsent(token.position(), any -> new ArrayList<>())
                    .add(one("term", match.field(), "value", Mapping.escape(token.term())));
        }
        List<Object> words = new ArrayList<>();
        positions.values().forEach(terms -> words.add(terms.size() == 1 ? terms.get(0) : any(terms, 1)));
        int minimum = match.operator() == Query.Operator.AND ? words.size() : Math.min(match.minimum(), words.size());
        return any(words, minimum);
    }

    private List<List<Token>> ways(Field.Text text, String query) {
        List<Token> tokens = text.analyzer().tokens(query);
        return tokens.isEmpty() ? List.of() : TokenGraph.paths(tokens, MOST_WAYS);
    }

    private Map<String, @Nullable Object> range(Query.Range range) {
        Field field = schema.field(range.field());
        if (field instanceof Field.Text || field instanceof Field.Stored) {
            throw refused(range.field(), "a number, date or keyword field");
        }
        Map<String, @Nullable Object> ends = Node.object();
        end(ends, range.lower(), "gte", "gt", field, range.field());
        end(ends, range.upper(), "lte", "lt", field, range.field());
        return ends.isEmpty()
                ? Node.object(
                        "constant_score",
                        Node.object("filter", Node.object("exists", Node.object("field", mapping.path(range.field())))))
                : Node.object("range", Node.object(mapping.path(range.field()), ends));
    }

    private static void end(
            Map<String, @Nullable Object> ends,
            Query.@Nullable Bound bound,
            String inclusive,
            String exclusive,
            Field field,
            String name) {
        if (bound == null) {
            return;
        }
        Object value;
        if (field instanceof Field.Keyword && bound.value() instanceof Value.Keywords keywords) {
            value = keywords.values().get(0);
        } else if (field instanceof Field.Numeric && bound.value() instanceof Value.Numeric number) {
            value = number.number();
        } else if (field instanceof Field.Date && bound.value() instanceof Value.Date date) {
            value = date.time().toEpochMilli();
        } else {
            throw new IllegalArgumentException("bound of field " + name + " must fit " + field + ", was " + bound);
        }
        ends.put(bound.inclusive() ? inclusive : exclusive, value);
    }

    private Map<String, @Nullable Object> bool(Query.Bool bool) {
        boolean alone = bool.must().isEmpty() && bool.filter().isEmpty();
        if (alone && bool.should().isEmpty() && bool.mustNot().isEmpty()) {
            return Node.object("match_all", Node.object());
        }
        Map<String, @Nullable Object> clauses = Node.object(
                "must", queries(bool.must()),
                "should", queries(bool.should()),
                "filter", queries(bool.filter()),
                "must_not", queries(bool.mustNot()));
        int minimum = bool.minimumShould();
        clauses.put(
                "minimum_should_match", minimum == 0 && alone && !bool.should().isEmpty() ? 1 : minimum);
        return Node.object("bool", clauses);
    }

    private List<Object> queries(List<Query> queries) {
        List<Object> all = new ArrayList<>();
        queries.forEach(query -> all.add(query(query)));
        return all;
    }

    private Field.Text text(String field) {
        if (schema.field(field) instanceof Field.Text text) {
            return text;
        }
        throw refused(field, "a text field");
    }

    private Map<String, @Nullable Object> one(String kind, String field, @Nullable Object... settings) {
        return Node.object(kind, Node.object(mapping.path(field), Node.object(settings)));
    }

    private static Map<String, @Nullable Object> any(List<Object> queries, int minimum) {
        return queries.isEmpty()
                ? NONE
                : Node.object("bool", Node.object("should", queries, "minimum_should_match", minimum));
    }

    private static Map<String, @Nullable Object> bool(String kind, List<Object> queries) {
        return Node.object("bool", Node.object(kind, queries));
    }

    private static IllegalArgumentException refused(String field, String wanted) {
        return new IllegalArgumentException("field must be " + wanted + ", was " + field);
    }
}
