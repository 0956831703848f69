package dev.backendmastery.search.index;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Neighbouring segments into one, in the same order and without what is deleted. */
final class Merge {

    /** A segment and which of its documents are to be taken; null for all. */
    static final class Part {
        private final Segment segment;
        private final long @Nullable [] live;

        Part(Segment segment, long @Nullable [] live) {
            this.segment = segment;
            this.live = live;
        }

        Segment segment() {
            return segment;
        }

        long @Nullable [] live() {
            return live;
        }
    }

    private final Schema schema;
    private final List<Part> parts;
    /** By part and document: which one it becomes; -1 if it is deleted. */
    final int[][] moved;

    private int count;

    Merge(Schema schema, List<Part> parts) {
        this.schema = schema;
        this.parts = parts;
        this.moved = new int[parts.size()][];
    }

    /** The same, of all documents. */
    Merge withDeleted() {
        return new Merge(
                schema, parts.stream().map(part -> new Part(part.segment, null)).toList());
    }

    Segment run() {
        Ids ids = new Ids();
        StoredDocuments stored = new StoredDocuments();
        long[] sequences =
                new long[parts.stream().mapToInt(part -> part.segment.count()).sum()];
        for (int i = 0; i < moved.length; i++) {
            Segment segment = parts.get(i).segment;
            moved[i] = new int[segment.count()];
            StoredDocuments.Reader reader = new StoredDocuments.Reader();
            for (int doc = 0; doc < segment.count(); doc++) {
                if (!takes(parts.get(i), doc)) {
                    moved[i][doc] = -1;
                    continue;
                }
                moved[i][doc] = count;
                sequences[count++] = segment.sequences()[doc];
                ids.add(segment.ids(), doc);
                stored.add(segment.stored(), reader, doc);
            }
        }
        stored.seal();
        Map<String, Inverted> inverted = new LinkedHashMap<>();
        Map<String, NumberColumn> numbers = new LinkedHashMap<>();
        Map<String, KeywordColumn> keywords = new LinkedHashMap<>();
        schema.fields().forEach((name, field) -> {
            if (field instanceof Field.Text) {
                inverted.put(name, inverted(name, new int[0][]));
            } else if (field instanceof Field.Keyword) {
                int[][] ordinals = new int[parts.size()][];
                inverted.put(name, inverted(name, ordinals));
                keywords.put(name, keywords(name, ordinals));
            } else if (field instanceof Field.Numeric || field instanceof Field.Date) {
                numbers.put(name, numbers(name));
            }
        });
        return new Segment(count, Arrays.copyOf(sequences, count), ids, stored, inverted, numbers, keywords);
    }

    /** Whether a document is to be taken. */
    private static boolean takes(Part part, int doc) {
        return part.live == null || Bits.get(part.live, doc);
    }

    /** @param ordinals filled, if it has a place for each part, with what each of its ordinals becomes */
    private Inverted inverted(String name, int[][] ordinals) {
        boolean words = schema.field(name) instanceof Field.Text;
        char[] lengths = new char[words ? count : 0];
        int documents = 0;
        Terms.Walk[] walks = new Terms.Walk[parts.size()];
        boolean[] open = new boolean[walks.length];
        for (int i = 0; i < walks.length; i++) {
            Inverted field = parts.get(i).segment.inverted(name);
            walks[i] = field.terms.walk();
            open[i] = walks[i].next();
            if (ordinals.length > 0) {
                ordinals[i] = new int[field.terms.count];
            }
            for (int doc = 0; words && doc < moved[i].length; doc++) {
                if (moved[i][doc] >= 0) {
                    lengths[moved[i][doc]] = field.lengths[doc];
                    documents += field.lengths[doc] > 0 ? 1 : 0;
                }
            }
        }
        Inverted.Builder builder = new Inverted.Builder(words, lengths);
        int[] places = new int[16];
        for (int least = least(walks, open); least >= 0; least = least(walks, open)) {
            byte[] term = Arrays.copyOf(walks[least].bytes(), walks[least].length());
            int[] from = new int[walks.length];
            Arrays.fill(from, -1);
            for (int i = least; i < walks.length; i++) {
                if (open[i] && Arrays.equals(term, 0, term.length, walks[i].bytes(), 0, walks[i].length())) {
                    from[i] = walks[i].ordinal();
                    Postings postings = new Postings(parts.get(i).segment.inverted(name), from[i]);
                    for (int doc = postings.seek(0); doc != Postings.NONE; doc = postings.next()) {
                        int to = moved[i][doc];
                        if (to >= 0) {
                            places = words ? postings.positions(places) : places;
                            builder.add(to, postings.frequency(), places, 0);
                        }
                    }
                    open[i] = walks[i].next();
                }
            }
            int ordinal = builder.finish(term, 0, term.length);
            for (int i = 0; i < ordinals.length; i++) {
                if (from[i] >= 0) {
                    ordinals[i][from[i]] = ordinal;
                }
            }
        }
        return builder.build(words ? documents : withValue(name));
    }

    private int withValue(String name) {
        int with = 0;
        for (int i = 0; i < moved.length; i++) {
            KeywordColumn column = parts.get(i).segment.keyword(name);
            for (int doc = 0; doc < moved[i].length; doc++) {
                with += moved[i][doc] >= 0 && column.ends[doc] > column.start(doc) ? 1 : 0;
            }
        }
        return with;
    }

    private static int least(Terms.Walk[] walks, boolean[] open) {
        int least = -1;
        for (int i = 0; i < walks.length; i++) {
            if (open[i]
                    && (least < 0
                            || Arrays.compareUnsigned(
                                            walks[i].bytes(),
                                            0,
                                            walks[i].length(),
                                            walks[least].bytes(),
                                            0,
                                            walks[least].length())
                                    < 0)) {
                least = i;
            }
        }
        return least;
    }

    private NumberColumn numbers(String name) {
        NumberColumn.Builder builder = new NumberColumn.Builder();
        for (int i = 0; i < moved.length; i++) {
            NumberColumn column = parts.get(i).segment.number(name);
            for (int doc = 0; doc < moved[i].length; doc++) {
                if (moved[i][doc] >= 0) {
                    builder.add(column.has(doc) ? (Long) column.values[doc] : null);
                }
            }
        }
        return builder.build();
    }

    private KeywordColumn keywords(String name, int[][] ordinals) {
        int[] ends = new int[count];
        int[] all = new int[64];
        int size = 0;
        for (int i = 0; i < moved.length; i++) {
            KeywordColumn column = parts.get(i).segment.keyword(name);
            for (int doc = 0; doc < moved[i].length; doc++) {
                if (moved[i][doc] >= 0) {
                    for (int at = column.start(doc); at < column.ends[doc]; at++) {
                        if (size == all.length) {
                            all = Arrays.copyOf(all, 2 * size);
                        }
                        all[size++] = ordinals[i][column.ordinals[at]];
                    }
                    ends[moved[i][doc]] = size;
                }
            }
        }
        return new KeywordColumn(ends, Arrays.copyOf(all, size));
    }
}
