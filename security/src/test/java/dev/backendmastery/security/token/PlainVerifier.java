package dev.backendmastery.security.token;

import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A verifier as one writes it, right unless it is given a fault: what each of these rules is good for shows when it is left out. */
final class PlainVerifier implements TokenVerifierContract.Verifier {

    /** A rule that is left out. */
    enum Fault {
        LENIENT_BASE64,
        STRAY_BITS,
        MORE_PARTS,
        LAST_MEMBER_WINS,
        IGNORES_CRIT,
        IGNORES_ZIP,
        ALGORITHM_OF_THE_HEADER,
        PUBLIC_KEY_AS_SECRET,
        BELIEVES_NONE,
        SKIPS_THE_SIGNATURE,
        ANY_TYPE,
        CASE_IN_TYPES,
        ISSUER_BEGINS,
        ANY_AUDIENCE,
        NEEDS_NO_END,
        BELIEVES_AT_THE_END,
        ADDS_LEEWAY,
        IGNORES_BEGIN,
        IGNORES_IAT,
        IGNORES_AGE,
        DENIES_BY_BYTES,
        FORGETS_SUBJECTS,
        SUBJECTS_FOR_EVER,
        READS_ANY_SIZE,
        READS_ANY_DEPTH,
        THROWS_WHAT_COMES,
        TAKES_EMBEDDED_KEYS,
        EITHER_S,
        ANY_KEY_WITHOUT_NAME,
        FIRST_KEY_FOR_UNKNOWN,
        KNOWS_NO_EDDSA
    }

    private final TokenVerifierContract.Parts parts;
    private final Set<Fault> faults;
    private final Set<String> denied = new HashSet<>();

    PlainVerifier(TokenVerifierContract.Parts parts, @Nullable Fault fault) {
        this.parts = parts;
        this.faults = fault == null ? EnumSet.noneOf(Fault.class) : EnumSet.of(fault);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private static TokenRefusedException refused(Reason reason) {
        return new TokenRefusedException(reason, "refused");
    }

    private byte[] decode(String text) throws TokenRefusedException {
        if (has(Fault.LENIENT_BASE64)) {
            String clean =
                    text.replaceAll("[^A-Za-z0-9+/_-]", "").replace('+', '-').replace('/', '_');
            byte[] bytes = Base64.getUrlDecoder().decode(clean.length() % 4 == 1 ? clean + "A" : clean);
            return bytes;
        }
        if (has(Fault.STRAY_BITS)) {
            if (!text.matches("[A-Za-z0-9_-]*") || text.length() % 4 == 1) {
                throw refused(Reason.MALFORMED);
            }
            return Base64.getUrlDecoder().decode(text);
        }
        byte[] bytes = Base64Url.decode(text, 0, text.length());
        if (bytes == null) {
            throw refused(Reason.MALFORMED);
        }
        return bytes;
    }

    private Map<String, @Nullable Object> object(byte[] bytes) throws TokenRefusedException {
        byte[] read = bytes;
        if (has(Fault.LAST_MEMBER_WINS)) {
            // As a parser does that keeps the last of two: the first ones are taken out.
            String text = new String(bytes, StandardCharsets.UTF_8);
            for (String name : List.of("sub", "exp", "alg")) {
                int first = text.indexOf("\"" + name + "\":");
                int second = text.indexOf("\"" + name + "\":", first + 1);
                if (first >= 0 && second >= 0) {
                    text = text.substring(0, first) + text.substring(text.indexOf(',', first) + 1);
                }
            }
            read = text.getBytes(StandardCharsets.UTF_8);
        }
        if (has(Fault.READS_ANY_DEPTH)) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("\\[\\[+\\]+\\]", "[]");
            read = text.getBytes(StandardCharsets.ISO_8859_1);
        }
        Map<String, @Nullable Object> object = StrictJson.object(read);
        if (object == null) {
            if (has(Fault.THROWS_WHAT_COMES)) {
                throw new IllegalStateException("no object");
            }
            throw refused(Reason.MALFORMED);
        }
        return object;
    }

