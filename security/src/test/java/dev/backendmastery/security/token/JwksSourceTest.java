package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class JwksSourceTest extends JwksSourceContract {

    @Override
    protected KeySource create(Parts parts) {
        return JwksSource.from(parts.fetcher())
                .ticker(parts.ticker())
                .executor(parts.executor())
                .lives(parts.refresh(), parts.keep())
                .coolDown(parts.coolDown())
                .timeout(parts.timeout())
                .build();
    }

    @Test
    @DisplayName(
            "JS-10 over HTTP: no redirect is followed, no other status believed, and no more read than is reasonable")
    void http() throws IOException {
        TokenKey key = TokenKey.generate("a", Algorithm.EDDSA);
        AtomicReference<String> answer = new AtomicReference<>(TokenKeys.of(key).toPublicJwks());
        AtomicInteger status = new AtomicInteger(200);
        AtomicInteger elsewhere = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/keys", exchange -> {
            byte[] bytes = String.valueOf(answer.get()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status.get(), bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.createContext("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
            assertTrue(JwksSource.at(address).build().find("a").isPresent());
            for (int other : List.of(301, 302, 404, 500)) {
                status.set(other);
                assertThrows(
                        KeysUnavailableException.class,
                        () -> JwksSource.at(address).build().find("a"));
            }
            status.set(200);
            answer.set(String.valueOf(answer.get()) + " ".repeat(300 << 10));
            assertThrows(
                    KeysUnavailableException.class,
                    () -> JwksSource.at(address).build().find("a"));
            assertEquals(0, elsewhere.get());
        } finally {
            server.stop(0);
        }
        for (String address :
                List.of("http://example.com/keys", "ftp://127.0.0.1/keys", "file:///etc/passwd", "keys")) {
            assertThrows(IllegalArgumentException.class, () -> JwksSource.at(URI.create(address)));
        }
        assertThrows(IllegalArgumentException.class, () -> JwksSource.from(() -> "")
                .lives(Duration.ofHours(1), Duration.ofMinutes(1)));
        assertThrows(
                IllegalArgumentException.class, () -> JwksSource.from(() -> "").coolDown(Duration.ZERO));
    }
}
