package dev.backendmastery.search.index;

import java.util.Arrays;

/**
 * Documents with terms side by side, or moved by no more than the slop: of the places of the words, each less the word's number, the
 * greatest is no more than that above the least.
 */
final class PhraseMatcher extends Matcher {

    private final Postings[] postings;
    /** The same, rarest first. */
    private final Postings[] byCount;

    private final int[] offsets;
    private final int slop;
    private final boolean repeats;
    private final int[] ordinals;
    private final Inverted field;
    private final Weighing weighing;
    private final double weight;
    private final int[][] places;
    private final int[] sizes;
    private final int[] at;
    private double frequency;
    private double least = Double.NEGATIVE_INFINITY;

    /** @param offsets of the words, the first is 0 */
    PhraseMatcher(Inverted field, int[] ordinals, int[] offsets, int slop, Weighing weighing, double weight) {
        this.field = field;
        this.ordinals = ordinals;
        this.offsets = offsets;
        this.slop = slop;
        this.weighing = weighing;
        this.weight = weight;
        this.postings = new Postings[ordinals.length];
        for (int i = 0; i < postings.length; i++) {
            postings[i] = new Postings(field, ordinals[i]);
        }
        this.byCount = postings.clone();
        Arrays.sort(byCount, (a, b) -> Integer.compare(a.count, b.count));
        this.repeats = Arrays.stream(ordinals).distinct().count() < ordinals.length;
        this.places = new int[ordinals.length][8];
        this.sizes = new int[ordinals.length];
        this.at = new int[ordinals.length];
    }

    @Override
    void atLeast(double score) {
        least = score;
    }

    @Override
    int seek(int target) {
        int wanted = target;
        search:
        while (true) {
            int found = byCount[0].seek(wanted);
            if (found == NONE) {
                break;
            }
            if (!canReach(found, byCount[0].frequency())) {
                wanted = found + 1;
                continue;
            }
            for (int i = 1; i < byCount.length; i++) {
                int other = byCount[i].seek(found);
                if (other > found) {
                    if (other == NONE) {
                        break search;
                    }
                    wanted = other;
                    continue search;
                }
            }
            if (canReach(found, leastFrequency()) && matches()) {
                doc = found;
                return doc;
            }
            wanted = found + 1;
        }
        doc = NONE;
        return NONE;
    }

    /** A phrase is in a document no more often than any of its words. */
    private boolean canReach(int found, int most) {
        if (least == Double.NEGATIVE_INFINITY || slop > 0) {
            return true;
        }
        boolean can = weighing.score(weight, most, field.length(found)) >= least;
        skipped |= !can;
        return can;
    }

    private int leastFrequency() {
        int most = Integer.MAX_VALUE;
        for (Postings each : postings) {
            most = Math.min(most, each.frequency());
        }
        return most;
    }

    private boolean matches() {
        for (int i = 0; i < postings.length; i++) {
            sizes[i] = postings[i].frequency();
            places[i] = postings[i].positions(places[i]);
        }
        frequency = slop == 0 ? exact() : repeats ? sloppyRepeats() : sloppy();
        return frequency > 0;
    }

    private int exact() {
        int count = 0;
        Arrays.fill(at, 0);
        for (int first = 0; first < sizes[0]; first++) {
            int start = places[0][first];
            boolean there = true;
            for (int i = 1; i < at.length && there; i++) {
                int wanted = start + offsets[i];
                while (at[i] < sizes[i] && places[i][at[i]] < wanted) {
                    at[i]++;
                }
                if (at[i] == sizes[i]) {
                    return count;
                }
                there = places[i][at[i]] == wanted;
            }
            if (there) {
                count++;
            }
        }
        return count;
    }

    /** Each narrowest stretch counts, the less the wider it is. */
    private double sloppy() {
        Arrays.fill(at, 0);
        double sum = 0;
        while (true) {
            int low = 0;
            int greatest = Integer.MIN_VALUE;
            int second = Integer.MAX_VALUE;
            for (int i = 0; i < at.length; i++) {
                int place = places[i][at[i]] - offsets[i];
                greatest = Math.max(greatest, place);
                if (place < places[low][at[low]] - offsets[low]) {
                    low = i;
                }
            }
            for (int i = 0; i < at.length; i++) {
                if (i != low) {
                    second = Math.min(second, places[i][at[i]] - offsets[i]);
                }
            }
            int before = places[low][at[low]] - offsets[low];
            at[low]++;
            // While the least can come nearer without passing the next, the stretch is not yet the narrowest.
            while (at[low] < sizes[low] && places[low][at[low]] - offsets[low] <= second) {
                before = places[low][at[low]] - offsets[low];
                at[low]++;
            }
            if (greatest - before <= slop) {
                sum += 1.0 / (1 + greatest - before);
            }
            if (at[low] == sizes[low]) {
                return sum;
            }
        }
    }

    /** Where a word is there twice its places must be two. */
    private double sloppyRepeats() {
        double sum = 0;
        for (int i = 0; i < sizes[0]; i++) {
            at[0] = i;
            int place = places[0][i];
            int narrowest = narrowest(1, place, place);
            if (narrowest <= slop) {
                sum += 1.0 / (1 + narrowest);
            }
        }
        return sum;
    }

    private int narrowest(int word, int low, int high) {
        if (high - low > slop) {
            return Integer.MAX_VALUE;
        }
        if (word == at.length) {
            return high - low;
        }
        int best = Integer.MAX_VALUE;
        for (int i = 0; i < sizes[word]; i++) {
            int place = places[word][i] - offsets[word];
            if (place < high - slop || place > low + slop || taken(word, places[word][i])) {
                continue;
            }
            at[word] = i;
            best = Math.min(best, narrowest(word + 1, Math.min(low, place), Math.max(high, place)));
        }
        return best;
    }

    private boolean taken(int word, int place) {
        for (int i = 0; i < word; i++) {
            if (ordinals[i] == ordinals[word] && places[i][at[i]] == place) {
                return true;
            }
        }
        return false;
    }

    @Override
    double score() {
        return weighing.score(weight, frequency, field.length(doc));
    }

    double frequency() {
        return frequency;
    }

    @Override
    long cost() {
        return byCount[0].count;
    }
}
