package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.messaging.log.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a command answers: kept, and given again.
 *
 * @param status from 0 to 999; for HTTP the status code
 * @param headers in order, at most 64
 * @param body at most 1 MiB
 */
public record Answer(int status, Map<String, String> headers, Bytes body) {

    private static final int MAX_HEADERS = 64;
    private static final int MAX_BODY = 1 << 20;

    /** @throws IllegalArgumentException if one is out of range; inside a command it undoes the command */
    public Answer {
        if (status < 0 || status > 999) {
            throw new IllegalArgumentException("status must be from 0 to 999, was " + status);
        }
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        if (headers.size() > MAX_HEADERS) {
            throw new IllegalArgumentException("headers must be at most " + MAX_HEADERS + ", were " + headers.size());
        }
        if (body.size() > MAX_BODY) {
            throw new IllegalArgumentException("body must be at most " + MAX_BODY + " bytes, was " + body.size());
        }
    }

    /** An answer without headers. */
    public static Answer of(int status, String body) {
        return new Answer(status, Map.of(), Bytes.utf8(body));
    }
}
