package dev.backendmastery.shortener.http;

import dev.backendmastery.security.apikey.ApiKey;
import dev.backendmastery.security.apikey.IssuedApiKey;
import dev.backendmastery.security.session.Session;
import dev.backendmastery.security.web.JavalinGuard;
import dev.backendmastery.security.web.RedirectGuard;
import dev.backendmastery.security.web.SetCookie;
import dev.backendmastery.shortener.application.Caller;
import dev.backendmastery.shortener.application.Keys;
import dev.backendmastery.shortener.application.SignIn;
import dev.backendmastery.shortener.application.SignIn.Attempt;
import dev.backendmastery.shortener.application.SignIn.Place;
import dev.backendmastery.shortener.application.SignIn.Signed;
import dev.backendmastery.shortener.domain.LinkException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Accounts, sessions and keys over HTTP. */
final class AccountHttp {

    /** Paths on which nobody is signed in yet, and which must be forged by nobody all the same. */
    static final String[] GUARDED = {"/api/accounts", "/api/session"};

    static final String DEVICE_COOKIE = "__Host-device";

    private static final Duration DEVICE_LIFE = Duration.ofDays(180);
    private static final Duration MOST_OVERLAP = Duration.ofDays(30);
    private static final int LONGEST_DEVICE = 200;

    private final JavalinGuard guard;
    private final Callers callers;
    private final SignIn people;
    private final Keys keys;

    AccountHttp(JavalinGuard guard, Callers callers, SignIn people, Keys keys) {
        this.guard = guard;
        this.callers = callers;
        this.people = people;
        this.keys = keys;
    }

    void install(RoutesConfig routes) {
        routes.get("/sign-in", this::signInPage);
        routes.get("/account", this::accountPage);
        routes.post("/api/accounts", this::signUp);
        routes.get("/api/session", this::who);
        routes.post("/api/session", this::signIn);
        routes.delete("/api/session", callers.person(this::signOut));
        routes.get("/api/sessions", callers.person(this::sessions));
        routes.delete("/api/sessions", callers.person(this::signOutEverywhere));
        routes.delete("/api/sessions/{id}", callers.person((context, signed) -> {
            people.signOut(signed, id(context));
            context.status(204);
        }));
        routes.post("/api/password", callers.person(this::changePassword));
        routes.get(
                "/api/keys",
                callers.person((context, signed) -> context.json(
                        keys.list(signed.caller()).stream().map(KeyView::of).toList())));
        routes.post("/api/keys", this::createKey);
        routes.delete("/api/keys/{id}", callers.person((context, signed) -> {
            keys.revoke(signed.caller(), id(context));
            context.status(204);
        }));
        routes.post("/api/keys/{id}/rotate", callers.person(this::rotate));
    }

    private void signInPage(Context context) {
        String next = RedirectGuard.paths().pathOr(context.queryParam("next"), "/");
        if (callers.signed(context).isPresent()) {
            context.header("Cache-Control", "no-store");
            context.header("Location", next).status(302);
            return;
        }
        Pages.show(context, guard, "/web/sign-in.html", Map.of("next", next));
    }

    private void accountPage(Context context) {
        if (callers.signed(context).isEmpty()) {
            context.header("Cache-Control", "no-store");
            context.header("Location", "/sign-in?next=/account").status(302);
            return;
        }
        Pages.show(context, guard, "/web/account.html", Map.of());
    }

    private Place place(Context context) {
        JavalinGuard.Visit visit = guard.visit(context);
        String device = Objects.requireNonNullElse(context.userAgent(), "");
        return new Place(
                device.substring(0, Math.min(LONGEST_DEVICE, device.length())),
                visit.address(),
                visit.cookies().find(DEVICE_COOKIE).orElse(null));
    }

    private void signUp(Context context) {
        Signed signed = people.signUp(Problems.body(context, SignIn.Wish.class), place(context));
        remember(context, signed);
        context.status(201).json(Map.of("name", signed.account().name()));
    }

    private void signIn(Context context) {
        Attempt attempt = people.signIn(Problems.body(context, SignIn.Wish.class), place(context));
        if (attempt.delay().isZero()) {
            answer(context, attempt);
        } else { // no thread waits
            context.future(() -> CompletableFuture.runAsync(
                    () -> answer(context, attempt),
                    CompletableFuture.delayedExecutor(attempt.delay().toMillis(), TimeUnit.MILLISECONDS)));
        }
    }

