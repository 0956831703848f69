package dev.backendmastery.search.index;

/** The edits between two words, by the table that every textbook has. */
final class DynamicProgram {

    private DynamicProgram() {}

    static int distance(String word, String other) {
        int[] a = word.codePoints().toArray();
        int[] b = other.codePoints().toArray();
        int[][] table = new int[a.length + 1][b.length + 1];
        for (int i = 0; i <= a.length; i++) {
            for (int j = 0; j <= b.length; j++) {
                if (i == 0 || j == 0) {
                    table[i][j] = i + j;
                    continue;
                }
                int least = Math.min(table[i - 1][j], table[i][j - 1]) + 1;
                least = Math.min(least, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                    least = Math.min(least, table[i - 2][j - 2] + 1);
                }
                table[i][j] = least;
            }
        }
        return table[a.length][b.length];
    }
}
