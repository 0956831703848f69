package dev.backendmastery.search.index;

import java.util.Arrays;

/** The ids of a segment's documents, and the documents by id. Of one id that was added twice the last is found. */
final class Ids {

    private byte[] pool = new byte[1024];
    private int[] ends = new int[64];
    private int[] hashes = new int[64];
    private int[] table = new int[256];
    private int count;

    int count() {
        return count;
    }

    private int start(int doc) {
        return doc == 0 ? 0 : ends[doc - 1];
    }

    String text(int doc) {
        return Utf8.decode(pool, start(doc), ends[doc] - start(doc));
    }

    static int hash(byte[] id, int from, int to) {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + id[i];
        }
        hash *= 0x9E3779B1;
        return hash ^ hash >>> 15;
    }

    /** The last document of this id; -1 if there is none. */
    int find(byte[] id, int hash) {
        int mask = table.length - 1;
        for (int slot = hash & mask; table[slot] != 0; slot = slot + 1 & mask) {
            int doc = table[slot] - 1;
            if (hashes[doc] == hash && Arrays.equals(pool, start(doc), ends[doc], id, 0, id.length)) {
                return doc;
            }
        }
        return -1;
    }

    void add(Ids other, int doc) {
        add(other.pool, other.start(doc), other.ends[doc] - other.start(doc), other.hashes[doc]);
    }

    void add(byte[] id, int from, int length, int hash) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
            hashes = Arrays.copyOf(hashes, 2 * count);
        }
        int start = start(count);
        if (start + length > pool.length) {
            pool = Arrays.copyOf(pool, Math.max(start + length, 2 * pool.length));
        }
        System.arraycopy(id, from, pool, start, length);
        ends[count] = start + length;
        hashes[count] = hash;
        count++;
        if (2 * count > table.length) {
            table = new int[4 * table.length];
            for (int doc = 0; doc < count; doc++) {
                insert(doc);
            }
        } else {
            insert(count - 1);
        }
    }

    /** Finds this document by its id again, not one that was added after. */
    void restore(int doc) {
        insert(doc);
    }

    private void insert(int doc) {
        int mask = table.length - 1;
        int slot = hashes[doc] & mask;
        while (table[slot] != 0) {
            int other = table[slot] - 1;
            if (hashes[other] == hashes[doc]
                    && Arrays.equals(pool, start(other), ends[other], pool, start(doc), ends[doc])) {
                break;
            }
            slot = slot + 1 & mask;
        }
        table[slot] = doc + 1;
    }

    void write(Sink sink) {
        int[] sizes = new int[count];
        for (int doc = 0; doc < count; doc++) {
            sizes[doc] = ends[doc] - start(doc);
        }
        sink.putVar(count);
        sink.putPacked(sizes, count);
        sink.putBytes(pool, start(count));
    }

    static Ids read(Source source) {
        int count = source.getSize();
        int[] sizes = source.getPacked(count);
        byte[] all = source.getBytes();
        Ids ids = new Ids();
        int at = 0;
        for (int doc = 0; doc < count; doc++) {
            ids.add(all, at, sizes[doc], hash(all, at, at + sizes[doc]));
            at += sizes[doc];
        }
        return ids;
    }
}
