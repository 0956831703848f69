package dev.backendmastery.security.session;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The text that a session is refreshed with: id of the session, generation, secret, and a tag that shows that this session made it.
 *
 * <p>A successor's secret is made from its predecessor's and a salt that is kept: so who has the predecessor, and nobody else, can be given the same one again,
 * though no secret is kept. The tag tells a token that was replaced from one that was made up, however long ago, without a list of them.
 */
final class RefreshToken {

    /** What scanners of secrets look for. */
    static final String PREFIX = "bmrt_";

    static final int SECRET = 32;
    private static final int TAG = 16;
    private static final int BODY = 16 + 4 + SECRET;
    private static final int LENGTH = BODY + TAG;
    private static final int CHARACTERS = PREFIX.length() + (LENGTH * 8 + 5) / 6;

    private final byte[] bytes;

    private RefreshToken(byte[] bytes) {
        this.bytes = bytes;
    }

    static RefreshToken of(UUID id, int generation, byte[] secret, byte[] seal) {
        byte[] bytes = ByteBuffer.allocate(LENGTH)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .putInt(generation)
                .put(secret)
                .array();
        System.arraycopy(hmac(seal, Arrays.copyOf(bytes, BODY)), 0, bytes, BODY, TAG);
        return new RefreshToken(bytes);
    }

    /** Empty for all that is not of this form. */
    static Optional<RefreshToken> parse(String text) {
        if (text.length() != CHARACTERS || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        RefreshToken token = new RefreshToken(bytes);
        return token.text().equals(text) ? Optional.of(token) : Optional.empty();
    }

    String text() {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    UUID id() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    int generation() {
        return ByteBuffer.wrap(bytes).getInt(16);
    }

    byte[] secret() {
        return Arrays.copyOfRange(bytes, 20, BODY);
    }

    /** Whether the session that has this seal made it. */
    boolean sealedWith(byte[] seal) {
        return MessageDigest.isEqual(
                Arrays.copyOf(hmac(seal, Arrays.copyOf(bytes, BODY)), TAG), Arrays.copyOfRange(bytes, BODY, LENGTH));
    }

    static byte[] successor(byte[] secret, byte[] salt) {
        return hmac(secret, salt);
    }

    static String hash(byte[] secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
