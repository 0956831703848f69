package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cookie to be set. Immutable: each method gives another.
 *
 * <p><b>Guarantee.</b> If nothing else is said it is {@code Secure; HttpOnly; SameSite=Lax; Path=/} (CK-1). The rules of {@code __Host-}, {@code __Secure-}, {@code __Http-} and
 * {@code __Host-Http-} hold, in whatever case they are written (CK-2, CK-3). Name and value are of their grammar and cannot become an attribute or another header
 * (CK-4); together they are at most 4,096 bytes (CK-5). Without {@code Secure} other sites never send it (CK-6). It lives at most 400 days (CK-7).
 *
 * <p><b>Threads.</b> Immutable. <b>Source.</b> RFC 6265bis, sections 4.1 and 5.6; ASVS 5.0, 3.3.1 to 3.3.5.
 */
public final class SetCookie {

    private static final int LARGEST = 4_096;
    private static final int LARGEST_ATTRIBUTE = 1_024;
    private static final Duration LONGEST = Duration.ofDays(400);

    /** Which requests of other sites carry it. */
    public enum SameSite {
        /** None. */
        STRICT("Strict"),
        /** Those by which a user comes here. */
        LAX("Lax"),
        /** All. */
        NONE("None");

        private final String text;

        SameSite(String text) {
            this.text = text;
        }
    }

    private final String name;
    private final String value;
    private final boolean secure;
    private final boolean httpOnly;
    private final SameSite sameSite;
    private final String path;
    private final @Nullable String domain;
    private final @Nullable Duration maxAge;

    private SetCookie(
            String name,
            String value,
            boolean secure,
            boolean httpOnly,
            SameSite sameSite,
            String path,
            @Nullable String domain,
            @Nullable Duration maxAge) {
        this.name = name;
        this.value = value;
        this.secure = secure;
        this.httpOnly = httpOnly;
        this.sameSite = sameSite;
        this.path = path;
        this.domain = domain;
        this.maxAge = maxAge;
    }

    /**
     * A cookie that lives as long as the browser.
     *
     * @param name a token, such as {@code __Host-session}
     * @param value visible ASCII without space, quotation mark, comma, semicolon and backslash
     * @throws WebRefusedException if either is not so, or both are too large
     */
    public static SetCookie of(String name, String value) {
        Objects.requireNonNull(value, "value");
        if (!HttpHeader.isToken(name)) {
            throw refused("a name that is no token");
        }
        for (int i = 0; i < value.length(); i++) {
            if (!isOctet(value.charAt(i))) {
                throw refused("a value with what no cookie holds");
            }
        }
        if (name.length() + value.length() > LARGEST) {
            throw new WebRefusedException(Reason.TOO_LARGE, "a cookie of more than " + LARGEST + " bytes");
        }
        return new SetCookie(name, value, true, true, SameSite.LAX, "/", null, null);
    }

    /** What makes the browser forget the cookie of that name that was set with the same path and without a domain. */
    public static SetCookie forget(String name) {
        return of(name, "").maxAge(Duration.ZERO);
    }

    /** A character of a value (RFC 6265bis, section 4.1.1). */
    static boolean isOctet(char c) {
        return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    private static WebRefusedException refused(String message) {
        return new WebRefusedException(Reason.COOKIE, message);
    }

    /** Which requests of other sites carry it. */
    public SetCookie sameSite(SameSite which) {
        return new SetCookie(name, value, secure, httpOnly, which, path, domain, maxAge);
    }

    /** For scripts to read: for what is no secret. */
    public SetCookie forScripts() {
        return new SetCookie(name, value, secure, false, sameSite, path, domain, maxAge);
    }

    /** Without {@code Secure}: for trials without https alone. */
    public SetCookie insecure() {
        return new SetCookie(name, value, false, httpOnly, sameSite, path, domain, maxAge);
    }

    /**
     * For paths below this one.
     *
     * @throws WebRefusedException if it does not start with a slash, or could become an attribute
     */
    public SetCookie path(String below) {
        boolean text = HttpUri.isUriText(below, 0, "") && below.indexOf(';') < 0;
        if (!below.startsWith("/") || !text || below.length() > LARGEST_ATTRIBUTE) {
            throw refused("a path that is none");
        }
        return new SetCookie(name, value, secure, httpOnly, sameSite, below, domain, maxAge);
    }

    /**
     * For a domain and all below it: so for hosts, too, that are not yours to trust.
     *
     * @throws WebRefusedException if it is no name with a dot inside
     */
    public SetCookie domain(String below) {
        if (!Hosts.isName(below) || below.indexOf('.') < 0) {
            throw refused("a domain that is none");
        }
        return new SetCookie(name, value, secure, httpOnly, sameSite, path, below, maxAge);
    }

    /**
     * How long it lives; zero forgets it.
     *
     * @throws WebRefusedException if it is negative or more than 400 days
     */
    public SetCookie maxAge(Duration age) {
        if (age.isNegative() || age.compareTo(LONGEST) > 0) {
            throw refused("an age that is not from 0 to 400 days");
        }
        return new SetCookie(name, value, secure, httpOnly, sameSite, path, domain, age);
    }

    /**
     * As a header.
     *
     * @throws WebRefusedException if it breaks the rules of its name's prefix, or is for all sites without being secure
     */
    public HttpHeader header() {
        checkPrefix();
        if (sameSite == SameSite.NONE && !secure) {
            throw refused("SameSite=None without Secure");
        }
        StringBuilder text = new StringBuilder(name)
                .append('=')
                .append(value)
                .append("; Path=")
                .append(path);
        if (domain != null) {
            text.append("; Domain=").append(domain);
        }
        if (maxAge != null) {
            text.append("; Max-Age=").append(maxAge.toSeconds());
        }
        text.append(secure ? "; Secure" : "").append(httpOnly ? "; HttpOnly" : "");
        return new HttpHeader(
                "Set-Cookie", text.append("; SameSite=").append(sameSite.text).toString());
    }

    /** Browsers compare prefixes without case; servers that compare with it could be handed another cookie for theirs. */
    private void checkPrefix() {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean host = lower.startsWith("__host-");
        boolean http = lower.startsWith("__http-") || lower.startsWith("__host-http-");
        boolean any = host || http || lower.startsWith("__secure-");
        boolean written = name.startsWith("__Host-") || name.startsWith("__Http-") || name.startsWith("__Secure-");
        if (any && (!written || (lower.startsWith("__host-http-") && !name.startsWith("__Host-Http-")))) {
            throw refused("a prefix in another case");
        }
        if (any && !secure) {
            throw refused("a prefix without Secure");
        }
        if (host && (domain != null || !path.equals("/"))) {
            throw refused("__Host- with a domain or a path");
        }
        if (http && !httpOnly) {
            throw refused("__Http- for scripts");
        }
    }

    /** The name alone: values are often secrets. */
    @Override
    public String toString() {
        return "SetCookie[" + name + ", " + value.getBytes(StandardCharsets.UTF_8).length + " bytes]";
    }
}
