package dev.backendmastery.shortener.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.backendmastery.core.ratelimit.KeyedRateLimiter;
import dev.backendmastery.observability.health.Health;
import dev.backendmastery.observability.health.HealthReport;
import dev.backendmastery.security.web.ClientAddress;
import dev.backendmastery.security.web.JavalinGuard;
import dev.backendmastery.shortener.application.Caller;
import dev.backendmastery.shortener.application.Keys;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.application.LinkSearch;
import dev.backendmastery.shortener.application.LinkStore;
import dev.backendmastery.shortener.application.Shortener;
import dev.backendmastery.shortener.application.Shortener.Answer;
import dev.backendmastery.shortener.application.Shortener.FoundLinks;
import dev.backendmastery.shortener.application.Shortener.Visit;
import dev.backendmastery.shortener.application.Shortener.Wish;
import dev.backendmastery.shortener.application.SignIn;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.http.Callers.ForCaller;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.staticfiles.Location;
import io.javalin.json.JavalinJackson;
import io.javalin.router.Endpoint;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;

/** The service over HTTP: an API under {@code /api}, short addresses at the root, a page to try both. */
public final class ShortenerHttp {

    private static final String ROUTE = "shortener.route";

    /** Longer than any request waits for the engines behind it. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(20);

    private final Shortener shortener;
    private final JavalinGuard guard;
    private final Callers callers;
    private final AccountHttp accounts;
    private final KeyedRateLimiter<String> creations;
    private final KeyedRateLimiter<String> visits;
    private final Health health;
    private final @Nullable Filter filter;
    private final @Nullable String baseUrl;

    /**
     * The service.
     *
     * @param guard of {@link #guarded}
     * @param creations asked for each account and each address before a link is made
     * @param visits asked for each address before a link is followed
     * @param health answers probers
     * @param baseUrl what short addresses start with, or null for what the caller used
     */
    public ShortenerHttp(
            Shortener shortener,
            JavalinGuard guard,
            SignIn people,
            Keys keys,
            KeyedRateLimiter<String> creations,
            KeyedRateLimiter<String> visits,
            Health health,
            @Nullable Filter filter,
            @Nullable String baseUrl) {
        this.shortener = shortener;
        this.guard = guard;
        this.callers = new Callers(guard, people, keys);
        this.accounts = new AccountHttp(guard, callers, people, keys);
        this.creations = creations;
        this.visits = visits;
        this.health = health;
        this.filter = filter;
        this.baseUrl = baseUrl;
    }

    /** What stands before all handlers, with the paths of this service. */
    public static JavalinGuard.Builder guarded(JavalinGuard.Builder guard) {
        return guard.guardedPaths(AccountHttp.GUARDED).guardedCookies(AccountHttp.DEVICE_COOKIE);
    }

    /** A server on {@code host}, not started. */
    public Javalin create(String host) {
        return Javalin.create(config -> configure(config, host));
    }

    /** The pattern that a request has matched; null if it has none, such as a file. */
    public static @Nullable String routeOf(HttpServletRequest request) {
        return (String) request.getAttribute(ROUTE);
    }

