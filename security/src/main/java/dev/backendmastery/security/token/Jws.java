package dev.backendmastery.security.token;

import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Signed texts in RFC 7515's compact form, read in the strictest way that lets every right one pass. */
final class Jws {

    private static final int MAX_HEADER = 2_048;

    /** What a key has signed. */
    static final class Opened {
        final byte[] payload;
        final byte[] signature;
        final TokenKey key;

        Opened(byte[] payload, byte[] signature, TokenKey key) {
            this.payload = payload;
            this.signature = signature;
            this.key = key;
        }
    }

    /** Chooses the key, by a header that anybody may have written. */
    interface Keys {
        TokenKey of(Map<String, @Nullable Object> header) throws TokenRefusedException;
    }

    private Jws() {}

    static Opened open(String token, int maxLength, Keys keys) throws TokenRefusedException {
        if (token.length() > maxLength) {
            throw refused(Reason.TOO_LARGE, "longer than " + maxLength + " characters");
        }
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 1 || second < 0 || second == token.length() - 1 || token.indexOf('.', second + 1) >= 0) {
            throw refused(Reason.MALFORMED, "not three parts");
        }
        if (first > MAX_HEADER) {
            throw refused(Reason.TOO_LARGE, "a header longer than " + MAX_HEADER + " characters");
        }
        Map<String, @Nullable Object> header = StrictJson.object(bytes(token, 0, first));
        if (header == null) {
            throw refused(Reason.MALFORMED, "a header that is not one JSON object with each member once");
        }
        for (String name : List.of("crit", "b64", "zip", "enc", "p2c")) {
            if (header.containsKey(name)) {
                throw refused(Reason.UNSUPPORTED, "a header with " + name);
            }
        }
        byte[] payload = bytes(token, first + 1, second);
        byte[] signature = bytes(token, second + 1, token.length());
        TokenKey key = keys.of(header);
        if (!key.verify(token.substring(0, second).getBytes(StandardCharsets.US_ASCII), signature)) {
            throw refused(Reason.SIGNATURE, "not signed by its key");
        }
        return new Opened(payload, signature, key);
    }

    /** The key that the header names, if it may be used as the header says. */
    static TokenKey key(Map<String, @Nullable Object> header, KeySource keys) throws TokenRefusedException {
        Algorithm algorithm = Algorithm.of(header.get("alg"));
        if (algorithm == null) {
            throw refused(Reason.ALGORITHM, "no algorithm of ours");
        }
        Object id = header.get("kid");
        if (header.containsKey("kid") && !(id instanceof String)) {
            throw refused(Reason.MALFORMED, "a kid that is no text");
        }
        TokenKey key = keys.find((String) id).orElseThrow(() -> refused(Reason.UNKNOWN_KEY, "by no key that is known"));
        if (key.algorithm() != algorithm) {
            throw refused(Reason.ALGORITHM, "not the algorithm of its key");
        }
        return key;
    }

    private static TokenRefusedException refused(Reason reason, String message) {
        return new TokenRefusedException(reason, message);
    }

    private static byte[] bytes(String token, int from, int to) throws TokenRefusedException {
        byte[] bytes = Base64Url.decode(token, from, to);
        if (bytes == null) {
            throw refused(Reason.MALFORMED, "a part that is not the one base64url text of its bytes");
        }
        return bytes;
    }
}
