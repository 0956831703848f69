package dev.backendmastery.databases.paging;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign cursors: one that signs, and former ones whose cursors are still taken.
 *
 * <p>To change keys, make the new one current and keep the former until its cursors are no longer expected.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class CursorKeys {

    /** The fewest bytes of a key. */
    public static final int MIN_KEY_BYTES = 32;

    private final int current;
    private final Map<Integer, byte[]> keys;

    private CursorKeys(int current, Map<Integer, byte[]> keys) {
        this.current = current;
        this.keys = keys;
    }

    /**
     * One key.
     *
     * @param id names the key in cursors, from 0 to 255
     * @param key at least 32 secret random bytes
     * @throws IllegalArgumentException if the id is out of range or the key too short
     */
    public static CursorKeys of(int id, byte[] key) {
        return new CursorKeys(id, new TreeMap<>(Map.of(checkedId(id), checkedKey(key))));
    }

    /**
     * These keys and a former one.
     *
     * @throws IllegalArgumentException if the id is out of range or taken, or the key too short
     */
    public CursorKeys withFormer(int id, byte[] key) {
        Map<Integer, byte[]> all = new TreeMap<>(keys);
        if (all.put(checkedId(id), checkedKey(key)) != null) {
            throw new IllegalArgumentException("id must be one that is not taken, was " + id);
        }
        return new CursorKeys(current, all);
    }

    int currentId() {
        return current;
    }

    byte @Nullable [] key(int id) {
        return keys.get(id);
    }

    private static int checkedId(int id) {
        if (id < 0 || id > 255) {
            throw new IllegalArgumentException("id must be from 0 to 255, was " + id);
        }
        return id;
    }

    private static byte[] checkedKey(byte[] key) {
        if (key.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException("key must have at least " + MIN_KEY_BYTES + " bytes, had " + key.length);
        }
        return key.clone();
    }
}
