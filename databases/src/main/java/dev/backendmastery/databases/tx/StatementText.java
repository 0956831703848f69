package dev.backendmastery.databases.tx;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a trace may show of a statement: its text with every literal replaced by {@code ?} and without comments, its first word,
 * and its main table where the first words tell it.
 *
 * @param text null if it is not to be shown
 */
record StatementText(
        @Nullable String operation,
        @Nullable String table,
        @Nullable String text) {

    private static final int LONGEST_TEXT = 4_096;
    private static final int LONGEST_WORD = 63;

    /** Low in cardinality: of names, not of values. */
    String name() {
        if (operation == null) {
            return "postgresql";
        }
        return table == null ? operation : operation + " " + table;
    }

    static StatementText of(String sql) {
        String text = withoutLiterals(sql);
        Words words = new Words(text);
        String operation = words.next();
        if (operation == null) {
            return new StatementText(null, null, cut(text));
        }
        operation = operation.toUpperCase(Locale.ROOT);
        String table =
                switch (operation) {
                    case "SELECT", "DELETE" -> words.after("FROM");
                    case "INSERT", "MERGE" -> words.after("INTO");
                    case "UPDATE" -> words.table();
                    default -> null;
                };
        return new StatementText(operation, table, cut(text));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }

    static String withoutLiterals(String sql) {
        StringBuilder out = new StringBuilder(sql.length());
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '\'') {
                at = afterString(sql, at);
                out.append('?');
            } else if (c == '"') {
                int end = sql.indexOf('"', at + 1);
                end = end < 0 ? sql.length() : end + 1;
                out.append(sql, at, end);
                at = end;
            } else if (c == '$' && dollarTag(sql, at) > 0) {
                int tag = dollarTag(sql, at);
                int end = sql.indexOf(sql.substring(at, tag), tag);
                at = end < 0 ? sql.length() : end + tag - at;
                out.append('?');
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", at)) {
                at = afterComment(sql, at);
                out.append(' ');
            } else if (isDigit(c) || (c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))) {
                at = afterNumber(sql, at);
                out.append('?');
            } else if (isWordStart(c)) {
                int end = at + 1;
                while (end < sql.length() && isWordPart(sql.charAt(end))) {
                    end++;
                }
                out.append(sql, at, end);
                at = end;
            } else {
                out.append(c);
                at++;
            }
        }
        return out.toString().strip();
    }

    private static int afterString(String sql, int quote) {
        boolean escapes = quote > 0
                && (sql.charAt(quote - 1) == 'E' || sql.charAt(quote - 1) == 'e')
                && (quote == 1 || !isWordPart(sql.charAt(quote - 2)));
        for (int at = quote + 1; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (c == '\\' && escapes) {
                at++;
            } else if (c == '\'') {
                if (at + 1 < sql.length() && sql.charAt(at + 1) == '\'') {
                    at++;
                } else {
                    return at + 1;
                }
            }
        }
        return sql.length();
    }

    /** The end of {@code $tag$}, or -1 if there is none here. */
    private static int dollarTag(String sql, int dollar) {
        for (int at = dollar + 1; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (c == '$') {
                return at + 1;
            }
            if (!isWordPart(c) || (at == dollar + 1 && isDigit(c))) {
                return -1;
            }
        }
        return -1;
    }

    private static int afterComment(String sql, int start) {
        int depth = 1;
        int at = start + 2;
        while (at < sql.length() && depth > 0) {
            if (sql.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        }
        return at;
    }

    private static int afterNumber(String sql, int start) {
        int at = start;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            boolean exponent = (c == '+' || c == '-') && (sql.charAt(at - 1) == 'e' || sql.charAt(at - 1) == 'E');
            if (!isWordPart(c) && c != '.' && !(exponent && at > start)) {
                break;
            }
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
        return c == '_' || Character.isLetter(c);
    }

    private static boolean isWordPart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    /** Reads the words of a text without literals. */
    private static final class Words {
        private final String text;
        private int at;

        Words(String text) {
            this.text = text;
        }

        /** The next bare word, whatever stands before it; null if there is none. */
        @Nullable
        String next() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '"') {
                    skipQuoted();
                } else if (isWordStart(c)) {
                    int start = at;
                    while (at < text.length() && isWordPart(text.charAt(at))) {
                        at++;
                    }
                    if (at - start <= LONGEST_WORD) {
                        return text.substring(start, at);
                    }
                } else {
                    at++;
                }
            }
            return null;
        }

        @Nullable
        String after(String word) {
            for (String next = next(); next != null; next = next()) {
                if (next.equalsIgnoreCase(word)) {
                    return table();
                }
            }
            return null;
        }

        /** The name that stands here, with its schema, without quotes; null if something else does. */
        @Nullable
        String table() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            StringBuilder name = new StringBuilder();
            while (at < text.length()) {
                int start = at;
                if (text.charAt(at) == '"') {
                    skipQuoted();
                    name.append(text, start + 1, Math.max(start + 1, at - 1));
                } else {
                    while (at < text.length() && isWordPart(text.charAt(at))) {
                        at++;
                    }
                    name.append(text, start, at);
                }
                if (at == start || at >= text.length() || text.charAt(at) != '.') {
                    break;
                }
                at++;
                name.append('.');
            }
            if (name.toString().equalsIgnoreCase("ONLY")) {
                return table();
            }
            return name.isEmpty() || name.length() > 2 * LONGEST_WORD + 1 ? null : name.toString();
        }

        private void skipQuoted() {
            int end = text.indexOf('"', at + 1);
            at = end < 0 ? text.length() : end + 1;
        }
    }
}
