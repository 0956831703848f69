package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.kit.SpanRecorder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.executors.DefaultCommandExecutor;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class RedisTracesContractBitesTest {

    @Test
    void convicts() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(EndsTwice.class, "RT-1", "RT-2", "RT-3", "RT-5", "RT-7"),
                () -> Kit.convicts(EndsOnlyOnSuccess.class, "RT-2", "RT-3"),
                () -> Kit.convicts(HidesErrors.class, "RT-2", "RT-3"),
                () -> Kit.convicts(LeaksScope.class, "RT-1", "RT-2", "RT-3", "RT-4", "RT-7"),
                () -> Kit.convicts(ShowsKeys.class, "RT-4"),
                () -> Kit.convicts(SpansOutsideOfTraces.class, "RT-6"),
                () -> Kit.convicts(SwallowsErrors.class, "RT-2", "RT-3", "RT-4", "RT-6"));
    }

    /** A right client with a fault around its commands. */
    abstract static class Around extends RedisTracesContract {

        abstract <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry);

        @Override
        protected RedisClient client(URI address, int connections, Duration deadline, OpenTelemetry telemetry) {
            HostAndPort server = new HostAndPort(address.getHost(), address.getPort());
            JedisClientConfig config = RedisClients.config(address, deadline);
            ConnectionPoolConfig limits = new ConnectionPoolConfig();
            limits.setMaxTotal(connections);
            RedisTraces traces = new RedisTraces(telemetry, server, 0);
            PooledConnectionProvider provider = traces.pool(config, limits);
            CommandExecutor right = traces.executor(new DefaultCommandExecutor(provider));
            RedisClient.Builder builder = RedisClient.builder();
            builder.clientConfig(config).connectionProvider(provider).commandExecutor(new CommandExecutor() {
                @Override
                public <T> T executeCommand(CommandObject<T> command) {
                    return execute(right, command, telemetry);
                }

                @Override
                public void close() {
                    provider.close();
                }
            });
            return builder.build();
        }
    }

    static final class NoFault extends Around {
        @Override
        <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry) {
            return right.executeCommand(command);
        }
    }

    static final class LeaksScope extends Around {
        private static final ContextKey<Object> KEY = ContextKey.named("leak");

        @Override
        @SuppressWarnings("MustBeClosedChecker") // the fault
        <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry) {
            var unused = Context.current().with(KEY, new Object()).makeCurrent();
            return right.executeCommand(command);
        }
    }

    static final class ShowsKeys extends Around {
        @Override
        <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry) {
            if (command.getArguments().size() > 1) {
                byte[] key = command.getArguments().get(1).getRaw();
                Span.current()
                        .setAttribute(
                                "key of " + command.getArguments().getCommand(),
                                new String(key, StandardCharsets.UTF_8));
            }
            return right.executeCommand(command);
        }
    }

    static final class SpansOutsideOfTraces extends Around {
        @Override
        <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry) {
            if (!Span.current().getSpanContext().isValid()) {
                telemetry.getTracer("wrong").spanBuilder("poll").startSpan().end();
            }
            return right.executeCommand(command);
        }
    }

    static final class SwallowsErrors extends Around {
        @Override
        <T> T execute(CommandExecutor right, CommandObject<T> command, OpenTelemetry telemetry) {
            try {
                return right.executeCommand(command);
            } catch (RuntimeException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A fault in how spans are called. */
    abstract static class Faulty extends RedisTracesContract {

        abstract boolean call(Span span, String method);

        @Override
        protected RedisClient client(URI address, int connections, Duration deadline, OpenTelemetry telemetry) {
            return RedisClients.connect(address, connections, deadline, SpanRecorder.planted(telemetry, this::call));
        }
    }

    static final class EndsTwice extends Faulty {
        @Override
        boolean call(Span span, String method) {
            if (method.equals("end")) {
                span.end();
            }
            return true;
        }
    }

    static final class HidesErrors extends Faulty {
        @Override
        boolean call(Span span, String method) {
            return !method.equals("setStatus");
        }
    }

    static final class EndsOnlyOnSuccess extends Faulty {
        private final Set<String> failed = ConcurrentHashMap.newKeySet();

        @Override
        boolean call(Span span, String method) {
            String id = span.getSpanContext().getSpanId();
            if (method.equals("setStatus")) {
                failed.add(id);
            }
            return !method.equals("end") || !failed.contains(id);
        }
    }
}
