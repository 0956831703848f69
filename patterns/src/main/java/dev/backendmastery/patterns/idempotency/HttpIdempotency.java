package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.messaging.log.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link Idempotency} behind the header {@code Idempotency-Key}, for any HTTP server.
 *
 * <p><b>Guarantee.</b> One key, one effect, one answer: the same status, headers and body, byte for byte, with {@code
 * Idempotency-Replayed: true} beside them (HI-1). A request without a usable key is answered 400 (HI-2), a key that comes
 * with another method, target or body 422 (HI-3), one whose first request is still at work 409 with {@code Retry-After} (HI-4), each as {@code
 * application/problem+json}; the command does not run then.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> That of the {@link Idempotency}. <b>Not for</b> GET, PUT and
 * DELETE, which are idempotent by themselves. <b>Source.</b> IETF draft <i>The Idempotency-Key HTTP Header Field</i>; RFC 9457.
 *
 * @param <C> what commands work in
 */
public final class HttpIdempotency<C> {

    private static final String REPLAYED = "Idempotency-Replayed";

    private final Idempotency<C> keys;

    /** In front of {@code keys}. */
    public HttpIdempotency(Idempotency<C> keys) {
        this.keys = Objects.requireNonNull(keys, "keys");
    }

    /**
     * Answers a request.
     *
     * @param header the value of {@code Idempotency-Key}, quoted or not; null if there is none
     * @param scope who asks, as authenticated
     * @param target path and query
     * @throws E what the command threw; nothing is remembered
     */
    public <E extends Exception> Answer answer(
            @Nullable String header,
            String scope,
            String method,
            String target,
            Bytes body,
            Idempotency.Command<? super C, E> command)
            throws E {
        Request request;
        try {
            request = new Request(scope, key(header), content(method, target, body));
        } catch (IllegalArgumentException e) {
            return problem(400, "Idempotency-Key: " + e.getMessage(), Map.of());
        }
        try {
            Idempotency.Reply reply = keys.run(request, command);
            if (!reply.replayed()) {
                return reply.answer();
            }
            Map<String, String> headers = new LinkedHashMap<>(reply.answer().headers());
            headers.put(REPLAYED, "true");
            return new Answer(reply.answer().status(), headers, reply.answer().body());
        } catch (KeyReusedException e) {
            return problem(422, "This key was used for another request", Map.of());
        } catch (InProgressException e) {
            return problem(409, "The first request with this key is still at work", Map.of("Retry-After", "1"));
        }
    }

    /** The header is a string of structured fields, in quotes; most callers leave them out. */
    private static String key(@Nullable String header) {
        if (header == null) {
            throw new IllegalArgumentException("key must be given");
        }
        String key = header.strip();
        boolean quoted = key.length() > 1 && key.startsWith("\"") && key.endsWith("\"");
        return quoted ? key.substring(1, key.length() - 1) : key;
    }

    private static Bytes content(String method, String target, Bytes body) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes((method + " " + target + "\n").getBytes(StandardCharsets.UTF_8));
        content.writeBytes(body.toArray());
        return Bytes.of(content.toByteArray());
    }

    private static Answer problem(int status, String title, Map<String, String> more) {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Content-Type", "application/problem+json"));
        headers.putAll(more);
        String body = "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + "}";
        return new Answer(status, headers, Bytes.utf8(body));
    }
}
