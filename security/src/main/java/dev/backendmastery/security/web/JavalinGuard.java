package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of this package on a Javalin server, before any handler.
 *
 * <p><b>Guarantee.</b> Every answer has the {@link SecurityHeaders} with a nonce of its own, errors too (JG-1); to a user with a session it is kept nowhere, but for public paths (JG-2). {@link CorsPolicy} decides
 * on other origins and answers preflights (JG-3). What would change something and comes with a session, or to a guarded path, passes {@link CsrfPolicy} (JG-4). Without a
 * session nothing is asked of others: a key in {@code Authorization} is sent by no browser by itself. What is refused is answered alike, and logged by its reason alone (JG-5).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Not for</b> WebSockets: check {@code Origin} in their upgrade.
 */
public final class JavalinGuard {

    /** The cookie of the token that forms repeat. */
    public static final String TOKEN_COOKIE = "__Host-csrf";

    /** The cookie that stands for a session before there is one: a form to sign in must be forged by nobody, too. */
    public static final String VISITOR_COOKIE = "__Host-visitor";

    /** The field of a form with the token. */
    public static final String TOKEN_FIELD = "_csrf";

    /** The header of a call with the token. */
    public static final String TOKEN_HEADER = "X-CSRF-Token";

    private static final Logger log = LoggerFactory.getLogger(JavalinGuard.class);
    private static final String VISIT = JavalinGuard.class.getName() + ".visit";
    private static final String TOKEN = JavalinGuard.class.getName() + ".token";

    private final Supplier<Origin> own;
    private final CsrfTokens tokens;
    private final Set<Origin> trusted;
    private final CorsPolicy cors;
    private final SecurityHeaders headers;
    private final ClientAddress addresses;
    private final String sessionCookie;
    private final Set<String> guardedCookies;
    private final Set<String> guardedPaths;
    private final List<String> jsonPaths;
    private final List<String> publicPaths;
    private final SecureRandom random = new SecureRandom();

    /**
     * What is known of a request.
     *
     * @param nonce for each {@code script} and {@code style} of the page
     * @param address who is calling
     * @param cookies what came along
     * @param session the value of the session's cookie, or null
     */
    public record Visit(
            String nonce,
            InetAddress address,
            Cookies cookies,
            @Nullable String session) {}

    private JavalinGuard(Builder builder) {
        own = builder.own;
        tokens = builder.tokens;
        trusted = builder.trusted;
        cors = builder.cors;
        headers = builder.headers;
        addresses = builder.addresses;
        sessionCookie = builder.sessionCookie;
        Set<String> names = new HashSet<>(builder.guardedCookies);
        names.addAll(List.of(TOKEN_COOKIE, VISITOR_COOKIE, sessionCookie));
        guardedCookies = Set.copyOf(names);
        guardedPaths = builder.guardedPaths;
        jsonPaths = builder.jsonPaths;
        publicPaths = builder.publicPaths;
    }

    /**
     * A guard.
     *
     * @param own where browsers reach this service
     * @param tokens for its forms
     */
    public static Builder of(Origin own, CsrfTokens tokens) {
        Objects.requireNonNull(own, "own");
        return of(() -> own, tokens);
    }

    /**
     * A guard of a server that learns its own address only when it starts.
     *
     * @param own asked at each request for where browsers reach this service
     * @param tokens for its forms
     */
    public static Builder of(Supplier<Origin> own, CsrfTokens tokens) {
        return new Builder(own, tokens);
    }

    /** Comes before all handlers, so it is to be called before they are added; and says how refusals are answered. */
    public void install(RoutesConfig routes) {
        routes.before(this::before);
        routes.exception(WebRefusedException.class, (e, context) -> {
            log.debug("refused: {}", e.reason()); // and nothing of what came
            int status = e.reason() == Reason.CONTENT_TYPE ? 415 : 403;
            if (!CsrfPolicy.isSafe(context.req().getMethod())) {
                context.header("Connection", "close"); // its body was not read, so nothing can follow it
            }
            context.status(status)
                    .contentType("application/problem+json")
                    .result("{\"status\":" + status + ",\"detail\":\"refused\"}");
        });
    }

    /** What is known of the request. */
    public Visit visit(Context context) {
        Visit visit = context.attribute(VISIT);
        if (visit == null) {
            throw new IllegalStateException("the guard is not installed, or refused the request");
        }
        return visit;
    }

