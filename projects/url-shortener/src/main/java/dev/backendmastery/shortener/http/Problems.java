package dev.backendmastery.shortener.http;

import dev.backendmastery.caching.redis.RedisUnavailableException;
import dev.backendmastery.databases.tx.DatabaseUnavailableException;
import dev.backendmastery.databases.tx.TransactionFailedException;
import dev.backendmastery.databases.tx.UnknownOutcomeException;
import dev.backendmastery.security.apikey.ApiKeyStoreException;
import dev.backendmastery.security.password.HashingRefusedException;
import dev.backendmastery.security.password.UnacceptablePasswordException;
import dev.backendmastery.security.session.SessionStoreException;
import dev.backendmastery.shortener.application.ClickNotRecordedException;
import dev.backendmastery.shortener.application.SearchUnavailableException;
import dev.backendmastery.shortener.application.SignIn.TooManyException;
import dev.backendmastery.shortener.domain.LinkException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What went wrong, as callers are told (RFC 9457). */
final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    static void tell(Context context, int status, String detail) {
        context.status(status).json(Map.of("status", status, "detail", detail)).contentType("application/problem+json");
    }

    static void tooMany(Context context, Duration wait) {
        long seconds = Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds());
        context.header("Retry-After", Long.toString(seconds));
        tell(context, 429, "too many requests; try again in " + seconds + " s");
    }

    /** Reads the body. */
    static <T> T body(Context context, Class<T> type) {
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

    static void install(RoutesConfig routes) {
        routes.exception(
                LinkException.class,
                (e, context) -> tell(
                        context,
                        switch (e.reason()) {
                            case INVALID -> 422;
                            case NOT_FOUND -> 404;
                            case ALIAS_TAKEN, KEY_REUSED, STATE -> 409;
                            case FORBIDDEN -> 403;
                        },
                        message(e)));
        routes.exception(HttpResponseException.class, (e, context) -> tell(context, e.getStatus(), message(e)));
        routes.exception(UnacceptablePasswordException.class, (e, context) -> tell(context, 422, message(e)));
        routes.exception(TooManyException.class, (e, context) -> tooMany(context, e.retryAfter()));
        routes.exception(SearchUnavailableException.class, (e, context) -> {
            context.header("Retry-After", "1");
            tell(context, 503, message(e));
        });
        for (Class<? extends Exception> type : List.of(
                ClickNotRecordedException.class,
                RedisUnavailableException.class,
                DatabaseUnavailableException.class,
                TransactionFailedException.class,
                UnknownOutcomeException.class,
                ApiKeyStoreException.class,
                SessionStoreException.class,
                HashingRefusedException.class)) {
            routes.exception(type, (e, context) -> unavailable(context, e));
        }
    }

    private static String message(Exception e) {
        return Objects.requireNonNullElse(e.getMessage(), "refused");
    }

    private static void unavailable(Context context, Exception e) {
        log.warn("{} {} failed", context.method(), context.path(), e);
        context.header("Retry-After", "1");
        tell(context, 503, "something that this needs did not answer; what was asked may or may not have been done");
    }
}
