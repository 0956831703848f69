package dev.backendmastery.search.index;

import dev.backendmastery.search.analysis.Analyzer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The fields of an index.
 *
 * @param fields by name: a letter, then letters, digits and {@code _}, up to 64; at most 256 of them
 */
public record Schema(Map<String, Field> fields) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");

    /** Refuses names that are none. */
    public Schema {
        if (fields.isEmpty() || fields.size() > 256) {
            throw new IllegalArgumentException("fields must be 1 to 256, were " + fields.size());
        }
        for (String name : fields.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("field name must match " + NAME + ", was " + name);
            }
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Without fields yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** The field of this name. @throws IllegalArgumentException if there is none */
    public Field field(String name) {
        Field field = fields.get(name);
        if (field == null) {
            throw new IllegalArgumentException("field must be one of " + fields.keySet() + ", was " + name);
        }
        return field;
    }

    /** Two schemas with one fingerprint make the same index of the same documents. */
    public String fingerprint() {
        StringBuilder all = new StringBuilder();
        new TreeMap<>(fields)
                .forEach((name, field) ->
                        all.append(name).append('=').append(field.fingerprint()).append('\n'));
        return all.toString();
    }

    /**
     * Refuses a document that does not fit.
     *
     * @throws IllegalArgumentException naming the field
     */
    public void check(Document document) {
        document.values().forEach((name, value) -> {
            Field field = field(name);
            boolean fits =
                    switch (value.kind()) {
                        case TEXT -> field instanceof Field.Text || field instanceof Field.Stored;
                        case KEYWORDS -> field instanceof Field.Keyword;
                        case NUMBER -> field instanceof Field.Numeric;
                        case DATE -> field instanceof Field.Date;
                    };
            if (!fits) {
                throw new IllegalArgumentException("value of field " + name + " must fit " + field + ", was " + value);
            }
        });
    }

    /** Adds field after field. */
    public static final class Builder {

        private final Map<String, Field> fields = new LinkedHashMap<>();

        private Builder() {}

        /** Words; the text is kept too. */
        public Builder text(String name, Analyzer analyzer) {
            return field(name, new Field.Text(analyzer, true));
        }

        /** Words, of which only the terms are kept. */
        public Builder unstoredText(String name, Analyzer analyzer) {
            return field(name, new Field.Text(analyzer, false));
        }

        /** Exact values. */
        public Builder keyword(String name) {
            return field(name, new Field.Keyword());
        }

        /** A number. */
        public Builder number(String name) {
            return field(name, new Field.Numeric());
        }

        /** A time. */
        public Builder date(String name) {
            return field(name, new Field.Date());
        }

        /** A text that is only kept. */
        public Builder stored(String name) {
            return field(name, new Field.Stored());
        }

        private Builder field(String name, Field field) {
            if (fields.putIfAbsent(name, field) != null) {
                throw new IllegalArgumentException("field must be named once, was twice: " + name);
            }
            return this;
        }

        /** All of them. @throws IllegalArgumentException if there is no field, or a name is none */
        public Schema build() {
            return new Schema(fields);
        }
    }
}
