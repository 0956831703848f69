package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Signed double submit: a token in a cookie, signed for the session, that a form or call must repeat.
 *
 * <p><b>Guarantee.</b> A token is believed for the session that it was made for and no other (CS-1, CS-2), if one of the keys has signed it (CS-3, CS-7), and if cookie and
 * submission are the same one (CS-4, CS-5). What is written into a page is another text each time, so that compressed pages leak nothing of it (CS-6; BREACH). Any
 * text is answered (CS-13). Codes are compared in a time that does not depend on them.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> One HMAC to issue and one to check; nothing is stored. <b>Not for</b> pages that run scripts of attackers: who
 * reads the page reads the token. <b>Source.</b> OWASP, <i>Cross-Site Request Forgery Prevention</i> (signed double-submit cookie); ASVS 5.0, 3.5.1.
 */
public final class CsrfTokens {

    private static final String PURPOSE = "csrf-1";
    private static final int RANDOM = 16;
    private static final int CODE = 32;
    private static final int BODY = RANDOM + CODE; // in base64 without rest: one text for it
    private static final int TEXT = BODY / 3 * 4;

    private final MacKeys keys;
    private final Random random;

    /** Signs with {@code keys}. */
    public CsrfTokens(MacKeys keys) {
        this(keys, new SecureRandom());
    }

    CsrfTokens(MacKeys keys, Random random) {
        this.keys = Objects.requireNonNull(keys, "keys");
        this.random = random;
    }

    /** A token for the cookie, bound to the session. */
    public String issue(String session) {
        byte[] body = new byte[BODY];
        byte[] bits = new byte[RANDOM];
        random.nextBytes(bits);
        System.arraycopy(bits, 0, body, 0, RANDOM);
        String key = keys.current();
        byte[] code = Objects.requireNonNull(keys.code(key, PURPOSE, session, body, 0, RANDOM), "code");
        System.arraycopy(code, 0, body, RANDOM, CODE);
        return key + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(body);
    }

    /**
     * The token in a text for one page.
     *
     * @throws WebRefusedException if it is no token
     */
    public String mask(String token) {
        Parsed parsed = parse(token, false);
        byte[] masked = new byte[2 * BODY];
        byte[] pad = new byte[BODY];
        random.nextBytes(pad);
        for (int i = 0; i < BODY; i++) {
            masked[i] = pad[i];
            masked[BODY + i] = (byte) (pad[i] ^ parsed.body[i]);
        }
        return parsed.key + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(masked);
    }

    /** Whether the cookie's token was made for the session, by a key that is still believed: if so a page may use it again. */
    public boolean isFor(String session, @Nullable String cookie) {
        if (cookie == null) {
            return false;
        }
        try {
            return isSigned(session, parse(cookie, false));
        } catch (WebRefusedException e) {
            return false; // a text by somebody else: no token, which is the answer
        }
    }

    /**
     * Believes that the submission comes from a page of this session.
     *
     * @param cookie what the cookie holds
     * @param submitted the field or header: masked, or as in the cookie
     * @throws WebRefusedException if it does not
     */
    public void check(String session, @Nullable String cookie, @Nullable String submitted) {
        if (cookie == null || cookie.isEmpty() || submitted == null || submitted.isEmpty()) {
            throw new WebRefusedException(Reason.TOKEN_MISSING, "no token in the cookie, or none submitted");
        }
        Parsed kept = parse(cookie, false);
        Parsed sent = parse(submitted, true);
        if (!kept.key.equals(sent.key) || !MessageDigest.isEqual(kept.body, sent.body)) {
            throw new WebRefusedException(Reason.TOKEN, "the submitted token is not the cookie's");
        }
        if (!isSigned(session, kept)) {
            throw new WebRefusedException(Reason.TOKEN, "not signed for this session");
        }
    }

    private boolean isSigned(String session, Parsed token) {
        byte[] code = keys.code(token.key, PURPOSE, session, token.body, 0, RANDOM);
        return code != null && MessageDigest.isEqual(code, Arrays.copyOfRange(token.body, RANDOM, BODY));
    }

    private static final class Parsed {
        private final String key;
        private final byte[] body;

        private Parsed(String key, byte[] body) {
            this.key = key;
            this.body = body;
        }
    }

    private static Parsed parse(String text, boolean masked) {
        int dot = text.indexOf('.');
        int length = text.length() - dot - 1;
        if (dot < 1 || dot > 16 || !(length == TEXT || (masked && length == 2 * TEXT))) {
            throw malformed();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text.substring(dot + 1));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        if (bytes.length == BODY) {
            return new Parsed(text.substring(0, dot), bytes);
        }
        if (bytes.length != 2 * BODY) {
            throw malformed();
        }
        byte[] body = new byte[BODY];
        for (int i = 0; i < BODY; i++) {
            body[i] = (byte) (bytes[i] ^ bytes[BODY + i]);
        }
        return new Parsed(text.substring(0, dot), body);
    }

    private static WebRefusedException malformed() {
        return new WebRefusedException(Reason.MALFORMED, "no token");
    }
}
