package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a request that would change something comes from a page of this service.
 *
 * <p><b>Guarantee.</b> Safe methods pass (CS-12). All others must come from this origin or one that is trusted by name, by what the browser says of it: {@code Origin},
 * {@code Sec-Fetch-Site}, or else {@code Referer}; one of them must be there (CS-8 to CS-10). A call that takes JSON is refused any other type, so no plain form can
 * make it (CS-11). With a session, {@link CsrfTokens} has the first word and this the second (CS-1 to CS-7). Any text is answered (CS-13).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> The token's, and some string comparisons. <b>Not for</b> calls with a key in {@code Authorization}: no browser
 * sends that by itself. Pages must not ask for {@code Referrer-Policy: no-referrer}, for then browsers hide the origin of their forms.
 *
 * <p><b>Source.</b> OWASP, <i>Cross-Site Request Forgery Prevention</i>; Fetch Metadata Request Headers; ASVS 5.0, 3.5.1 to 3.5.3.
 */
public final class CsrfPolicy {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /**
     * What is asked about.
     *
     * @param method as it came
     * @param origin the header {@code Origin}, or null
     * @param referer the header {@code Referer}, or null
     * @param fetchSite the header {@code Sec-Fetch-Site}, or null
     * @param json whether the call takes JSON and nothing else
     * @param contentType the header {@code Content-Type}, or null if there is no body
     * @param session what the token is bound to, or null if there is none
     * @param cookie the token's cookie, or null
     * @param submitted the token's field or header, or null
     */
    public record Request(
            String method,
            @Nullable String origin,
            @Nullable String referer,
            @Nullable String fetchSite,
            boolean json,
            @Nullable String contentType,
            @Nullable String session,
            @Nullable String cookie,
            @Nullable String submitted) {}

    private final CsrfTokens tokens;
    private final Origin own;
    private final Set<Origin> trusted;

    /**
     * A policy.
     *
     * @param own where pages of this service come from, as browsers see it
     * @param trusted other origins whose pages may act in a user's name
     */
    public CsrfPolicy(CsrfTokens tokens, Origin own, Set<Origin> trusted) {
        this.tokens = Objects.requireNonNull(tokens, "tokens");
        this.own = Objects.requireNonNull(own, "own");
        this.trusted = Set.copyOf(trusted);
    }

    /** Whether requests of the method change nothing. Methods are told apart by case. */
    public static boolean isSafe(String method) {
        return SAFE.contains(method);
    }

    /**
     * Lets a request pass or refuses it.
     *
     * @throws WebRefusedException if it may have been forged; the reason is for the log
     */
    public void check(Request request) {
        if (isSafe(request.method())) {
            return;
        }
        checkSource(request);
        if (request.json() && !isJson(request.contentType())) {
            throw new WebRefusedException(Reason.CONTENT_TYPE, "not application/json");
        }
        if (request.session() != null) {
            tokens.check(request.session(), request.cookie(), request.submitted());
        }
    }

    private void checkSource(Request request) {
        boolean foreign = false;
        if (request.origin() != null) {
            Origin origin = Origin.parse(request.origin()).orElse(null);
            foreign = origin != null && !origin.equals(own) && trusted.contains(origin);
            if (!foreign && !own.equals(origin)) {
                throw new WebRefusedException(Reason.ORIGIN, "Origin is not this one");
            }
        }
        if (request.fetchSite() != null) {
            boolean here = request.fetchSite().equals("same-origin")
                    || request.fetchSite().equals("none");
            boolean there = request.fetchSite().equals("same-site")
                    || request.fetchSite().equals("cross-site");
            if (!here && !(foreign && there)) {
                throw new WebRefusedException(Reason.ORIGIN, "Sec-Fetch-Site is not same-origin");
            }
        } else if (request.origin() == null) {
            HttpUri referer = request.referer() == null ? null : HttpUri.parse(request.referer());
            if (referer == null || !(own.equals(referer.origin()) || trusted.contains(referer.origin()))) {
                throw new WebRefusedException(Reason.ORIGIN, "nothing says that it comes from here");
            }
        }
    }

    /** JSON is in UTF-8, and that is the one parameter that it may name. */
    private static boolean isJson(@Nullable String type) {
        if (type == null) {
            return true; // without a body there is nothing to misread
        }
        String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
        if (!parts[0].strip().equals("application/json")) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (!parameter.equals("charset=utf-8") && !parameter.equals("charset=\"utf-8\"")) {
                return false;
            }
        }
        return true;
    }
}
