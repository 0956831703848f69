package dev.backendmastery.engines;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.FaultProxy.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each verb, before a server that sends back what it gets; and a lost COMMIT before the real thing. */
class FaultProxyTest {

    private static final int PATIENCE_MILLIS = 700;

    private final Echo echo = new Echo();
    private final FaultProxy proxy = FaultProxy.to("127.0.0.1", echo.port());

    @BeforeEach
    void works() throws IOException {
        assertEcho("works");
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        proxy.close();
        echo.close();
        assertTrue(
                Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("fault-proxy-" + proxy.port() + "-")),
                "close ends all threads");
        assertThrows(IllegalStateException.class, proxy::heal);
    }

    @Test
    @DisplayName("without a fault every byte arrives in order, and the end of a stream too")
    void transparent() throws IOException {
        byte[] sent = new byte[3_000_000];
        new Random(7).nextBytes(sent);
        try (Socket client = connect()) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    client.getOutputStream().write(sent);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
            client.setSoTimeout(20_000);
            assertArrayEquals(sent, client.getInputStream().readAllBytes());
            writing.join();
        }
        assertTrue(Await.until(Duration.ofSeconds(10), () -> proxy.connections() == 0));
    }

    @Test
    @DisplayName("cut closes open connections and refuses new ones; heal takes them on the same port")
    void cut() throws IOException {
        try (Socket client = connect()) {
            proxy.cut();
            assertEnded(client);
        }
        // Often: right after a cut the port was once seen to accept one more.
        for (int round = 0; round < 200; round++) {
            assertThrows(ConnectException.class, this::connect);
            proxy.heal();
            proxy.cut();
        }
        proxy.cut();
        proxy.heal();
        assertEcho("healed");
    }

    @Test
    @DisplayName("delay makes each byte later, both ways; heal ends it, for bytes on their way too")
    void delay() throws IOException {
        proxy.delay(Duration.ofMillis(300));
        try (Socket client = connect()) {
            long start = System.nanoTime();
            say(client, "late");
            assertEquals("late", hear(client, 4));
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(600));
            proxy.delay(Duration.ofHours(1));
            say(client, "soon");
            assertThrows(SocketTimeoutException.class, () -> hear(client, 4));
            proxy.heal();
            assertEquals("soon", hear(client, 4));
        }
        assertThrows(IllegalArgumentException.class, () -> proxy.delay(Duration.ofMillis(-1)));
    }

    @Test
    @DisplayName("throttle bounds the bytes per second; heal ends it")
    void throttle() throws IOException {
        proxy.throttle(10_000);
        try (Socket client = connect()) {
            client.setSoTimeout(20_000);
            long start = System.nanoTime();
            say(client, "x".repeat(10_000));
            hear(client, 10_000);
            // 1 s there; the way back overlaps. The last slice is not waited for.
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(950));
            proxy.throttle(1);
            say(client, "two words");
            proxy.heal();
            assertEquals("two words", hear(client, 9));
        }
        assertThrows(IllegalArgumentException.class, () -> proxy.throttle(0));
    }

    @Test
    @DisplayName("drop to the engine: it hears nothing, and nobody is told; heal resets what lost bytes")
    void dropToEngine() throws IOException {
        try (Socket client = connect()) {
            long heard = echo.heard();
            proxy.drop(Direction.TO_ENGINE);
            say(client, "lost");
            assertThrows(SocketTimeoutException.class, () -> hear(client, 4));
            assertEquals(heard, echo.heard());
            proxy.heal();
            assertEnded(client);
        }
        assertEcho("healed");
    }

    @Test
    @DisplayName("drop to the client: the engine hears and answers, the client hears nothing")
    void dropToClient() throws IOException {
        try (Socket client = connect();
                Socket silent = connect()) {
            long heard = echo.heard();
            proxy.drop(Direction.TO_CLIENT);
            say(client, "heard");
            assertThrows(SocketTimeoutException.class, () -> hear(client, 5));
            assertEquals(heard + 5, echo.heard());
            proxy.heal();
            assertEnded(client);
            say(silent, "whole");
            assertEquals("whole", hear(silent, 5));
        }
    }

    @Test
    @DisplayName("reset fails open connections with RST and takes new ones")
    void reset() throws IOException {
        try (Socket client = connect()) {
            assertTrue(Await.until(Duration.ofSeconds(10), () -> proxy.connections() > 0));
            proxy.reset();
            assertThrows(SocketException.class, () -> client.getInputStream().read());
        }
        assertEcho("again");
    }

    @Test
    @DisplayName("cutAfter forwards the bytes it waits for, however they are cut, loses the answer, once")
    void cutAfter() throws IOException {
        try (Socket client = connect();
                Socket other = connect()) {
            CompletableFuture<Void> lost = proxy.cutAfter(Direction.TO_ENGINE, "COMMIT".getBytes(US_ASCII));
            say(client, "COM");
            assertEquals("COM", hear(client, 3));
            assertFalse(lost.isDone());
            long heard = echo.heard();
            say(client, "MIT;");
            assertEnded(client);
            lost.orTimeout(10, TimeUnit.SECONDS).join();
            assertEquals(heard + 4, echo.heard(), "the engine has the whole message");
            say(other, "COMMIT");
            assertEquals("COMMIT", hear(other, 6));
        }
        CompletableFuture<Void> cancelled = proxy.cutAfter(Direction.TO_CLIENT, new byte[] {1});
        proxy.heal();
        assertTrue(cancelled.isCancelled());
        assertThrows(IllegalArgumentException.class, () -> proxy.cutAfter(Direction.TO_CLIENT, new byte[0]));
    }

    @Test
    @DisplayName("before PostgreSQL: the COMMIT that looks failed has happened")
    void lostCommit() throws SQLException {
        Postgres postgres = Engines.postgres();
        String url = postgres.createDatabase();
        PostgresTest.update(url, "CREATE TABLE t (id int)");
        try (FaultProxy before = FaultProxy.to(postgres)) {
            String through = before.through(url);
            assertNotEquals(url, through);
            try (Connection connection = DriverManager.getConnection(through)) {
                connection.setAutoCommit(false);
                connection.createStatement().executeUpdate("INSERT INTO t VALUES (1)");
                var lost = before.cutAfter(Direction.TO_ENGINE, "COMMIT".getBytes(US_ASCII));
                assertEquals(
                        "08006",
                        assertThrows(SQLException.class, connection::commit).getSQLState());
                lost.orTimeout(10, TimeUnit.SECONDS).join();
            }
            assertEquals("1", PostgresTest.query(through, "SELECT count(*) FROM t"));
        }
        postgres.dropDatabase(url);
    }

    @Test
    @DisplayName("an engine that is down resets its clients, and serves them when it is back")
    void engineDown() throws IOException {
        try (Redis redis = Redis.builder().start();
                FaultProxy before = FaultProxy.to(redis)) {
            redis.kill();
            assertThrows(IOException.class, () -> ping(before));
            redis.restart();
            assertEquals("PONG", ping(before));
            assertThrows(IllegalArgumentException.class, () -> before.through("redis://elsewhere:1"));
        }
    }

    private static String ping(FaultProxy before) throws IOException {
        try (Resp connection = new Resp(before.host(), before.port())) {
            return connection.call("PING");
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        int before = proxy.accepted();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()), 5_000);
        assertTrue(Await.until(Duration.ofSeconds(10), () -> proxy.accepted() > before));
        return socket;
    }

    private void assertEcho(String text) throws IOException {
        try (Socket client = connect()) {
            client.setSoTimeout(10_000);
            say(client, text);
            assertEquals(text, hear(client, text.length()));
        }
    }

    private static void assertEnded(Socket client) throws IOException {
        client.setSoTimeout(10_000);
        try {
            assertEquals(-1, client.getInputStream().read());
        } catch (SocketTimeoutException open) {
            throw new AssertionError("still open", open);
        } catch (SocketException reset) {
            assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset::toString);
        }
    }

    private static void say(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String hear(Socket client, int length) throws IOException {
        return new String(client.getInputStream().readNBytes(length), US_ASCII);
    }

    /** Sends back what it gets. */
    private static final class Echo {

        private final ServerSocket listener;
        private final java.util.concurrent.atomic.AtomicLong heard = new java.util.concurrent.atomic.AtomicLong();

        Echo() {
            try {
                listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            start(() -> {
                while (true) {
                    Socket client = listener.accept();
                    start(() -> {
                        try (client) {
                            byte[] buffer = new byte[8192];
                            for (int n = client.getInputStream().read(buffer);
                                    n >= 0;
                                    n = client.getInputStream().read(buffer)) {
                                heard.addAndGet(n);
                                client.getOutputStream().write(buffer, 0, n);
                            }
                        }
                    });
                }
            });
        }

        int port() {
            return listener.getLocalPort();
        }

        long heard() {
            return heard.get();
        }

        void close() throws IOException {
            listener.close();
        }

        private interface Body {
            void run() throws IOException;
        }

        private static void start(Body body) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            body.run();
                        } catch (IOException ended) {
                            return;
                        }
                    },
                    "echo");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
