package dev.backendmastery.security.token;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.crypto.AESDecrypter;
import com.nimbusds.jose.crypto.AESEncrypter;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key that tokens are sealed for, with its name, its one way of doing so and its one cipher. Weak ones are refused when they are made.
 *
 * <p><b>Guarantee.</b> JE-6: a key seals and opens in its own way alone. <b>Threads.</b> Safe for any number. <b>Cost.</b> That of the primitive.
 * <b>Source.</b> RFC 7518, sections 4 and 5.
 */
public final class SealingKey {

    /** How the key of each token's content comes to who opens it. Those that are broken, or cost what the sender likes, are none: RSA1_5, PBES2. */
    public enum Way {
        /** Agreed by Diffie-Hellman on P-256, wrapped: anybody may seal, one may open. */
        ECDH_ES_A256KW("ECDH-ES+A256KW", "EC"),
        /** As above with a shorter wrapping key. */
        ECDH_ES_A128KW("ECDH-ES+A128KW", "EC"),
        /** Agreed by Diffie-Hellman on P-256 and used as it is. */
        ECDH_ES("ECDH-ES", "EC"),
        /** Under an RSA key with OAEP and SHA-256: anybody may seal, one may open. */
        RSA_OAEP_256("RSA-OAEP-256", "RSA"),
        /** Wrapped with a shared secret of 256 bits. */
        A256KW("A256KW", "oct"),
        /** Wrapped with a shared secret of 128 bits. */
        A128KW("A128KW", "oct"),
        /** Is the shared secret itself: for up to 2^32 tokens. */
        DIRECT("dir", "oct");

        private final String header;
        private final String keyType;

        Way(String header, String keyType) {
            this.header = header;
            this.keyType = keyType;
        }

        /** As a header says it. */
        public String header() {
            return header;
        }

        JWEAlgorithm nimbus() {
            return JWEAlgorithm.parse(header);
        }

        static @Nullable Way of(@Nullable Object header) {
            for (Way way : values()) {
                if (way.header.equals(header)) {
                    return way;
                }
            }
            return null;
        }
    }

    /** What the content is sealed with. */
    public enum Cipher {
        /** AES-GCM, 256 bits. */
        A256GCM("A256GCM", 32, 12, 16),
        /** AES-GCM, 128 bits. */
        A128GCM("A128GCM", 16, 12, 16),
        /** AES-CBC and HMAC-SHA-512, 512 bits together. */
        A256CBC_HS512("A256CBC-HS512", 64, 16, 32),
        /** AES-CBC and HMAC-SHA-256, 256 bits together. */
        A128CBC_HS256("A128CBC-HS256", 32, 16, 16);

        private final String header;
        final int keyBytes;
        final int ivBytes;
        final int tagBytes;

        Cipher(String header, int keyBytes, int ivBytes, int tagBytes) {
            this.header = header;
            this.keyBytes = keyBytes;
            this.ivBytes = ivBytes;
            this.tagBytes = tagBytes;
        }

        /** As a header says it. */
        public String header() {
            return header;
        }

        EncryptionMethod nimbus() {
            return EncryptionMethod.parse(header);
        }

        static @Nullable Cipher of(@Nullable Object header) {
            for (Cipher cipher : values()) {
                if (cipher.header.equals(header)) {
                    return cipher;
                }
            }
            return null;
        }
    }

    private final String id;
    private final Way way;
    private final Cipher cipher;
    private final JWEEncrypter encrypter;
    private final @Nullable JWEDecrypter decrypter;

    private SealingKey(String id, Way way, Cipher cipher, Key sealing, @Nullable Key opening) {
        this.id = TokenKey.checkId(id);
        this.way = Objects.requireNonNull(way, "way");
        this.cipher = Objects.requireNonNull(cipher, "cipher");
        try {
            encrypter = encrypter(way, sealing);
            decrypter = opening == null ? null : decrypter(way, opening);
        } catch (JOSEException e) {
            throw new WeakKeyException("not a usable " + way + " key: " + e.getMessage());
        }
    }

