package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("JavalinGuard, on a server")
final class JavalinGuardTest {

    private static final String HERE = "https://here.example";
    private static final String FRIEND = "https://friend.example";
    private static final CsrfTokens TOKENS = new CsrfTokens(MacKeys.random());
    private static final AtomicInteger CHANGES = new AtomicInteger();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private static @Nullable Javalin server;

    @BeforeAll
    static void start() {
        JavalinGuard guard = JavalinGuard.of(Origin.of(HERE), TOKENS)
                .cors(CorsPolicy.forOrigins(Origin.of(FRIEND))
                        .methods("GET")
                        .requestHeaders("x-y")
                        .build())
                .addresses(ClientAddress.behind(ClientAddress.Header.X_FORWARDED_FOR, "127.0.0.0/8", "::1"))
                .guardedPaths("/sign-in")
                .build();
        server = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.jetty.host = "127.0.0.1";
                    guard.install(config.routes);
                    routes(config.routes, guard);
                })
                .start(0);
    }

    private static void routes(RoutesConfig routes, JavalinGuard guard) {
        routes.get(
                "/page",
                context -> context.html(guard.visit(context).nonce() + " "
                        + ClientAddress.text(guard.visit(context).address())));
        routes.get("/form", context -> context.result(guard.csrfToken(context) + " " + guard.csrfToken(context)));
        routes.get("/static/x.js", context -> context.result("x"));
        routes.get("/fails", context -> {
            throw new IllegalStateException("on purpose");
        });
        routes.post(
                "/change",
                context -> context.result(
                        "changed " + CHANGES.incrementAndGet() + context.body().length()));
        routes.post(
                "/sign-in",
                context -> context.result(
                        "in " + CHANGES.incrementAndGet() + context.body().length()));
        routes.post(
                "/api/change",
                context -> context.result(
                        "changed " + CHANGES.incrementAndGet() + context.body().length()));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private static HttpResponse<String> send(String method, String path, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        Javalin running = server;
        if (running == null) {
            throw new IllegalStateException("no server");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + running.port() + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<String> response, String name) {
        return String.join("|", response.headers().allValues(name));
    }

    /** What a browser sends with a form of the page that it has just got. */
    private record Form(String cookies, String token) {}

    private static Form form(String session) throws IOException, InterruptedException {
        HttpResponse<String> page =
                session.isEmpty() ? send("GET", "/form", null) : send("GET", "/form", null, "Cookie", session);
        List<String> cookies = new ArrayList<>();
        if (!session.isEmpty()) {
            cookies.add(session);
        }
        for (String cookie : page.headers().allValues("Set-Cookie")) {
            assertTrue(
                    cookie.startsWith("__Host-") && cookie.endsWith("; Path=/; Secure; HttpOnly; SameSite=Lax"),
                    cookie);
            cookies.add(cookie.substring(0, cookie.indexOf(';')));
        }
        String[] tokens = page.body().split(" ", -1);
        assertNotEquals(tokens[0], tokens[1], "masked anew");
        assertEquals("no-store", header(page, "Cache-Control"));
        return new Form(String.join("; ", cookies), tokens[0]);
    }

    private static HttpResponse<String> post(String path, Form form, String origin, String body)
            throws IOException, InterruptedException {
        return send(
                "POST",
                path,
                body,
                "Cookie",
                form.cookies,
                "Origin",
                origin,
                "Content-Type",
                "application/x-www-form-urlencoded");
    }

    @Test
    @DisplayName("JG-1 every answer has the headers, errors too, with a nonce of its own")
    void headers() throws Exception {
        for (String path : List.of("/page", "/nowhere", "/fails", "/form")) {
            HttpResponse<String> answer = send("GET", path, null);
            assertEquals("nosniff", header(answer, "X-Content-Type-Options"), path);
            assertTrue(header(answer, "Content-Security-Policy").contains("script-src 'nonce-"), path);
            assertTrue(header(answer, "Strict-Transport-Security").startsWith("max-age="), path);
            assertEquals("Origin", header(answer, "Vary"), path);
        }
        HttpResponse<String> page = send("GET", "/page", null);
        String nonce = page.body().substring(0, page.body().indexOf(' '));
        assertTrue(header(page, "Content-Security-Policy").contains("'nonce-" + nonce + "'"));
        assertNotEquals(page.body(), send("GET", "/page", null).body());
    }

    @Test
    @DisplayName("JG-2 answers to a user with a session are kept nowhere, but for public paths")
    void kept() throws Exception {
        assertEquals("", header(send("GET", "/page", null), "Cache-Control"));
        assertEquals("no-store", header(send("GET", "/page", null, "Cookie", "__Host-session=s"), "Cache-Control"));
        assertEquals("", header(send("GET", "/static/x.js", null, "Cookie", "__Host-session=s"), "Cache-Control"));
    }

    @Test
    @DisplayName("JG-3 an origin that was named may read, and preflights go no further")
    void others() throws Exception {
        assertEquals(FRIEND, header(send("GET", "/page", null, "Origin", FRIEND), "Access-Control-Allow-Origin"));
        assertEquals(
                "", header(send("GET", "/page", null, "Origin", "https://evil.test"), "Access-Control-Allow-Origin"));
        HttpResponse<String> granted = send(
                "OPTIONS",
                "/page",
                null,
                "Origin",
                FRIEND,
                "Access-Control-Request-Method",
                "GET",
                "Access-Control-Request-Headers",
                "x-y");
        assertEquals(204, granted.statusCode());
        assertEquals("GET", header(granted, "Access-Control-Allow-Methods"));
        HttpResponse<String> refused =
                send("OPTIONS", "/page", null, "Origin", FRIEND, "Access-Control-Request-Method", "DELETE");
        assertEquals(403, refused.statusCode());
        assertEquals("", header(refused, "Access-Control-Allow-Origin"));
        assertTrue(header(refused, "Vary").startsWith("Origin"));
        assertEquals(
                403,
                send("GET", "/page", null, "Origin", FRIEND, "Origin", FRIEND).statusCode(),
                "twice");
    }

    @Test
    @DisplayName("JG-4 with a session nothing is changed but by a form or call of its own pages")
    void forged() throws Exception {
        Form form = form("__Host-session=s1");
        int before = CHANGES.get();
        String body = "x=y&_csrf=" + form.token;
        assertEquals(200, post("/change", form, HERE, body).statusCode());
        assertEquals(200, post("/change", form, HERE, body).statusCode(), "once more");
        assertEquals(
                200,
                send(
                                "POST",
                                "/api/change",
                                "{}",
                                "Cookie",
                                form.cookies,
                                "Origin",
                                HERE,
                                "Content-Type",
                                "application/json",
                                JavalinGuard.TOKEN_HEADER,
                                form.token)
                        .statusCode());
        assertEquals(before + 3, CHANGES.get());
        assertEquals(403, post("/change", form, HERE, "x=y").statusCode(), "without token");
        assertEquals(403, post("/change", form, "https://evil.test", body).statusCode(), "from elsewhere");
        assertEquals(
                403, post("/change", form, HERE, body + "&_csrf=" + form.token).statusCode(), "two tokens");
        assertEquals(
                403,
                post("/change", new Form("__Host-session=s2; " + form.cookies.substring(18), form.token), HERE, body)
                        .statusCode(),
                "another session");
        assertEquals(
                403,
                post("/change", new Form("__Host-session=s1; " + form.cookies, form.token), HERE, body)
                        .statusCode(),
                "a session twice");
        assertEquals(
                415,
                send(
                                "POST",
                                "/api/change",
                                "{}",
                                "Cookie",
                                form.cookies,
                                "Origin",
                                HERE,
                                "Content-Type",
                                "text/plain",
                                JavalinGuard.TOKEN_HEADER,
                                form.token)
                        .statusCode());
        assertEquals(
                415,
                send(
                                "POST",
                                "/api/change",
                                "{}",
                                "Cookie",
                                form.cookies,
                                "Origin",
                                HERE,
                                JavalinGuard.TOKEN_HEADER,
                                form.token)
                        .statusCode(),
                "of no type");
        assertEquals(before + 3, CHANGES.get());
        assertEquals(
                200, send("POST", "/change", "", "Authorization", "Bearer key").statusCode(), "without a session");
    }

    @Test
    @DisplayName("JG-4 nobody is signed in by a form of another site")
    void signIn() throws Exception {
        Form form = form("");
        String body = "_csrf=" + form.token;
        assertEquals(200, post("/sign-in", form, HERE, body).statusCode());
        assertEquals(403, post("/sign-in", form, HERE, "").statusCode(), "without token");
        assertEquals(
                403, post("/sign-in", new Form("x=y", form.token), HERE, body).statusCode(), "without cookies");
        for (String path : List.of("/sign-in/", "//sign-in", "/SIGN-IN")) {
            assertNotEquals(
                    200, post(path, new Form("x=y", form.token), HERE, body).statusCode(), path);
        }
        assertEquals(403, post("/sign-in", form(""), HERE, body).statusCode(), "another visitor's");
    }

    @Test
    @DisplayName("JG-5 what is refused is answered alike, and says nothing of why")
    void alike() throws Exception {
        Form form = form("__Host-session=s1");
        String first = post("/change", form, HERE, "").body();
        assertEquals("{\"status\":403,\"detail\":\"refused\"}", first);
        assertEquals(
                first,
                post("/change", form, "https://evil.test", "_csrf=" + form.token)
                        .body());
        assertFalse(first.contains(form.token));
    }

    @Test
    @DisplayName("Who is calling is asked of trusted proxies")
    void address() throws Exception {
        assertTrue(send("GET", "/page", null, "X-Forwarded-For", "6.6.6.6, 93.184.216.34")
                .body()
                .endsWith(" 93.184.216.34"));
        assertTrue(send("GET", "/page", null).body().endsWith(" 127.0.0.1"));
    }
}
