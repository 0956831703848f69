package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.core.kit.SpanRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

@DisplayName("The traces of a Redis client")
final class RedisTracesTest extends RedisTracesContract {

    @Override
    protected RedisClient client(URI address, int connections, Duration deadline, OpenTelemetry telemetry) {
        return RedisClients.connect(address, connections, deadline, telemetry);
    }

    @Test
    @DisplayName("RT-6 what a tiered cache does for itself has no span, what a request asks of it has")
    void tiered() throws Exception {
        URI address = URI.create(Shared.SERVER.uri());
        try (SpanRecorder recorder = new SpanRecorder();
                RedisClient redis = RedisClients.connect(
                        address.getHost(), address.getPort(), 2, Duration.ofSeconds(3), recorder.telemetry());
                TieredCache<String> near = TieredCache.builder(
                                RedisCache.builder(redis, Shared.name(), TEXT).build(), address)
                        .build()) {
            assertEquals("v", near.get("k", key -> "v"));
            assertEquals(0, recorder.spans().size());
            assertEquals("v", recorder.request(() -> near.get("other", key -> "v")));
            recorder.spans().forEach(span -> assertEquals(recorder.root().getTraceId(), span.getTraceId()));
            assertEquals(false, recorder.spans().isEmpty());
            recorder.assertEndedOnce();
        }
    }

    private static final Codec<String> TEXT = new Codec<>() {
        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    };
}
