package dev.backendmastery.docs.gallery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** <b>Broken on purpose:</b> whoever sends a token says how its signature is to be checked. */
public final class AlgorithmFromHeader {

    private final PublicKey key;

    /** Believes what this key has signed. */
    public AlgorithmFromHeader(PublicKey key) {
        this.key = key;
    }

    /** Whether it believes the token. */
    public boolean isBelieved(String token) throws GeneralSecurityException {
        String[] parts = token.split("\\.", -1);
        String header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
        byte[] content = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
        if (header.contains("\"alg\":\"HS256\"")) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
            return MessageDigest.isEqual(mac.doFinal(content), signature);
        }
        Signature check = Signature.getInstance("SHA256withRSA");
        check.initVerify(key);
        check.update(content);
        return check.verify(signature);
    }
}
