package dev.backendmastery.security.token;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens that a {@link TokenVerifier} believes.
 *
 * <p><b>Guarantee.</b> Each has {@code iss}, {@code aud}, {@code iat}, {@code exp}, a {@code jti} of 128 random bits, and in its header {@code alg}, {@code typ} and {@code kid} (TI-1, TI-2).
 * Claims of the caller replace none of these (TI-3). <b>Threads.</b> Safe for any number. <b>Cost.</b> The signature's. <b>Not for</b> secrets in claims: whoever has
 * the token reads them. <b>Source.</b> RFC 7519, RFC 9068 for {@code at+jwt}.
 */
public final class TokenIssuer {

    private static final Set<String> OURS = Set.of("iss", "aud", "iat", "exp", "nbf", "jti", "sub");
    private static final int ID_BYTES = 16;

    private final String issuer;
    private final TokenKey key;
    private final Duration lifetime;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final String header;

    /**
     * Signs with {@code key}.
     *
     * @param type of the tokens, such as {@code at+jwt}
     * @param lifetime from 1 s to 400 days
     * @throws IllegalArgumentException if the key can only verify, or the lifetime is out of its range
     */
    public TokenIssuer(String issuer, String type, TokenKey key, Duration lifetime, InstantSource clock) {
        this.issuer = Objects.requireNonNull(issuer, "issuer");
        this.key = Objects.requireNonNull(key, "key");
        this.lifetime = Objects.requireNonNull(lifetime, "lifetime");
        this.clock = Objects.requireNonNull(clock, "clock");
        if (!key.canSign()) {
            throw new IllegalArgumentException("key " + key.id() + " can only verify");
        }
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(Duration.ofDays(400)) > 0) {
            throw new IllegalArgumentException("lifetime must be from 1 s to 400 days, was " + lifetime);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("alg", key.algorithm().header());
        members.put("typ", Objects.requireNonNull(type, "type"));
        members.put("kid", key.id());
        header = Base64Url.encode(StrictJson.bytes(members));
    }

    /** A token, and what is needed to take it back. */
    public record Issued(String token, String id, Instant expiresAt) {}

    /**
     * A token about {@code subject}.
     *
     * @param subject or null for nobody
     * @param audience whom it is for, at least one
     * @param claims what else it says: texts, whole numbers, truth values, lists and maps of these
     * @throws IllegalArgumentException if there is no audience, or a claim is one of ours or of no such kind
     */
    public Issued issue(
            @Nullable String subject, List<String> audience, Map<String, ? extends @Nullable Object> claims) {
        if (audience.isEmpty()) {
            throw new IllegalArgumentException("audience must be at least one, was none");
        }
        for (String name : claims.keySet()) {
            if (OURS.contains(name)) {
                throw new IllegalArgumentException("claim must not be one that the issuer sets, was " + name);
            }
        }
        Instant now = clock.instant();
        Instant expires = Instant.ofEpochSecond(now.plus(lifetime).getEpochSecond());
        byte[] bits = new byte[ID_BYTES];
        random.nextBytes(bits);
        String id = Base64Url.encode(bits);
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("iss", issuer);
        if (subject != null) {
            all.put("sub", subject);
        }
        all.put("aud", audience.size() == 1 ? audience.get(0) : audience);
        all.put("iat", now.getEpochSecond());
        all.put("exp", expires.getEpochSecond());
        all.put("jti", id);
        all.putAll(claims);
        String content = header + "." + Base64Url.encode(StrictJson.bytes(all));
        String signature = Base64Url.encode(key.sign(content.getBytes(StandardCharsets.US_ASCII)));
        return new Issued(content + "." + signature, id, expires);
    }
}
