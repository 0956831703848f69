package dev.backendmastery.search.analysis;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** A fixed set of terms that is asked without making a string. Open addressing, at most a quarter full. */
final class Terms {

    private final char[][] table;
    private final int mask;
    private final int longest;
    private final String digest;

    Terms(Collection<String> terms) {
        int size = Integer.highestOneBit(Math.max(4, terms.size()) * 4 - 1) << 1;
        table = new char[size][];
        mask = size - 1;
        TreeSet<String> sorted = new TreeSet<>(terms);
        int most = 0;
        for (String term : sorted) {
            most = Math.max(most, term.length());
            char[] units = term.toCharArray();
            int at = hash(units, units.length) & mask;
            while (table[at] != null) {
                at = (at + 1) & mask;
            }
            table[at] = units;
        }
        longest = most;
        digest = digest(String.join("\n", sorted));
    }

    boolean contains(char[] term, int length) {
        if (length > longest) {
            return false;
        }
        int at = hash(term, length) & mask;
        for (char[] entry = table[at]; entry != null; entry = table[at]) {
            if (equal(entry, term, length)) {
                return true;
            }
            at = (at + 1) & mask;
        }
        return false;
    }

    /** For fingerprints. */
    String digest() {
        return digest;
    }

    static String digest(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(sum.getValue());
    }

    private static boolean equal(char[] entry, char[] term, int length) {
        if (entry.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (entry[i] != term[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(char[] term, int length) {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + term[i];
        }
        return hash ^ hash >>> 15;
    }
}