    @Override
    public Claims verify(String token) throws TokenRefusedException {
        if (!has(Fault.READS_ANY_SIZE) && token.length() > parts.maxLength()) {
            throw refused(Reason.TOO_LARGE);
        }
        String[] three = token.split("\\.", -1);
        if (has(Fault.MORE_PARTS) ? three.length < 3 : three.length != 3) {
            throw refused(Reason.MALFORMED);
        }
        if (!has(Fault.READS_ANY_SIZE) && three[0].length() > 2_048) {
            throw refused(Reason.TOO_LARGE);
        }
        if (three[0].isEmpty() || (three[2].isEmpty() && !has(Fault.BELIEVES_NONE))) {
            throw refused(Reason.MALFORMED);
        }
        Map<String, @Nullable Object> header = object(decode(three[0]));
        for (String name : List.of("crit", "b64", "zip")) {
            boolean ignored = name.equals("zip") ? has(Fault.IGNORES_ZIP) : has(Fault.IGNORES_CRIT);
            if (header.containsKey(name) && !ignored) {
                throw refused(Reason.UNSUPPORTED);
            }
        }
        byte[] payload = decode(three[1]);
        byte[] signature = decode(three[2]);
        checkType(header.get("typ"));
        TokenKey key = key(header);
        byte[] content = (three[0] + "." + three[1]).getBytes(StandardCharsets.US_ASCII);
        boolean none = has(Fault.BELIEVES_NONE) && "none".equalsIgnoreCase(String.valueOf(header.get("alg")));
        if (!none && !has(Fault.SKIPS_THE_SIGNATURE) && !key.verify(content, signature)) {
            throw refused(Reason.SIGNATURE);
        }
        if (parts.lowS() && !has(Fault.EITHER_S) && !key.isLow(signature)) {
            throw refused(Reason.SIGNATURE);
        }
        return claims(token, object(payload), key);
    }

    private void checkType(@Nullable Object typ) throws TokenRefusedException {
        if (has(Fault.ANY_TYPE)) {
            return;
        }
        String text = typ instanceof String given ? given : "";
        if (has(Fault.CASE_IN_TYPES)) {
            if (!text.equals(parts.type())) {
                throw refused(Reason.TYPE);
            }
            return;
        }
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        if (!lower.equals(parts.type()) && !lower.equals("application/" + parts.type())) {
            throw refused(Reason.TYPE);
        }
    }

    private TokenKey key(Map<String, @Nullable Object> header) throws TokenRefusedException {
        Object id = header.get("kid");
        if (header.containsKey("kid") && !(id instanceof String)) {
            throw refused(Reason.MALFORMED);
        }
        if (has(Fault.TAKES_EMBEDDED_KEYS) && header.containsKey("jku")) {
            fetch(String.valueOf(header.get("jku")));
        }
        List<TokenKey> all = ((TokenKeys) parts.keys()).all();
        TokenKey key = parts.keys().find((String) id).orElse(null);
        if (key == null && (has(Fault.FIRST_KEY_FOR_UNKNOWN) || (id == null && has(Fault.ANY_KEY_WITHOUT_NAME)))) {
            Algorithm wanted = Algorithm.of(header.get("alg"));
            key = all.stream()
                    .filter(one -> one.algorithm() == wanted)
                    .findFirst()
                    .orElse(all.get(0));
        }
        Algorithm algorithm = Algorithm.of(header.get("alg"));
        boolean none = has(Fault.BELIEVES_NONE) && "none".equalsIgnoreCase(String.valueOf(header.get("alg")));
        if (algorithm == Algorithm.EDDSA && has(Fault.KNOWS_NO_EDDSA)) {
            throw refused(Reason.ALGORITHM);
        }
        if (algorithm == null && !none) {
            throw refused(Reason.ALGORITHM);
        }
        if (key == null) {
            throw refused(Reason.UNKNOWN_KEY);
        }
        if (none || key.algorithm() == algorithm || algorithm == null) {
            return key;
        }
        boolean rsa = algorithm == Algorithm.RS256 || algorithm == Algorithm.PS256;
        if (has(Fault.ALGORITHM_OF_THE_HEADER)
                && rsa
                && key.verifying() instanceof java.security.interfaces.RSAPublicKey known) {
            return TokenKey.of(key.id(), algorithm, known);
        }
        if (has(Fault.PUBLIC_KEY_AS_SECRET) && algorithm == Algorithm.HS256) {
            byte[] bytes = key.verifying().getEncoded();
            return TokenKey.secret(key.id(), java.util.Arrays.copyOf(bytes, Math.min(256, bytes.length)));
        }
        throw refused(Reason.ALGORITHM);
    }

