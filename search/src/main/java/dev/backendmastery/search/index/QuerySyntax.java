package dev.backendmastery.search.index;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads queries that people type.
 *
 * <pre>
 * red fox            any of the words
 * +red -fox          with red and without fox; AND, OR, NOT and parentheses too
 * "red fox" "a b"~2  side by side, or moved by up to two places
 * tags:new           in another field
 * fo* foz~ foz~2     what begins so; what is one or two edits away
 * price:[10 TO 20} price:&gt;=10 at:[2026-01-01 TO *]
 * red^2              counts twice; \ takes the next character as it is
 * </pre>
 *
 * <p><b>Guarantee.</b> Any text gives a query or a {@link QuerySyntaxException} with the place of the error (IX-11); none makes more than
 * {@value #MAX_CLAUSES} clauses or goes deeper than {@value #MAX_DEPTH}. <b>Threads.</b> Safe for any number. <b>Cost.</b> The length of the text.
 * <b>Not for</b> machines, which build a {@link Query}. <b>Source.</b> Lucene's classic syntax, of which this is the safe part.
 */
public final class QuerySyntax {

    static final int MAX_LENGTH = 4_096;
    static final int MAX_CLAUSES = 256;
    static final int MAX_DEPTH = 32;

    private final Schema schema;
    private final String defaultField;

    private QuerySyntax(Schema schema, String defaultField) {
        this.schema = schema;
        this.defaultField = defaultField;
    }

    /**
     * Of an index.
     *
     * @param defaultField a text field, for words without one
     */
    public static QuerySyntax of(Schema schema, String defaultField) {
        if (!(schema.field(defaultField) instanceof Field.Text)) {
            throw new IllegalArgumentException("defaultField must be a text field, was " + defaultField);
        }
        return new QuerySyntax(schema, defaultField);
    }

    /** The query that a text says. An empty one finds nothing. @throws QuerySyntaxException if it says none */
    public Query parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new QuerySyntaxException("the query must have at most " + MAX_LENGTH + " units", MAX_LENGTH);
        }
        return new Parse(text).all();
    }

    /** How a clause takes part. */
    private enum Role {
        SHOULD,
        MUST,
        NOT
    }

    /** One reading of one text. */
    private final class Parse {
        private final String text;
        private int at;
        private int clauses;

        private Parse(String text) {
            this.text = text;
        }

        private QuerySyntaxException wrong(String message, int position) {
            return new QuerySyntaxException(message, position);
        }

        private Query all() {
            Query query = clauses(defaultField, 0);
            if (at < text.length()) {
                throw wrong("there is no parenthesis to close", at);
            }
            return query;
        }

        private void blanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private boolean keyword(String word) {
            int end = at + word.length();
            if (text.startsWith(word, at)
                    && (end == text.length() || Character.isWhitespace(text.charAt(end)) || text.charAt(end) == '(')) {
                at = end;
                blanks();
                return true;
            }
            return false;
        }

        private Query clauses(String field, int depth) {
            if (depth > MAX_DEPTH) {
                throw wrong("parentheses must be at most " + MAX_DEPTH + " deep", at);
            }
            List<Query> queries = new ArrayList<>();
            List<Role> roles = new ArrayList<>();
            blanks();
            while (at < text.length() && text.charAt(at) != ')') {
                int start = at;
                boolean and = false;
                if (keyword("AND")) {
                    and = true;
                } else if (keyword("OR")) {
                    and = false;
                }
                if (at > start && queries.isEmpty()) {
                    throw wrong("AND and OR must stand between clauses", start);
                }
                if (and && roles.get(roles.size() - 1) == Role.SHOULD) {
                    roles.set(roles.size() - 1, Role.MUST);
                }
                Role role = and ? Role.MUST : Role.SHOULD;
                if (keyword("NOT")) {
                    role = Role.NOT;
                } else if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                    role = text.charAt(at++) == '+' ? Role.MUST : Role.NOT;
                }
                if (at == text.length() || text.charAt(at) == ')' || Character.isWhitespace(text.charAt(at))) {
                    throw wrong("a clause is missing", at);
                }
                if (++clauses > MAX_CLAUSES) {
                    throw wrong("clauses must be at most " + MAX_CLAUSES, at);
                }
                queries.add(boosted(field, depth));
                roles.add(role);
                blanks();
            }
            return join(queries, roles);
        }

        private static Query join(List<Query> queries, List<Role> roles) {
            if (queries.size() == 1 && roles.get(0) != Role.NOT) {
                return queries.get(0);
            }
            Query.Bool bool = Query.bool();
            for (int i = 0; i < queries.size(); i++) {
                bool = switch (roles.get(i)) {
                    case SHOULD -> bool.andShould(queries.get(i));
                    case MUST -> bool.andMust(queries.get(i));
                    case NOT -> bool.andNot(queries.get(i));
                };
            }
            if (queries.isEmpty()) {
                return bool.andNot(Query.all());
            }
            return bool;
        }

        private Query boosted(String field, int depth) {
            Query query = clause(field, depth);
            if (at < text.length() && text.charAt(at) == '^') {
                int start = ++at;
                double factor = number(start, digits());
                if (!(factor > 0 && factor <= 1e6)) {
                    throw wrong("a boost must be above 0 and at most 1000000", start);
                }
                return query.boost(factor);
            }
            return query;
        }

        private String digits() {
            int start = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            return text.substring(start, at);
        }

        private double number(int start, String digits) {
            try {
                return Double.parseDouble(digits);
            } catch (NumberFormatException e) {
                throw wrong("a number is expected", start);
            }
        }

        private Query clause(String field, int depth) {
            char first = text.charAt(at);
            if (first == '(') {
                int open = at++;
                Query query = clauses(field, depth + 1);
                if (at == text.length()) {
                    throw wrong("a parenthesis is not closed", open);
                }
                at++;
                return query;
            }
            if (first == '"') {
                return phrase(field);
            }
            int start = at;
            if (first == '[' || first == '{' || first == '<' || first == '>') {
                return range(field);
            }
            Word word = word();
            if (at < text.length() && text.charAt(at) == ':' && !word.star) {
                at++;
                if (!schema.fields().containsKey(word.text) || schema.field(word.text) instanceof Field.Stored) {
                    throw wrong("a field must be one of " + schema.fields().keySet(), start);
                }
                if (at == text.length() || Character.isWhitespace(text.charAt(at)) || text.charAt(at) == ')') {
                    throw wrong("what to find in " + word.text + " is missing", at);
                }
                return clause(word.text, depth);
            }
            return word(field, word, start);
        }

        /** What was read as one word, and whether a star ends it. */
        private record Word(String text, boolean star) {}

        private Word word() {
            int start = at;
            StringBuilder word = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\\') {
                    if (at + 1 == text.length()) {
                        throw wrong("\\ must stand before a character", at);
                    }
                    word.append(text.charAt(at + 1));
                    at += 2;
                } else if (c == '*') {
                    if (word.isEmpty()) {
                        throw wrong("* must stand behind the beginning of a word", at);
                    }
                    at++;
                    return new Word(word.toString(), true);
                } else if (Character.isWhitespace(c) || "()\"^~:[]{}<>".indexOf(c) >= 0) {
                    break;
                } else {
                    word.append(c);
                    at++;
                }
            }
            if (word.isEmpty()) {
                throw wrong("a word is expected", start);
            }
            return new Word(word.toString(), false);
        }

        private Query word(String field, Word word, int start) {
            Field type = schema.field(field);
            if (type instanceof Field.Numeric || type instanceof Field.Date) {
                Value value = value(type, word.text, start);
                return Query.range(field, value, value);
            }
            if (word.star) {
                return Query.prefix(field, normal(type, word.text));
            }
            if (at < text.length() && text.charAt(at) == '~') {
                int tilde = at++;
                String digits = digits();
                if (!(type instanceof Field.Text)) {
                    throw wrong("~ is for words of a text field", tilde);
                }
                int edits = digits.isEmpty() ? 1 : edits(digits, tilde + 1);
                String term = normal(type, word.text);
                if (term.codePointCount(0, term.length()) > Levenshtein.LONGEST) {
                    throw wrong("a word with ~ must have at most " + Levenshtein.LONGEST + " characters", start);
                }
                return Query.fuzzy(field, term, edits);
            }
            return type instanceof Field.Text ? Query.match(field, word.text) : Query.term(field, word.text);
        }

        private int edits(String digits, int position) {
            if (!digits.equals("0") && !digits.equals("1") && !digits.equals("2")) {
                throw wrong("edits must be 0, 1 or 2", position);
            }
            return digits.charAt(0) - '0';
        }

        /** A word as the field has it, if its analyzer makes one of it. */
        private static String normal(Field type, String word) {
            if (type instanceof Field.Text field) {
                var tokens = field.analyzer().tokens(word);
                return tokens.size() == 1 ? tokens.get(0).term() : word;
            }
            return word;
        }

        private Query phrase(String field) {
            int open = at++;
            StringBuilder phrase = new StringBuilder();
            while (true) {
                if (at == text.length()) {
                    throw wrong("a quotation is not closed", open);
                }
                char c = text.charAt(at++);
                if (c == '"') {
                    break;
                }
                if (c == '\\') {
                    if (at == text.length()) {
                        throw wrong("\\ must stand before a character", at - 1);
                    }
                    c = text.charAt(at++);
                }
                phrase.append(c);
            }
            Field type = schema.field(field);
            if (type instanceof Field.Keyword) {
                return Query.term(field, phrase.toString());
            }
            if (!(type instanceof Field.Text)) {
                Value value = value(type, phrase.toString(), open);
                return Query.range(field, value, value);
            }
            int slop = 0;
            if (at < text.length() && text.charAt(at) == '~') {
                int start = ++at;
                double number = number(start, digits());
                if (!(number >= 0 && number <= 100) || number != Math.rint(number)) {
                    throw wrong("a slop must be 0 to 100", start);
                }
                slop = (int) number;
            }
            return new Query.Phrase(field, phrase.toString(), slop);
        }

        private Query range(String field) {
            int start = at;
            Field type = schema.field(field);
            if (type instanceof Field.Text) {
                throw wrong("a range needs a number, date or keyword field", start);
            }
            char open = text.charAt(at++);
            if (open == '<' || open == '>') {
                boolean inclusive = at < text.length() && text.charAt(at) == '=';
                at += inclusive ? 1 : 0;
                Query.Bound bound = Objects.requireNonNull(bound(type, inclusive, false));
                return open == '<' ? new Query.Range(field, null, bound) : new Query.Range(field, bound, null);
            }
            blanks();
            Query.Bound lower = bound(type, open == '[', true);
            blanks();
            if (!keyword("TO")) {
                throw wrong("TO is expected", at);
            }
            int upperAt = at;
            Query.Bound upper = bound(type, true, true);
            blanks();
            if (at == text.length() || (text.charAt(at) != ']' && text.charAt(at) != '}')) {
                throw wrong("a range is not closed", start);
            }
            if (text.charAt(at++) == '}' && upper != null) {
                upper = new Query.Bound(upper.value(), false);
            }
            if (upperAt == at) {
                throw wrong("a value is expected", at);
            }
            return new Query.Range(field, lower, upper);
        }

        /** A value, or null for a star. */
        private Query.@Nullable Bound bound(Field type, boolean inclusive, boolean open) {
            int start = at;
            StringBuilder value = new StringBuilder();
            if (at < text.length() && text.charAt(at) == '"') {
                int quote = at++;
                while (at < text.length() && text.charAt(at) != '"') {
                    value.append(text.charAt(at++));
                }
                if (at++ == text.length()) {
                    throw wrong("a quotation is not closed", quote);
                }
            } else {
                while (at < text.length()
                        && !Character.isWhitespace(text.charAt(at))
                        && "[]{}()\"^".indexOf(text.charAt(at)) < 0) {
                    value.append(text.charAt(at++));
                }
                if (open && value.toString().equals("*")) {
                    return null;
                }
            }
            if (value.isEmpty()) {
                throw wrong("a value is expected", start);
            }
            return new Query.Bound(value(type, value.toString(), start), inclusive);
        }

        private Value value(Field type, String value, int start) {
            if (type instanceof Field.Numeric) {
                try {
                    double number = Double.parseDouble(value);
                    if (Double.isFinite(number)) {
                        return new Value.Numeric(number);
                    }
                } catch (NumberFormatException e) {
                    throw wrong("a number is expected", start);
                }
                throw wrong("a finite number is expected", start);
            }
            if (type instanceof Field.Date) {
                try {
                    return new Value.Date(
                            value.contains("T")
                                    ? Instant.parse(value)
                                    : LocalDate.parse(value)
                                            .atStartOfDay(ZoneOffset.UTC)
                                            .toInstant());
                } catch (DateTimeException | IllegalArgumentException e) {
                    throw wrong("a date such as 2026-01-31 or 2026-01-31T12:00:00Z is expected", start);
                }
            }
            return new Value.Keywords(List.of(value));
        }
    }
}
