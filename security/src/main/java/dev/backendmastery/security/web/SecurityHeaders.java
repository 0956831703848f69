package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers by which a browser is told what it may do with an answer.
 *
 * <p><b>Guarantee.</b> Every answer has the set (SH-1): nothing is guessed from its content, no frame holds it (SH-7), other origins cannot load it, scripts and styles run
 * by the nonce of this answer alone, which is of 144 random bits and never the same (SH-2). Https is remembered for a year or more, and told over https alone (SH-3).
 * Protected answers are kept nowhere (SH-4). No value can become two headers or two directives, and none can be weakened by accident: {@code unsafe-inline}, {@code
 * unsafe-eval}, stars and whole schemes are refused for scripts (SH-5, SH-6). Any text is answered (SH-8).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> A nonce and one string for each answer. <b>Source.</b> OWASP, <i>Secure Headers Project</i>; CSP Level 3; RFC 6797;
 * ASVS 5.0, 3.4.1 to 3.4.8, 14.3.2.
 */
public final class SecurityHeaders {

    private static final int NONCE_BYTES = 18;
    private static final int NONCE_TEXT = NONCE_BYTES / 3 * 4;
    private static final String NONCE = "'nonce'";
    private static final Set<String> FOR_SCRIPTS = Set.of(
            "default-src", "script-src", "script-src-elem", "script-src-attr", "object-src", "base-uri", "worker-src");
    private static final Set<String> UNSAFE =
            Set.of("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:", "data:", "blob:");

    private final SecureRandom random = new SecureRandom();
    private final String policy;
    private final boolean nonces;
    private final HttpHeader transport;
    private final List<HttpHeader> fixed;

    private SecurityHeaders(Builder builder) {
        StringBuilder text = new StringBuilder();
        builder.directives.forEach((name, sources) -> text.append(text.length() == 0 ? "" : "; ")
                .append(name)
                .append(sources.isEmpty() ? "" : " ")
                .append(sources));
        policy = text.toString();
        nonces = policy.contains(NONCE);
        transport = new HttpHeader(
                "Strict-Transport-Security",
                "max-age=" + builder.transport.toSeconds() + (builder.subdomains ? "; includeSubDomains" : ""));
        List<HttpHeader> all = new ArrayList<>();
        all.add(new HttpHeader("X-Content-Type-Options", "nosniff"));
        all.add(new HttpHeader("X-Frame-Options", "DENY"));
        all.add(new HttpHeader("Referrer-Policy", builder.referrer));
        all.add(new HttpHeader("Permissions-Policy", builder.permissions));
        all.add(new HttpHeader("Cross-Origin-Opener-Policy", "same-origin"));
        all.add(new HttpHeader("Cross-Origin-Resource-Policy", builder.resources));
        all.add(new HttpHeader("X-Permitted-Cross-Domain-Policies", "none"));
        fixed = List.copyOf(all);
    }

    /** For pages: scripts and styles with the nonce, all else from here, forms to here. */
    public static Builder pages() {
        return new Builder()
                .csp("default-src", "'none'")
                .csp("script-src", NONCE)
                .csp("style-src", NONCE)
                .csp("img-src", "'self'")
                .csp("font-src", "'self'")
                .csp("connect-src", "'self'")
                .csp("manifest-src", "'self'")
                .csp("form-action", "'self'")
                .csp("base-uri", "'none'")
                .csp("frame-ancestors", "'none'");
    }

    /** For answers that are no pages: nothing at all. */
    public static Builder api() {
        return new Builder().csp("default-src", "'none'").csp("frame-ancestors", "'none'");
    }

    /** For one answer: put it into {@link #headers} and into each {@code script} and {@code style} of the page. */
    public String nonce() {
        byte[] bits = new byte[NONCE_BYTES];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().encodeToString(bits);
    }