    private static void fetch(String address) {
        java.net.URI uri = java.net.URI.create(address);
        try (java.net.Socket socket = new java.net.Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static @Nullable Instant time(Map<String, @Nullable Object> all, String name) throws TokenRefusedException {
        Object value = all.get(name);
        if (value == null && !all.containsKey(name)) {
            return null;
        }
        if (value instanceof Long seconds && seconds >= 0 && seconds < 253_402_300_800L) {
            return Instant.ofEpochSecond(seconds);
        }
        if (value instanceof BigDecimal number
                && number.signum() >= 0
                && number.longValue() < 253_402_300_800L
                && number.precision() - number.scale() < 13) {
            return Instant.ofEpochMilli(number.movePointRight(3).longValue());
        }
        throw refused(Reason.CLAIM);
    }

    private Claims claims(String token, Map<String, @Nullable Object> all, TokenKey key) throws TokenRefusedException {
        Object iss = all.get("iss");
        boolean begins = has(Fault.ISSUER_BEGINS) && iss instanceof String text && text.startsWith(parts.issuer());
        if (!begins && !parts.issuer().equals(iss)) {
            throw refused(Reason.ISSUER);
        }
        List<String> audiences = new ArrayList<>();
        Object aud = all.get("aud");
        if (aud instanceof List<?> list) {
            for (Object item : list) {
                if (!(item instanceof String text)) {
                    throw refused(Reason.CLAIM);
                }
                audiences.add(text);
            }
        } else if (aud instanceof String text) {
            audiences.add(text);
        } else if (aud != null) {
            throw refused(Reason.CLAIM);
        }
        if (!has(Fault.ANY_AUDIENCE) && !audiences.contains(parts.audience())) {
            throw refused(Reason.AUDIENCE);
        }
        Instant now = parts.clock().instant();
        long leeway = parts.leeway().toSeconds() + (has(Fault.ADDS_LEEWAY) ? 60 : 0);
        Instant expires = time(all, "exp");
        if (expires == null && has(Fault.NEEDS_NO_END)) {
            expires = Instant.MAX.minusSeconds(leeway);
        }
        if (expires == null) {
            throw refused(Reason.CLAIM);
        }
        Instant end = expires.plusSeconds(leeway);
        if (has(Fault.BELIEVES_AT_THE_END) ? now.isAfter(end) : !now.isBefore(end)) {
            throw refused(Reason.EXPIRED);
        }
        Instant begin = time(all, "nbf");
        if (begin != null && !has(Fault.IGNORES_BEGIN) && now.isBefore(begin.minusSeconds(leeway))) {
            throw refused(Reason.NOT_YET);
        }
        Instant issued = time(all, "iat");
        if (issued != null && !has(Fault.IGNORES_IAT) && now.isBefore(issued.minusSeconds(leeway))) {
            throw refused(Reason.NOT_YET);
        }
        if (parts.maxAge() != null
                && !has(Fault.IGNORES_AGE)
                && (issued == null || now.isAfter(issued.plus(parts.maxAge()).plusSeconds(leeway)))) {
            throw refused(Reason.EXPIRED);
        }
        String id = all.get("jti") instanceof String text ? text : null;
        String subject = all.get("sub") instanceof String text ? text : null;
        if (all.containsKey("jti") && (id == null || id.isEmpty())) {
            throw refused(Reason.CLAIM);
        }
        if (parts.revocations() != null) {
            checkRevoked(token, parts.revocations(), id, subject, issued);
        }
        return new Claims(parts.issuer(), subject, audiences, expires, issued, id, key.id(), all);
    }

    private void checkRevoked(
            String token,
            Revocations revocations,
            @Nullable String id,
            @Nullable String subject,
            @Nullable Instant issued)
            throws TokenRefusedException {
        if (id == null || issued == null) {
            throw refused(Reason.CLAIM);
        }
        boolean revoked = revocations.isRevoked(parts.issuer(), id, subject, issued);
        if (has(Fault.DENIES_BY_BYTES)) {
            // Only the text that was seen when it was taken back is on the list.
            if (revoked && denied.isEmpty()) {
                denied.add(token);
            }
            revoked = denied.contains(token) || (revoked && !id.equals("1"));
        }
        if (has(Fault.FORGETS_SUBJECTS)) {
            revoked = revocations.isRevoked(parts.issuer(), id, null, issued);
        }
        if (has(Fault.SUBJECTS_FOR_EVER) && subject != null) {
            revoked |= revocations.isRevoked(parts.issuer(), id, subject, Instant.EPOCH);
        }
        if (revoked) {
            throw refused(Reason.REVOKED);
        }
    }
}