    /**
     * The token for a form of the page that is being answered: as the field {@value #TOKEN_FIELD}, or for its scripts as the header {@value #TOKEN_HEADER}. Sets cookies
     * where need be, and the page is kept nowhere.
     */
    public String csrfToken(Context context) {
        String known = context.attribute(TOKEN);
        if (known != null) {
            return tokens.mask(known);
        }
        Visit visit = visit(context);
        String bound = bound(visit);
        if (bound == null) {
            byte[] bits = new byte[18];
            random.nextBytes(bits);
            String visitor = Base64.getUrlEncoder().encodeToString(bits);
            set(context, SetCookie.of(VISITOR_COOKIE, visitor));
            bound = "visitor " + visitor;
        }
        String token = visit.cookies.find(TOKEN_COOKIE).orElse(null);
        if (token == null || !tokens.isFor(bound, token)) {
            token = tokens.issue(bound);
            set(context, SetCookie.of(TOKEN_COOKIE, token));
        }
        context.header("Cache-Control", "no-store");
        context.attribute(TOKEN, token);
        return tokens.mask(token);
    }

    /** Adds a cookie to the answer. */
    public static void set(Context context, SetCookie cookie) {
        HttpHeader header = cookie.header();
        context.addHeader(header.name(), header.value());
    }

    private static @Nullable String bound(Visit visit) {
        if (visit.session != null) {
            return "session " + visit.session;
        }
        Optional<String> visitor = visit.cookies.find(VISITOR_COOKIE);
        return visitor.isPresent() ? "visitor " + visitor.get() : null;
    }

    private void before(Context context) {
        String nonce = headers.nonce();
        List<String> cookieLines = lines(context, "Cookie");
        boolean open = startsWithAny(context.path(), publicPaths);
        boolean confidential = !open && cookieLines.stream().anyMatch(line -> line.contains(sessionCookie));
        for (HttpHeader header : headers.headers(nonce, own.get().scheme().equals("https"), confidential)) {
            context.header(header.name(), header.value());
        }
        if (answersOtherOrigins(context)) {
            return;
        }
        Cookies cookies = Cookies.parse(cookieLines, guardedCookies);
        InetAddress peer = peer(context);
        InetAddress address =
                addresses.of(peer, lines(context, addresses.header().text()));
        Visit visit =
                new Visit(nonce, address, cookies, cookies.find(sessionCookie).orElse(null));
        checkForged(context, visit);
        context.attribute(VISIT, visit);
    }

    private boolean answersOtherOrigins(Context context) {
        CorsPolicy.Decision decision = cors.decide(new CorsPolicy.Request(
                context.req().getMethod(),
                one(context, "Origin"),
                one(context, "Access-Control-Request-Method"),
                one(context, "Access-Control-Request-Headers"),
                one(context, "Access-Control-Request-Private-Network")));
        for (HttpHeader header : decision.headers()) {
            context.addHeader(header.name(), header.value());
        }
        boolean preflight = decision.answer() == CorsPolicy.Answer.PREFLIGHT;
        if (preflight || decision.answer() == CorsPolicy.Answer.PREFLIGHT_REFUSED) {
            context.status(preflight ? 204 : 403).skipRemainingHandlers();
            return true;
        }
        return false;
    }

    private void checkForged(Context context, Visit visit) {
        String method = context.req().getMethod();
        boolean guarded = guardedPaths.contains(plain(context));
        if (CsrfPolicy.isSafe(method) || (visit.session == null && !guarded)) {
            return;
        }
        String bound = bound(visit);
        new CsrfPolicy(tokens, own.get(), trusted)
                .check(new CsrfPolicy.Request(
                        method,
                        one(context, "Origin"),
                        one(context, "Referer"),
                        one(context, "Sec-Fetch-Site"),
                        startsWithAny(plain(context), jsonPaths),
                        contentType(context),
                        bound == null ? "nobody" : bound, // whom no token was ever made for
                        visit.cookies.find(TOKEN_COOKIE).orElse(null),
                        submitted(context)));
    }

    /** Null without a body, empty if there is one that does not say what it is. */
    private static @Nullable String contentType(Context context) {
        String type = one(context, "Content-Type");
        boolean body = context.req().getContentLengthLong() > 0 || context.req().getHeader("Transfer-Encoding") != null;
        return type == null && body ? "" : type;
    }

