package dev.backendmastery.databases.paging;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Writes a position as text and reads it back, signed.
 *
 * <p>Version, key id, fingerprint of the list (8 bytes), direction, values; then the first 16 bytes of an HMAC-SHA256 over
 * all of it; in base 64 for URLs. The signature is checked before anything else is looked at, so what is parsed behind it is
 * what this codec wrote. Base 64 has several texts for some byte strings: only the one that this codec writes is taken.
 */
final class CursorCodec {

    /** A place between rows: the values of the row that it follows or precedes; none for an end of the list. */
    record Position(boolean forward, List<@Nullable String> values) {}

    static final int MAX_LENGTH = 2_048;

    private static final int VERSION = 1;
    private static final int FINGERPRINT_BYTES = 8;
    private static final int SIGNATURE_BYTES = 16;

    private final CursorKeys keys;
    private final byte[] fingerprint;

    /** @param list describes the list, all of its order; cursors of another description are refused */
    CursorCodec(CursorKeys keys, String list) {
        this.keys = keys;
        this.fingerprint = Arrays.copyOf(sha256(list), FINGERPRINT_BYTES);
    }

    /** @throws IllegalStateException if the values are too long for a cursor */
    String write(Position position) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(keys.currentId());
            out.write(fingerprint);
            out.writeBoolean(position.forward());
            out.writeByte(position.values().size());
            for (String value : position.values()) {
                byte[] text = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
                out.writeInt(value == null ? -1 : text.length);
                out.write(text);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory refuses bytes", e);
        }
        byte[] body = bytes.toByteArray();
        byte[] key = keys.key(keys.currentId());
        if (key == null) {
            throw new IllegalStateException("no current key");
        }
        bytes.writeBytes(sign(key, body));
        String cursor = text(bytes.toByteArray());
        if (cursor.length() > MAX_LENGTH) {
            throw new IllegalStateException("the keys of a row make a cursor of " + cursor.length()
                    + " characters, more than " + MAX_LENGTH + ": order by shorter ones");
        }
        return cursor;
    }

    /** @throws InvalidCursorException if this codec, with one of its keys, did not write {@code cursor} */
    Position read(String cursor) {
        byte[] bytes = bytes(cursor);
        int signed = bytes.length - SIGNATURE_BYTES;
        if (signed < 2 + FINGERPRINT_BYTES + 2 || bytes[0] != VERSION) {
            throw new InvalidCursorException();
        }
        byte[] key = keys.key(bytes[1] & 0xff);
        if (key == null) {
            throw new InvalidCursorException();
        }
        byte[] body = Arrays.copyOf(bytes, signed);
        byte[] signature = Arrays.copyOfRange(bytes, signed, bytes.length);
        if (!MessageDigest.isEqual(signature, sign(key, body))
                || !Arrays.equals(body, 2, 2 + FINGERPRINT_BYTES, fingerprint, 0, FINGERPRINT_BYTES)) {
            throw new InvalidCursorException();
        }
        return parse(body);
    }

    private static Position parse(byte[] body) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            in.skipNBytes(2L + FINGERPRINT_BYTES);
            boolean forward = in.readBoolean();
            int count = in.readUnsignedByte();
            List<@Nullable String> values = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int length = in.readInt();
                values.add(length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8));
            }
            return new Position(forward, values);
        } catch (IOException e) {
            throw new IllegalStateException("a signed cursor does not parse", e);
        }
    }

    private static byte[] bytes(String cursor) {
        if (cursor.length() > MAX_LENGTH) {
            throw new InvalidCursorException();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException e) {
            throw new InvalidCursorException();
        }
        if (!text(bytes).equals(cursor)) {
            throw new InvalidCursorException();
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sign(byte[] key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return Arrays.copyOf(mac.doFinal(body), SIGNATURE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
