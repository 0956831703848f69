package dev.backendmastery.shortener.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.backendmastery.caching.redis.RedisUnavailableException;
import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import dev.backendmastery.databases.tx.DatabaseUnavailableException;
import dev.backendmastery.databases.tx.TransactionFailedException;
import dev.backendmastery.databases.tx.UnknownOutcomeException;
import dev.backendmastery.shortener.application.ApiKeys;
import dev.backendmastery.shortener.application.ApiKeys.ApiKey;
import dev.backendmastery.shortener.application.ClickNotRecordedException;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.application.LinkSearch;
import dev.backendmastery.shortener.application.LinkStore;
import dev.backendmastery.shortener.application.SearchUnavailableException;
import dev.backendmastery.shortener.application.Shortener;
import dev.backendmastery.shortener.application.Shortener.Answer;
import dev.backendmastery.shortener.application.Shortener.FoundLinks;
import dev.backendmastery.shortener.application.Shortener.Visit;
import dev.backendmastery.shortener.application.Shortener.Wish;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.staticfiles.Location;
import io.javalin.json.JavalinJackson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service over HTTP: an API under {@code /api}, short addresses at the root, a page to try both. */
public final class ShortenerHttp {

    private static final Logger log = LoggerFactory.getLogger(ShortenerHttp.class);

    private final Shortener shortener;
    private final ApiKeys keys;
    private final KeyedRateLimiter<String> creations;
    private final KeyedRateLimiter<String> visits;
    private final BooleanSupplier ready;
    private final @Nullable String baseUrl;

    /**
     * The service.
     *
     * @param creations asked for each API key and each address before a link is made
     * @param visits asked for each address before a link is followed
     * @param ready whether what the service needs is there
     * @param baseUrl what short addresses start with, or null for what the caller used
     */
    public ShortenerHttp(
            Shortener shortener,
            ApiKeys keys,
            KeyedRateLimiter<String> creations,
            KeyedRateLimiter<String> visits,
            BooleanSupplier ready,
            @Nullable String baseUrl) {
        this.shortener = shortener;
        this.keys = keys;
        this.creations = creations;
        this.visits = visits;
        this.ready = ready;
        this.baseUrl = baseUrl;
    }

    /** A server on {@code host}, not started. */
    public Javalin create(String host) {
        return Javalin.create(config -> configure(config, host));
    }

    private void configure(JavalinConfig config, String host) {
        config.startup.showJavalinBanner = false;
        config.jetty.host = host;
        config.http.maxRequestSize = 16_384;
        config.http.prefer405over404 = true;
        config.jsonMapper(new JavalinJackson(
                JsonMapper.builder()
                        .addModule(new JavaTimeModule())
                        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .build(),
                false));
        config.staticFiles.add(files -> {
            files.hostedPath = "/static";
            files.directory = "/web";
            files.location = Location.CLASSPATH;
        });
        RoutesConfig routes = config.routes;
        routes.get("/", context -> page(context, "/web/index.html", "text/html; charset=utf-8"));
        routes.get("/openapi.json", context -> page(context, "/openapi.json", "application/json"));
        routes.get("/health/live", context -> context.json(Map.of("status", "UP")));
        routes.get("/health/ready", this::ready);
        routes.post("/api/keys", withKey(this::createKey));
        routes.post("/api/links", withKey(this::createLink));
        routes.get("/api/links", withKey(this::listLinks));
        routes.get("/api/links/search", withKey(this::search));
        routes.get(
                "/api/links/{code}",
                withKey((context, key) -> context.json(view(context, shortener.find(key, context.pathParam("code"))))));
        routes.get(
                "/api/links/{code}/stats",
                withKey((context, key) -> context.json(shortener.stats(key, context.pathParam("code")))));
        routes.get("/api/links/{code}/history", withKey(this::history));
        routes.get("/api/links/{code}/qr.svg", withKey(this::qr));
        routes.post("/api/links/{code}/disable", withKey(status(Link.Status.DISABLED)));
        routes.post("/api/links/{code}/enable", withKey(status(Link.Status.ACTIVE)));
        routes.post("/api/links/{code}/ban", withKey(status(Link.Status.BANNED)));
        routes.get("/{code}", context -> visit(context, false));
        routes.head("/{code}", context -> visit(context, true));
        failures(routes);
    }

