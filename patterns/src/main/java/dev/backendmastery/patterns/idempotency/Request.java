package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.messaging.log.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;

/**
 * Who asks for what, under which key.
 *
 * @param scope whose key it is, such as the account: 1 to 200 characters
 * @param key the caller's word for this one command: 1 to 255 printable ASCII characters
 * @param content all that makes it this command, such as method, path and body; only its SHA-256 is kept
 */
public record Request(String scope, String key, Bytes content) {

    /** @throws IllegalArgumentException if one is out of range */
    public Request {
        if (scope.isEmpty() || scope.length() > 200) {
            throw new IllegalArgumentException("scope must have 1 to 200 characters, had " + scope.length());
        }
        if (key.isEmpty() || key.length() > 255 || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException("key must have 1 to 255 printable ASCII characters");
        }
        Objects.requireNonNull(content, "content");
    }

    /** The fingerprint of the content. */
    Bytes fingerprint() {
        return Bytes.of(sha256().digest(content.toArray()));
    }

    /** A number of scope and key that no other pair is likely to have. */
    long lock() {
        MessageDigest digest = sha256();
        digest.update(scope.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