    /**
     * The headers of one answer.
     *
     * @param nonce of {@link #nonce}
     * @param secure whether browsers reach this service by https
     * @param confidential whether it is for one user: no cache keeps it
     * @throws WebRefusedException if the nonce is no such text
     */
    public List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
        if (!isNonce(nonce)) {
            throw new WebRefusedException(Reason.HEADER, "a nonce that is none");
        }
        List<HttpHeader> all = new ArrayList<>(fixed);
        all.add(new HttpHeader(
                "Content-Security-Policy", nonces ? policy.replace(NONCE, "'nonce-" + nonce + "'") : policy));
        if (secure) {
            all.add(transport);
        }
        if (confidential) {
            all.add(new HttpHeader("Cache-Control", "no-store"));
        }
        return List.copyOf(all);
    }

    private static boolean isNonce(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!HttpUri.isAlphanumeric(c) && c != '-' && c != '_') {
                return false;
            }
        }
        return text.length() == NONCE_TEXT;
    }

    /** What can be told of it. */
    public static final class Builder {

        private final Map<String, String> directives = new LinkedHashMap<>();
        private Duration transport = Duration.ofDays(730);
        private boolean subdomains = true;
        private String referrer = "strict-origin-when-cross-origin";
        private String resources = "same-origin";
        private String permissions =
                "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(),"
                        + " gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

        private Builder() {}

        /**
         * One directive of the content security policy, in place of what was said of it.
         *
         * @param sources such as {@code 'self'}, {@code https://img.example}, or {@code 'nonce'} for this answer's nonce; none for a directive without
         * @throws IllegalArgumentException if a part is none or could become two, or lets any script run
         */
        public Builder csp(String directive, String... sources) {
            if (!isText(directive, "-", false)) {
                throw new IllegalArgumentException(
                        "directive must be of lower-case letters and hyphens, was " + directive);
            }
            for (String source : sources) {
                if (!isText(source, "-._~:/?#@!$&'()*+=%[]", true)) {
                    throw new IllegalArgumentException("source must be one source, was " + source);
                }
                if (FOR_SCRIPTS.contains(directive) && UNSAFE.contains(source.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException(directive + " must not let any script run, was " + source);
                }
            }
            directives.put(directive, String.join(" ", sources));
            return this;
        }

        private static boolean isText(String text, String marks, boolean all) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (!(c >= 'a' && c <= 'z') && !(all && HttpUri.isAlphanumeric(c)) && marks.indexOf(c) < 0) {
                    return false;
                }
            }
            return !text.isEmpty();
        }

        /**
         * How long browsers remember that this host speaks https: two years with all below it if nothing is said.
         *
         * @throws IllegalArgumentException if it is less than a year, or more than ten
         */
        public Builder strictTransport(Duration age, boolean includeSubdomains) {
            if (age.compareTo(Duration.ofDays(365)) < 0 || age.compareTo(Duration.ofDays(3_650)) > 0) {
                throw new IllegalArgumentException("age must be from one year to ten, was " + age);
            }
            transport = age;
            subdomains = includeSubdomains;
            return this;
        }

        /**
         * What links tell of where they were.
         *
         * @throws IllegalArgumentException if it tells all, or hides this origin from itself, for then no form can be told from a forged one
         */
        public Builder referrer(String value) {
            if (!Set.of("same-origin", "strict-origin", "strict-origin-when-cross-origin")
                    .contains(value)) {
                throw new IllegalArgumentException(
                        "referrer must be same-origin, strict-origin or strict-origin-when-cross-origin, was " + value);
            }
            referrer = value;
            return this;
        }

        /** What a page may use of the machine, such as {@code camera=(self)}; throws {@link WebRefusedException} as {@link HttpHeader} does. */
        public Builder permissions(String value) {
            permissions = new HttpHeader("Permissions-Policy", value).value();
            return this;
        }

        /**
         * Who may load the answer as part of a page.
         *
         * @throws IllegalArgumentException if it is not {@code same-origin}, {@code same-site} or {@code cross-origin}
         */
        public Builder resources(String value) {
            if (!Set.of("same-origin", "same-site", "cross-origin").contains(value)) {
                throw new IllegalArgumentException(
                        "resources must be same-origin, same-site or cross-origin, was " + value);
            }
            resources = value;
            return this;
        }

        /**
         * The set.
         *
         * @throws IllegalArgumentException if nothing is said of {@code default-src} or {@code frame-ancestors}
         */
        public SecurityHeaders build() {
            for (String needed : List.of("default-src", "frame-ancestors")) {
                @Nullable String sources = directives.get(needed);
                if (sources == null || sources.isEmpty()) {
                    throw new IllegalArgumentException(needed + " must have a source, had none");
                }
            }
            return new SecurityHeaders(this);
        }
    }
}
