package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.shortener.KeptConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes that are ended and started while requests come: nobody notices. */
final class RollingRestartTest {

    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final long POLL_NANOS = 30_000_000;
    private static final int CALLERS = 8;
    private static final String WISH = "{\"target\":\"" + Nodes.TARGET + "\"}";

    @Test
    void noRequestFailsWhileBothNodesAreRestartedTwice() throws Exception {
        try (Load load = new Load(DRAIN)) {
            load.restartEachTwice();
            load.end();
            assertEquals(List.of(), load.failures());
            assertTrue(load.answered.get() > 500, () -> "answered " + load.answered);
            assertFalse(load.made.isEmpty());
            assertEquals(List.of(), load.missing());
        }
    }

    /** The same nodes without the time to drain: what shows that the test above would see it. */
    @Test
    void requestsFailIfNodesDoNotDrain() throws Exception {
        try (Load load = new Load(Duration.ZERO)) {
            load.restartEachTwice();
            load.end();
            assertFalse(load.failures().isEmpty());
            assertEquals(List.of(), load.missing(), "what was answered is there all the same");
        }
    }

    @Test
    void whatIsUnderWayIsAnswered() throws Exception {
        try (Postgres postgres = Postgres.builder().start();
                ShortenerNode node = ShortenerNode.start(
                        Nodes.on(postgres.createDatabase(), Engines.redis()).build());
                KeptConnection visitor = new KeptConnection(node.url())) {
            String code = new Client(node.url(), Nodes.ADMIN_KEY).make(Map.of("target", Nodes.TARGET));
            assertEquals(302, visitor.ask("GET", "/" + code, null).status());
            postgres.pause();
            CompletableFuture<Integer> underWay = CompletableFuture.supplyAsync(() -> status(visitor, code));
            LockSupport.parkNanos(200_000_000); // the request is with the node: it cannot be seen from outside
            CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);
            awaitRefused(node.url());
            LockSupport.parkNanos(1_500_000_000); // longer than an idle connection is kept by a server that ends
            assertFalse(underWay.isDone());
            postgres.resume();
            assertEquals(302, underWay.get(20, TimeUnit.SECONDS));
            closed.get(30, TimeUnit.SECONDS);
        }
    }

    private static int status(KeptConnection visitor, String code) {
        try {
            return visitor.ask("GET", "/" + code, null).status();
        } catch (IOException e) {
            return 0;
        }
    }

    private static void awaitRefused(String url) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < deadline) {
            try {
                new KeptConnection(url).close();
            } catch (IOException e) {
                return;
            }
            LockSupport.parkNanos(10_000_000);
        }
        throw new AssertionError("still takes connections");
    }

    /** Where one node is, as a balancer knows it. */
    private static final class Target {
        private volatile String url;
        private volatile boolean ready;

        Target(String url) {
            this.url = url;
        }
    }

    /** Two nodes, a balancer that asks each whether it is ready, and callers that go where it sends them and try nothing twice. */
    private static final class Load implements AutoCloseable {

        private final ShortenerConfig config;
        private final List<ShortenerNode> nodes = new ArrayList<>();
        private final List<Target> targets = new ArrayList<>();
        private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 2);
        private final AtomicInteger answered = new AtomicInteger();
        private final Queue<String> made = new ConcurrentLinkedQueue<>();
        private final Queue<String> failed = new ConcurrentLinkedQueue<>();
        private volatile boolean over;

        Load(Duration drain) {
            config = Nodes.fresh().drainDelay(drain).build();
            for (int i = 0; i < 2; i++) {
                ShortenerNode node = ShortenerNode.start(config);
                nodes.add(node);
                targets.add(new Target(node.url()));
            }
            String code = new Client(nodes.get(0).url(), Nodes.ADMIN_KEY).make(Map.of("target", Nodes.TARGET));
            targets.forEach(target -> threads.execute(() -> watch(target)));
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                threads.execute(() -> call(number, code));
            }
        }

        private void watch(Target target) {
            while (!over) {
                String url = target.url;
                boolean up = false;
                try (KeptConnection probe = new KeptConnection(url)) {
                    up = probe.ask("GET", "/health/ready", null).status() == 200;
                } catch (IOException e) {
                    // it is not there
                }
                target.ready = up && url.equals(target.url);
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private void call(int number, String code) {
            Map<String, KeptConnection> kept = new HashMap<>();
            for (int i = number; !over; i++) {
                Target target = targets.get(i % 2);
                if (!target.ready) {
                    drop(kept.remove(target.url));
                    LockSupport.parkNanos(1_000_000);
                    continue;
                }
                String url = target.url;
                try {
                    KeptConnection connection = kept.get(url);
                    if (connection == null) {
                        connection = new KeptConnection(url);
                        kept.put(url, connection);
                    }
                    ask(connection, i / 2 % 4 == 0, code);
                    if (connection.isOver()) {
                        drop(kept.remove(url));
                    }
                } catch (IOException e) {
                    failed.add(String.valueOf(e));
                    drop(kept.remove(url));
                }
                LockSupport.parkNanos(4_000_000); // the load is even, not the most that goes
            }
            kept.values().forEach(Load::drop);
        }

        private void ask(KeptConnection connection, boolean makes, String code) throws IOException {
            Answer answer =
                    makes ? connection.ask("POST", "/api/links", WISH) : connection.ask("GET", "/" + code, null);
            if (answer.status() != (makes ? 201 : 302)) {
                failed.add(answer.toString());
                return;
            }
            answered.incrementAndGet();
            if (makes) {
                made.add(Client.JSON.readTree(answer.body()).get("code").asText());
            }
        }

        private static void drop(@Nullable KeptConnection connection) {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException("a socket does not close", e);
            }
        }

        void restartEachTwice() {
            for (int round = 0; round < 4; round++) {
                int which = round % 2;
                goOn();
                nodes.get(which).close();
                nodes.set(which, ShortenerNode.start(config));
                targets.get(which).url = nodes.get(which).url();
            }
            goOn();
        }

        /** Until both nodes are sent requests, and some were answered. */
        private void goOn() {
            Nodes.awaitEquals(true, () -> targets.stream().allMatch(target -> target.ready));
            int before = answered.get();
            Nodes.awaitEquals(true, () -> answered.get() > before + 100);
        }

        void end() throws InterruptedException {
            over = true;
            threads.shutdown();
            assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS), "no caller hangs");
        }

        List<String> failures() {
            return List.copyOf(failed);
        }

        /** What was answered and is not there. */
        List<String> missing() {
            Client caller = new Client(nodes.get(1).url(), Nodes.ADMIN_KEY);
            return made.stream()
                    .filter(code -> caller.get("/api/links/" + code).status() != 200)
                    .toList();
        }

        @Override
        public void close() {
            over = true;
            threads.shutdownNow();
            nodes.forEach(ShortenerNode::close);
        }
    }
}
