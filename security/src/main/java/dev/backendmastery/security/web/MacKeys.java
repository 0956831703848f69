package dev.backendmastery.security.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets by which this service knows again what it has signed (HMAC with SHA-256): the one that signs, and former ones that are still believed.
 *
 * <p><b>Guarantee.</b> What was signed for one purpose is nothing for another. No text of it shows a secret. <b>Threads.</b> Safe for any number. <b>Cost.</b> The code's.
 * <b>Source.</b> RFC 2104; ASVS 5.0, 11.2.2 for rotation.
 */
public final class MacKeys {

    private static final int SHORTEST = 32;

    private record Key(String id, Mac mac) {}

    private final List<Key> keys;

    private MacKeys(List<Key> keys) {
        this.keys = keys;
    }

    /**
     * One key that signs and is believed.
     *
     * @param id of 1 to 16 letters and digits: it is public
     * @param secret at least 32 random bytes, the same in all nodes
     * @throws IllegalArgumentException if either is not so
     */
    public static MacKeys of(String id, byte[] secret) {
        return new MacKeys(List.of(key(id, secret)));
    }

    /** A key that this process alone knows: for tests and single nodes that may forget. */
    public static MacKeys random() {
        byte[] secret = new byte[SHORTEST];
        new SecureRandom().nextBytes(secret);
        return of("0", secret);
    }

    /**
     * These, and a former key that is believed and signs no more.
     *
     * @throws IllegalArgumentException as {@link #of}, or if there is one of that id
     */
    public MacKeys andFormer(String id, byte[] secret) {
        if (find(id) != null) {
            throw new IllegalArgumentException("id must not be there already, was " + id);
        }
        List<Key> all = new ArrayList<>(keys);
        all.add(key(id, secret));
        return new MacKeys(List.copyOf(all));
    }

    private static Key key(String id, byte[] secret) {
        Objects.requireNonNull(secret, "secret");
        if (id.isEmpty() || id.length() > 16 || !id.chars().allMatch(c -> HttpUri.isAlphanumeric((char) c))) {
            throw new IllegalArgumentException("id must be of 1 to 16 letters and digits, was " + id);
        }
        if (secret.length < SHORTEST) {
            throw new IllegalArgumentException("secret must be of at least 32 bytes, was of " + secret.length);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return new Key(id, mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no HmacSHA256", e);
        }
    }

    private @Nullable Key find(String id) {
        for (Key key : keys) {
            if (key.id.equals(id)) {
                return key;
            }
        }
        return null;
    }

    /** The id of the key that signs. */
    String current() {
        return keys.get(0).id;
    }

    /** The code of the parts under that key, or null if there is none. Each part is led by its length, so that no two lists of parts have one text. */
    byte @Nullable [] code(String id, String purpose, String about, byte[] content, int from, int length) {
        Key key = find(id);
        if (key == null) {
            return null;
        }
        Mac mac;
        try {
            mac = (Mac) key.mac.clone(); // several times quicker than a new one with its key
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the platform's HmacSHA256 cannot be copied", e);
        }
        byte[] first = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] second = about.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(8)
                .putInt(first.length)
                .putInt(second.length)
                .array());
        mac.update(first);
        mac.update(second);
        mac.update(content, from, length);
        return mac.doFinal();
    }

    @Override
    public String toString() {
        return "MacKeys" + keys.stream().map(Key::id).toList();
    }
}