    private static @Nullable String submitted(Context context) {
        String header = one(context, TOKEN_HEADER);
        if (header != null || !context.isFormUrlencoded()) {
            return header;
        }
        List<String> fields = context.formParams(TOKEN_FIELD);
        return fields.size() == 1 ? fields.get(0) : null;
    }

    private static InetAddress peer(Context context) {
        String text = context.req().getRemoteAddr();
        String plain = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
        int zone = plain.indexOf('%');
        byte[] address = zone >= 0 ? Hosts.ipv6(plain.substring(0, zone)) : Hosts.ipv4(plain);
        if (address == null) {
            address = Hosts.ipv6(plain);
        }
        try {
            return InetAddress.getByAddress(Objects.requireNonNull(address, "the address of the caller"));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of neither 4 nor 16 bytes", e);
        }
    }

    /** The path as the most lenient of routers would read it: what is guarded must not be reached by another spelling. */
    private static String plain(Context context) {
        String path = context.path().toLowerCase(Locale.ROOT).replaceAll("/+", "/");
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static boolean startsWithAny(String path, List<String> beginnings) {
        for (String beginning : beginnings) {
            if (path.startsWith(beginning) || (path + "/").equals(beginning)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> lines(Context context, String name) {
        return Collections.list(context.req().getHeaders(name));
    }

    /** A header that may come once. */
    private static @Nullable String one(Context context, String name) {
        List<String> lines = lines(context, name);
        if (lines.size() > 1) {
            throw new WebRefusedException(Reason.MALFORMED, "a header twice that comes once");
        }
        return lines.isEmpty() ? null : lines.get(0);
    }

    /** What can be told of it. */
    public static final class Builder {

        private final Supplier<Origin> own;
        private final CsrfTokens tokens;
        private Set<Origin> trusted = Set.of();
        private CorsPolicy cors = CorsPolicy.none();
        private SecurityHeaders headers = SecurityHeaders.pages().build();
        private ClientAddress addresses = ClientAddress.direct();
        private String sessionCookie = "__Host-session";
        private Set<String> guardedCookies = Set.of();
        private Set<String> guardedPaths = Set.of();
        private List<String> jsonPaths = List.of("/api/");
        private List<String> publicPaths = List.of("/static/");

        private Builder(Supplier<Origin> own, CsrfTokens tokens) {
            this.own = Objects.requireNonNull(own, "own");
            this.tokens = Objects.requireNonNull(tokens, "tokens");
        }

        /** Other origins whose pages may act in a user's name. */
        public Builder trusted(Origin... origins) {
            trusted = Set.of(origins);
            return this;
        }

        /** Whose scripts may read answers; nobody else's if nothing is said. */
        public Builder cors(CorsPolicy policy) {
            cors = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** What browsers are told; {@link SecurityHeaders#pages} if nothing is said. */
        public Builder headers(SecurityHeaders set) {
            headers = Objects.requireNonNull(set, "set");
            return this;
        }

        /** Who is calling; {@link ClientAddress#direct} if nothing is said. */
        public Builder addresses(ClientAddress source) {
            addresses = Objects.requireNonNull(source, "source");
            return this;
        }

        /** The cookie of the session: {@code __Host-session} if nothing is said. */
        public Builder sessionCookie(String name) {
            sessionCookie = Objects.requireNonNull(name, "name");
            return this;
        }

        /** More cookies that may come just once, such as {@code __Host-device}. */
        public Builder guardedCookies(String... names) {
            guardedCookies = Set.of(names);
            return this;
        }

        /** Paths of forms that take a token without a session, too, such as {@code /sign-in}; in lower case, without a slash at the end. */
        public Builder guardedPaths(String... paths) {
            guardedPaths = Set.of(paths);
            return this;
        }

        /** How paths begin that take JSON alone: {@code /api/} if nothing is said. */
        public Builder jsonPaths(String... beginnings) {
            jsonPaths = List.of(beginnings);
            return this;
        }

        /** How paths begin whose answers are for everybody and may be kept: {@code /static/} if nothing is said. */
        public Builder publicPaths(String... beginnings) {
            publicPaths = List.of(beginnings);
            return this;
        }

        /** The guard. */
        public JavalinGuard build() {
            return new JavalinGuard(this);
        }
    }
}
