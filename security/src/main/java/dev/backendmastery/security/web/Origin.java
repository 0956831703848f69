package dev.backendmastery.security.web;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An origin: scheme, host and port (RFC 6454). Two are the same if all three are; there is no beginning, ending or pattern of one.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case, in its one spelling; IPv6 in brackets
 * @param port from 1 to 65535
 */
public record Origin(String scheme, String host, int port) {

    /** @throws IllegalArgumentException if a part is not of its form */
    public Origin {
        Objects.requireNonNull(scheme, "scheme");
        Objects.requireNonNull(host, "host");
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("scheme must be http or https, was " + scheme);
        }
        if (!Hosts.isCanonical(host)) {
            throw new IllegalArgumentException("host must be a name or an address in its one spelling, was " + host);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 1 to 65535, was " + port);
        }
    }

    /**
     * The origin that is written so, as browsers write it: {@code https://app.example} or {@code https://app.example:8443}.
     *
     * @throws IllegalArgumentException if the text is no origin in its one spelling: no {@code null}, no star, no path, no slash at the end, no default port
     */
    public static Origin of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "origin must be as in https://app.example or https://app.example:8443, was " + text));
    }

    /** As {@link #of}, for what comes from outside: empty if it is no origin. */
    public static Optional<Origin> parse(@Nullable String text) {
        HttpUri uri = text == null ? null : HttpUri.parse(text);
        if (uri == null) {
            return Optional.empty();
        }
        Origin origin = uri.origin();
        return origin.toString().equals(text) ? Optional.of(origin) : Optional.empty();
    }

    /** As browsers write it; the default port is left out. */
    @Override
    public String toString() {
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }
}
