package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.List;

/**
 * Documents with any of the terms that begin alike. It fills a set stretch by stretch, each twice as long as the one before: who wants
 * the first few does not pay for all.
 */
final class PrefixMatcher extends Matcher {

    private static final int WANTED = 2_048;

    private final List<Postings> postings = new ArrayList<>();
    private long[] bits = {};
    private final int count;
    private final double score;
    private long cost;
    private int filled;
    private int stretch;

    PrefixMatcher(Inverted field, byte[] prefix, int count, double score) {
        this.count = count;
        this.score = score;
        Terms.Walk walk = field.terms.walk();
        for (boolean there = walk.seek(prefix, prefix.length); there && walk.startsWith(prefix); there = walk.next()) {
            int ordinal = walk.ordinal();
            cost += field.frequencies[ordinal];
            if (bits.length == 0) {
                bits = Bits.of(count);
            }
            // What has no whole block is soon read, sooner than kept track of.
            if (field.frequencies[ordinal] < PostingsWriter.BLOCK) {
                Postings.into(field, ordinal, bits);
            } else {
                postings.add(new Postings(field, ordinal));
            }
        }
        filled = postings.isEmpty() ? count : 0;
        stretch = (int) Math.min(count, Math.max(64, (long) count * WANTED / Math.max(1, cost)));
        postings.forEach(each -> each.seek(0));
    }

    boolean isEmpty() {
        return cost == 0;
    }

    @Override
    int seek(int target) {
        while (true) {
            int found = target < filled ? Bits.next(bits, target) : NONE;
            // Beyond what is filled only some terms are in the set yet.
            if (found < filled) {
                doc = found;
                return doc;
            }
            if (filled == count) {
                doc = NONE;
                return doc;
            }
            fill((int) Math.min(count, Math.max((long) filled + stretch, target + 1L)));
            stretch = (int) Math.min(count, 2L * stretch);
        }
    }

    private void fill(int end) {
        int kept = 0;
        for (int i = 0; i < postings.size(); i++) {
            Postings each = postings.get(i);
            int at = each.doc();
            while (at < end) {
                bits[at >>> 6] |= 1L << at;
                at = each.next();
            }
            if (at != NONE) {
                postings.set(kept++, each);
            }
        }
        postings.subList(kept, postings.size()).clear();
        filled = postings.isEmpty() ? count : end;
    }

    @Override
    long[] bits(int size) {
        fill(count);
        return bits;
    }

    @Override
    double score() {
        return score;
    }

    @Override
    long cost() {
        return cost;
    }
}
