package dev.backendmastery.benchmarks.shortener;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.shortener.ShortenerNode;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Redirects of one node over loopback, beside the same answer served straight from Javalin.
 *
 * <p>Throughput is measured by callers that each wait for their answer. Latency is measured open-loop: requests have
 * appointed times, and a late start counts as waiting, so that a stall shows in the percentiles instead of hiding them.
 * {@code hot} follows one link that is in memory, {@code cold} follows each link once, so each is read from PostgreSQL.
 * Clicks are on disk before they are answered: PostgreSQL runs with fsync. {@code through-kafka} answers when Kafka has acked the click,
 * and counts it, in the same node, meanwhile.
 */
public final class RedirectLoad {

    private static final int ROUNDS = 5;
    static final int CALLERS = 16;
    private static final int REQUESTS = 4_000;
    private static final int RATE = 300;
    private static final Duration LATENCY_RUN = Duration.ofSeconds(5);
    private static final String KEY = ShortenerConfig.KEYS.generate(new SecureRandom());

    private RedirectLoad() {}

    /** Runs all rounds; about four minutes. */
    public static List<Measurement> run() throws IOException, InterruptedException {
        Javalin plain = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.host = "127.0.0.1";
            config.routes.get("/{code}", context -> context.header("Location", "https://example.com/")
                    .header("Cache-Control", "no-store")
                    .status(302));
        });
        try (Postgres postgres = Postgres.builder().durable().start();
                Redis redis = Redis.builder().start();
                Kafka kafka = Kafka.builder().start();
                ShortenerNode node = ShortenerNode.start(config(postgres, redis).build());
                ShortenerNode messaging = ShortenerNode.start(
                        config(postgres, redis).kafka(kafka.bootstrapServers()).build())) {
            plain.start(0);
            List<String> codes = make(node.url(), ROUNDS * 2_000 + 2_000);
            AtomicInteger cold = new AtomicInteger();
            String straight = "http://127.0.0.1:" + plain.port() + "/same";
            String hot = node.url() + "/" + codes.get(0);
            String logged = messaging.url() + "/" + make(messaging.url(), 1).get(0);
            Map<String, IntFunction<URI>> paths = new LinkedHashMap<>();
            paths.put("floor-plain-javalin", i -> URI.create(straight));
            paths.put("ours-hot", i -> URI.create(hot));
            paths.put("ours-hot-through-kafka", i -> URI.create(logged));
            for (IntFunction<URI> path : paths.values()) {
                throughput(path, REQUESTS);
            }
            Map<String, List<Double>> throughput = new LinkedHashMap<>();
            Map<String, List<Double>> medians = new LinkedHashMap<>();
            Map<String, List<Double>> tails = new LinkedHashMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                for (var contestant : paths.entrySet()) {
                    add(throughput, contestant.getKey(), throughput(contestant.getValue(), REQUESTS));
                }
                add(
                        throughput,
                        "ours-cold",
                        throughput(
                                i -> URI.create(
                                        node.url() + "/" + codes.get(1 + cold.getAndIncrement() % (codes.size() - 1))),
                                2_000));
                for (var contestant : paths.entrySet()) {
                    double[] latencies = latencies(contestant.getValue());
                    add(medians, contestant.getKey(), percentile(latencies, 0.5));
                    add(tails, contestant.getKey(), percentile(latencies, 0.99));
                }
            }
            List<Measurement> all = new ArrayList<>();
            throughput.forEach(
                    (who, scores) -> all.add(new Measurement("throughput", CALLERS, who, "redirects/s", true, scores)));
            medians.forEach((who, scores) ->
                    all.add(new Measurement("latency p50 at " + RATE + "/s", 1, who, "ms", false, scores)));
            tails.forEach((who, scores) ->
                    all.add(new Measurement("latency p99 at " + RATE + "/s", 1, who, "ms", false, scores)));
            return all;
        } finally {
            plain.stop();
        }
    }

    static ShortenerConfig.Builder config(Postgres postgres, Redis redis) {
        return ShortenerConfig.on(
                        postgres.createDatabase(),
                        redis.host(),
                        redis.port(),
                        "a secret for the load test, 32 characters",
                        KEY)
                .creationsPerMinute(1_000_000)
                .visitsPerSecond(1_000_000)
                .host("example.com", "93.184.216.34");
    }

    static void add(Map<String, List<Double>> scores, String who, double score) {
        scores.computeIfAbsent(who, w -> new ArrayList<>()).add(score);
    }

    static List<String> make(String url, int count) throws InterruptedException {
        ObjectMapper json = new ObjectMapper();
        HttpClient http = HttpClient.newHttpClient();
        List<String> codes = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        for (int i = 0; i < count; i++) {
            pool.execute(() -> {
                try {
                    var reply = http.send(
                            HttpRequest.newBuilder(URI.create(url + "/api/links"))
                                    .header("Authorization", "Bearer " + KEY)
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"https://example.com/\"}"))
                                    .build(),
                            BodyHandlers.ofString());
                    String code = json.readTree(reply.body()).path("code").asText();
                    if (reply.statusCode() != 201) {
                        throw new IllegalStateException(reply.statusCode() + " " + reply.body());
                    }
                    synchronized (codes) {
                        codes.add(code);
                    }
                } catch (IOException | RuntimeException e) {
                    failure.set(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        end(pool, failure);
        return codes;
    }

    static double throughput(IntFunction<URI> path, int requests) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        HttpClient http = HttpClient.newHttpClient();
        long start = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            int number = i;
            pool.execute(() -> follow(http, path.apply(number), failure));
        }
        end(pool, failure);
        return requests / ((System.nanoTime() - start) / 1e9);
    }

    private static double[] latencies(IntFunction<URI> path) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ExecutorService pool = Executors.newFixedThreadPool(64);
        HttpClient http = HttpClient.newHttpClient();
        int requests = (int) (RATE * LATENCY_RUN.toSeconds());
        double[] millis = new double[requests];
        long start = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            int number = i;
            long appointed = start + i * 1_000_000_000L / RATE;
            for (long left = appointed - System.nanoTime(); left > 0; left = appointed - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            pool.execute(() -> {
                follow(http, path.apply(number), failure);
                millis[number] = (System.nanoTime() - appointed) / 1e6;
            });
        }
        end(pool, failure);
        return millis;
    }

    private static void follow(HttpClient http, URI address, AtomicReference<Throwable> failure) {
        try {
            int status = http.send(
                            HttpRequest.newBuilder(address)
                                    .timeout(Duration.ofSeconds(30))
                                    .header("User-Agent", "Mozilla/5.0 load")
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
            if (status != 302) {
                throw new IllegalStateException(address + " answered " + status);
            }
        } catch (IOException | RuntimeException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(ExecutorService pool, AtomicReference<Throwable> failure) throws InterruptedException {
        pool.shutdown();
        if (!pool.awaitTermination(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the load did not end within two minutes");
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a request failed", failure.get());
        }
    }

    private static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    }
}
