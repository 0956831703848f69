package dev.backendmastery.search.index;

import dev.backendmastery.search.analysis.Analyzer;
import java.util.Objects;

/** What a field of a document is good for. */
public sealed interface Field {

    /** How the field is written into the schema's fingerprint. */
    String fingerprint();

    /** Whether a found document has the value again. */
    boolean stored();

    /**
     * Words, found by match, phrase, term, prefix and fuzzy queries.
     *
     * @param analyzer makes the terms, of documents and of queries alike
     * @param stored whether the text is kept too: highlights need it
     */
    record Text(Analyzer analyzer, boolean stored) implements Field {
        /** Refuses null. */
        public Text {
            Objects.requireNonNull(analyzer, "analyzer");
        }

        @Override
        public String fingerprint() {
            return "text(" + analyzer.fingerprint() + ", stored=" + stored + ")";
        }
    }

    /** Any number of exact values: found as a whole, sorted by, counted by facets. Stored. */
    record Keyword() implements Field {
        @Override
        public String fingerprint() {
            return "keyword";
        }

        @Override
        public boolean stored() {
            return true;
        }
    }

    /** A number: found by range, sorted by. Stored. */
    record Numeric() implements Field {
        @Override
        public String fingerprint() {
            return "number";
        }

        @Override
        public boolean stored() {
            return true;
        }
    }

    /** A time to the millisecond: found by range, sorted by. Stored. */
    record Date() implements Field {
        @Override
        public String fingerprint() {
            return "date";
        }

        @Override
        public boolean stored() {
            return true;
        }
    }

    /** A text that is kept and not found. */
    record Stored() implements Field {
        @Override
        public String fingerprint() {
            return "stored";
        }

        @Override
        public boolean stored() {
            return true;
        }
    }
}
