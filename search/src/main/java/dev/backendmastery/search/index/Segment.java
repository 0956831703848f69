package dev.backendmastery.search.index;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Documents that do not change any more. Which of them are deleted is said elsewhere. */
final class Segment {

    private final int count;
    private final long[] sequences;
    private final Ids ids;
    private final StoredDocuments stored;
    private final Map<String, Inverted> inverted;
    private final Map<String, NumberColumn> numbers;
    private final Map<String, KeywordColumn> keywords;

    Segment(
            int count,
            long[] sequences,
            Ids ids,
            StoredDocuments stored,
            Map<String, Inverted> inverted,
            Map<String, NumberColumn> numbers,
            Map<String, KeywordColumn> keywords) {
        this.count = count;
        this.sequences = sequences;
        this.ids = ids;
        this.stored = stored;
        this.inverted = inverted;
        this.numbers = numbers;
        this.keywords = keywords;
    }

    /** How many documents there are. */
    int count() {
        return count;
    }

    /** By document: when it came; they grow. */
    long[] sequences() {
        return sequences;
    }

    Ids ids() {
        return ids;
    }

    StoredDocuments stored() {
        return stored;
    }

    private static final int MAGIC = 0x53474d31;

    Inverted inverted(String field) {
        return known(inverted.get(field), field);
    }

    NumberColumn number(String field) {
        return known(numbers.get(field), field);
    }

    KeywordColumn keyword(String field) {
        return known(keywords.get(field), field);
    }

    private static <T> T known(@Nullable T column, String field) {
        if (column == null) {
            throw new CorruptIndexException("a segment has no field " + field);
        }
        return column;
    }

    /** About how much memory it takes, to weigh merges by. */
    long bytes() {
        long bytes = stored.bytes() + 32L * count;
        for (Inverted field : inverted.values()) {
            bytes += field.data.length;
        }
        return bytes;
    }

    /** As a file, the checksum of all before at its end. */
    Sink write() {
        Sink sink = new Sink((int) Math.min(1 << 30, bytes() + 1024));
        sink.putInt(MAGIC);
        sink.putVar(count);
        long first = count == 0 ? 0 : sequences[0];
        sink.putLong(first);
        int[] gaps = new int[count];
        for (int doc = 1; doc < count; doc++) {
            gaps[doc] = Math.toIntExact(sequences[doc] - sequences[doc - 1] - 1);
        }
        sink.putPacked(gaps, count);
        ids.write(sink);
        stored.write(sink);
        inverted.values().forEach(field -> field.write(sink));
        numbers.values().forEach(field -> field.write(sink));
        keywords.values().forEach(field -> field.write(sink));
        putChecksum(sink);
        return sink;
    }

    static void putChecksum(Sink sink) {
        CRC32C checksum = new CRC32C();
        checksum.update(sink.data, 0, sink.size);
        sink.putInt((int) checksum.getValue());
    }

    /** What is before the checksum, once that is right. */
    static Source checked(byte[] file, String name, int magic) {
        if (file.length < 8) {
            throw new CorruptIndexException(name + " has only " + file.length + " bytes");
        }
        CRC32C checksum = new CRC32C();
        checksum.update(file, 0, file.length - 4);
        if ((int) checksum.getValue() != (int) Packed.INT.get(file, file.length - 4)) {
            throw new CorruptIndexException(name + " does not match its checksum");
        }
        Source source = new Source(file, 0, file.length - 4);
        if (source.getInt() != magic) {
            throw new CorruptIndexException(name + " is not of this format");
        }
        return source;
    }

    static Segment read(Schema schema, byte[] file, String name) {
        Source source = checked(file, name, MAGIC);
        int count = source.getSize();
        long first = source.getLong();
        int[] gaps = source.getPacked(count);
        long[] sequences = new long[count];
        for (int doc = 0; doc < count; doc++) {
            sequences[doc] = doc == 0 ? first : sequences[doc - 1] + 1 + gaps[doc];
        }
        Ids ids = Ids.read(source);
        StoredDocuments stored = StoredDocuments.read(source);
        Map<String, Inverted> inverted = new LinkedHashMap<>();
        Map<String, NumberColumn> numbers = new LinkedHashMap<>();
        Map<String, KeywordColumn> keywords = new LinkedHashMap<>();
        schema.fields().forEach((field, type) -> {
            if (type instanceof Field.Text || type instanceof Field.Keyword) {
                inverted.put(field, Inverted.read(source));
            }
        });
        schema.fields().forEach((field, type) -> {
            if (type instanceof Field.Numeric || type instanceof Field.Date) {
                numbers.put(field, NumberColumn.read(source));
            }
        });
        schema.fields().forEach((field, type) -> {
            if (type instanceof Field.Keyword) {
                keywords.put(field, KeywordColumn.read(source));
            }
        });
        source.expectEnd();
        return new Segment(count, sequences, ids, stored, inverted, numbers, keywords);
    }
}
