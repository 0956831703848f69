package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.util.Objects;

/**
 * One header that stays one: a name that is a token, a value of visible ASCII with spaces inside (RFC 9110, section 5).
 *
 * @param name of letters, digits and the marks of tokens
 * @param value without line ends, other controls, spaces around, or what is not ASCII
 */
public record HttpHeader(String name, String value) {

    private static final int LONGEST = 8_192;

    /** @throws WebRefusedException if it could be read as something else (SH-5) */
    public HttpHeader {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (!isToken(name)) {
            throw new WebRefusedException(Reason.HEADER, "a name that is no token");
        }
        if (value.length() > LONGEST) {
            throw new WebRefusedException(Reason.TOO_LARGE, "a header value of more than " + LONGEST);
        }
        if (!value.equals(value.strip())) {
            throw new WebRefusedException(Reason.HEADER, "a value with spaces around");
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new WebRefusedException(Reason.HEADER, "a value with what is not visible ASCII");
            }
        }
    }

    /** Whether it is a token (RFC 9110, section 5.6.2). */
    static boolean isToken(String text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!HttpUri.isAlphanumeric(text.charAt(i)) && "!#$%&'*+-.^_`|~".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
