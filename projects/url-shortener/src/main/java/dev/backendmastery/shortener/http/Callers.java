package dev.backendmastery.shortener.http;

import dev.backendmastery.security.web.JavalinGuard;
import dev.backendmastery.security.web.SetCookie;
import dev.backendmastery.shortener.application.Caller;
import dev.backendmastery.shortener.application.Keys;
import dev.backendmastery.shortener.application.SignIn;
import dev.backendmastery.shortener.application.SignIn.Signed;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Optional;

/** Who is calling: a program with a key, or somebody in a browser who has signed in. */
final class Callers {

    static final String SESSION_COOKIE = "__Host-session";
    private static final String BEARER = "Bearer ";

    private final JavalinGuard guard;
    private final SignIn people;
    private final Keys keys;

    Callers(JavalinGuard guard, SignIn people, Keys keys) {
        this.guard = guard;
        this.people = people;
        this.keys = keys;
    }

    @FunctionalInterface
    interface ForCaller {
        void handle(Context context, Caller caller);
    }

    @FunctionalInterface
    interface ForPerson {
        void handle(Context context, Signed signed);
    }

    /** For a key that has this scope, and for everybody who has signed in. */
    Handler may(String scope, ForCaller handler) {
        return context -> {
            String header = context.header("Authorization");
            if (header == null) {
                Optional<Signed> signed = signed(context);
                if (signed.isPresent()) {
                    handler.handle(context, signed.get().caller());
                    return;
                }
            }
            Optional<Keys.Known> key = header == null || !header.startsWith(BEARER)
                    ? Optional.empty()
                    : keys.find(header.substring(BEARER.length()).trim());
            if (key.isEmpty()) {
                context.header("WWW-Authenticate", "Bearer");
                Problems.tell(context, 401, "an API key is needed: Authorization: Bearer KEY");
            } else if (!key.get().scopes().contains(scope)) {
                context.header("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + scope + "\"");
                Problems.tell(context, 403, "this key may not: it has not the scope " + scope);
            } else {
                handler.handle(context, key.get().caller());
            }
        };
    }

    /** For somebody who has signed in; a key will not do. */
    Handler person(ForPerson handler) {
        return context -> {
            Optional<Signed> signed = signed(context);
            if (signed.isEmpty()) {
                Problems.tell(context, 401, "sign in first");
            } else {
                handler.handle(context, signed.get());
            }
        };
    }

    Optional<Signed> signed(Context context) {
        String token = guard.visit(context).session();
        Optional<Signed> signed = token == null ? Optional.empty() : people.find(token);
        signed.ifPresent(found -> {
            if (found.token() != null) {
                JavalinGuard.set(context, SetCookie.of(SESSION_COOKIE, found.token()));
            }
        });
        return signed;
    }
}
