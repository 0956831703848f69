package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.showcase.view.HealthPoll.Health;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HealthPollTest {

    private static final Duration WAIT = Duration.ofMillis(500);

    private final AtomicReference<String> body = new AtomicReference<>("{}");
    private final AtomicInteger code = new AtomicInteger(200);
    private final Javalin node = Javalin.create(config -> {
                config.startup.showJavalinBanner = false;
                config.jetty.host = "127.0.0.1";
                config.routes.get(
                        "/health/ready", context -> context.status(code.get()).result(body.get()));
            })
            .start(0);
    private final HealthPoll poll = new HealthPoll(WAIT);

    @AfterEach
    void stop() {
        node.stop();
    }

    private Health ask(int status, String answer) throws InterruptedException {
        code.set(status);
        body.set(answer);
        poll.nodes(Map.of("one", "http://127.0.0.1:" + node.port()));
        poll.poll();
        return poll.last().get(0);
    }

    @Test
    void whatANodeSaysIsKeptAsItIs() throws InterruptedException {
        Health up = ask(200, "{\"status\":\"UP\",\"checks\":{\"postgres\":{\"status\":\"UP\",\"millis\":2}}}");
        assertTrue(up.up());
        assertNotNull(up.report());
        assertEquals(2, up.report().at("/checks/postgres/millis").asInt());
        Health down = ask(503, "{\"status\":\"DOWN\"}");
        assertFalse(down.up());
        assertEquals(503, down.code());
        assertNotNull(down.report());
        assertEquals("", down.problem());
    }

    @Test
    void whatIsNoReportIsNamed() throws InterruptedException {
        assertEquals("the answer is no JSON", ask(200, "<h1>up</h1>").problem());
        assertEquals("the answer is no report", ask(200, "[1]").problem());
        assertTrue(ask(200, "\"" + "x".repeat(1_000_000) + "\"").problem().contains("more than"));
    }

    @Test
    void oneThatHangsCostsItsTimeAndTheOthersNothing() throws IOException, InterruptedException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            poll.nodes(Map.of(
                    "one",
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    "two",
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    "zoe",
                    "http://127.0.0.1:" + node.port()));
            assertTimeoutPreemptively(Duration.ofSeconds(20), poll::poll);
        }
        List<Health> last = poll.last();
        assertEquals(
                List.of("one", "two", "zoe"), last.stream().map(Health::node).toList());
        assertEquals(List.of(0, 0, 200), last.stream().map(Health::code).toList());
        assertFalse(last.get(0).problem().isEmpty());
    }

    @Test
    void oneThatIsNotThereIsDown() throws InterruptedException {
        poll.nodes(Map.of("one", "http://127.0.0.1:1"));
        poll.poll();
        Health gone = poll.last().get(0);
        assertEquals(0, gone.code());
        assertFalse(gone.problem().isEmpty());
    }
}
