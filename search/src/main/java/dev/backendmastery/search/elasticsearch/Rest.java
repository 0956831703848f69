package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.IndexUnavailableException;
import dev.backendmastery.search.index.SearchIndexException;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import org.apache.http.HttpEntity;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NStringEntity;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/** Calls with a bound on their waiting, and errors as the contract has them. */
final class Rest {

    private static final ContentType LINES = ContentType.create("application/x-ndjson", "UTF-8");

    private final RestClient client;
    private final RequestOptions options;
    private final RestTraces traces;

    Rest(RestClient client, Duration timeout, RestTraces traces) {
        this.client = client;
        this.traces = traces;
        int millis = Math.toIntExact(timeout.toMillis());
        this.options = RequestOptions.DEFAULT.toBuilder()
                .setRequestConfig(RequestConfig.custom()
                        .setConnectTimeout(millis)
                        .setConnectionRequestTimeout(millis)
                        .setSocketTimeout(millis)
                        .build())
                .build();
    }

    /** What the engine said, whatever it was. */
    record Answer(int status, Node body) {

        String reason() {
            Node error = body.get("error");
            String type = error.get("type").text();
            return type.isEmpty()
                    ? error.text()
                    : type + ": " + error.get("reason").text();
        }
    }

    /** The answer of a call that succeeds, or nothing if it answers {@code accepted}. */
    Node call(String method, String path, @Nullable Map<String, @Nullable Object> body, int... accepted) {
        Answer answer;
        try {
            answer = send(method, path, body == null ? null : Node.write(body), ContentType.APPLICATION_JSON);
        } catch (IOException e) {
            throw new IndexUnavailableException(method + " " + path + " got no answer: " + e.getMessage(), e);
        }
        if (answer.status() < 300) {
            return answer.body();
        }
        for (int status : accepted) {
            if (answer.status() == status) {
                return Node.NOTHING;
            }
        }
        String message = method + " " + path + " answered " + answer.status() + ", " + answer.reason();
        throw isPassing(answer.status()) ? new IndexUnavailableException(message) : new SearchIndexException(message);
    }

    /** The answer to lines of JSON. */
    Answer lines(String path, String lines) throws IOException {
        return send("POST", path, lines, LINES);
    }

    /** Whether the same call may succeed later. */
    static boolean isPassing(int status) {
        return status == 429 || status >= 500;
    }

    private Answer send(String method, String path, @Nullable String body, ContentType type) throws IOException {
        if (!traces.active()) {
            return answer(request(method, path, body, type, options), null);
        }
        Span span = traces.begin(method, path);
        try {
            return answer(request(method, path, body, type, traces.into(options, span)), span);
        } catch (IOException | RuntimeException | Error failure) {
            RestTraces.fail(span, failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    private static Request request(
            String method, String path, @Nullable String body, ContentType type, RequestOptions options) {
        Request request = new Request(method, path);
        request.setOptions(options);
        if (body != null) {
            request.setEntity(new NStringEntity(body, type));
        }
        return request;
    }

    private Answer answer(Request request, @Nullable Span span) throws IOException {
        Response response;
        try {
            response = client.performRequest(request);
        } catch (ResponseException e) {
            response = e.getResponse();
        }
        int status = response.getStatusLine().getStatusCode();
        if (span != null) {
            RestTraces.answered(span, status, response.getHost(), request.getEndpoint());
        }
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return new Answer(status, Node.NOTHING);
        }
        try (InputStream content = entity.getContent()) {
            return new Answer(status, Node.read(content));
        } catch (IOException e) {
            if (status < 300) {
                throw e;
            }
            return new Answer(status, Node.NOTHING); // a proxy's page, say
        }
    }
}
