package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Counts one facet's values in one segment. */
final class FacetCounter {

    /** In the order of code points. */
    static final Comparator<String> BY_POINT = (a, b) -> {
        int most = Math.min(a.length(), b.length());
        for (int i = 0; i < most; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Surrogates stand for what is above all other units.
                boolean high = Character.isSurrogate(x);
                return high == Character.isSurrogate(y) ? x - y : high ? 1 : -1;
            }
        }
        return a.length() - b.length();
    };

    private final String field;
    private final KeywordColumn column;
    private final Terms terms;
    private final long[] counts;
    private final boolean any;
    private final long[] chosen;
    private long missing;

    FacetCounter(Facet facet, Segment segment) {
        field = facet.field();
        column = segment.keyword(field);
        terms = segment.inverted(field).terms;
        counts = new long[terms.count];
        any = facet.chosen().isEmpty();
        chosen = Bits.of(terms.count);
        for (String value : facet.chosen()) {
            int ordinal = terms.find(Utf8.encode(value));
            if (ordinal >= 0) {
                Bits.set(chosen, ordinal);
            }
        }
    }

    String field() {
        return field;
    }

    /** Whether the document has a chosen value, or none was chosen. */
    boolean chosen(int doc) {
        boolean has = any;
        for (int at = column.start(doc); at < column.ends[doc] && !has; at++) {
            has = Bits.get(chosen, column.ordinals[at]);
        }
        return has;
    }

    void count(int doc) {
        int start = column.start(doc);
        if (start == column.ends[doc]) {
            missing++;
        }
        for (int at = start; at < column.ends[doc]; at++) {
            counts[column.ordinals[at]]++;
        }
    }

    void addTo(Map<String, Long> all, long[] allMissing) {
        allMissing[0] += missing;
        Terms.Walk walk = terms.walk();
        while (walk.next()) {
            if (counts[walk.ordinal()] > 0) {
                all.merge(walk.text(), counts[walk.ordinal()], Long::sum);
            }
        }
    }

    /** The most frequent, ties by value. */
    static Hits.Counts top(Facet facet, Map<String, Long> counts, long missing) {
        List<Hits.Count> values = new ArrayList<>();
        counts.forEach((value, count) -> values.add(new Hits.Count(value, count)));
        values.sort(Comparator.comparingLong(Hits.Count::count).reversed().thenComparing(Hits.Count::value, BY_POINT));
        return new Hits.Counts(List.copyOf(values.subList(0, Math.min(facet.top(), values.size()))), missing);
    }
}
