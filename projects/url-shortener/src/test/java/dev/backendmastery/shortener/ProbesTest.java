package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.shortener.Client.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What probers are told. */
final class ProbesTest {

    private static String ready(Client prober) {
        Reply reply = prober.get("/health/ready");
        return reply.status() + " " + reply.json().get("status").asText();
    }

    @Test
    void saysWhatItIsWithoutItsEnginesAndWhileItDrains() throws Exception {
        try (Postgres postgres = Postgres.builder().start();
                Redis redis = Redis.builder().start();
                ShortenerNode node = ShortenerNode.start(Nodes.on(postgres.createDatabase(), redis)
                        .drainDelay(Duration.ofSeconds(5))
                        .build())) {
            Client prober = new Client(node.url(), null);
            Nodes.awaitEquals("200 UP", () -> ready(prober));
            redis.kill();
            Nodes.awaitEquals("200 DEGRADED", () -> ready(prober));
            assertEquals(
                    "{\"status\":\"DEGRADED\",\"checks\":{\"postgres\":{\"status\":\"UP\",\"critical\":true},"
                            + "\"redis\":{\"status\":\"DOWN\",\"critical\":false},\"search\":{\"status\":\"UP\",\"critical\":false}}}",
                    prober.get("/health/ready").text(),
                    "what it stands on, and nothing of where that is");
            postgres.pause();
            Nodes.awaitEquals("503 DOWN", () -> ready(prober));
            assertEquals("{\"status\":\"UP\"}", prober.get("/health/live").text());
            assertEquals(200, prober.get("/health/startup").status());
            postgres.resume();
            redis.restart();
            Nodes.awaitEquals("200 UP", () -> ready(prober));

            String code = new Client(node.url(), Nodes.ADMIN_KEY).make(Map.of("target", Nodes.TARGET));
            CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);
            Nodes.awaitEquals("503 DOWN", () -> ready(prober));
            assertEquals(200, prober.get("/health/live").status());
            try (KeptConnection visitor = new KeptConnection(node.url())) {
                KeptConnection.Answer answer = visitor.ask("GET", "/" + code, null);
                assertEquals(302, answer.status());
                assertEquals("close", answer.headers().get("connection"));
            }
            closed.get(30, TimeUnit.SECONDS);
            assertEquals(0, prober.get("/health/live").status());
        }
    }
}
