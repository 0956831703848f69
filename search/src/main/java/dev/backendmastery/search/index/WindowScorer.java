package dev.backendmastery.search.index;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The best documents of one segment for some terms, any of them or all.
 *
 * <p>Block-Max MaxScore over windows about as wide as a block of the most frequent term. The directory of each term's blocks gives what no
 * document of a window is better than. First the most promising windows are scored, so that the heap soon knows what is good enough; then
 * the others in their order, of which most can be passed over. Within a window terms are taken in the order of their weight; once
 * those that are left cannot by themselves lift a document into the heap, only documents that were seen before are looked up in them
 * (MaxScore), and of those only what can still get there.
 *
 * <p>A score is the sum over the terms in one fixed order, here as in {@link Matcher}, so that both come to the same double. Bounds
 * are sums in that order too, and rounding keeps order: a bound is never below a score. Where sums are associated otherwise
 * {@link #SLACK} makes up for it.
 *
 * <p>Segments of up to {@value #SMALL} documents, and terms of few postings, are scored term by term without any bound: to make them would cost more.
 */
final class WindowScorer {

    private static final int NARROWEST = 8;
    private static final int WIDEST = 11;
    static final int SMALL = 4_096;
    private static final int PROMISING = 16;
    private static final double SLACK = 1 + 1e-12;

    private final Weighing[] weighings;
    private final double[] weights;
    private final Inverted[] fields;
    private final Postings[] postings;
    /** The terms, rarest first. */
    private final int[] byCount;

    private final int terms;
    private final int[] ordinals;
    private final double[] rest;
    private final boolean all;
    private final long @Nullable [] accepted;
    private final int count;
    private final int shift;
    private final int docBase;
    private final Top top;
    private final boolean lucene;

    private final double[] sums;
    private final long[] seen;
    private final int[] candidates;
    private int found;

    /**
     * @param ordinals of the terms in their fields, heaviest first; each is there
     * @param all whether all must be in a document, or any
     * @param accepted which documents may be found; null for all
     * @param docBase what to add to a document for the heap
     */
    WindowScorer(
            Inverted[] fields,
            int[] ordinals,
            Weighing[] weighings,
            double[] weights,
            boolean all,
            long @Nullable [] accepted,
            int count,
            int docBase,
            Top top) {
        this.fields = fields;
        this.weighings = weighings;
        this.weights = weights;
        this.terms = ordinals.length;
        this.all = all && terms > 1;
        this.accepted = accepted;
        this.count = count;
        this.docBase = docBase;
        this.top = top;
        this.lucene = weighings[0].isLucene();
        this.postings = new Postings[terms];
        for (int i = 0; i < terms; i++) {
            postings[i] = new Postings(fields[i], ordinals[i]);
        }
        this.byCount = IntStream.range(0, terms)
                .boxed()
                .sorted(Comparator.comparingInt(i -> postings[i].count))
                .mapToInt(Integer::intValue)
                .toArray();
        this.rest = new double[terms];
        this.shift = shift(count, postings);
        int size = count <= SMALL ? SMALL : 1 << shift;
        this.sums = new double[size];
        this.seen = Bits.of(size);
        this.candidates = new int[size];
        this.ordinals = ordinals;
    }

    private static int shift(int count, Postings[] postings) {
        long most = 1;
        for (Postings list : postings) {
            most = Math.max(most, list.count);
        }
        int wide = 64 - Long.numberOfLeadingZeros((long) count * PostingsWriter.BLOCK / most);
        return Math.max(NARROWEST, Math.min(WIDEST, wide));
    }

    void run() {
        if (count <= SMALL) {
            window(0, count, null, 0);
            return;
        }
        if (all && postings[byCount[0]].count <= top.uncounted()) {
            // Each match is to be counted: bounds would leave nothing out.
            conjunction(0, count, null, 0);
            return;
        }
        int windows = ((count - 1) >>> shift) + 1;
        double[][] maxima = new double[terms][];
        double[] bounds = new double[windows];
        for (int i = 0; i < terms; i++) {
            double[] of = maxima(i, windows);
            maxima[i] = of;
            if (all) {
                for (int window = 0; window < windows; window++) {
                    bounds[window] = of[window] > 0 && bounds[window] >= 0 ? bounds[window] + of[window] : -1;
                }
            } else {
                for (int window = 0; window < windows; window++) {
                    bounds[window] += of[window];
                }
            }
        }
        int[] promising = new int[PROMISING];
        int first = promising(bounds, promising);
        for (int i = 0; i < first; i++) {
            int window = promising[i];
            window(window << shift, Math.min(count, (window + 1) << shift), maxima, window);
            bounds[window] = -1;
        }
        for (int window = 0; window < windows; window++) {
            double bound = bounds[window];
            if (bound > 0) {
                if (top.hopeless(finish(bound), docBase + (window << shift))) {
                    top.skip();
                } else {
                    window(window << shift, Math.min(count, (window + 1) << shift), maxima, window);
                }
            }
        }
    }

    private double finish(double sum) {
        return lucene ? (float) sum : sum;
    }

    /** The windows with the highest bounds, in their order. */
    private static int promising(double[] bounds, int[] into) {
        double[] best = new double[into.length];
        int size = 0;
        for (int window = 0; window < bounds.length; window++) {
            double bound = bounds[window];
            if (bound <= 0 || (size == into.length && bound <= best[size - 1])) {
                continue;
            }
            int at = size < into.length ? size++ : size - 1;
            while (at > 0 && best[at - 1] < bound) {
                best[at] = best[at - 1];
                into[at] = into[at - 1];
                at--;
            }
            best[at] = bound;
            into[at] = window;
        }
        Arrays.sort(into, 0, size);
        return size;
    }

    /** By window: what no document in it gets from this term; 0 if none has it. */
    private double[] maxima(int term, int windows) {
        double[] maxima = new double[windows];
        Postings list = postings[term];
        Weighing weighing = weighings[term];
        double weight = weights[term];
        double[] best = fields[term].maxima(ordinals[term], weighing);
        int from = 0;
        for (int block = 0; block < best.length; block++) {
            int last = list.last(block);
            double bound = weighing.bound(weight, best[block]);
            int end = last >>> shift;
            for (int window = from >>> shift; window <= end; window++) {
                if (bound > maxima[window]) {
                    maxima[window] = bound;
                }
            }
            from = last + 1;
        }
        if (list.count > best.length * PostingsWriter.BLOCK) {
            Inverted field = fields[term];
            for (int doc = list.seek(from); doc != Postings.NONE; doc = list.next()) {
                double score = weighing.score(weight, list.frequency(), field.length(doc));
                int window = doc >>> shift;
                if (score > maxima[window]) {
                    maxima[window] = score;
                }
            }
        }
        return maxima;
    }

    /** Scores documents from {@code from} to before {@code to}. */
    private void window(int from, int to, double @Nullable [][] maxima, int window) {
        if (all) {
            conjunction(from, to, maxima, window);
            return;
        }
        if (maxima == null) {
            for (int term = 0; term < terms; term++) {
                take(term, from, to);
            }
        } else {
            double sum = 0;
            for (int term = terms - 1; term >= 0; term--) {
                sum += maxima[term][window];
                rest[term] = sum;
            }
            for (int term = 0; term < terms && rest[term] > 0; term++) {
                if (term > 0 && top.hopeless(finish(rest[term] * SLACK), docBase + from)) {
                    lookUp(term, from, maxima, window);
                    return;
                }
                if (maxima[term][window] > 0) {
                    take(term, from, to);
                }
            }
        }
        offerSeen(from);
    }

    /** Goes by the rarest term, and looks further only as long as a document can get into the heap. */
    private void conjunction(int from, int to, double @Nullable [][] maxima, int window) {
        double sum = 0;
        for (int i = terms - 1; i >= 0; i--) {
            rest[i] = sum;
            sum += maxima == null ? Double.POSITIVE_INFINITY : maxima[byCount[i]][window];
        }
        int first = byCount[0];
        Postings lead = postings[first];
        Weighing leadWeighing = weighings[first];
        Inverted leadField = fields[first];
        double leadWeight = weights[first];
        boolean picky = top.maySkip();
        search:
        for (int doc = lead.seek(from); doc < to; doc = lead.next()) {
            double known = 0;
            if (picky) {
                known = leadWeighing.score(leadWeight, lead.frequency(), leadField.length(doc));
                if (top.hopeless(finish((known + rest[0]) * SLACK), docBase + doc)) {
                    top.skip();
                    continue;
                }
            }
            for (int i = 1; i < terms; i++) {
                int term = byCount[i];
                Postings list = postings[term];
                int other = list.seek(doc);
                if (other > doc) {
                    if (other >= to) {
                        return;
                    }
                    continue search;
                }
                if (picky && i + 1 < terms) {
                    known += weighings[term].score(weights[term], list.frequency(), fields[term].length(doc));
                    if (top.hopeless(finish((known + rest[i]) * SLACK), docBase + doc)) {
                        top.skip();
                        continue search;
                    }
                }
            }
            if (accepted == null || Bits.get(accepted, doc)) {
                double score = 0;
                for (int i = 0; i < terms; i++) {
                    score += weighings[i].score(weights[i], postings[i].frequency(), fields[i].length(doc));
                }
                top.offer(docBase + doc, finish(score));
                picky = top.maySkip();
            }
        }
    }

    /** Adds a term's scores to all of its documents in the window. */
    private void take(int term, int from, int to) {
        Postings list = postings[term];
        Weighing weighing = weighings[term];
        double weight = weights[term];
        Inverted field = fields[term];
        int doc = list.seek(from);
        while (doc < to) {
            int at = weighing.add(
                    weight, list.docs, list.frequencies(), list.at, list.size, to, field.lengths, from, sums, seen);
            if (at < list.size) {
                list.at = at;
                return;
            }
            list.at = list.size - 1;
            doc = list.next();
        }
    }

    /** Offers what was seen and is good enough. */
    private void offerSeen(int from) {
        double least = top.maySkip() ? top.least() : Double.NEGATIVE_INFINITY;
        for (int word = 0; word < seen.length; word++) {
            long left = seen[word];
            seen[word] = 0;
            while (left != 0) {
                int local = (word << 6) + Long.numberOfTrailingZeros(left);
                left &= left - 1;
                double score = finish(sums[local]);
                sums[local] = 0;
                if (score < least) {
                    top.skip();
                } else if (accepted == null || Bits.get(accepted, from + local)) {
                    top.offer(docBase + from + local, score);
                    least = top.maySkip() ? top.least() : least;
                }
            }
        }
    }

    /** Makes a list of what was seen and may, with {@code more}, be good enough. */
    private void collect(double more) {
        double least = top.least();
        int size = 0;
        for (int word = 0; word < seen.length; word++) {
            long left = seen[word];
            seen[word] = 0;
            while (left != 0) {
                int local = (word << 6) + Long.numberOfTrailingZeros(left);
                left &= left - 1;
                if (finish((sums[local] + more) * SLACK) < least) {
                    sums[local] = 0;
                } else {
                    candidates[size++] = local;
                }
            }
        }
        found = size;
    }

    /** Looks up the terms from {@code first} on in what was seen, as long as it can get into the heap. */
    private void lookUp(int first, int from, double[][] maxima, int window) {
        // What is looked up by now may be left out, so the heap is full.
        collect(rest[first]);
        top.skip();
        for (int term = first; term < terms && found > 0; term++) {
            int kept = 0;
            for (int i = 0; i < found; i++) {
                int local = candidates[i];
                if (top.hopeless(finish((sums[local] + rest[term]) * SLACK), docBase + from + local)) {
                    sums[local] = 0;
                } else {
                    candidates[kept++] = local;
                }
            }
            found = kept;
            if (found > 0 && maxima[term][window] > 0) {
                // Many are found sooner by going through the term than by looking up each.
                if (3L * found > ((long) postings[term].count << shift) / count) {
                    addToSeen(term, from, Math.min(count, from + (1 << shift)));
                } else {
                    addTo(term, from);
                }
            }
        }
        offerCandidates(from);
    }

    private void addToSeen(int term, int from, int to) {
        Postings list = postings[term];
        Weighing weighing = weighings[term];
        Inverted field = fields[term];
        double weight = weights[term];
        int doc = list.seek(from);
        while (doc < to) {
            int[] docs = list.docs;
            int size = list.size;
            int at = list.at;
            for (; at < size && docs[at] < to; at++) {
                int local = docs[at] - from;
                if (sums[local] > 0) {
                    sums[local] += weighing.score(weight, list.frequency(at), field.length(docs[at]));
                }
            }
            if (at < size) {
                list.at = at;
                return;
            }
            list.at = size - 1;
            doc = list.next();
        }
    }

    private void addTo(int term, int from) {
        Postings list = postings[term];
        Weighing weighing = weighings[term];
        Inverted field = fields[term];
        for (int i = 0; i < found; i++) {
            int local = candidates[i];
            int doc = list.seek(from + local);
            if (doc == from + local) {
                sums[local] += weighing.score(weights[term], list.frequency(), field.length(doc));
            } else if (doc == Postings.NONE) {
                return;
            }
        }
    }

    private void offerCandidates(int from) {
        for (int i = 0; i < found; i++) {
            int local = candidates[i];
            double sum = sums[local];
            sums[local] = 0;
            if (accepted == null || Bits.get(accepted, from + local)) {
                top.offer(docBase + from + local, finish(sum));
            }
        }
    }
}
