package dev.backendmastery.caching.redis;

import static dev.backendmastery.core.kit.SpanRecorder.assertFailed;
import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.kit.SpanRecorder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** What the traces of a Redis client must hold, on a real Redis. Extend it and say how a client is made. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // so that no fault's scope reaches another test
public abstract class RedisTracesContract {

    private static final String SECRET = "s3cr3t";

    private final SpanRecorder recorder = new SpanRecorder();
    private final String key = Shared.name() + SECRET;
    private RedisClient redis;

    /** A client whose spans go to {@code telemetry}. */
    protected abstract RedisClient client(URI address, int connections, Duration deadline, OpenTelemetry telemetry);

    @BeforeEach
    final void open() {
        redis = client(URI.create(Shared.SERVER.uri()), 1, Duration.ofSeconds(3), recorder.telemetry());
    }

    @AfterEach
    final void close() {
        redis.close();
        recorder.close();
    }

    @Test
    @DisplayName("RT-1 a command is one CLIENT span under what is current, named for the command")
    final void command() throws Exception {
        Context before = Context.current();
        String value = recorder.request(() -> {
            redis.set(key, "v");
            redis.eval("return 1", List.of(key), List.of(SECRET));
            return redis.get(key);
        });
        assertEquals("v", value);
        assertSame(before, Context.current());
        assertEquals(List.of("SET", "EVAL", "GET"), recorder.names());
        SpanData span = recorder.span("GET");
        assertParent(recorder.root(), span);
        assertEquals(SpanKind.CLIENT, span.getKind());
        assertEquals(
                "dev.backendmastery.caching", span.getInstrumentationScopeInfo().getName());
        assertEquals("redis", span.getAttributes().get(RedisTraces.SYSTEM));
        assertEquals("GET", span.getAttributes().get(RedisTraces.OPERATION));
        assertEquals("0", span.getAttributes().get(RedisTraces.NAMESPACE));
        URI server = URI.create(Shared.SERVER.uri());
        assertEquals(server.getHost(), span.getAttributes().get(RedisTraces.ADDRESS));
        assertEquals(server.getPort(), span.getAttributes().get(RedisTraces.PORT));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("RT-2 one that is refused says the server's code, ends once, and throws what it would have thrown")
    final void refused() throws Exception {
        recorder.request(() -> {
            redis.set(key, "v");
            return assertThrows(JedisDataException.class, () -> redis.lpush(key, "w"));
        });
        SpanData span = recorder.span("LPUSH");
        assertFailed("WRONGTYPE", span);
        assertEquals("WRONGTYPE", span.getAttributes().get(RedisTraces.STATUS));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("RT-3 where there is no server it says so, for what is built upon the client too")
    final void down() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (RedisClient nobody =
                client(URI.create("redis://127.0.0.1:" + port), 1, Duration.ofSeconds(1), recorder.telemetry())) {
            RedisCounter counter = new RedisCounter(nobody, "traces", Duration.ofMinutes(1));
            recorder.request(() -> {
                assertThrows(JedisConnectionException.class, () -> nobody.get(key));
                assertThrows(JedisConnectionException.class, nobody::pipelined);
                assertThrows(RedisUnavailableException.class, () -> counter.add(key, 1));
                return true;
            });
        }
        assertEquals("GET", recorder.names().get(0));
        assertEquals("acquire connection", recorder.names().get(1));
        assertFalse(recorder.spans().size() < 3, () -> "were " + recorder.names());
        for (SpanData span : recorder.spans()) {
            assertFailed(JedisConnectionException.class.getName(), span);
            assertNull(span.getAttributes().get(RedisTraces.STATUS));
        }
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("RT-4 neither keys nor values are shown, nor what a server says of them")
    final void silence() throws Exception {
        recorder.request(() -> {
            redis.set(key, SECRET);
            assertThrows(JedisDataException.class, () -> redis.lpush(key, SECRET));
            assertThrows(
                    JedisDataException.class,
                    () -> redis.eval("return redis.error_reply('" + SECRET + " " + SECRET + "')"));
            try (Pipeline pipeline = redis.pipelined()) {
                pipeline.get(key);
                pipeline.sync();
            }
            return new RedisCounter(redis, "traces", Duration.ofMinutes(1)).add(key, 1);
        });
        assertFalse(recorder.spans().isEmpty());
        recorder.assertSilentAbout(SECRET);
    }

    @Test
    @DisplayName("RT-5 a pipeline is one span with its size, and its wait for a connection another")
    final void pipeline() throws Exception {
        List<Object> answers = recorder.request(() -> {
            try (Pipeline pipeline = redis.pipelined()) {
                pipeline.set(key, "v");
                pipeline.get(key);
                pipeline.incr(key);
                return pipeline.syncAndReturnAll();
            }
        });
        assertEquals("v", answers.get(1));
        assertEquals(List.of("acquire connection", "PIPELINE"), recorder.names());
        SpanData span = recorder.span("PIPELINE");
        assertParent(recorder.root(), span);
        assertEquals(3, span.getAttributes().get(RedisTraces.BATCH_SIZE));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("RT-6 outside of any trace there is no span")
    final void outside() {
        redis.set(key, "v");
        try (Pipeline pipeline = redis.pipelined()) {
            pipeline.get(key);
            pipeline.sync();
        }
        assertThrows(JedisDataException.class, () -> redis.lpush(key, "w"));
        assertEquals(List.of(), recorder.spans());
    }

    @Test
    @DisplayName("RT-7 what is not sampled has no span")
    final void notSampled() throws Exception {
        try (SpanRecorder none = new SpanRecorder(Sampler.alwaysOff());
                RedisClient other =
                        client(URI.create(Shared.SERVER.uri()), 1, Duration.ofSeconds(3), none.telemetry())) {
            assertEquals("PONG", none.request(other::ping));
            assertEquals(List.of(), none.spans());
            none.assertEndedOnce();
        }
    }
}
