package dev.backendmastery.security.token;

import com.nimbusds.jose.JWSAlgorithm;
import org.jspecify.annotations.Nullable;

/** How a token is signed. A key has one of these, and is used for no other. */
public enum Algorithm {
    /** RSASSA-PKCS1-v1_5 with SHA-256: cheap to verify. */
    RS256("RS256", "RSA"),
    /** RSASSA-PSS with SHA-256. */
    PS256("PS256", "RSA"),
    /** ECDSA on P-256 with SHA-256: small, and on the JVM much dearer to verify than RSA. */
    ES256("ES256", "EC"),
    /** Ed25519: small, deterministic, cheap to sign. */
    EDDSA("EdDSA", "OKP"),
    /** HMAC with SHA-256: whoever verifies can sign. */
    HS256("HS256", "oct");

    private final String text;
    private final String keyType;

    Algorithm(String text, String keyType) {
        this.text = text;
        this.keyType = keyType;
    }

    /** Its name in a header. */
    public String header() {
        return text;
    }

    /** The {@code kty} of its keys. */
    String keyType() {
        return keyType;
    }

    JWSAlgorithm nimbus() {
        return JWSAlgorithm.parse(text);
    }

    /** Whether who verifies holds the same secret as who signs. */
    public boolean isSymmetric() {
        return this == HS256;
    }

    static @Nullable Algorithm of(@Nullable Object header) {
        for (Algorithm algorithm : values()) {
            if (algorithm.text.equals(header)) {
                return algorithm;
            }
        }
        return null;
    }
}