    private void configure(JavalinConfig config, String host) {
        if (filter != null) {
            FilterHolder holder = new FilterHolder(filter);
            holder.setAsyncSupported(true);
            config.jetty.modifyServletContextHandler(
                    handler -> handler.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST)));
            config.routes.beforeMatched(context -> {
                Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
                if (endpoint != null) {
                    context.attribute(ROUTE, endpoint.path);
                }
            });
        }
        config.startup.showJavalinBanner = false;
        config.jetty.host = host;
        config.jetty.modifyServer(ShortenerHttp::endInOrder);
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
        routes.before(this::sendAwayWhileDraining);
        guard.install(routes);
        routes.get("/", context -> Pages.show(context, guard, "/web/index.html", Map.of()));
        routes.get("/openapi.json", context -> context.contentType("application/json")
                .result(Pages.read("/openapi.json")));
        probe(routes, "/health/live", health::live);
        probe(routes, "/health/startup", health::started);
        probe(routes, "/health/ready", health::ready);
        accounts.install(routes);
        routes.post("/api/links", callers.may(Keys.WRITE, this::createLink));
        routes.get("/api/links", callers.may(Keys.READ, this::listLinks));
        routes.get("/api/links/search", callers.may(Keys.READ, this::search));
        routes.get(
                "/api/links/{code}",
                callers.may(
                        Keys.READ,
                        (context, caller) ->
                                context.json(view(context, shortener.find(caller, context.pathParam("code"))))));
        routes.get(
                "/api/links/{code}/stats",
                callers.may(
                        Keys.READ,
                        (context, caller) -> context.json(shortener.stats(caller, context.pathParam("code")))));
        routes.get("/api/links/{code}/history", callers.may(Keys.READ, this::history));
        routes.get("/api/links/{code}/qr.svg", callers.may(Keys.READ, this::qr));
        routes.post("/api/links/{code}/disable", callers.may(Keys.WRITE, status(Link.Status.DISABLED)));
        routes.post("/api/links/{code}/enable", callers.may(Keys.WRITE, status(Link.Status.ACTIVE)));
        routes.post("/api/links/{code}/ban", callers.may(Keys.ADMIN, status(Link.Status.BANNED)));
        routes.get("/{code}", context -> visit(context, false));
        routes.head("/{code}", context -> visit(context, true));
        Problems.install(routes);
    }

    private static boolean admitted(Context context, KeyedRateLimiter<String> limiter, String who) {
        if (limiter.tryAcquire(who)) {
            return true;
        }
        Problems.tooMany(context, Duration.ofNanos(limiter.nanosUntil(who, 1)));
        return false;
    }

    private String address(Context context) {
        return ClientAddress.text(guard.visit(context).address());
    }

    private void createLink(Context context, Caller caller) {
        if (!admitted(context, creations, "account " + caller.account())
                || !admitted(context, creations, "ip " + address(context))) {
            return;
        }
        Link link = shortener.create(caller, context.header("Idempotency-Key"), Problems.body(context, Wish.class));
        LinkView view = view(context, link);
        context.header("Location", view.shortUrl()).status(201).json(view);
    }

    private void listLinks(Context context, Caller caller) {
        LinkStore.Page page = shortener.list(
                caller,
                context.queryParam("tag"),
                context.queryParam("cursor"),
                number(context.queryParam("limit"), 20));
        context.json(new PageView(
                page.links().stream().map(link -> view(context, link)).toList(), page.next()));
    }

    private void search(Context context, Caller caller) {
        FoundLinks found = shortener.search(
                caller, context.queryParam("q"), context.queryParam("tag"), number(context.queryParam("limit"), 20));
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

    private ForCaller status(Link.Status status) {
        return (context, caller) ->
                context.json(view(context, shortener.setStatus(caller, context.pathParam("code"), status)));
    }

    /** One thing that happened, as callers see it. */
    private record EventView(LinkEvent.Type type, Instant at) {}

    private void history(Context context, Caller caller) {
        context.json(shortener.history(caller, context.pathParam("code")).stream()
                .map(event -> new EventView(event.type(), event.at()))
                .toList());
    }

    private void qr(Context context, Caller caller) {
        LinkView view = view(context, shortener.find(caller, context.pathParam("code")));
        context.contentType("image/svg+xml").result(QrCode.svg(view.shortUrl()));
    }

    private void visit(Context context, boolean head) {
        if (!admitted(context, visits, address(context))) {
            return;
        }
        Answer answer = shortener.visit(
                new Visit(context.pathParam("code"), head, context.userAgent(), context.header("Referer")));
        context.header(
                "Cache-Control", "no-store"); // a redirect that is kept elsewhere could be neither counted nor banned
        if (answer instanceof Answer.Redirect redirect) {
            context.header("Location", redirect.target()).status(302);
        } else if (answer instanceof Answer.Gone gone) {
            Problems.tell(context, 410, "this link may not be followed: " + gone.refusal());
        } else {
            Problems.tell(context, 404, "there is no such link");
        }
    }

    /** Statuses and no more: who asks is known to nobody, and problems name hosts. */
    private static void probe(RoutesConfig routes, String path, Supplier<HealthReport> question) {
        Handler answer = context -> {
            HealthReport report = question.get();
            context.status(report.status() == HealthReport.Status.DOWN ? 503 : 200)
                    .header("Cache-Control", "no-store")
                    .contentType("application/json")
                    .result(report.jsonWithChecks());
        };
        routes.get(path, answer);
        routes.head(path, answer);
    }

    private void sendAwayWhileDraining(Context context) {
        if (health.isDraining()) {
            context.header("Connection", "close"); // else the next request comes on a connection that ends under it
        }
    }

    /** When it stops, no connection is taken, requests under way are answered, and what takes longer is cut off. */
    private static void endInOrder(Server server) {
        server.setStopTimeout(UNDER_WAY.toMillis());
        server.setHandler(new GracefulHandler());
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
}
