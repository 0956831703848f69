package dev.backendmastery.search.index;

import java.util.Arrays;
import java.util.function.ObjIntConsumer;

/**
 * The words within so many edits of one, as an automaton over code points that is run, not built: for each number of edits a bit for each
 * place in the word that may have been reached, and one for each place where the next two are being exchanged.
 *
 * <p>Goes through a sorted dictionary by leaps: where no word can follow any more it seeks the next beginning that may.
 */
final class Levenshtein {

    static final int LONGEST = 62;

    private final int[] word;
    private final int edits;
    private final int prefix;
    private final long[] ascii = new long[128];
    private final long end;
    /** By depth: bits of reached places by edits, then of exchanges by edits. */
    private long[][] states;

    /** @param prefix how many code points at the beginning must be the same */
    Levenshtein(String text, int edits, int prefix) {
        int[] points = text.codePoints().toArray();
        this.prefix = Math.min(prefix, points.length);
        this.word = Arrays.copyOfRange(points, this.prefix, points.length);
        this.edits = edits;
        this.before = Arrays.copyOf(points, this.prefix);
        this.end = 1L << word.length;
        for (int point = 0; point < 128; point++) {
            ascii[point] = mask(point);
        }
        states = new long[16][2 * (edits + 1)];
        long reached = 1;
        for (int e = 0; e <= edits; e++) {
            states[0][e] = reached;
            reached |= reached << 1;
        }
        for (int e = 0; e <= edits; e++) {
            states[0][e] &= end | end - 1;
        }
    }

    private final int[] before;

    private long mask(int point) {
        long mask = 0;
        for (int i = 0; i < word.length; i++) {
            if (word[i] == point) {
                mask |= 1L << i;
            }
        }
        return mask;
    }

    /** From depth to depth + 1. @return whether anything is reached */
    private boolean step(int depth, int point) {
        if (depth + 1 == states.length) {
            states = Arrays.copyOf(states, 2 * states.length);
            for (int i = depth + 1; i < states.length; i++) {
                states[i] = new long[2 * (edits + 1)];
            }
        }
        long[] from = states[depth];
        long[] to = states[depth + 1];
        long same = point < 128 ? ascii[point] : mask(point);
        long any = 0;
        long fewer = 0;
        for (int e = 0; e <= edits; e++) {
            long reached = (from[e] & same) << 1 | (from[edits + 1 + e] & same) << 2;
            long exchange = 0;
            if (e > 0) {
                // Inserted, replaced, or the next of the word removed.
                reached |= from[e - 1] | from[e - 1] << 1 | fewer << 1;
                exchange = from[e - 1] & same >>> 1;
            }
            reached &= end | end - 1;
            to[e] = reached;
            to[edits + 1 + e] = exchange;
            fewer = reached;
            any |= reached | exchange;
        }
        return any != 0;
    }

    /** The edits of what was read up to this depth; -1 if too many. */
    private int distance(int depth) {
        for (int e = 0; e <= edits; e++) {
            if ((states[depth][e] & end) != 0) {
                return e;
            }
        }
        return -1;
    }

    /** The edits from the word to this one; -1 if too many. */
    int distance(String other) {
        int[] points = other.codePoints().toArray();
        if (points.length < prefix || !Arrays.equals(points, 0, prefix, before, 0, prefix)) {
            return -1;
        }
        int depth = 0;
        for (int i = prefix; i < points.length; i++) {
            if (!step(depth++, points[i])) {
                return -1;
            }
        }
        return distance(depth);
    }

    /** Gives each term within reach, by the walk that stands on it, and its edits. */
    void intersect(Terms terms, ObjIntConsumer<Terms.Walk> found) {
        Terms.Walk walk = terms.walk();
        byte[] target = Utf8.encode(new String(before, 0, before.length));
        int fixed = target.length;
        byte[] start = target;
        if (!walk.seek(target, target.length)) {
            return;
        }
        int[] ends = new int[16];
        int[] points = new int[16];
        int known = 0;
        byte[] last = new byte[64];
        int lastLength = 0;
        while (true) {
            byte[] term = walk.bytes();
            int length = walk.length();
            if (length < fixed || Arrays.mismatch(term, 0, fixed, start, 0, fixed) >= 0) {
                return;
            }
            int shared = Arrays.mismatch(term, 0, length, last, 0, lastLength);
            if (shared < 0) {
                shared = length;
            }
            int depth = 0;
            int at = fixed;
            while (depth < known && ends[depth] <= shared) {
                at = ends[depth++];
            }
            boolean alive = true;
            while (at < length && alive) {
                int width = Utf8.width(term[at]);
                int point = Utf8.point(term, at, width);
                alive = step(depth, point);
                if (depth + 1 >= ends.length) {
                    ends = Arrays.copyOf(ends, 2 * ends.length);
                    points = Arrays.copyOf(points, 2 * points.length);
                }
                at += width;
                points[depth] = point;
                ends[depth++] = at;
            }
            known = alive ? depth : depth - 1;
            if (last.length < length) {
                last = new byte[2 * length];
            }
            System.arraycopy(term, 0, last, 0, length);
            lastLength = length;
            if (alive) {
                int distance = distance(depth);
                if (distance >= 0) {
                    found.accept(walk, distance);
                }
                if (!walk.next()) {
                    return;
                }
                continue;
            }
            int next = -1;
            while (depth > 0 && next < 0) {
                next = after(depth - 1, points[depth - 1]);
                depth--;
            }
            if (next < 0) {
                return;
            }
            known = Math.min(known, depth);
            int keep = depth == 0 ? fixed : ends[depth - 1];
            byte[] point = Utf8.encode(Character.toString(next));
            byte[] wanted = Arrays.copyOf(last, keep + point.length);
            System.arraycopy(point, 0, wanted, keep, point.length);
            if (!leap(walk, wanted)) {
                return;
            }
        }
    }

    /** To the first term not before {@code wanted}: by a few steps if it is near. */
    private static boolean leap(Terms.Walk walk, byte[] wanted) {
        for (int steps = 0; steps < 4; steps++) {
            if (!walk.next()) {
                return false;
            }
            if (Arrays.compareUnsigned(walk.bytes(), 0, walk.length(), wanted, 0, wanted.length) >= 0) {
                return true;
            }
        }
        return walk.seek(wanted, wanted.length);
    }

    /** The least code point above {@code point} that leads on from this depth; -1 if there is none. */
    private int after(int depth, int point) {
        long[] state = states[depth];
        for (int e = 0; e < edits; e++) {
            if (state[e] != 0) {
                return point == Character.MAX_CODE_POINT ? -1 : point + 1;
            }
        }
        long useful = state[edits] | state[2 * edits + 1];
        int least = -1;
        for (int i = 0; i < word.length; i++) {
            if ((useful >>> i & 1) != 0 && word[i] > point && (least < 0 || word[i] < least)) {
                least = word[i];
            }
        }
        return least;
    }
}
