package dev.backendmastery.security.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which scripts of other origins may read answers.
 *
 * <p><b>Guarantee.</b> An origin is allowed that was named, whole and exactly (CO-1, CO-2), and never {@code null} (CO-3). Every answer varies by origin, so no cache gives
 * one what was for another (CO-4). With cookies everybody cannot be allowed: {@link #forAnyone} knows none (CO-5). A preflight is granted the methods and headers that
 * were named (CO-6, CO-7), and the way into private networks if asked for by name (CO-8). Any text is answered (CO-9, CO-10).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> One look-up; what is answered was made beforehand. <b>Not for</b> keeping requests out: what is not
 * allowed here is carried out and its answer hidden. Forged requests are {@link CsrfPolicy}'s.
 *
 * <p><b>Source.</b> WHATWG, Fetch, section 3.3; ASVS 5.0, 3.4.2, 3.5.2.
 */
public final class CorsPolicy {

    private static final int LONGEST_LIST = 2_048;
    private static final HttpHeader VARY = new HttpHeader("Vary", "Origin");
    private static final HttpHeader VARY_PREFLIGHT =
            new HttpHeader("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

    /** What is to be done. */
    public enum Answer {
        /** Nothing for scripts of other origins: go on, with the headers. */
        NONE,
        /** The script may read the answer: go on, with the headers. */
        ALLOWED,
        /** The browser asks before it sends: answer 204 with the headers and go no further. */
        PREFLIGHT,
        /** It asks and may not: answer 403 with the headers and go no further. */
        PREFLIGHT_REFUSED
    }

    /** What is to be done, with which headers. */
    public record Decision(Answer answer, List<HttpHeader> headers) {}

    /**
     * What is asked about.
     *
     * @param method as it came
     * @param origin the header {@code Origin}, or null
     * @param requestMethod {@code Access-Control-Request-Method}, or null
     * @param requestHeaders {@code Access-Control-Request-Headers}, or null
     * @param privateNetwork {@code Access-Control-Request-Private-Network}, or null
     */
    public record Request(
            String method,
            @Nullable String origin,
            @Nullable String requestMethod,
            @Nullable String requestHeaders,
            @Nullable String privateNetwork) {}

    /** What an origin is answered, made beforehand. */
    private record Granted(Decision read, Decision preflight, Decision privateNetwork) {}

    private static final Decision NONE = new Decision(Answer.NONE, List.of(VARY));
    private static final Decision REFUSED = new Decision(Answer.PREFLIGHT_REFUSED, List.of(VARY_PREFLIGHT));

    private final Map<String, Granted> origins;
    private final @Nullable Granted anyone;
    private final Set<String> methods;
    private final Set<String> headers;

    private CorsPolicy(@Nullable Set<Origin> allowed, Common<?> common, boolean credentials, boolean privateNetwork) {
        methods = Set.copyOf(common.methods);
        headers = Set.copyOf(common.headers);
        Map<String, Granted> all = new HashMap<>();
        for (Origin origin : allowed == null ? Set.<Origin>of() : allowed) {
            all.put(origin.toString(), granted(origin.toString(), common, credentials, privateNetwork));
        }
        origins = Map.copyOf(all);
        anyone = allowed == null ? granted("*", common, false, false) : null;
    }

    private static Granted granted(String origin, Common<?> common, boolean credentials, boolean privateNetwork) {
        List<HttpHeader> both = new ArrayList<>();
        both.add(new HttpHeader("Access-Control-Allow-Origin", origin));
        if (credentials) {
            both.add(new HttpHeader("Access-Control-Allow-Credentials", "true"));
        }
        List<HttpHeader> read = new ArrayList<>(both);
        read.add(0, VARY);
        if (!common.exposed.isEmpty()) {
            read.add(new HttpHeader("Access-Control-Expose-Headers", String.join(", ", common.exposed)));
        }
        List<HttpHeader> preflight = new ArrayList<>(both);
        preflight.add(0, VARY_PREFLIGHT);
        preflight.add(new HttpHeader("Access-Control-Allow-Methods", String.join(", ", common.methods)));
        if (!common.headers.isEmpty()) {
            preflight.add(new HttpHeader("Access-Control-Allow-Headers", String.join(", ", common.headers)));
        }
        preflight.add(new HttpHeader("Access-Control-Max-Age", Long.toString(common.maxAge.toSeconds())));
        Decision asked = new Decision(Answer.PREFLIGHT, List.copyOf(preflight));
        if (privateNetwork) {
            preflight.add(new HttpHeader("Access-Control-Allow-Private-Network", "true"));
        }
        return new Granted(
                new Decision(Answer.ALLOWED, List.copyOf(read)),
                asked,
                new Decision(Answer.PREFLIGHT, List.copyOf(preflight)));
    }

    /** A policy that allows nobody. */
    public static CorsPolicy none() {
        return new CorsPolicy(Set.of(), new Listed(Set.of()), false, false);
    }

    /** For these origins. */
    public static Listed forOrigins(Origin... origins) {
        return new Listed(Set.of(origins));
    }

    /** For whoever asks, without cookies: what is public anyway. */
    public static Anyone forAnyone() {
        return new Anyone();
    }

    /** Says what is to be done. */
    public Decision decide(Request request) {
        String origin = request.origin();
        boolean preflight = origin != null
                && request.requestMethod() != null
                && request.method().equals("OPTIONS");
        Granted granted = origin == null ? null : granted(origin);
        if (!preflight) {
            return granted == null ? NONE : granted.read;
        }
        if (granted == null || !isGranted(request)) {
            return REFUSED;
        }
        return "true".equals(request.privateNetwork()) ? granted.privateNetwork : granted.preflight;
    }

    /** An origin has one text, so that to compare texts is to compare origins. */
    private @Nullable Granted granted(String origin) {
        if (anyone != null) {
            return Origin.parse(origin).isPresent() ? anyone : null;
        }
        return origins.get(origin);
    }

    private boolean isGranted(Request request) {
        if (request.requestMethod() == null || !methods.contains(request.requestMethod())) {
            return false;
        }
        String asked = request.requestHeaders();
        if (asked == null || asked.isEmpty()) {
            return true;
        }
        if (asked.length() > LONGEST_LIST) {
            return false;
        }
        for (String name : asked.split(",", -1)) {
            if (!headers.contains(name.strip().toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    /** What both kinds of policy can be told. */
    public abstract static sealed class Common<B extends Common<B>> permits Listed, Anyone {

        private final Set<String> methods = new TreeSet<>(Set.of("GET", "HEAD", "POST"));
        private final Set<String> headers = new TreeSet<>();
        private final Set<String> exposed = new TreeSet<>();
        private Duration maxAge = Duration.ofMinutes(10);

        private Common() {}

        abstract B self();

        /**
         * The methods that may be used; GET, HEAD and POST if nothing is said.
         *
         * @throws IllegalArgumentException if there is none, or one is no method by name, such as a star
         */
        public B methods(String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("methods must be at least one, was none");
            }
            methods.clear();
            for (String name : names) {
                methods.add(name("method", name));
            }
            return self();
        }

        /**
         * Headers that a script may send beyond those that every form could.
         *
         * @throws IllegalArgumentException if one is no header by name, such as a star
         */
        public B requestHeaders(String... names) {
            for (String name : names) {
                headers.add(name("header", name).toLowerCase(Locale.ROOT));
            }
            return self();
        }

        /** Headers of the answer that a script may read; throws as {@link #requestHeaders}. */
        public B exposedHeaders(String... names) {
            for (String name : names) {
                exposed.add(name("header", name).toLowerCase(Locale.ROOT));
            }
            return self();
        }

        /**
         * How long a browser need not ask again: from 0 to 24 hours, 10 minutes if nothing is said.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public B maxAge(Duration age) {
            if (age.isNegative() || age.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("maxAge must be from 0 to 24 hours, was " + age);
            }
            maxAge = age;
            return self();
        }

        private static String name(String what, String name) {
            if (!HttpHeader.isToken(name) || name.indexOf('*') >= 0) {
                throw new IllegalArgumentException(what + " must be a name, was " + name);
            }
            return name;
        }
    }

    /** A policy for origins by name. */
    public static final class Listed extends Common<Listed> {

        private final Set<Origin> origins;
        private boolean credentials;
        private boolean privateNetwork;

        private Listed(Set<Origin> origins) {
            this.origins = origins;
        }

        @Override
        Listed self() {
            return this;
        }

        /** Cookies may come along. */
        public Listed credentials() {
            credentials = true;
            return this;
        }

        /** Pages of the public network may ask this service of a private one. */
        public Listed privateNetwork() {
            privateNetwork = true;
            return this;
        }

        /** The policy. */
        public CorsPolicy build() {
            return new CorsPolicy(origins, this, credentials, privateNetwork);
        }
    }

    /** A policy for everybody, without cookies. */
    public static final class Anyone extends Common<Anyone> {

        private Anyone() {}

        @Override
        Anyone self() {
            return this;
        }

        /** The policy. */
        public CorsPolicy build() {
            return new CorsPolicy(null, this, false, false);
        }
    }
}
