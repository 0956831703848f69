package dev.backendmastery.security.password;

import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.PasswordScheme.Pbkdf2;
import dev.backendmastery.security.password.PasswordScheme.Scrypt;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A hash with all that is needed to make it again, and its one text: a PHC string, or for bcrypt without a pepper and not prehashed the one that everybody
 * writes.
 */
final class StoredHash {

    private static final int MAX_LENGTH = 512;
    private static final String NUMBER = "([1-9][0-9]{0,9})";
    private static final String REST =
            "(?:,keyid=(" + Peppers.ID + "))?\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})";

    private static final Pattern ARGON2ID =
            Pattern.compile("\\$argon2id\\$v=19\\$m=" + NUMBER + ",t=" + NUMBER + ",p=" + NUMBER + REST);
    private static final Pattern SCRYPT =
            Pattern.compile("\\$scrypt\\$ln=" + NUMBER + ",r=" + NUMBER + ",p=" + NUMBER + REST);
    private static final Pattern PBKDF2 = Pattern.compile("\\$pbkdf2-sha256\\$i=" + NUMBER + ",l=" + NUMBER + REST);
    private static final Pattern BCRYPT_PHC = Pattern.compile("\\$bcrypt-hmac-sha384\\$r=" + NUMBER + REST);
    // $2x$ is by a version that lost bits of characters beyond ASCII: many passwords pass for one.
    private static final Pattern BCRYPT =
            Pattern.compile("\\$2([aby])\\$([0-3][0-9])\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");

    private static final int BCRYPT_SALT = 16;

    final PasswordScheme scheme;
    final @Nullable String pepper;
    final byte[] salt;
    final byte[] hash;
    /** Whether a hasher of these parameters would write it in this form. */
    private final boolean newest;

    StoredHash(PasswordScheme scheme, @Nullable String pepper, byte[] salt, byte[] hash) {
        this(scheme, pepper, salt, hash, true);
    }

    private StoredHash(PasswordScheme scheme, @Nullable String pepper, byte[] salt, byte[] hash, boolean newest) {
        this.scheme = scheme;
        this.pepper = pepper;
        this.salt = salt;
        this.hash = hash;
        this.newest = newest;
    }

    /** Whether it is no worse than what would be written now, with salts of this length. */
    boolean isLike(PasswordScheme wanted, @Nullable String wantedPepper, int saltLength, int hashLength) {
        return newest
                && scheme.equals(wanted)
                && Objects.equals(pepper, wantedPepper)
                && salt.length >= saltLength
                && hash.length >= hashLength;
    }

    /** What the text says; null if it is not the one text of a hash that can be made again. */
    static @Nullable StoredHash parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return null;
        }
        try {
            return parsed(text);
        } catch (IllegalArgumentException e) {
            return null; // a number that no scheme allows, or bytes with a second text
        }
    }

    private static @Nullable StoredHash parsed(String text) {
        Matcher m = ARGON2ID.matcher(text);
        if (m.matches()) {
            return of(new Argon2id(number(m, 1), number(m, 2), number(m, 3)), m, 4);
        }
        m = SCRYPT.matcher(text);
        if (m.matches()) {
            return of(new Scrypt(number(m, 1), number(m, 2), number(m, 3)), m, 4);
        }
        m = PBKDF2.matcher(text);
        if (m.matches()) {
            StoredHash hash = of(new Pbkdf2(number(m, 1)), m, 3);
            return hash.hash.length == number(m, 2) ? hash : null;
        }
        m = BCRYPT_PHC.matcher(text);
        if (m.matches()) {
            StoredHash hash = of(new Bcrypt(number(m, 1), true), m, 2);
            return isBcrypt(hash) ? hash : null;
        }
        m = BCRYPT.matcher(text);
        if (m.matches()) {
            StoredHash hash = new StoredHash(
                    new Bcrypt(Integer.parseInt(m.group(2)), false),
                    null,
                    BcryptBase64.decode(m.group(3)),
                    BcryptBase64.decode(m.group(4)),
                    m.group(1).equals("b"));
            return isBcrypt(hash) ? hash : null;
        }
        return null;
    }

    private static boolean isBcrypt(StoredHash hash) {
        return hash.salt.length == BCRYPT_SALT && hash.hash.length == HashFunction.BCRYPT_GIVES;
    }

    private static int number(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private static StoredHash of(PasswordScheme scheme, Matcher m, int group) {
        return new StoredHash(scheme, m.group(group), decode(m.group(group + 1)), decode(m.group(group + 2)));
    }

    private static byte[] decode(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length > 64 || !encode(bytes).equals(text)) {
            throw new IllegalArgumentException("a second text for the same bytes");
        }
        return bytes;
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Its text. Not toString, so that nothing writes it by the way. */
    String text() {
        String rest = (pepper == null ? "" : ",keyid=" + pepper) + "$" + encode(salt) + "$" + encode(hash);
        if (scheme instanceof Argon2id one) {
            return "$argon2id$v=19$m=" + one.memoryKib() + ",t=" + one.iterations() + ",p=" + one.parallelism() + rest;
        }
        if (scheme instanceof Scrypt one) {
            return "$scrypt$ln=" + one.logN() + ",r=" + one.r() + ",p=" + one.p() + rest;
        }
        if (scheme instanceof Pbkdf2 one) {
            return "$pbkdf2-sha256$i=" + one.iterations() + ",l=" + hash.length + rest;
        }
        if (scheme instanceof Bcrypt one) {
            return one.prehashed()
                    ? "$bcrypt-hmac-sha384$r=" + one.cost() + rest
                    : "$2b$" + (one.cost() < 10 ? "0" : "") + one.cost() + "$" + BcryptBase64.encode(salt)
                            + BcryptBase64.encode(hash);
        }
        throw new IllegalStateException("no such scheme: " + scheme);
    }

    /** Says how it was made, and nothing of what. */
    @Override
    public String toString() {
        return scheme + (pepper == null ? "" : ", pepper " + pepper);
    }

    /** Base64 with an alphabet of its own. */
    private static final class BcryptBase64 {

        private static final String THEIRS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        private static final String USUAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        private BcryptBase64() {}

        static byte[] decode(String text) {
            byte[] bytes = Base64.getDecoder().decode(map(text, THEIRS, USUAL));
            if (!encode(bytes).equals(text)) {
                throw new IllegalArgumentException("a second text for the same bytes");
            }
            return bytes;
        }

        static String encode(byte[] bytes) {
            return map(StoredHash.encode(bytes), USUAL, THEIRS);
        }

        private static String map(String text, String from, String to) {
            char[] mapped = new char[text.length()];
            for (int i = 0; i < mapped.length; i++) {
                mapped[i] = to.charAt(from.indexOf(text.charAt(i)));
            }
            return new String(mapped);
        }
    }
}
