package dev.backendmastery.security.token;

import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.util.Base64URL;
import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Opens as one writes it, right unless it is given a fault. */
final class PlainOpener implements TokenSealContract.Opener {

    /** A rule that is left out. */
    enum Fault {
        LENIENT_BASE64,
        FIRST_FIVE_PARTS,
        LAST_MEMBER_WINS,
        INFLATES,
        IGNORES_CRIT,
        ALGORITHMS_OF_THE_HEADER,
        TELLS_WHAT_WAS_WRONG,
        TAGS_OF_ANY_LENGTH,
        READS_ANY_SIZE,
        THROWS_WHAT_COMES,
        FIRST_KEY_FOR_UNKNOWN,
        ANY_CONTENT
    }

    private static final Pattern MEMBER = Pattern.compile("\"(alg|enc|kid|cty)\":\"([^\"]*)\"");
    private static final byte[] WRAPPING = "fedcba9876543210fedcba9876543210".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DIRECT = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final List<SealingKey> keys;
    private final Set<Fault> faults;

    PlainOpener(List<SealingKey> keys, @Nullable Fault fault) {
        this.keys = keys;
        this.faults = fault == null ? EnumSet.noneOf(Fault.class) : EnumSet.of(fault);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private static TokenRefusedException refused(Reason reason) {
        return new TokenRefusedException(reason, "plain");
    }

    private byte[] part(String text) throws TokenRefusedException {
        byte[] strict = Base64Url.decode(text, 0, text.length());
        if (strict == null && !has(Fault.LENIENT_BASE64)) {
            throw refused(Reason.MALFORMED);
        }
        return strict == null ? new Base64URL(text).decode() : strict;
    }

    private Map<String, @Nullable Object> header(byte[] json) throws TokenRefusedException {
        Map<String, @Nullable Object> strict = StrictJson.object(json);
        if (strict != null) {
            return strict;
        }
        if (!has(Fault.LAST_MEMBER_WINS)) {
            throw refused(Reason.MALFORMED);
        }
        Map<String, @Nullable Object> members = new java.util.HashMap<>();
        Matcher matcher = MEMBER.matcher(new String(json, StandardCharsets.UTF_8));
        while (matcher.find()) {
            members.put(matcher.group(1), matcher.group(2));
        }
        return members;
    }

    @Override
    public String open(String sealed) throws TokenRefusedException {
        if (sealed.length() > 16_384 && !has(Fault.READS_ANY_SIZE)) {
            throw refused(Reason.TOO_LARGE);
        }
        String[] parts = sealed.split("\\.", -1);
        if (parts.length < 5 || (parts.length > 5 && !has(Fault.FIRST_FIVE_PARTS))) {
            throw refused(Reason.MALFORMED);
        }
        if (parts[0].length() > 2_048 && !has(Fault.READS_ANY_SIZE)) {
            throw refused(Reason.TOO_LARGE);
        }
        Map<String, @Nullable Object> header = header(part(parts[0]));
        for (String name : List.of("crit", "b64", "zip", "p2c", "p2s", "jku", "jwk", "x5u", "x5c")) {
            boolean allowed =
                    (name.equals("zip") && has(Fault.INFLATES)) || (name.equals("crit") && has(Fault.IGNORES_CRIT));
            if (header.containsKey(name) && !allowed) {
                throw refused(Reason.UNSUPPORTED);
            }
        }
        if (!"JWT".equals(header.get("cty")) && !has(Fault.ANY_CONTENT)) {
            throw refused(Reason.TYPE);
        }
        SealingKey key = keys.stream()
                .filter(one -> one.id().equals(header.get("kid")))
                .findFirst()
                .orElse(has(Fault.FIRST_KEY_FOR_UNKNOWN) ? keys.get(0) : null);
        if (key == null) {
            throw refused(Reason.UNKNOWN_KEY);
        }
        boolean own = key.way().header().equals(header.get("alg"))
                && key.cipher().header().equals(header.get("enc"));
        if (!own && !has(Fault.ALGORITHMS_OF_THE_HEADER)) {
            throw refused(Reason.ALGORITHM);
        }
        byte[] content = content(parts, header, key, own);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused(Reason.MALFORMED);
        }
    }

    private byte[] content(String[] parts, Map<String, @Nullable Object> header, SealingKey key, boolean own)
            throws TokenRefusedException {
        boolean agreed = key.way().header().startsWith("ECDH-ES");
        if (agreed && !(header.get("epk") instanceof Map<?, ?>) && !has(Fault.THROWS_WHAT_COMES)) {
            throw refused(header.containsKey("epk") ? Reason.SEAL : Reason.MALFORMED);
        }
        if (agreed
                && header.get("epk") instanceof Map<?, ?> epk
                && (epk.containsKey("d") || !is32(epk, "x") || !is32(epk, "y"))
                && !has(Fault.THROWS_WHAT_COMES)) {
            throw refused(Reason.SEAL);
        }
        boolean hasKey = part(parts[1]).length > 0;
        boolean needsKey =
                !key.way().header().equals("dir") && !key.way().header().equals("ECDH-ES");
        part(parts[3]);
        boolean lengths = part(parts[2]).length == key.cipher().ivBytes
                && part(parts[4]).length == key.cipher().tagBytes
                && hasKey == needsKey;
        if (!lengths && own && !has(Fault.TAGS_OF_ANY_LENGTH)) {
            throw refused(Reason.MALFORMED);
        }
        try {
            if (!lengths && has(Fault.TAGS_OF_ANY_LENGTH) && key.way() == SealingKey.Way.DIRECT && !hasKey) {
                return gcm(parts);
            }
            JWEHeader parsed = JWEHeader.parse(new Base64URL(parts[0]));
            if (!own) {
                return new DirectDecrypter(WRAPPING)
                        .decrypt(parsed, null, url(parts[2]), url(parts[3]), url(parts[4]), ascii(parts[0]));
            }
            return key.decrypter()
                    .decrypt(
                            parsed,
                            hasKey ? url(parts[1]) : null,
                            url(parts[2]),
                            url(parts[3]),
                            url(parts[4]),
                            ascii(parts[0]));
        } catch (Exception e) {
            if (has(Fault.THROWS_WHAT_COMES)) {
                throw new IllegalStateException(e);
            }
            throw refused(
                    has(Fault.TELLS_WHAT_WAS_WRONG)
                                    && String.valueOf(e.getMessage()).contains("MAC")
                            ? Reason.SIGNATURE
                            : Reason.SEAL);
        }
    }

    private static boolean is32(Map<?, ?> point, String name) {
        return point.get(name) instanceof String text && new Base64URL(text).decode().length == 32;
    }

    private static Base64URL url(String text) {
        return new Base64URL(text);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** With as many bytes of the tag as there are. */
    private static byte[] gcm(String[] parts) throws GeneralSecurityException {
        byte[] text = url(parts[3]).decode();
        byte[] tag = url(parts[4]).decode();
        javax.crypto.Cipher gcm = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(
                javax.crypto.Cipher.DECRYPT_MODE,
                new SecretKeySpec(DIRECT, "AES"),
                new GCMParameterSpec(tag.length * 8, url(parts[2]).decode()));
        gcm.updateAAD(ascii(parts[0]));
        gcm.update(text);
        return gcm.doFinal(tag);
    }
}
