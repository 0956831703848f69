package dev.backendmastery.security.password;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that are mixed into passwords before they are hashed, and kept elsewhere than the hashes: whoever has only the database can try nothing.
 *
 * <p><b>Guarantee.</b> New hashes are made with the current one, old ones verify with theirs as long as it is here (PH-10, PH-11). No text shows one.
 *
 * <p><b>Threads.</b> Immutable. <b>Not for</b> a secret that is lost: with it all passwords are. <b>Source.</b> NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 11.4.
 */
public final class Peppers {

    /** What a name is, so that it can stand in a PHC string. */
    static final String ID = "[A-Za-z0-9-]{1,32}";

    private static final Pattern NAME = Pattern.compile(ID);
    private static final int LEAST = 32;
    private static final Peppers NONE = new Peppers(null, Map.of());

    private final @Nullable String current;
    private final Map<String, SecretKeySpec> keys;

    private Peppers(@Nullable String current, Map<String, SecretKeySpec> keys) {
        this.current = current;
        this.keys = keys;
    }

    /** Without. */
    public static Peppers none() {
        return NONE;
    }

    /**
     * The current one and all that hashes may still be of.
     *
     * @param keys by name, which has 1 to 32 letters, digits or hyphens; of at least 32 bytes each, which are copied
     */
    public static Peppers of(String current, Map<String, byte[]> keys) {
        if (!keys.containsKey(current)) {
            throw new IllegalArgumentException("current must be one of " + keys.keySet() + ", was " + current);
        }
        Map<String, SecretKeySpec> copies = new LinkedHashMap<>();
        keys.forEach((name, key) -> {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("name must be 1 to 32 letters, digits or hyphens, was " + name);
            }
            if (key.length < LEAST) {
                throw new IllegalArgumentException(
                        "key " + name + " must have at least " + LEAST + " bytes, had " + key.length);
            }
            copies.put(name, new SecretKeySpec(key, "HmacSHA384"));
        });
        return new Peppers(current, copies);
    }

    @Nullable
    String current() {
        return current;
    }

    boolean knows(@Nullable String name) {
        return name == null || keys.containsKey(name);
    }

    /** The password with the pepper of this name, in 64 letters. */
    byte[] mix(String name, byte[] password) {
        SecretKeySpec key = keys.get(name);
        if (key == null) {
            throw new IllegalStateException("no pepper of the name " + name);
        }
        return letters(key, password);
    }

    /** {@code HMAC-SHA-384} in base64. */
    static byte[] letters(SecretKeySpec key, byte[] password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA384");
            mac.init(key);
            return Base64.getEncoder().encode(mac.doFinal(password));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA384", e);
        }
    }

    /** The names. */
    public Set<String> names() {
        return Set.copyOf(keys.keySet());
    }

    /** The names. */
    @Override
    public String toString() {
        return "peppers " + keys.keySet() + ", current " + current;
    }
}
