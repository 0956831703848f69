package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks what was found, by analysing the text again. Marks and fragments begin and end between graphemes (UAX #29), and what is between marks
 * is escaped for HTML.
 */
public final class Highlighter {

    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    /** Texts are marked up to here, so that one of many megabytes does not hold up a search. */
    private static final int LONGEST = 1 << 20;

    private final Schema schema;
    private final Highlight settings;
    private final Map<String, List<Predicate<String>>> wanted = new HashMap<>();

    /**
     * For one search.
     *
     * @throws IllegalArgumentException if a field is not a stored text field
     */
    public Highlighter(Schema schema, Query query, Highlight settings) {
        this.schema = schema;
        this.settings = settings;
        for (String field : settings.fields()) {
            if (!(schema.field(field) instanceof Field.Text text) || !text.stored()) {
                throw new IllegalArgumentException("field to highlight must be a stored text field, was " + field);
            }
        }
        collect(query);
    }

    private void collect(Query query) {
        if (query instanceof Query.Boost boost) {
            collect(boost.query());
        } else if (query instanceof Query.Bool bool) {
            bool.must().forEach(this::collect);
            bool.should().forEach(this::collect);
            bool.filter().forEach(this::collect);
        } else if (query instanceof Query.Term term) {
            want(term.field(), term.term()::equals);
        } else if (query instanceof Query.Match match) {
            wantWords(match.field(), match.text());
        } else if (query instanceof Query.Phrase phrase) {
            wantWords(phrase.field(), phrase.text());
        } else if (query instanceof Query.Prefix prefix) {
            want(prefix.field(), term -> term.startsWith(prefix.prefix()));
        } else if (query instanceof Query.Fuzzy fuzzy) {
            Levenshtein near = new Levenshtein(fuzzy.term(), fuzzy.edits(), fuzzy.prefixLength());
            want(fuzzy.field(), term -> near.distance(term) >= 0);
        }
    }

    private void want(String field, Predicate<String> term) {
        wanted.computeIfAbsent(field, key -> new ArrayList<>()).add(term);
    }

    private void wantWords(String field, String text) {
        if (schema.field(field) instanceof Field.Text type) {
            Set<String> words = new HashSet<>();
            type.analyzer().tokens(text).forEach(token -> words.add(token.term()));
            want(field, words::contains);
        }
    }

    /** A found word, from grapheme to grapheme. */
    private record Mark(int start, int end) {}

    /** The fragments of a found document, by field; none for a field in which nothing was found. */
    public Map<String, List<String>> fragments(Document document) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String field : settings.fields()) {
            List<Predicate<String>> predicates = wanted.getOrDefault(field, List.of());
            String text = document.text(field).orElse("");
            if (!predicates.isEmpty() && schema.field(field) instanceof Field.Text type) {
                List<String> fragments = fragments(text, type, predicates);
                if (!fragments.isEmpty()) {
                    all.put(field, fragments);
                }
            }
        }
        return all;
    }

    private List<String> fragments(String whole, Field.Text type, List<Predicate<String>> predicates) {
        String text = whole.length() > LONGEST ? whole.substring(0, LONGEST) : whole;
        List<Mark> found = new ArrayList<>();
        type.analyzer().analyze(text, (term, length, start, end, increment, span) -> {
            String word = new String(term, 0, length);
            if (end > start && predicates.stream().anyMatch(each -> each.test(word))) {
                found.add(new Mark(start, end));
            }
        });
        if (found.isEmpty()) {
            return List.of();
        }
        int[] bounds = bounds(text);
        if (text.length() < whole.length() && bounds.length > 1) {
            // The last grapheme may go on behind the cut.
            text = text.substring(0, bounds[bounds.length - 2]);
            bounds = Arrays.copyOf(bounds, bounds.length - 1);
            int end = text.length();
            found.removeIf(mark -> mark.end > end);
            if (found.isEmpty()) {
                return List.of();
            }
        }
        List<Mark> marks = widen(found, text, bounds);
        List<String> fragments = new ArrayList<>();
        int next = 0;
        int from = 0;
        while (next < marks.size() && fragments.size() < settings.fragments()) {
            Mark first = marks.get(next);
            int last = next;
            while (last + 1 < marks.size() && marks.get(last + 1).end - first.start <= settings.size()) {
                last++;
            }
            int room = Math.max(0, settings.size() - (marks.get(last).end - first.start));
            int start = Math.max(
                    from,
                    wordStart(text, bounds, bound(bounds, Math.max(0, first.start - room / 2), false), first.start));
            int wish = Math.min(text.length(), Math.max(marks.get(last).end, start + settings.size()));
            int limit = last + 1 < marks.size() ? marks.get(last + 1).start : text.length();
            int end = Math.max(marks.get(last).end, bound(bounds, Math.min(wish, limit), false));
            fragments.add(fragment(text, start, end, marks.subList(next, last + 1)));
            from = end;
            next = last + 1;
        }
        return fragments;
    }

    /** Where graphemes begin, and the end. */
    private static int[] bounds(String text) {
        int[] bounds = new int[text.length() + 1];
        int count = 1;
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            bounds[count++] = graphemes.end();
        }
        return Arrays.copyOf(bounds, count);
    }

    /** The nearest bound that is not after {@code at}, or not before it. */
    private static int bound(int[] bounds, int at, boolean up) {
        int found = Arrays.binarySearch(bounds, at);
        if (found >= 0) {
            return at;
        }
        return bounds[Math.min(bounds.length - 1, up ? -found - 1 : -found - 2)];
    }

    /** Marks in their order, none within another, all from bound to bound. */
    private static List<Mark> widen(List<Mark> found, String text, int[] bounds) {
        List<Mark> sorted = new ArrayList<>(found);
        sorted.sort((a, b) -> Integer.compare(a.start, b.start));
        List<Mark> marks = new ArrayList<>();
        for (Mark mark : sorted) {
            Mark wide =
                    new Mark(bound(bounds, mark.start, false), bound(bounds, Math.min(mark.end, text.length()), true));
            Mark last = marks.isEmpty() ? null : marks.get(marks.size() - 1);
            if (last != null && wide.start < last.end) {
                marks.set(marks.size() - 1, new Mark(last.start, Math.max(last.end, wide.end)));
            } else {
                marks.add(wide);
            }
        }
        return marks;
    }

    /** The first beginning of a word from here on, if one is before the mark. */
    private static int wordStart(String text, int[] bounds, int at, int mark) {
        if (at == 0) {
            return 0;
        }
        for (int i = at; i < mark; i++) {
            if (Character.isWhitespace(text.charAt(i - 1))
                    && !Character.isWhitespace(text.charAt(i))
                    && bound(bounds, i, false) == i) {
                return i;
            }
        }
        return at;
    }

    private String fragment(String text, int start, int end, List<Mark> marks) {
        StringBuilder html = new StringBuilder();
        int at = start;
        for (Mark mark : marks) {
            escape(html, text, at, mark.start);
            html.append(settings.before());
            escape(html, text, mark.start, mark.end);
            html.append(settings.after());
            at = mark.end;
        }
        escape(html, text, at, end);
        return html.toString();
    }

    private static void escape(StringBuilder html, String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.append(c);
            }
        }
    }
}