    private static void failures(RoutesConfig routes) {
        routes.exception(
                LinkException.class,
                (e, context) -> problem(
                        context,
                        switch (e.reason()) {
                            case INVALID -> 422;
                            case NOT_FOUND -> 404;
                            case ALIAS_TAKEN, KEY_REUSED, STATE -> 409;
                            case FORBIDDEN -> 403;
                        },
                        Objects.requireNonNullElse(e.getMessage(), "refused")));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> problem(context, e.getStatus(), Objects.requireNonNullElse(e.getMessage(), "refused")));
        routes.exception(SearchUnavailableException.class, (e, context) -> {
            context.header("Retry-After", "1");
            problem(context, 503, Objects.requireNonNullElse(e.getMessage(), "links cannot be searched now"));
        });
        routes.exception(ClickNotRecordedException.class, (e, context) -> unavailable(context, e));
        routes.exception(RedisUnavailableException.class, (e, context) -> unavailable(context, e));
        routes.exception(DatabaseUnavailableException.class, (e, context) -> unavailable(context, e));
        routes.exception(TransactionFailedException.class, (e, context) -> unavailable(context, e));
        routes.exception(UnknownOutcomeException.class, (e, context) -> unavailable(context, e));
    }

    private static void unavailable(Context context, Exception e) {
        log.warn("{} {} failed", context.method(), context.path(), e);
        context.header("Retry-After", "1");
        problem(context, 503, "something that this needs did not answer; what was asked may or may not have been done");
    }

    private static void problem(Context context, int status, String detail) {
        context.status(status).json(Map.of("status", status, "detail", detail)).contentType("application/problem+json");
    }

    @FunctionalInterface
    private interface KeyHandler {
        void handle(Context context, ApiKey key);
    }

    private Handler withKey(KeyHandler handler) {
        return context -> {
            String header = context.header("Authorization");
            ApiKey key = header == null || !header.startsWith("Bearer ")
                    ? null
                    : keys.find(header.substring("Bearer ".length()).trim()).orElse(null);
            if (key == null) {
                context.header("WWW-Authenticate", "Bearer");
                problem(context, 401, "an API key is needed: Authorization: Bearer KEY");
                return;
            }
            handler.handle(context, key);
        };
    }

    private static boolean admitted(Context context, KeyedRateLimiter<String> limiter, String who) {
        if (limiter.tryAcquire(who)) {
            return true;
        }
        long seconds = Math.max(1, (limiter.nanosUntil(who, 1) + 999_999_999) / 1_000_000_000);
        context.header("Retry-After", Long.toString(seconds));
        problem(context, 429, "too many requests; try again in " + seconds + " s");
        return false;
    }

    private void createLink(Context context, ApiKey key) {
        if (!admitted(context, creations, "key " + key.id()) || !admitted(context, creations, "ip " + context.ip())) {
            return;
        }
        Link link = shortener.create(key, context.header("Idempotency-Key"), body(context, Wish.class));
        LinkView view = view(context, link);
        context.header("Location", view.shortUrl()).status(201).json(view);
    }

    private void listLinks(Context context, ApiKey key) {
        LinkStore.Page page = shortener.list(
                key, context.queryParam("tag"), context.queryParam("cursor"), number(context.queryParam("limit"), 20));
        context.json(new PageView(
                page.links().stream().map(link -> view(context, link)).toList(), page.next()));
    }

    private void search(Context context, ApiKey key) {
        FoundLinks found = shortener.search(
                key, context.queryParam("q"), context.queryParam("tag"), number(context.queryParam("limit"), 20));
        context.json(new FoundView(
                found.links().stream()
                        .map(link -> new FoundLinkView(view(context, link.link()), link.marked()))
                        .toList(),
                found.total(),
                found.tags()));
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw LinkException.invalid("limit must be a number, was '" + text + "'");
        }
    }

    private KeyHandler status(Link.Status status) {
        return (context, key) ->
                context.json(view(context, shortener.setStatus(key, context.pathParam("code"), status)));
    }

    private record NewKey(@Nullable String name) {}

    private void createKey(Context context, ApiKey key) {
        if (!key.admin()) {
            problem(context, 403, "only an administrator may make keys");
            return;
        }
        String name = body(context, NewKey.class).name();
        context.status(201).json(Map.of("key", keys.create(name == null ? "" : name, false)));
    }

    private static <T> T body(Context context, Class<T> type) {
        BadRequestResponse refusal = new BadRequestResponse("the body must be JSON as in /openapi.json");
        if (context.body().isBlank()) {
            throw refusal;
        }
        try {
            return context.bodyAsClass(type);
        } catch (HttpResponseException e) {
            throw e; // too large
        } catch (Exception e) { // Kotlin lets Jackson's checked exceptions through undeclared
            throw (BadRequestResponse) refusal.initCause(e);
        }
    }

    /** One thing that happened, as callers see it. */
    private record EventView(LinkEvent.Type type, Instant at) {}

    private void history(Context context, ApiKey key) {
        context.json(shortener.history(key, context.pathParam("code")).stream()
                .map(event -> new EventView(event.type(), event.at()))
                .toList());
    }

    private void qr(Context context, ApiKey key) {
        LinkView view = view(context, shortener.find(key, context.pathParam("code")));
        context.contentType("image/svg+xml").result(QrCode.svg(view.shortUrl()));
    }

    private void visit(Context context, boolean head) {
        if (!admitted(context, visits, context.ip())) {
            return;
        }
        Answer answer = shortener.visit(
                new Visit(context.pathParam("code"), head, context.userAgent(), context.header("Referer")));
        context.header(
                "Cache-Control", "no-store"); // a redirect that is kept elsewhere could be neither counted nor banned
        if (answer instanceof Answer.Redirect redirect) {
            context.header("Location", redirect.target()).status(302);
        } else if (answer instanceof Answer.Gone gone) {
            problem(context, 410, "this link may not be followed: " + gone.refusal());
        } else {
            problem(context, 404, "there is no such link");
        }
    }

    private void ready(Context context) {
        boolean up = ready.getAsBoolean();
        context.status(up ? 200 : 503).json(Map.of("status", up ? "UP" : "DOWN"));
    }

    /** A link as callers see it. */
    private record LinkView(
            String code,
            String shortUrl,
            String target,
            @Nullable String title,
            Link.Status status,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Long maxVisits,
            SortedSet<String> tags) {}

    /** A link that was found; {@code markedTitle} is HTML. */
    private record FoundLinkView(LinkView link, @Nullable String markedTitle) {}

    private record FoundView(List<FoundLinkView> links, long total, List<LinkSearch.TagCount> tags) {}

    private record PageView(List<LinkView> links, @Nullable String next) {}

    private LinkView view(Context context, Link link) {
        String base = baseUrl != null ? baseUrl : context.scheme() + "://" + context.host();
        return new LinkView(
                link.code(),
                base + "/" + link.code(),
                link.target(),
                link.title(),
                link.status(),
                link.createdAt(),
                link.expiresAt(),
                link.maxVisits(),
                link.tags());
    }

    private static void page(Context context, String resource, String type) {
        try (InputStream in = ShortenerHttp.class.getResourceAsStream(resource)) {
            byte[] bytes = Objects.requireNonNull(in, resource).readAllBytes();
            context.contentType(type).result(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
