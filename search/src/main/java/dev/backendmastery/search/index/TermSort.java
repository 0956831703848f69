package dev.backendmastery.search.index;

import java.util.Arrays;

/** Sorts terms by their bytes: a quicksort of three ways by one byte after the other. */
final class TermSort {

    private final byte[] bytes;
    private final int[] starts;

    TermSort(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
    }

    void sort(int[] terms) {
        sort(terms, 0, terms.length, 0);
    }

    private int at(int term, int depth) {
        int at = starts[term] + depth;
        return at < starts[term + 1] ? bytes[at] & 0xff : -1;
    }

    private void sort(int[] terms, int from, int to, int depth) {
        int low = from;
        int high = to;
        int deep = depth;
        while (high - low > 12) {
            int pivot = middle(at(terms[low], deep), at(terms[(low + high) >>> 1], deep), at(terms[high - 1], deep));
            int less = low;
            int more = high;
            int i = low;
            while (i < more) {
                int value = at(terms[i], deep);
                if (value < pivot) {
                    swap(terms, less++, i++);
                } else if (value > pivot) {
                    swap(terms, --more, i);
                } else {
                    i++;
                }
            }
            sort(terms, low, less, deep);
            sort(terms, more, high, deep);
            if (pivot < 0) {
                return;
            }
            low = less;
            high = more;
            deep++;
        }
        for (int i = low + 1; i < high; i++) {
            int term = terms[i];
            int j = i;
            while (j > low && compare(terms[j - 1], term, deep) > 0) {
                terms[j] = terms[j - 1];
                j--;
            }
            terms[j] = term;
        }
    }

    private int compare(int a, int b, int depth) {
        return Arrays.compareUnsigned(
                bytes,
                Math.min(starts[a] + depth, starts[a + 1]),
                starts[a + 1],
                bytes,
                Math.min(starts[b] + depth, starts[b + 1]),
                starts[b + 1]);
    }

    private static int middle(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    private static void swap(int[] terms, int a, int b) {
        int term = terms[a];
        terms[a] = terms[b];
        terms[b] = term;
    }
}
