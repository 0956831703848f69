package dev.backendmastery.search.index;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is found.
 *
 * @param id names it: 1 to 512 bytes in UTF-8
 * @param values by field; a field without a value is left out
 */
public record Document(String id, Map<String, Value> values) {

    /** Refuses an id that is none. */
    public Document {
        checkId(id);
        values = Map.copyOf(values);
    }

    static void checkId(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > 512) {
            throw new IllegalArgumentException("id must have 1 to 512 bytes in UTF-8, had " + bytes);
        }
    }

    /** Without values yet. */
    public static Builder of(String id) {
        return new Builder(id);
    }

    /** The text of a text or stored field. */
    public Optional<String> text(String field) {
        return values.get(field) instanceof Value.Text text ? Optional.of(text.text()) : Optional.empty();
    }

    /** The values of a keyword field; empty if it has none. */
    public List<String> keywords(String field) {
        return values.get(field) instanceof Value.Keywords keywords ? keywords.values() : List.of();
    }

    /** Adds value after value; a field given twice has the last. */
    public static final class Builder {

        private final String id;
        private final Map<String, Value> values = new LinkedHashMap<>();

        private Builder(String id) {
            this.id = id;
        }

        /** Of a text or stored field. */
        public Builder text(String field, String text) {
            return value(field, new Value.Text(text));
        }

        /** Of a keyword field. */
        public Builder keyword(String field, String... keywords) {
            return value(field, new Value.Keywords(List.of(keywords)));
        }

        /** Of a number field. */
        public Builder number(String field, double number) {
            return value(field, new Value.Numeric(number));
        }

        /** Of a date field. */
        public Builder date(String field, Instant time) {
            return value(field, new Value.Date(time));
        }

        private Builder value(String field, Value value) {
            values.put(field, value);
            return this;
        }

        /** The document. @throws IllegalArgumentException if the id is none */
        public Document build() {
            return new Document(id, values);
        }
    }
}
