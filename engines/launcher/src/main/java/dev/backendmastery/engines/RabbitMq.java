package dev.backendmastery.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own RabbitMQ ({@code apt-get install rabbitmq-server}), run on ports and folders of its own; no
 * service need run. Durable queues and persistent messages survive {@link #kill}.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> machines without it: ask {@link #isInstalled()} or
 * {@link #isAvailable()} and skip by name. Nothing stands in for it: the fakes ignore prefetch, redelivery and limits.
 */
public final class RabbitMq extends EngineServer {

    private static final Path SERVER = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    private static final byte[] PROTOCOL_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    private final String uri;
    /** Erlang's name service, which every node asks: started for this node alone. */
    private final @Nullable ServerProcess nameService;

    private RabbitMq(
            String host, int port, @Nullable ServerProcess process, @Nullable ServerProcess nameService, String uri) {
        super(Engine.RABBITMQ, host, port, process);
        this.uri = uri;
        this.nameService = nameService;
    }

    /** Whether this machine has the server's files. */
    public static boolean isInstalled() {
        return Files.isExecutable(SERVER) && Tools.present("epmd");
    }

    /** Whether {@link Engines#rabbitmq()} has a server to give: installed here, or named by the variable. */
    public static boolean isAvailable() {
        return isInstalled() || Engine.RABBITMQ.externalIn(System.getenv()) != null;
    }

    /**
     * Starts a private server; returns when it serves.
     *
     * @throws EngineStartException if it is not installed, or does not serve within 120 s
     */
    public static RabbitMq start() {
        if (!isInstalled()) {
            throw new EngineStartException(
                    Engine.RABBITMQ, "it is not installed; on Debian: apt-get install rabbitmq-server", null);
        }
        return Ports.starting(3, 0, ports -> start(ports.get(0), ports.get(1), ports.get(2)));
    }

    /** Its address with user and password, {@code amqp://guest:guest@HOST:PORT}; an external server's as the variable says it. */
    public String uri() {
        return uri;
    }

    @Override
    public void close() {
        super.close();
        if (nameService != null) {
            nameService.close();
        }
    }

    /** @throws IllegalArgumentException if the text is no amqp or amqps URI */
    static RabbitMq external(Engine engine, String uri) {
        Endpoint endpoint = Endpoint.ofUri(engine, uri, Set.of("amqp", "amqps"), 5672);
        return new RabbitMq(endpoint.host(), endpoint.port(), null, null, uri);
    }

    private static RabbitMq start(int port, int distributionPort, int namePort) {
        Path folder = Session.current().newFolder("rabbitmq");
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", folder.toString()); // for the cookie
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("ERL_EPMD_PORT", Integer.toString(namePort));
        environment.put("RABBITMQ_NODENAME", "backend-mastery-" + port + "@localhost");
        environment.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        environment.put("RABBITMQ_NODE_PORT", Integer.toString(port));
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(distributionPort));
        environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString());
        environment.put("RABBITMQ_LOG_BASE", folder.resolve("logs").toString());
        environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                folder.resolve("enabled_plugins").toString());
        environment.put("RABBITMQ_PID_FILE", folder.resolve("rabbitmq.pid").toString());
        // Lets the script become the server instead of staying its parent; it does nothing else.
        environment.put("RUNNING_UNDER_SYSTEMD", "true");
        environment.put("RABBITMQ_LOGS", "-");
        try {
            Files.writeString(folder.resolve("enabled_plugins"), "[].\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerProcess names = new ServerProcess(
                new ServerProcess.Spec(
                        Engine.RABBITMQ,
                        Session.current().newFolder("epmd"),
                        List.of("epmd", "-port", Integer.toString(namePort), "-address", "127.0.0.1"),
                        Map.of(),
                        "KILL",
                        "KILL"),
                process -> accepts(namePort),
                ServerProcess.START_LIMIT);
        names.start();
        ServerProcess server = new ServerProcess(
                new ServerProcess.Spec(
                        Engine.RABBITMQ, folder, List.of(SERVER.toString()), environment, "TERM", "KILL"),
                process -> serves(port),
                ServerProcess.START_LIMIT);
        try {
            server.start();
        } catch (EngineStartException e) {
            names.close();
            throw e;
        }
        return new RabbitMq("127.0.0.1", port, server, names, "amqp://guest:guest@127.0.0.1:" + port);
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** It answers the protocol header with a method frame, type 1: its first connection.start. */
    private static boolean serves(int port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(5_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.getOutputStream().write(PROTOCOL_HEADER);
            return socket.getInputStream().read() == 1;
        } catch (IOException notYet) {
            return false;
        }
    }
}