    private static void answer(Context context, Attempt attempt) {
        if (attempt.signed().isEmpty()) {
            Problems.tell(context, 401, "the name or the password is wrong");
            return;
        }
        Signed signed = attempt.signed().get();
        remember(context, signed);
        context.json(Map.of("name", signed.account().name()));
    }

    private static void remember(Context context, Signed signed) {
        JavalinGuard.set(context, SetCookie.of(Callers.SESSION_COOKIE, Objects.requireNonNull(signed.token())));
        JavalinGuard.set(
                context,
                SetCookie.of(DEVICE_COOKIE, Objects.requireNonNull(signed.device()))
                        .maxAge(DEVICE_LIFE));
    }

    /** Who is signed in, and the token that each call which changes something must repeat. */
    private record WhoView(@Nullable String name, String csrf) {}

    private void who(Context context) {
        Optional<Signed> signed = callers.signed(context);
        context.json(new WhoView(signed.map(found -> found.account().name()).orElse(null), guard.csrfToken(context)));
    }

    private void signOut(Context context, Signed signed) {
        people.signOut(signed);
        forget(context);
    }

    private void signOutEverywhere(Context context, Signed signed) {
        people.signOutEverywhere(signed);
        forget(context);
    }

    private static void forget(Context context) {
        JavalinGuard.set(context, SetCookie.forget(Callers.SESSION_COOKIE));
        context.status(204);
    }

    private record SessionView(UUID id, String device, Instant since, Instant seen, boolean here) {}

    private void sessions(Context context, Signed signed) {
        context.json(people.sessions(signed).stream()
                .map((Session session) -> new SessionView(
                        session.id(),
                        session.device(),
                        session.createdAt(),
                        session.refreshedAt(),
                        session.id().equals(signed.session().id())))
                .toList());
    }

    private record Change(
            @Nullable String current, @Nullable String fresh) {
        @Override
        public String toString() {
            return "Change[]";
        }
    }

    private void changePassword(Context context, Signed signed) {
        Change change = Problems.body(context, Change.class);
        people.change(signed, change.current, change.fresh, place(context));
        context.status(204);
    }

    /** A key, without its secret. */
    private record KeyView(
            UUID id,
            String name,
            String hint,
            Set<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt,
            boolean replaced) {

        static KeyView of(ApiKey key) {
            return new KeyView(
                    key.id(),
                    key.name(),
                    key.hint(),
                    key.scopes().names(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.lastUsedAt(),
                    key.successor() != null);
        }
    }

    private void createKey(Context context) throws Exception {
        if (context.header("Authorization") == null) {
            callers.person((same, signed) -> issued(same, signed.caller())).handle(context);
        } else {
            callers.may(Keys.ADMIN, this::issued).handle(context);
        }
    }

    private void issued(Context context, Caller caller) {
        show(context, keys.create(caller, Problems.body(context, Keys.Wish.class)));
    }

    private record Rotation(@Nullable Integer overlapHours) {}

    private void rotate(Context context, Signed signed) {
        Integer hours = Problems.body(context, Rotation.class).overlapHours;
        Duration overlap = Duration.ofHours(hours == null ? 24 : hours);
        if (overlap.isNegative() || overlap.compareTo(MOST_OVERLAP) > 0) {
            throw LinkException.invalid("overlapHours must be from 0 to " + MOST_OVERLAP.toHours() + ", was " + hours);
        }
        show(context, keys.rotate(signed.caller(), id(context), overlap));
    }

    /** The secret is shown this once. */
    private static void show(Context context, IssuedApiKey issued) {
        Map<String, Object> view = new HashMap<>();
        view.put("key", issued.text());
        view.put("id", issued.key().id());
        view.put("scopes", List.copyOf(issued.key().scopes().names()));
        context.header("Cache-Control", "no-store");
        context.status(201).json(view);
    }

    private static UUID id(Context context) {
        try {
            return UUID.fromString(context.pathParam("id"));
        } catch (IllegalArgumentException e) {
            throw new LinkException(LinkException.Reason.NOT_FOUND, "there is nothing of this id");
        }
    }
}
