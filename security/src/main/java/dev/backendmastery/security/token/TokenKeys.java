package dev.backendmastery.security.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keys by name.
 *
 * <p><b>Guarantee.</b> No name is there twice, and secrets and public keys are not in one set (TV-8): who holds a set to verify with would else hold
 * what signs. A token without {@code kid} is by the one key, if there is but one. <b>Threads.</b> Immutable. <b>Cost.</b> A look into a map.
 */
public final class TokenKeys implements KeySource {

    private static final int MOST = 100;

    private final Map<String, TokenKey> keys = new LinkedHashMap<>();

    private TokenKeys(Collection<TokenKey> all) {
        if (all.isEmpty() || all.size() > MOST) {
            throw new IllegalArgumentException("keys must be 1 to " + MOST + ", were " + all.size());
        }
        boolean symmetric = all.iterator().next().algorithm().isSymmetric();
        for (TokenKey key : all) {
            if (keys.put(key.id(), key) != null) {
                throw new IllegalArgumentException("each key must have a name of its own, twice was " + key.id());
            }
            if (key.algorithm().isSymmetric() != symmetric) {
                throw new IllegalArgumentException("keys must be all secrets or all pairs");
            }
        }
    }

    /**
     * These keys.
     *
     * @throws IllegalArgumentException if a name is there twice, or secrets and pairs are mixed
     */
    public static TokenKeys of(TokenKey... keys) {
        return new TokenKeys(List.of(keys));
    }

    /**
     * A JWK set as it is published. All of its keys must be right: one that is wrong is a sign of something worse.
     *
     * @throws IllegalArgumentException if it is none, a key in it is weak, or as {@link #of}
     */
    public static TokenKeys jwks(String json) {
        return new TokenKeys(parse(json, true));
    }

    /**
     * @param all whether a key that is for other uses than signatures, or of an algorithm that is not ours, is an error; else it is left out
     */
    static List<TokenKey> parse(String json, boolean all) {
        Map<String, @Nullable Object> set = StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
        if (set == null || !(set.get("keys") instanceof List<?> list)) {
            throw new IllegalArgumentException("a JWK set must be a JSON object with keys");
        }
        List<TokenKey> keys = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> members)) {
                throw new IllegalArgumentException("a key of a JWK set must be an object");
            }
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            members.forEach((name, value) -> named.put(String.valueOf(name), value));
            boolean ours = Algorithm.of(named.get("alg")) != null && !"enc".equals(named.get("use"));
            if (all || ours) {
                keys.add(Jwk.parse(named));
            }
        }
        return keys;
    }

    static TokenKeys of(Collection<TokenKey> keys) {
        return new TokenKeys(keys);
    }

    /** All. */
    public List<TokenKey> all() {
        return List.copyOf(keys.values());
    }

    /** The public parts as a JWK set, to be published. @throws IllegalStateException if they are secrets */
    public String toPublicJwks() {
        Map<String, Object> set =
                Map.of("keys", keys.values().stream().map(Jwk::members).toList());
        return new String(StrictJson.bytes(set), StandardCharsets.UTF_8);
    }

    @Override
    public Optional<TokenKey> find(@Nullable String id) {
        if (id == null) {
            return keys.size() == 1 ? Optional.of(keys.values().iterator().next()) : Optional.empty();
        }
        return Optional.ofNullable(keys.get(id));
    }
}
