package dev.backendmastery.search.index;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** What is kept of documents to be given back: some of them deflated together, so that finding one inflates little. */
final class StoredDocuments {

    private static final int CHUNK = 4 << 10;

    private final List<byte[]> chunks = new ArrayList<>();
    private int[] firsts = new int[16];
    private int[] rawSizes = new int[16];
    private int[] ends = new int[64];
    private final Sink open = new Sink(CHUNK + 1024);
    private int openFirst;
    private int count;

    /** Adds a document of which nothing need be stored in a field's way. */
    void add(Schema schema, Document document) {
        if (!document.values().isEmpty()) {
            int number = 0;
            for (Map.Entry<String, Field> field : schema.fields().entrySet()) {
                Value value = document.values().get(field.getKey());
                if (value != null && field.getValue().stored()) {
                    open.putVar(number);
                    put(value);
                }
                number++;
            }
        }
        end();
    }

    private void put(Value value) {
        if (value instanceof Value.Text text) {
            open.putText(text.text());
        } else if (value instanceof Value.Keywords keywords) {
            open.putVar(keywords.values().size());
            keywords.values().forEach(open::putText);
        } else if (value instanceof Value.Numeric number) {
            open.putLong(Double.doubleToLongBits(number.number()));
        } else if (value instanceof Value.Date date) {
            open.putLong(date.time().toEpochMilli());
        }
    }

    private void end() {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = open.size;
        if (open.size >= CHUNK) {
            seal();
        }
    }

    /** Adds a document of another segment as it is. */
    void add(StoredDocuments other, Reader reader, int doc) {
        byte[] raw = reader.raw(other, doc);
        open.put(raw, reader.start, reader.end - reader.start);
        end();
    }

    /** Ends the chunk that is open. */
    void seal() {
        if (count == openFirst) {
            return;
        }
        if (chunks.size() == firsts.length) {
            firsts = Arrays.copyOf(firsts, 2 * firsts.length);
            rawSizes = Arrays.copyOf(rawSizes, 2 * rawSizes.length);
        }
        firsts[chunks.size()] = openFirst;
        rawSizes[chunks.size()] = open.size;
        chunks.add(deflate(open.data, open.size));
        openFirst = count;
        open.size = 0;
    }

    private static byte[] deflate(byte[] data, int size) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(data, 0, size);
            deflater.finish();
            byte[] into = new byte[size + 64];
            int length = 0;
            while (!deflater.finished()) {
                if (length == into.length) {
                    into = Arrays.copyOf(into, 2 * length);
                }
                length += deflater.deflate(into, length, into.length - length);
            }
            return Arrays.copyOf(into, length);
        } finally {
            deflater.end();
        }
    }

    /** Keeps the chunk that was inflated last. */
    static final class Reader {
        private byte[] raw = {};
        private int chunk = -1;
        private int start;
        private int end;

        private byte[] raw(StoredDocuments stored, int doc) {
            int found = Arrays.binarySearch(stored.firsts, 0, stored.chunks.size(), doc);
            int wanted = found >= 0 ? found : -found - 2;
            start = doc == stored.firsts[wanted] ? 0 : stored.ends[doc - 1];
            end = stored.ends[doc];
            if (wanted != chunk && start != end) {
                raw = stored.inflate(wanted);
                chunk = wanted;
            }
            return raw;
        }
    }

    private byte[] inflate(int chunk) {
        byte[] raw = new byte[rawSizes[chunk] + Packed.SLACK];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(chunks.get(chunk));
            int length = 0;
            while (length < rawSizes[chunk]) {
                int more = inflater.inflate(raw, length, rawSizes[chunk] - length);
                if (more == 0) {
                    throw new CorruptIndexException("stored documents end too early");
                }
                length += more;
            }
            return raw;
        } catch (DataFormatException e) {
            throw new CorruptIndexException("stored documents cannot be read", e);
        } finally {
            inflater.end();
        }
    }

    Document document(Schema schema, String id, int doc) {
        Reader reader = new Reader();
        byte[] raw = reader.raw(this, doc);
        if (reader.start == reader.end) {
            return new Document(id, Map.of());
        }
        Source source = new Source(raw, reader.start, reader.end);
        List<Map.Entry<String, Field>> fields = List.copyOf(schema.fields().entrySet());
        Map<String, Value> values = new LinkedHashMap<>();
        while (!source.atEnd()) {
            Map.Entry<String, Field> field = fields.get(source.getSize());
            values.put(field.getKey(), get(source, field.getValue()));
        }
        return new Document(id, values);
    }

    private static Value get(Source source, Field field) {
        if (field instanceof Field.Keyword) {
            String[] keywords = new String[source.getSize()];
            for (int i = 0; i < keywords.length; i++) {
                keywords[i] = source.getText();
            }
            return new Value.Keywords(List.of(keywords));
        }
        if (field instanceof Field.Numeric) {
            return new Value.Numeric(Double.longBitsToDouble(source.getLong()));
        }
        if (field instanceof Field.Date) {
            return new Value.Date(Instant.ofEpochMilli(source.getLong()));
        }
        return new Value.Text(source.getText());
    }

    long bytes() {
        long bytes = open.size;
        for (byte[] chunk : chunks) {
            bytes += chunk.length;
        }
        return bytes;
    }

    void write(Sink sink) {
        sink.putVar(count);
        sink.putPacked(ends, count);
        sink.putVar(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            sink.putVar(firsts[i]);
            sink.putVar(rawSizes[i]);
            sink.putBytes(chunks.get(i), chunks.get(i).length);
        }
    }

    static StoredDocuments read(Source source) {
        StoredDocuments stored = new StoredDocuments();
        stored.count = source.getSize();
        stored.ends = source.getPacked(stored.count);
        int chunks = source.getSize();
        stored.firsts = new int[Math.max(1, chunks)];
        stored.rawSizes = new int[Math.max(1, chunks)];
        for (int i = 0; i < chunks; i++) {
            stored.firsts[i] = source.getSize();
            stored.rawSizes[i] = source.getSize();
            stored.chunks.add(source.getBytes());
        }
        stored.openFirst = stored.count;
        return stored;
    }
}