    private static JWEEncrypter encrypter(Way way, Key key) throws JOSEException {
        return switch (way) {
            case ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW -> new ECDHEncrypter((ECPublicKey) key);
            case RSA_OAEP_256 -> new RSAEncrypter((RSAPublicKey) key);
            case A128KW, A256KW -> new AESEncrypter(key.getEncoded());
            case DIRECT -> new DirectEncrypter(key.getEncoded());
        };
    }

    private static JWEDecrypter decrypter(Way way, Key key) throws JOSEException {
        return switch (way) {
            case ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW -> new ECDHDecrypter((ECPrivateKey) key);
            case RSA_OAEP_256 -> new RSADecrypter((PrivateKey) key);
            case A128KW, A256KW -> new AESDecrypter(key.getEncoded());
            case DIRECT -> new DirectDecrypter(key.getEncoded());
        };
    }

    /** A new pair or a new secret, as {@code way} needs it; RSA keys have 2,048 bits. */
    public static SealingKey generate(String id, Way way, Cipher cipher) {
        try {
            if (way.keyType.equals("oct")) {
                byte[] secret = new byte[bytes(way, cipher)];
                new SecureRandom().nextBytes(secret);
                return secret(id, way, cipher, secret);
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance(way.keyType);
            if (way == Way.RSA_OAEP_256) {
                generator.initialize(2048);
            } else {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            KeyPair pair = generator.generateKeyPair();
            return of(id, way, cipher, pair.getPublic(), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has " + way.keyType, e);
        }
    }

    private static int bytes(Way way, Cipher cipher) {
        return way == Way.DIRECT ? cipher.keyBytes : way == Way.A256KW ? 32 : 16;
    }

    /**
     * A shared secret, for {@link Way#A256KW}, {@link Way#A128KW} and {@link Way#DIRECT}.
     *
     * @param secret of 32 or 16 bytes, or of as many as the cipher's key has; copied
     * @throws WeakKeyException if it has another length, or {@code way} needs a pair
     */
    public static SealingKey secret(String id, Way way, Cipher cipher, byte[] secret) {
        if (!way.keyType.equals("oct")) {
            throw new WeakKeyException(way + " needs a pair of keys");
        }
        if (secret.length != bytes(way, cipher)) {
            throw new WeakKeyException("a secret for " + way + " and " + cipher + " must have " + bytes(way, cipher)
                    + " bytes, had " + secret.length);
        }
        SecretKeySpec key = new SecretKeySpec(secret, "AES");
        return new SealingKey(id, way, cipher, key, key);
    }

    /**
     * A public key, to seal with; with the private one, to open as well.
     *
     * @throws WeakKeyException if it is weak, no key for {@code way}, or the two do not belong together
     */
    public static SealingKey of(
            String id, Way way, Cipher cipher, PublicKey publicKey, @Nullable PrivateKey privateKey) {
        switch (way.keyType) {
            case "RSA" -> {
                if (!(publicKey instanceof RSAPublicKey rsa)) {
                    throw new WeakKeyException(way + " needs an RSA key");
                }
                RsaKeys.check(rsa.getModulus(), rsa.getPublicExponent());
            }
            case "EC" -> {
                if (!(publicKey instanceof ECPublicKey ec)
                        || !Jwk.P256.getOrder().equals(ec.getParams().getOrder())) {
                    throw new WeakKeyException(way + " needs a key on P-256");
                }
            }
            default -> throw new WeakKeyException(way + " needs a secret");
        }
        SealingKey key = new SealingKey(id, way, cipher, publicKey, privateKey);
        if (privateKey != null && !Jwe.isPair(key)) {
            throw new WeakKeyException("the private and the public key do not belong together");
        }
        return key;
    }

    /**
     * A key as JSON. It must say its {@code kty}, {@code alg} and {@code kid}; {@code use} and {@code key_ops}, if there are any, must allow what it is for.
     *
     * @throws WeakKeyException if it does not, is weak, or is no key
     */
    public static SealingKey jwk(String json, Cipher cipher) {
        Map<String, @Nullable Object> members = StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
        if (members == null) {
            throw new WeakKeyException("a JWK must be a JSON object");
        }
        Way way = Way.of(members.get("alg"));
        if (way == null) {
            throw new WeakKeyException("a JWK must say its alg, one of ours");
        }
        if (!way.keyType.equals(members.get("kty"))) {
            throw new WeakKeyException("kty of a key for " + way.header + " must be " + way.keyType);
        }
        if (!(members.get("kid") instanceof String id)) {
            throw new WeakKeyException("a JWK must have a kid");
        }
        checkUse(members);
        try {
            return switch (way.keyType) {
                case "RSA" -> rsa(id, way, cipher, members);
                case "EC" -> ec(id, way, cipher, members);
                default -> secret(id, way, cipher, Jwk.bytes(members, "k"));
            };
        } catch (GeneralSecurityException e) {
            throw new WeakKeyException("a JWK that is no key: " + e.getMessage());
        }
    }

    private static void checkUse(Map<String, @Nullable Object> members) {
        if (members.containsKey("use") && !"enc".equals(members.get("use"))) {
            throw new WeakKeyException("use of a key for sealing must be enc, was " + members.get("use"));
        }
        if (members.containsKey("key_ops")
                && (!(members.get("key_ops") instanceof List<?> operations)
                        || operations.isEmpty()
                        || !Set.of("encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits")
                                .containsAll(operations))) {
            throw new WeakKeyException(
                    "key_ops of a key for sealing must be of that alone, were " + members.get("key_ops"));
        }
    }

    private static SealingKey rsa(String id, Way way, Cipher cipher, Map<String, @Nullable Object> members)
            throws GeneralSecurityException {
        BigInteger modulus = Jwk.number(members, "n");
        BigInteger exponent = Jwk.number(members, "e");
        RsaKeys.check(modulus, exponent);
        KeyFactory factory = KeyFactory.getInstance("RSA");
        PublicKey publicKey = factory.generatePublic(new RSAPublicKeySpec(modulus, exponent));
        PrivateKey privateKey = members.containsKey("d")
                ? factory.generatePrivate(new RSAPrivateKeySpec(modulus, Jwk.number(members, "d")))
                : null;
        return of(id, way, cipher, publicKey, privateKey);
    }

    private static SealingKey ec(String id, Way way, Cipher cipher, Map<String, @Nullable Object> members)
            throws GeneralSecurityException {
        if (!"P-256".equals(members.get("crv"))) {
            throw new WeakKeyException("crv of a key for " + way.header + " must be P-256, was " + members.get("crv"));
        }
        BigInteger x = Jwk.number(members, "x");
        BigInteger y = Jwk.number(members, "y");
        if (!Jwk.isOnCurve(x, y)) {
            throw new WeakKeyException("x and y must be a point of P-256");
        }
        KeyFactory factory = KeyFactory.getInstance("EC");
        PublicKey publicKey = factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, y), Jwk.P256));
        PrivateKey privateKey = members.containsKey("d")
                ? factory.generatePrivate(new ECPrivateKeySpec(Jwk.number(members, "d"), Jwk.P256))
                : null;
        return of(id, way, cipher, publicKey, privateKey);
    }

    /** Its name, the {@code kid} of a header. */
    public String id() {
        return id;
    }

    /** Its one way. */
    public Way way() {
        return way;
    }

    /** Its one cipher. */
    public Cipher cipher() {
        return cipher;
    }

    /** Whether it can open what was sealed for it. */
    public boolean canOpen() {
        return decrypter != null;
    }

    JWEEncrypter encrypter() {
        return encrypter;
    }

    /** @throws IllegalStateException if it can only seal */
    JWEDecrypter decrypter() {
        if (decrypter == null) {
            throw new IllegalStateException("key " + id + " can only seal");
        }
        return decrypter;
    }

    /** Without its secret. */
    @Override
    public String toString() {
        return "SealingKey[" + id + ", " + way + ", " + cipher + (decrypter == null ? "" : ", opens") + "]";
    }
}
