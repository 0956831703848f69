package dev.backendmastery.security.token;

import dev.backendmastery.security.token.TokenRefusedException.Reason;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Believes signed tokens (JWS in its compact form, with claims) of one issuer, for one audience, of one kind, and refuses everything else.
 *
 * <p><b>Guarantee.</b> A token that it believes was signed by the key that it names with that key's one algorithm (TV-1, TV-6, TV-7), has exactly one
 * text (TV-2, TV-3) and one meaning (TV-4), asks for nothing that is not done (TV-5), is of the kind, issuer and audience that were asked for
 * (TV-9 to TV-11), and in time (TV-12 to TV-15) and not revoked (TV-16, TV-17). Nothing is read before its size is known to be small (TV-18). Whatever the
 * text, the answer is claims or {@link TokenRefusedException}, and no address that it names is ever asked (TV-19, TV-20). With {@link Builder#lowS} no
 * one can make a second text of a token of ES256 (TV-21).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> The signature's, and some microseconds. <b>Not for</b> encrypted tokens, JSON serialization, or
 * several issuers: one verifier for each.
 *
 * <p><b>Source.</b> RFC 7515, RFC 7519, RFC 8725; ASVS 5.0, V9.
 */
public final class TokenVerifier {

    private static final long LAST_SECOND = 253_402_300_799L; // of the year 9999

    private final String issuer;
    private final String audience;
    private final String type;
    private final KeySource keys;
    private final InstantSource clock;
    private final long leeway;
    private final int maxLength;
    private final @Nullable Duration maxAge;
    private final @Nullable Revocations revocations;
    private final boolean lowS;

    private TokenVerifier(Builder builder) {
        issuer = builder.issuer;
        audience = builder.audience;
        type = builder.type;
        keys = builder.keys;
        clock = builder.clock;
        leeway = builder.leeway.toSeconds();
        maxLength = builder.maxLength;
        maxAge = builder.maxAge;
        revocations = builder.revocations;
        lowS = builder.lowS;
    }

    /**
     * What every verifier must know.
     *
     * @param issuer the {@code iss} that a token must have, exactly
     * @param audience what must be among its {@code aud}
     * @param type the {@code typ} that its header must have, such as {@code at+jwt}: so no token of another kind passes for one of this
     */
    public static Builder of(String issuer, String audience, String type, KeySource keys) {
        return new Builder(issuer, audience, type, keys);
    }

    /**
     * Believes a token or does not.
     *
     * @throws TokenRefusedException if it is not to be believed
     * @throws KeysUnavailableException if that cannot be said now
     */
    public Claims verify(String token) throws TokenRefusedException {
        Jws.Opened opened = Jws.open(token, maxLength, this::key);
        if (lowS && !opened.key.isLow(opened.signature)) {
            throw refused(Reason.SIGNATURE, "the second of two signatures");
        }
        Map<String, @Nullable Object> all = StrictJson.object(opened.payload);
        if (all == null) {
            throw refused(Reason.MALFORMED, "claims that are not one JSON object with each member once");
        }
        return claims(all, opened.key);
    }

    private static TokenRefusedException refused(Reason reason, String message) {
        return new TokenRefusedException(reason, message);
    }

    private TokenKey key(Map<String, @Nullable Object> header) throws TokenRefusedException {
        if (!(header.get("typ") instanceof String typ) || !isType(typ)) {
            throw refused(Reason.TYPE, "typ is not " + type);
        }
        return Jws.key(header, keys);
    }

    /** Media types have no case, and may leave out {@code application/} (RFC 7515, section 4.1.9). */
    private boolean isType(String typ) {
        String rest = typ.regionMatches(true, 0, "application/", 0, 12) ? typ.substring(12) : typ;
        return rest.equalsIgnoreCase(type);
    }

    private Claims claims(Map<String, @Nullable Object> all, TokenKey key) throws TokenRefusedException {
        if (!issuer.equals(all.get("iss"))) {
            throw refused(Reason.ISSUER, "iss is not " + issuer);
        }
        List<String> audiences = audience(all.get("aud"));
        if (!audiences.contains(audience)) {
            throw refused(Reason.AUDIENCE, "aud is without " + audience);
        }
        Instant now = clock.instant();
        Instant expires = time(all, "exp");
        if (expires == null) {
            throw refused(Reason.CLAIM, "exp is missing");
        }
        if (!now.isBefore(expires.plusSeconds(leeway))) {
            throw refused(Reason.EXPIRED, "exp is over");
        }
        Instant notBefore = time(all, "nbf");
        if (notBefore != null && now.isBefore(notBefore.minusSeconds(leeway))) {
            throw refused(Reason.NOT_YET, "nbf is still to come");
        }
        Instant issued = time(all, "iat");
        if (issued != null && now.isBefore(issued.minusSeconds(leeway))) {
            throw refused(Reason.NOT_YET, "iat is still to come");
        }
        if (maxAge != null && (issued == null || now.isAfter(issued.plus(maxAge).plusSeconds(leeway)))) {
            throw refused(Reason.EXPIRED, "iat is missing or too long ago");
        }
        String id = text(all, "jti");
        String subject = text(all, "sub");
        if (revocations != null) {
            if (id == null || issued == null) {
                throw refused(Reason.CLAIM, "jti and iat are needed to tell whether it was revoked");
            }
            if (revocations.isRevoked(issuer, id, subject, issued)) {
                throw refused(Reason.REVOKED, "taken back");
            }
        }
        return new Claims(issuer, subject, audiences, expires, issued, id, key.id(), all);
    }

    private static List<String> audience(@Nullable Object value) throws TokenRefusedException {
        if (value instanceof String one) {
            return List.of(one);
        }
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object item : list) {
                if (!(item instanceof String text)) {
                    throw refused(Reason.CLAIM, "aud holds what is no text");
                }
                texts.add(text);
            }
        } else if (value != null) {
            throw refused(Reason.CLAIM, "aud is neither a text nor a list");
        }
        return List.copyOf(texts);
    }

    private static @Nullable String text(Map<String, @Nullable Object> all, String name) throws TokenRefusedException {
        if (!all.containsKey(name)) {
            return null;
        }
        if (all.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw refused(Reason.CLAIM, name + " is no text");
    }

    private static @Nullable Instant time(Map<String, @Nullable Object> all, String name) throws TokenRefusedException {
        if (!all.containsKey(name)) {
            return null;
        }
        Object value = all.get(name);
        if (value instanceof Long seconds && seconds >= 0 && seconds <= LAST_SECOND) {
            return Instant.ofEpochSecond(seconds);
        }
        if (value instanceof BigDecimal number
                && number.signum() >= 0
                && number.compareTo(BigDecimal.valueOf(LAST_SECOND)) <= 0) {
            return Instant.ofEpochSecond(
                    number.longValue(),
                    number.remainder(BigDecimal.ONE).movePointRight(9).longValue());
        }
        throw refused(Reason.CLAIM, name + " is no time");
    }

    /** What a verifier may know besides. Not safe for several threads. */
    public static final class Builder {

        private final String issuer;
        private final String audience;
        private final String type;
        private final KeySource keys;
        private InstantSource clock = InstantSource.system();
        private Duration leeway = Duration.ZERO;
        private int maxLength = 8_192;
        private @Nullable Duration maxAge;
        private @Nullable Revocations revocations;
        private boolean lowS;

        private Builder(String issuer, String audience, String type, KeySource keys) {
            this.issuer = notEmpty("issuer", issuer);
            this.audience = notEmpty("audience", audience);
            this.type = notEmpty("type", type).toLowerCase(Locale.ROOT);
            this.keys = Objects.requireNonNull(keys, "keys");
        }

        private static String notEmpty(String name, String value) {
            if (value.isEmpty()) {
                throw new IllegalArgumentException(name + " must not be empty");
            }
            return value;
        }

        /** What time it is. */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** How far clocks may be apart, in whole seconds from 0 to 5 minutes; none by default. */
        public Builder leeway(Duration leeway) {
            if (leeway.isNegative()
                    || leeway.compareTo(Duration.ofMinutes(5)) > 0
                    || !leeway.equals(Duration.ofSeconds(leeway.toSeconds()))) {
                throw new IllegalArgumentException("leeway must be whole seconds, 0 to 5 minutes, was " + leeway);
            }
            this.leeway = leeway;
            return this;
        }

        /** How many characters a token may have, from 256 to 65,536; 8,192 by default. */
        public Builder maxLength(int characters) {
            if (characters < 256 || characters > 65_536) {
                throw new IllegalArgumentException("characters must be 256 to 65536, were " + characters);
            }
            maxLength = characters;
            return this;
        }

        /** How long ago it may have been issued, whatever it says of its end; then {@code iat} must be there. */
        public Builder maxAge(Duration age) {
            if (age.isNegative() || age.isZero()) {
                throw new IllegalArgumentException("age must be positive, was " + age);
            }
            maxAge = age;
            return this;
        }

        /** Asked of each token; then {@code jti} and {@code iat} must be there. */
        public Builder revocations(Revocations revocations) {
            this.revocations = Objects.requireNonNull(revocations, "revocations");
            return this;
        }

        /**
         * Refuses the second of the two signatures that ECDSA has for everything: for issuers that are known to make the first, as {@link
         * TokenIssuer} does. Others may make either.
         */
        public Builder lowS() {
            lowS = true;
            return this;
        }

        /** The verifier. */
        public TokenVerifier build() {
            return new TokenVerifier(this);
        }
    }
}
