package dev.backendmastery.engines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Redis 7.0 server.
 *
 * <p>The shared one keeps its data in memory only: a restart empties it. A private one that is
 * {@link Builder#durable() durable} logs each write to disk before it answers.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> commands newer than 7.0, nor modules: name a server of
 * your own by {@code BM_REDIS_URL} for these. <b>Source.</b> The static binary of Redis 7.0.15 in the artifact
 * {@code org.signal:embedded-redis}.
 */
public final class Redis extends EngineServer {

    static final String VERSION = "7.0.15";

    private final String uri;

    private Redis(Engine engine, String host, int port, @Nullable ServerProcess process, String uri) {
        super(engine, host, port, process);
        this.uri = uri;
    }

    /** A server for one test, with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its address, {@code redis://HOST:PORT}; an external server's as the variable says it. */
    public String uri() {
        return uri;
    }

    /**
     * An external server.
     *
     * @throws IllegalArgumentException if the text is no {@code redis://} or {@code rediss://} URI with a host
     */
    static Redis external(Engine engine, String uri) {
        Endpoint endpoint = Endpoint.ofUri(engine, uri, Set.of("redis", "rediss"), 6379);
        return new Redis(engine, endpoint.host(), endpoint.port(), null, uri);
    }

    static Path binary() {
        Platform platform = Platform.current();
        String name = "redis-server-" + VERSION + "-" + platform.os() + "-" + (platform.arm() ? "arm64" : "amd64");
        return BinaryCache.folder(name, folder -> {
                    Path target = folder.resolve("redis-server");
                    try (InputStream in = BinaryCache.resource(name)) {
                        Files.copy(in, target);
                    }
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                })
                .resolve("redis-server");
    }

    /** Settings of a private server. Not safe for several threads. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {
            settings.put("save", "");
            settings.put("appendonly", "no");
        }

        /** Every write is on disk before it is answered ({@code appendfsync always}): it survives {@code kill}. */
        public Builder durable() {
            settings.put("appendonly", "yes");
            settings.put("appendfsync", "always");
            return this;
        }

        /**
         * A setting as in {@code redis.conf}; the last value holds.
         *
         * @throws IllegalArgumentException if it is {@code port}, {@code bind}, {@code dir} or {@code daemonize}
         */
        public Builder setting(String name, String value) {
            if (List.of("port", "bind", "dir", "daemonize").contains(name)) {
                throw new IllegalArgumentException(name + " is chosen by the launcher");
            }
            settings.put(name, value);
            return this;
        }

        /**
         * Starts it; returns when it serves.
         *
         * @throws EngineStartException if it does not within 120 s
         */
        public Redis start() {
            return Ports.starting(1, 0, ports -> start(Engine.REDIS, ports.get(0)));
        }

        Redis start(Engine engine, int port) {
            Path folder = Session.current().newFolder("redis");
            List<String> command = new ArrayList<>(List.of(
                    binary().toString(), "--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", "."));
            settings.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
            ServerProcess process = new ServerProcess(
                    new ServerProcess.Spec(engine, folder, command, Map.of(), "TERM", "KILL"),
                    started -> serves(port),
                    ServerProcess.START_LIMIT);
            process.start();
            return new Redis(engine, "127.0.0.1", port, process, "redis://127.0.0.1:" + port);
        }

        private static boolean serves(int port) {
            try (Resp connection = new Resp("127.0.0.1", port)) {
                return connection.call("PING").equals("PONG");
            } catch (IOException notYet) {
                // With a password set, the refusal is the answer of a server that serves.
                return String.valueOf(notYet.getMessage()).contains("NOAUTH");
            }
        }
    }
}
