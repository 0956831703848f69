package dev.backendmastery.caching.redis;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.executors.DefaultCommandExecutor;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * Spans of what goes to Redis, as children of what is current; without that nothing. Names follow OpenTelemetry's semantic conventions
 * 1.37. A command is seen where it is executed, with its wait for a connection; a pipeline where its answers are fetched.
 */
final class RedisTraces {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("db.operation.batch.size");
    static final AttributeKey<String> STATUS = AttributeKey.stringKey("db.response.status_code");
    static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");
    static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private static final String PIPELINE = "PIPELINE";
    private static final int KEPT_COMMANDS = 256;
    private static final int LONGEST_CODE = 32;

    private final Tracer tracer;
    private final HostAndPort server;
    private final Attributes place;
    private final Attributes pool;
    private final Map<ProtocolCommand, Command> commands = new ConcurrentHashMap<>();

    /** What is the same each time that a command is sent. */
    private record Command(String name, Attributes attributes) {}

    RedisTraces(OpenTelemetry telemetry, HostAndPort server, int database) {
        this.tracer = telemetry.getTracer("dev.backendmastery.caching");
        this.server = server;
        this.place = Attributes.builder()
                .put(SYSTEM, "redis")
                .put(NAMESPACE, Integer.toString(database))
                .put(ADDRESS, server.getHost())
                .put(PORT, (long) server.getPort())
                .build();
        this.pool = Attributes.of(SYSTEM, "redis", POOL, server.toString());
    }

    /** Commands through {@code real}, each with a span. */
    CommandExecutor executor(DefaultCommandExecutor real) {
        return new CommandExecutor() {
            @Override
            public <T> T executeCommand(CommandObject<T> command) {
                if (!active()) {
                    return real.executeCommand(command);
                }
                return within(begin(command.getArguments().getCommand()), () -> real.executeCommand(command));
            }

            @Override
            public void close() {
                real.close();
            }
        };
    }

    /** A pool of connections whose pipelines have spans. */
    PooledConnectionProvider pool(JedisClientConfig config, ConnectionPoolConfig limits) {
        DefaultJedisSocketFactory sockets = new DefaultJedisSocketFactory(server, config);
        ConnectionFactory factory = ConnectionFactory.builder()
                .clientConfig(config)
                .socketFactory(sockets)
                .connectionBuilder(
                        new TracedConnectionBuilder().clientConfig(config).socketFactory(sockets))
                .build();
        return new PooledConnectionProvider(factory, limits) {
            /** Asked by pipelines and transactions; commands ask with their arguments. */
            @Override
            public Connection getConnection() {
                if (!active()) {
                    return super.getConnection();
                }
                Span span = tracer.spanBuilder("acquire connection")
                        .setAllAttributes(pool)
                        .startSpan();
                return within(span, super::getConnection);
            }
        };
    }

    private static boolean active() {
        return Span.current().getSpanContext().isValid();
    }

    private Span begin(ProtocolCommand command) {
        Command known = commands.get(command);
        if (known == null) {
            String name = new String(command.getRaw(), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
            known = new Command(name, place.toBuilder().put(OPERATION, name).build());
            if (commands.size() < KEPT_COMMANDS) {
                commands.put(command, known);
            }
        }
        return tracer.spanBuilder(known.name)
                .setSpanKind(SpanKind.CLIENT)
                .setAllAttributes(known.attributes)
                .startSpan();
    }

    /** Never current: below it there is only the client. */
    private static <T> T within(Span span, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error failure) {
            fail(span, failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    /** What a server says may quote keys and values: but for its first word, which is a code. */
    private static void fail(Span span, Throwable failure) {
        String type = failure.getClass().getName();
        if (failure instanceof JedisDataException) {
            String code = code(failure.getMessage());
            if (!code.isEmpty()) {
                span.setAttribute(STATUS, code);
                type = code;
            }
        }
        span.setAttribute(ERROR, type);
        span.setStatus(StatusCode.ERROR);
    }

    private static String code(@Nullable String message) {
        if (message == null) {
            return "";
        }
        int end = 0;
        while (end < message.length() && message.charAt(end) >= 'A' && message.charAt(end) <= 'Z') {
            end++;
        }
        boolean isWord = end == message.length() || message.charAt(end) == ' ';
        return end > 1 && end <= LONGEST_CODE && isWord ? message.substring(0, end) : "";
    }

    private final class TracedConnectionBuilder extends Connection.Builder {
        @Override
        protected Connection createConnection() {
            return new TracedConnection(this);
        }
    }

    private final class TracedConnection extends Connection {

        TracedConnection(Connection.Builder builder) {
            super(builder);
        }

        @Override
        public List<Object> getMany(int count) {
            if (!active()) {
                return super.getMany(count);
            }
            Span span = tracer.spanBuilder(PIPELINE)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAllAttributes(place)
                    .setAttribute(OPERATION, PIPELINE)
                    .setAttribute(BATCH_SIZE, (long) count)
                    .startSpan();
            return within(span, () -> super.getMany(count));
        }
    }
}
