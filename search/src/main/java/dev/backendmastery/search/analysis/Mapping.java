package dev.backendmastery.search.analysis;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Code points to what stands for them, none included. One unit to one is an array read; the rest is searched for. */
final class Mapping {

    /** The page's entry says nothing: search. A noncharacter, which nothing maps to. */
    private static final char SEARCH = '\uFFFF';

    private static final char[] ITSELF = {};

    private final char[][] pages = new char[256][];
    private final int[] keys;
    private final char[][] values;

    Mapping(Map<Integer, String> changes) {
        Arrays.fill(pages, ITSELF);
        TreeMap<Integer, String> searched = new TreeMap<>();
        changes.forEach((codePoint, to) -> {
            if (codePoint > Character.MAX_VALUE) {
                searched.put(codePoint, to);
                return;
            }
            char[] page = pages[codePoint >> 8];
            if (page == ITSELF) {
                page = new char[256];
                for (int i = 0; i < 256; i++) {
                    page[i] = (char) ((codePoint & 0xFF00) + i);
                }
                pages[codePoint >> 8] = page;
            }
            if (to.length() == 1) {
                page[codePoint & 0xFF] = to.charAt(0);
            } else {
                page[codePoint & 0xFF] = SEARCH;
                searched.put(codePoint, to);
            }
        });
        keys = searched.keySet().stream().mapToInt(Integer::intValue).toArray();
        values = searched.values().stream().map(String::toCharArray).toArray(char[][]::new);
    }

    /** The most units that {@code length} units can become. */
    static int room(int length) {
        return 3 * length;
    }

    /** Writes what stands for the units from {@code from} on behind {@code at} in {@code out}; returns the end. */
    int apply(char[] term, int from, int length, char[] out, int at) {
        int to = at;
        for (int i = from; i < length; ) {
            char c = term[i];
            char[] page = pages[c >> 8];
            char simple = page == ITSELF ? c : page[c & 0xFF];
            if (simple != SEARCH && !Character.isHighSurrogate(c)) {
                out[to++] = simple;
                i++;
                continue;
            }
            int codePoint = Character.codePointAt(term, i, length);
            int units = Character.charCount(codePoint);
            int found = find(codePoint);
            if (found >= 0) {
                for (char unit : values[found]) {
                    out[to++] = unit;
                }
            } else {
                out[to++] = c;
                if (units == 2) {
                    out[to++] = term[i + 1];
                }
            }
            i += units;
        }
        return to;
    }

    private int find(int codePoint) {
        int low = 0;
        int high = keys.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (keys[middle] == codePoint) {
                return middle;
            }
            if (keys[middle] < codePoint) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }
}
