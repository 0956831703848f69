package dev.backendmastery.security.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWECryptoParts;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.util.Base64URL;
import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sealed texts in RFC 7516's compact form, read in the strictest way that lets every right one pass. */
final class Jwe {

    private static final int PARTS = 5;
    private static final int MAX_HEADER = 2_048;
    private static final byte[] PROBE = {1, 2, 3};

    /** Chooses the key, by a header that anybody may have written. */
    interface Keys {
        SealingKey of(Map<String, @Nullable Object> header) throws TokenRefusedException;
    }

    private Jwe() {}

    static String seal(SealingKey key, @Nullable String contentType, byte[] content) {
        JWEHeader header = new JWEHeader.Builder(
                        key.way().nimbus(), key.cipher().nimbus())
                .keyID(key.id())
                .contentType(contentType)
                .build();
        try {
            JWECryptoParts parts = key.encrypter()
                    .encrypt(header, content, header.toBase64URL().toString().getBytes(StandardCharsets.US_ASCII));
            JWEHeader sealed = parts.getHeader() == null ? header : parts.getHeader();
            return String.join(
                    ".",
                    sealed.toBase64URL().toString(),
                    text(parts.getEncryptedKey()),
                    text(parts.getInitializationVector()),
                    text(parts.getCipherText()),
                    text(parts.getAuthenticationTag()));
        } catch (JOSEException e) {
            throw new IllegalStateException("key " + key.id() + " does not seal", e);
        }
    }

    private static String text(@Nullable Base64URL part) {
        return part == null ? "" : part.toString();
    }

    static boolean isPair(SealingKey key) {
        try {
            return Arrays.equals(PROBE, open(seal(key, null, PROBE), 10_000, header -> key));
        } catch (TokenRefusedException e) {
            return false; // sealed for another one
        }
    }

    static byte[] open(String text, int maxLength, Keys keys) throws TokenRefusedException {
        if (text.length() > maxLength) {
            throw refused(Reason.TOO_LARGE, "longer than " + maxLength + " characters");
        }
        int[] dots = new int[PARTS + 1];
        dots[0] = -1;
        for (int i = 1; i < PARTS; i++) {
            dots[i] = text.indexOf('.', dots[i - 1] + 1);
            if (dots[i] < 0) {
                throw refused(Reason.MALFORMED, "not five parts");
            }
        }
        dots[PARTS] = text.length();
        if (text.indexOf('.', dots[PARTS - 1] + 1) >= 0) {
            throw refused(Reason.MALFORMED, "not five parts");
        }
        if (dots[1] > MAX_HEADER) {
            throw refused(Reason.TOO_LARGE, "a header longer than " + MAX_HEADER + " characters");
        }
        Map<String, @Nullable Object> header = StrictJson.object(bytes(text, dots, 0));
        if (header == null) {
            throw refused(Reason.MALFORMED, "a header that is not one JSON object with each member once");
        }
        for (String name : List.of("crit", "b64", "zip", "p2c", "p2s", "jku", "jwk", "x5u", "x5c")) {
            if (header.containsKey(name)) {
                throw refused(Reason.UNSUPPORTED, "a header with " + name);
            }
        }
        SealingKey key = keys.of(header);
        if (!key.way().header().equals(header.get("alg"))
                || !key.cipher().header().equals(header.get("enc"))) {
            throw refused(Reason.ALGORITHM, "not the algorithms of its key");
        }
        checkPoint(key, header);
        boolean hasKey = bytes(text, dots, 1).length > 0;
        bytes(text, dots, 3);
        if (hasKey == (key.way() == SealingKey.Way.DIRECT || key.way() == SealingKey.Way.ECDH_ES)
                || bytes(text, dots, 2).length != key.cipher().ivBytes
                || bytes(text, dots, 4).length != key.cipher().tagBytes) {
            throw refused(Reason.MALFORMED, "a part that is not of its length");
        }
        return decrypted(text, dots, key);
    }

    /** One answer for all that is wrong with keys, padding and tags: which one it was is what an attacker would like to know. */
    private static byte[] decrypted(String text, int[] dots, SealingKey key) throws TokenRefusedException {
        try {
            Base64URL header = part(text, dots, 0);
            return key.decrypter()
                    .decrypt(
                            JWEHeader.parse(header),
                            dots[2] - dots[1] == 1 ? null : part(text, dots, 1),
                            part(text, dots, 2),
                            part(text, dots, 3),
                            part(text, dots, 4),
                            header.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException | ParseException | IllegalArgumentException e) {
            throw refused(Reason.SEAL, "not sealed for its key");
        }
    }

    private static void checkPoint(SealingKey key, Map<String, @Nullable Object> header) throws TokenRefusedException {
        boolean agreed = key.way().header().startsWith("ECDH-ES");
        if (agreed != header.containsKey("epk")) {
            throw refused(Reason.MALFORMED, "an epk that is missing or not needed");
        }
        if (!agreed) {
            return;
        }
        if (!(header.get("epk") instanceof Map<?, ?> point) || !isOnCurve(point)) {
            throw refused(Reason.SEAL, "an epk that is no point of P-256");
        }
    }

    private static boolean isOnCurve(Map<?, ?> point) {
        BigInteger x = coordinate(point, "x");
        BigInteger y = coordinate(point, "y");
        return "EC".equals(point.get("kty"))
                && "P-256".equals(point.get("crv"))
                && !point.containsKey("d")
                && x != null
                && y != null
                && Jwk.isOnCurve(x, y);
    }

    private static @Nullable BigInteger coordinate(Map<?, ?> point, String name) {
        byte[] bytes = point.get(name) instanceof String text ? Base64Url.decode(text, 0, text.length()) : null;
        return bytes != null && bytes.length == 32 ? new BigInteger(1, bytes) : null;
    }

    private static Base64URL part(String text, int[] dots, int part) {
        return new Base64URL(text.substring(dots[part] + 1, dots[part + 1]));
    }

    private static byte[] bytes(String text, int[] dots, int part) throws TokenRefusedException {
        byte[] bytes = Base64Url.decode(text, dots[part] + 1, dots[part + 1]);
        if (bytes == null) {
            throw refused(Reason.MALFORMED, "a part that is not the one base64url text of its bytes");
        }
        return bytes;
    }

    private static TokenRefusedException refused(Reason reason, String message) {
        return new TokenRefusedException(reason, message);
    }
}
