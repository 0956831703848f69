package dev.backendmastery.search.index;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A segment as of one moment. */
final class View {

    final Segment segment;
    /** Which documents are there; null for all. Not to be changed. */
    final long @Nullable [] live;

    final int liveCount;
    private final Map<String, int[]> frequencies = new ConcurrentHashMap<>();

    View(Segment segment, long @Nullable [] live) {
        this.segment = segment;
        this.live = live;
        this.liveCount = live == null ? segment.count() : Bits.count(live);
    }

    /** Whether a document is there. */
    boolean has(int doc) {
        return live == null || Bits.get(live, doc);
    }

    /** In how many of the documents that are there a term is; counted once where some are deleted. */
    int frequency(String field, int ordinal) {
        Inverted inverted = segment.inverted(field);
        if (live == null) {
            return inverted.frequencies[ordinal];
        }
        int[] known = frequencies.computeIfAbsent(field, name -> {
            int[] none = new int[inverted.terms.count];
            Arrays.fill(none, -1);
            return none;
        });
        // Several threads may count at once; they come to the same.
        if (known[ordinal] < 0) {
            Postings postings = new Postings(inverted, ordinal);
            int count = 0;
            for (int doc = postings.seek(0); doc != Postings.NONE; doc = postings.next()) {
                count += has(doc) ? 1 : 0;
            }
            known[ordinal] = count;
        }
        return known[ordinal];
    }

    /** How many of the documents that are there have a field, and its length in all of them. */
    long[] totals(String field) {
        Inverted inverted = segment.inverted(field);
        boolean words = inverted.positions;
        if (live == null) {
            return new long[] {inverted.documents, words ? inverted.lengthSum : inverted.tokens, inverted.tokens};
        }
        long documents = 0;
        long sum = 0;
        long gone = 0;
        KeywordColumn column = words ? null : segment.keyword(field);
        for (int doc = 0; doc < segment.count(); doc++) {
            int length = column == null ? inverted.lengths[doc] : column.ends[doc] - column.start(doc);
            if (has(doc)) {
                documents += length > 0 ? 1 : 0;
                sum += length;
            } else {
                gone += length;
            }
        }
        return new long[] {documents, sum, inverted.tokens - gone};
    }
}
