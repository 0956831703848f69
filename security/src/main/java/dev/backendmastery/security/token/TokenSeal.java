package dev.backendmastery.security.token;

import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Signed tokens in an envelope that who carries them cannot read.
 *
 * <p><b>Guarantee.</b> What was sealed for a key opens with it, here and elsewhere (JE-1), and its text is one text, of five parts (JE-2, JE-3). A header has one meaning (JE-4), brings no
 * key, no compression, no extension and no count of rounds (JE-5), and chooses nothing: a key is used in its own way and with its own cipher (JE-6). What was changed by a bit, or cut, is refused, and
 * all that is wrong behind the header is refused alike (JE-7, JE-8). Size is looked at first (JE-9), and points are on their curve before they are used (JE-10).
 *
 * <p>A seal hides; it proves nothing. With a public key anybody can seal: believe what was inside only when a {@link TokenVerifier} does.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> That of the primitives. <b>Not for</b> what fits behind an identifier: a claim that is not sent need not be hidden.
 * <b>Source.</b> RFC 7516, RFC 7519, section 5.2 (nested tokens), RFC 8725, 3.2 to 3.4 and 3.6.
 */
public final class TokenSeal {

    private static final String TYPE = "JWT";
    private static final int MAX_LENGTH = 16_384;

    private final SealingKey first;
    private final Map<String, SealingKey> keys = new LinkedHashMap<>();

    private TokenSeal(SealingKey first, SealingKey[] older) {
        this.first = first;
        keys.put(first.id(), first);
        for (SealingKey key : older) {
            if (keys.putIfAbsent(key.id(), key) != null) {
                throw new IllegalArgumentException("keys must have names of their own, two are " + key.id());
            }
            if (!key.canOpen()) {
                throw new IllegalArgumentException("key " + key.id() + " can only seal, and an older one must open");
            }
        }
    }

    /**
     * Seals for {@code first}, and opens what was sealed for any of these.
     *
     * @throws IllegalArgumentException if two have one name, or an older one cannot open
     */
    public static TokenSeal with(SealingKey first, SealingKey... older) {
        return new TokenSeal(first, older);
    }

    /** The token in an envelope. Each time another one. */
    public String seal(String token) {
        return Jwe.seal(first, TYPE, token.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The token that was sealed: as yet believed by nobody.
     *
     * @param sealed up to 16,384 characters
     * @throws TokenRefusedException if it was not sealed for one of these keys, or holds no token
     */
    public String open(String sealed) throws TokenRefusedException {
        byte[] content = Jwe.open(sealed, MAX_LENGTH, header -> {
            if (!TYPE.equals(header.get("cty"))) {
                throw new TokenRefusedException(Reason.TYPE, "not a sealed token");
            }
            SealingKey key = header.get("kid") instanceof String id ? keys.get(id) : null;
            if (key == null || !key.canOpen()) {
                throw new TokenRefusedException(Reason.UNKNOWN_KEY, "for no key that is here");
            }
            return key;
        });
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TokenRefusedException(Reason.MALFORMED, "sealed content that is no text");
        }
    }
}
