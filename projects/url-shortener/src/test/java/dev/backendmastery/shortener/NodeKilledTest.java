package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Nodes and engines that die under load: what was answered is there, what was not is an error and no hang. */
final class NodeKilledTest {

    @Test
    void losesNoAnsweredClickWhenTheNodeIsKilled() throws IOException, InterruptedException {
        Redis redis = Engines.redis();
        ShortenerConfig config =
                Nodes.on(Engines.postgres().createDatabase(), redis).build();
        Process node = start(config);
        try (ShortenerNode witness = ShortenerNode.start(config)) {
            String url = readyLine(node);
            Client caller = new Client(witness.url(), Nodes.ADMIN_KEY);
            String code = caller.make(Map.of("target", Nodes.TARGET));
            int threads = 16;
            AtomicInteger answered = new AtomicInteger();
            AtomicInteger sent = new AtomicInteger();
            CountDownLatch enough = new CountDownLatch(500);
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            for (int t = 0; t < threads; t++) {
                pool.execute(() -> {
                    Client visitor = new Client(url, null);
                    for (int i = 0; i < 2_000; i++) {
                        sent.incrementAndGet();
                        if (visitor.get("/" + code).status() != 302) {
                            return; // the node is gone
                        }
                        answered.incrementAndGet();
                        enough.countDown();
                    }
                });
            }
            assertTrue(enough.await(60, TimeUnit.SECONDS), "the node answers");
            node.destroyForcibly();
            pool.shutdown();
            assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS), "no caller hangs");
            int recorded = caller.get("/api/links/" + code + "/stats")
                    .json()
                    .get("visits")
                    .asInt();
            assertTrue(
                    recorded >= answered.get() && recorded <= sent.get(),
                    () -> answered + " answered, " + recorded + " on record, " + sent + " sent");
        } finally {
            node.destroyForcibly();
        }
    }

    @Test
    void answersWithAnErrorInBoundedTimeWhileTheDatabaseHangsAndGoesOnAfter() {
        try (Postgres postgres = Postgres.builder().start();
                ShortenerNode node = ShortenerNode.start(
                        Nodes.on(postgres.createDatabase(), Engines.redis()).build())) {
            Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
            String code = caller.make(Map.of("target", Nodes.TARGET));
            assertEquals(302, caller.get("/" + code).status());
            postgres.pause();
            long start = System.nanoTime();
            assertEquals(503, caller.get("/" + code).status());
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, () -> "took " + took);
            postgres.resume();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (caller.get("/" + code).status() != 302) {
                assertTrue(System.nanoTime() < deadline, "redirects again");
            }
        }
    }

    @Test
    void goesOnWithoutRedis() {
        try (Redis redis = Redis.builder().start();
                ShortenerNode node = ShortenerNode.start(
                        Nodes.on(Engines.postgres().createDatabase(), redis).build())) {
            Client caller = new Client(node.url(), Nodes.ADMIN_KEY);
            String code = caller.make(Map.of("target", Nodes.TARGET));
            redis.kill();
            assertEquals(302, caller.get("/" + code).status());
            assertEquals(201, caller.create(Map.of("target", Nodes.TARGET)).status());
            // The ban is on record, but the shared cache could not be told: the caller must know.
            assertEquals(
                    503,
                    caller.send("POST", "/api/links/" + code + "/ban", null).status());
            assertEquals(410, caller.get("/" + code).status());
            redis.restart();
        }
    }

    private static Process start(ShortenerConfig config) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ShortenerMain.class.getName());
        Map<String, String> environment = builder.environment();
        environment.put("SHORTENER_PORT", "0");
        environment.put("SHORTENER_JDBC_URL", config.jdbcUrl());
        environment.put("SHORTENER_REDIS", config.redisHost() + ":" + config.redisPort());
        environment.put("SHORTENER_SECRET", config.secret());
        environment.put("SHORTENER_ADMIN_KEY", config.adminKey());
        environment.put("SHORTENER_VISITS_PER_SECOND", "100000");
        environment.put("SHORTENER_END_WITH_INPUT", "1");
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String readyLine(Process node) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        assertNotNull(line, "the node did not start");
        assertTrue(line.startsWith("READY "), line);
        return line.substring("READY ".length());
    }
}
