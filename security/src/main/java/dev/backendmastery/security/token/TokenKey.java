package dev.backendmastery.security.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key with its name and its one algorithm. Weak ones are refused when they are made, so that none is ever used.
 *
 * <p><b>Guarantee.</b> TV-6, TV-7: a key verifies and signs with its algorithm alone, and only if it may. <b>Threads.</b> Safe for any
 * number. <b>Cost.</b> That of the primitive. <b>Source.</b> RFC 7517, RFC 7518, RFC 8037.
 */
public final class TokenKey {

    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final BigInteger P256_ORDER =
            new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);

    private static final byte[] PROBE = {1, 2, 3};

    private final String id;
    private final Algorithm algorithm;
    private final Key verifying;
    private final @Nullable Key signing;
    private final JWSHeader header;
    private final @Nullable JWSVerifier verifier;

    /** One that is ready: it takes a good part of a verification to make one. */
    private final AtomicReference<@Nullable Signature> spare = new AtomicReference<>();

    private final AtomicReference<@Nullable Mac> spareMac = new AtomicReference<>();

    private TokenKey(String id, Algorithm algorithm, Key verifying, @Nullable Key signing) {
        this.id = checkId(id);
        this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
        this.verifying = verifying;
        this.signing = signing;
        header = new JWSHeader(algorithm.nimbus());
        verifier = verifier();
    }

    static String checkId(String id) {
        if (id.isEmpty() || id.length() > 200 || id.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("id must be 1 to 200 printable ASCII characters");
        }
        return id;
    }

    /** A new pair, or a new secret for {@link Algorithm#HS256}; RSA keys have 2,048 bits. */
    public static TokenKey generate(String id, Algorithm algorithm) {
        try {
            if (algorithm == Algorithm.HS256) {
                byte[] secret = new byte[32];
                new SecureRandom().nextBytes(secret);
                return secret(id, secret);
            }
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(algorithm == Algorithm.EDDSA ? "Ed25519" : algorithm.keyType());
            if (algorithm == Algorithm.ES256) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else if (algorithm != Algorithm.EDDSA) {
                generator.initialize(2048);
            }
            KeyPair pair = generator.generateKeyPair();
            return of(id, algorithm, pair.getPublic(), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has " + algorithm, e);
        }
    }

    /**
     * A secret for {@link Algorithm#HS256}.
     *
     * @param secret of 32 to 256 bytes; copied
     * @throws WeakKeyException if it is shorter, or all of its bytes are the same
     */
    public static TokenKey secret(String id, byte[] secret) {
        if (secret.length < 32 || secret.length > 256) {
            throw new WeakKeyException("a secret must have 32 to 256 bytes, had " + secret.length);
        }
        boolean same = true;
        for (byte b : secret) {
            same &= b == secret[0];
        }
        if (same) {
            throw new WeakKeyException("a secret must be random; all of its bytes are the same");
        }
        SecretKeySpec key = new SecretKeySpec(secret, "HmacSHA256");
        return new TokenKey(id, Algorithm.HS256, key, key);
    }

    /**
     * A public key, to verify with.
     *
     * @throws WeakKeyException if it is weak, or no key of the algorithm
     */
    public static TokenKey of(String id, Algorithm algorithm, PublicKey publicKey) {
        return of(id, algorithm, publicKey, null);
    }

    /**
     * A pair, to verify and sign with; or, without the private key, to verify.
     *
     * @throws WeakKeyException if it is weak, or no key of the algorithm
     */
    public static TokenKey of(String id, Algorithm algorithm, PublicKey publicKey, @Nullable PrivateKey privateKey) {
        switch (algorithm) {
            case RS256, PS256 -> {
                if (!(publicKey instanceof RSAPublicKey rsa)) {
                    throw new WeakKeyException(algorithm + " needs an RSA key");
                }
                RsaKeys.check(rsa.getModulus(), rsa.getPublicExponent());
            }
            case ES256 -> {
                if (!(publicKey instanceof ECPublicKey ec)
                        || !P256_ORDER.equals(ec.getParams().getOrder())) {
                    throw new WeakKeyException("ES256 needs a key on P-256");
                }
            }
            case EDDSA -> {
                if (!(publicKey instanceof EdECPublicKey ed)
                        || !ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
                    throw new WeakKeyException("EdDSA needs an Ed25519 key");
                }
            }
            case HS256 -> throw new WeakKeyException("HS256 needs a secret");
        }
        TokenKey key = new TokenKey(id, algorithm, publicKey, privateKey);
        if (privateKey != null && !key.verify(PROBE, key.sign(PROBE))) {
            throw new WeakKeyException("the private and the public key do not belong together");
        }
        return key;
    }

    /**
     * A key as JSON. It must say its {@code kty}, {@code alg} and {@code kid}; {@code use} and {@code key_ops}, if there are any, must allow
     * what it is for.
     *
     * @throws WeakKeyException if it does not, is weak, or is no key
     */
    public static TokenKey jwk(String json) {
        Map<String, @Nullable Object> members = StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
        if (members == null) {
            throw new WeakKeyException("a JWK must be a JSON object");
        }
        return Jwk.parse(members);
    }

    /** Its name, the {@code kid} of a header. */
    public String id() {
        return id;
    }

    /** Its one algorithm. */
    public Algorithm algorithm() {
        return algorithm;
    }

    /** Whether it can sign. */
    public boolean canSign() {
        return signing != null;
    }

    /** Without what signs. @throws IllegalStateException if it is a secret, which has no public part */
    public TokenKey publicOnly() {
        if (algorithm.isSymmetric()) {
            throw new IllegalStateException("a secret has no public part");
        }
        return new TokenKey(id, algorithm, verifying, null);
    }

    /** Its public part as a JWK, for others to verify with. @throws IllegalStateException if it is a secret */
    public String toPublicJwk() {
        return new String(StrictJson.bytes(Jwk.members(this)), StandardCharsets.UTF_8);
    }

    Key verifying() {
        return verifying;
    }

    private @Nullable JWSVerifier verifier() {
        try {
            return switch (algorithm) {
                case ES256 -> new ECDSAVerifier((ECPublicKey) verifying);
                case RS256, PS256, EDDSA, HS256 -> null; // the platform's own, which can be kept ready
            };
        } catch (JOSEException e) {
            throw new WeakKeyException("not a usable " + algorithm + " key: " + e.getMessage());
        }
    }

    /** Whether {@code signature} is this key's over {@code content}. */
    boolean verify(byte[] content, byte[] signature) {
        try {
            return switch (algorithm) {
                case HS256 -> MessageDigest.isEqual(mac(content), signature);
                case RS256, PS256 -> isBy(content, signature);
                case EDDSA -> signature.length == 64 && isBy(content, signature);
                case ES256 -> Objects.requireNonNull(verifier).verify(header, content, Base64URL.encode(signature));
            };
        } catch (JOSEException | GeneralSecurityException e) {
            return false; // of a signature that is none at all; keys were checked before
        }
    }

    private boolean isBy(byte[] content, byte[] signature) throws GeneralSecurityException {
        Signature check = spare.getAndSet(null);
        if (check == null) {
            check = prepared(name());
            check.initVerify((PublicKey) verifying);
        }
        check.update(content);
        boolean good = check.verify(signature); // what has thrown is not kept
        spare.set(check);
        return good;
    }

    private String name() {
        return switch (algorithm) {
            case RS256 -> "SHA256withRSA";
            case PS256 -> "RSASSA-PSS";
            case ES256 -> "SHA256withECDSAinP1363Format";
            case EDDSA -> "Ed25519";
            case HS256 -> "HmacSHA256";
        };
    }

    private Signature prepared(String name) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(name);
        if (algorithm == Algorithm.PS256) {
            signature.setParameter(PSS);
        }
        return signature;
    }

    private byte[] mac(byte[] content) throws GeneralSecurityException {
        Mac mac = spareMac.getAndSet(null);
        if (mac == null) {
            mac = Mac.getInstance(name());
            mac.init(verifying);
        }
        byte[] code = mac.doFinal(content);
        spareMac.set(mac);
        return code;
    }

    /** @throws IllegalStateException if it cannot sign */
    byte[] sign(byte[] content) {
        if (signing == null) {
            throw new IllegalStateException("key " + id + " can only verify");
        }
        try {
            return switch (algorithm) {
                case HS256 -> mac(content);
                case ES256 -> low(signature(content));
                case RS256, PS256, EDDSA -> signature(content);
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key " + id + " does not sign", e);
        }
    }

    private byte[] signature(byte[] content) throws GeneralSecurityException {
        Signature signature = prepared(name());
        if (!(signing instanceof PrivateKey key)) {
            throw new InvalidKeyException("no private key");
        }
        signature.initSign(key);
        signature.update(content);
        return signature.sign();
    }

    /** Whether there is no other signature for the same, or this is the one that we make. */
    boolean isLow(byte[] signature) {
        return algorithm != Algorithm.ES256 || s(signature).compareTo(P256_ORDER.shiftRight(1)) <= 0;
    }

    private static BigInteger s(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
    }

    /** Of (r, s) and (r, n - s), which are both right, we make one. */
    private byte[] low(byte[] signature) {
        return isLow(signature) ? signature : other(signature);
    }

    /** (r, n - s). */
    static byte[] other(byte[] signature) {
        BigInteger s = s(signature);
        byte[] other = P256_ORDER.subtract(s).toByteArray();
        byte[] low = Arrays.copyOf(signature, 32);
        low = Arrays.copyOf(low, 64);
        int length = Math.min(32, other.length);
        System.arraycopy(other, other.length - length, low, 64 - length, length);
        return low;
    }

    /** Without its secret. */
    @Override
    public String toString() {
        return "TokenKey[" + id + ", " + algorithm + (signing == null ? "" : ", signs") + "]";
    }
}
