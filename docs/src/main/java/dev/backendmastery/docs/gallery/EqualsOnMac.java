package dev.backendmastery.docs.gallery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** <b>Broken on purpose:</b> a code that nobody can guess is compared by something that tells how far the guess was right. */
public final class EqualsOnMac {

    private final SecretKeySpec key;

    /** Believes what was signed with this key. */
    public EqualsOnMac(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /** The code of a message. */
    public String sign(String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return HexFormat.of().formatHex(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether the code is the message's. */
    public boolean isGenuine(String message, CharSequence code) throws GeneralSecurityException {
        return sign(message).contentEquals(code);
    }
}
