package dev.backendmastery.search.index;

import dev.backendmastery.search.analysis.Analyzer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The documents that came last, until they are sealed. For one thread. */
final class SegmentBuilder {

    private final Schema schema;
    private final Map<String, TermLog> logs = new LinkedHashMap<>();
    private final Map<String, KeywordColumn.Builder> keywords = new LinkedHashMap<>();
    private final Map<String, NumberColumn.Builder> numbers = new LinkedHashMap<>();
    private final StoredDocuments stored = new StoredDocuments();
    final Ids ids = new Ids();
    private long[] sequences = new long[64];
    /** Which documents are not to be. */
    long[] dead = new long[1];

    private int count;
    int deadCount;

    SegmentBuilder(Schema schema) {
        this.schema = schema;
        schema.fields().forEach((name, field) -> {
            if (field instanceof Field.Text) {
                logs.put(name, new TermLog());
            } else if (field instanceof Field.Keyword) {
                logs.put(name, new TermLog());
                keywords.put(name, new KeywordColumn.Builder());
            } else if (field instanceof Field.Numeric || field instanceof Field.Date) {
                numbers.put(name, new NumberColumn.Builder());
            }
        });
    }

    int count() {
        return count;
    }

    /**
     * Adds a document that fits the schema. If an analyzer throws the document is there in part: all that was added since is then
     * to be marked as dead.
     */
    void add(Document document, byte[] id, int hash, long sequence) {
        if (count == sequences.length) {
            sequences = Arrays.copyOf(sequences, 2 * count);
            dead = Arrays.copyOf(dead, (2 * count + 63) >>> 6);
        }
        RuntimeException failure = null;
        for (Map.Entry<String, TermLog> entry : logs.entrySet()) {
            TermLog log = entry.getValue();
            log.begin();
            Value value = document.values().get(entry.getKey());
            try {
                if (failure == null && value instanceof Value.Text text) {
                    analyzer(entry.getKey())
                            .analyze(
                                    text.text(),
                                    (term, length, start, end, increment, span) -> log.add(term, length, increment));
                } else if (failure == null && value instanceof Value.Keywords all) {
                    KeywordColumn.Builder column = keywords.get(entry.getKey());
                    for (String each : all.values()) {
                        int term = log.add(each.toCharArray(), each.length(), 1);
                        if (column != null) {
                            column.value(term);
                        }
                    }
                }
            } catch (RuntimeException e) {
                failure = e;
            }
            log.end();
            KeywordColumn.Builder column = keywords.get(entry.getKey());
            if (column != null) {
                column.end();
            }
        }
        for (Map.Entry<String, NumberColumn.Builder> entry : numbers.entrySet()) {
            Value value = document.values().get(entry.getKey());
            if (value instanceof Value.Numeric number) {
                entry.getValue().add(NumberColumn.encode(number.number()));
            } else if (value instanceof Value.Date date) {
                entry.getValue().add(date.time().toEpochMilli());
            } else {
                entry.getValue().add(null);
            }
        }
        stored.add(schema, document);
        ids.add(id, 0, id.length, hash);
        sequences[count++] = sequence;
        if (failure != null) {
            throw failure;
        }
    }

    private Analyzer analyzer(String field) {
        if (schema.field(field) instanceof Field.Text text) {
            return text.analyzer();
        }
        throw new IllegalArgumentException("field must be a text field, was " + field);
    }

    /** Returns false if it was dead already. */
    boolean kill(int doc) {
        if (Bits.get(dead, doc)) {
            return false;
        }
        Bits.set(dead, doc);
        deadCount++;
        return true;
    }

    /** About how much memory it takes. */
    long bytes() {
        long bytes = stored.bytes();
        for (TermLog log : logs.values()) {
            bytes += log.bytes();
        }
        return bytes + 64L * count;
    }

    Segment seal() {
        stored.seal();
        Map<String, Inverted> inverted = new LinkedHashMap<>();
        Map<String, KeywordColumn> columns = new LinkedHashMap<>();
        logs.forEach((name, log) -> {
            KeywordColumn.Builder column = keywords.get(name);
            TermLog.Sealed sealed = log.seal(column == null);
            inverted.put(name, sealed.inverted());
            if (column != null) {
                columns.put(name, column.build(sealed.ordinals()));
            }
        });
        Map<String, NumberColumn> sorted = new LinkedHashMap<>();
        numbers.forEach((name, column) -> sorted.put(name, column.build()));
        return new Segment(count, Arrays.copyOf(sequences, count), ids, stored, inverted, sorted, columns);
    }
}
