package dev.backendmastery.showcase.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks each node how it is: all at once, each for a bounded time and a bounded answer. */
final class HealthPoll {

    private static final int MAX_BODY = 65_536;
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Duration wait;
    private volatile Map<String, String> nodes = Map.of();
    private volatile List<Health> last = List.of();

    /** Waits so long for each. */
    HealthPoll(Duration wait) {
        this.wait = wait;
    }

    /**
     * How a node is.
     *
     * @param code of the answer; 0 if there was none
     * @param report what it said, or null if it said nothing that can be read
     * @param problem why not; else empty
     */
    record Health(
            String node,
            String url,
            int code,
            long millis,
            @Nullable JsonNode report,
            String problem) {
        boolean up() {
            return code == OK;
        }
    }

    /** Whom to ask: addresses by name. */
    void nodes(Map<String, String> urls) {
        nodes = new TreeMap<>(urls);
    }

    /** Asks all. */
    void poll() throws InterruptedException {
        long begin = System.nanoTime();
        Map<String, CompletableFuture<HttpResponse<byte[]>>> asked = new TreeMap<>();
        Map<String, String> urls = nodes;
        urls.forEach((name, url) -> {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health/ready"))
                    .timeout(wait)
                    .build();
            asked.put(name, http.sendAsync(request, info -> new Bounded()));
        });
        List<Health> found = new ArrayList<>();
        for (var one : asked.entrySet()) {
            String url = String.valueOf(urls.get(one.getKey()));
            long left = Math.max(0, wait.toNanos() - (System.nanoTime() - begin));
            found.add(answer(one.getKey(), url, one.getValue(), left, begin));
        }
        last = List.copyOf(found);
    }

    private static Health answer(
            String node, String url, CompletableFuture<HttpResponse<byte[]>> asked, long left, long begin)
            throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = asked.get(left, TimeUnit.NANOSECONDS);
            String text = new String(answer.body(), StandardCharsets.UTF_8);
            return read(node, url, answer.statusCode(), since(begin), text);
        } catch (ExecutionException e) {
            return new Health(node, url, 0, since(begin), null, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            asked.cancel(true);
            return new Health(node, url, 0, since(begin), null, "no answer in time");
        }
    }

    private static Health read(String node, String url, int status, long millis, String text) {
        try {
            JsonNode report = JSON.readTree(text);
            return report.isObject()
                    ? new Health(node, url, status, millis, report, "")
                    : new Health(node, url, status, millis, null, "the answer is no report");
        } catch (JsonProcessingException e) {
            return new Health(node, url, status, millis, null, "the answer is no JSON");
        }
    }

    private static long since(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    /** What was found the last time. */
    List<Health> last() {
        return last;
    }

    /** A body, unless it is too large. */
    private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {

        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> chunks) {
            for (ByteBuffer chunk : chunks) {
                byte[] part = new byte[Math.min(chunk.remaining(), MAX_BODY + 1 - bytes.size())];
                chunk.get(part);
                bytes.write(part, 0, part.length);
            }
            if (bytes.size() > MAX_BODY && subscription != null) {
                subscription.cancel();
                body.completeExceptionally(
                        new IllegalStateException("the answer has more than " + MAX_BODY + " bytes"));
            }
        }

        @Override
        public void onError(Throwable problem) {
            body.completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}
