package dev.backendmastery.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka 4.4 broker that is its own controller, or one of the three of a {@link KafkaCluster}.
 *
 * <p>Consumer groups of the new protocol, share groups and transactions are on, as in the product. Tuned for tests:
 * group heartbeats of 300 ms, 4 partitions for the internal topics, no automatic topics.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> benchmarks of the broker, unless started with
 * {@link Builder#fullSpeed}: else it runs with the quick compiler only. <b>Source.</b> {@code
 * org.apache.kafka:kafka_2.13} in a JVM of its own.
 */
public final class Kafka extends EngineServer {

    private static final ForkedJvm JVM =
            new ForkedJvm("kafka", "dev.backendmastery.engines.kafka.KafkaServerMain", "256m");

    private final String bootstrapServers;

    private Kafka(Engine engine, String host, int port, @Nullable ServerProcess process, String bootstrapServers) {
        super(engine, host, port, process);
        this.bootstrapServers = bootstrapServers;
    }

    /** A broker for one test, with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** What clients take as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** @throws IllegalArgumentException if the text is no list of {@code HOST:PORT} */
    static Kafka external(Engine engine, String bootstrapServers) {
        Endpoint first = Endpoint.firstOf(engine, bootstrapServers);
        return new Kafka(engine, first.host(), first.port(), null, bootstrapServers);
    }

    /** Starts one node; returns when it serves, which needs a majority of the voters. */
    static Kafka start(
            Engine engine, int node, int port, int controllerPort, String voters, Map<String, String> settings) {
        return start(JVM, engine, node, port, controllerPort, voters, settings);
    }

    private static Kafka start(
            ForkedJvm jvm,
            Engine engine,
            int node,
            int port,
            int controllerPort,
            String voters,
            Map<String, String> settings) {
        Path folder = Session.current().newFolder("kafka");
        List<String> arguments = new ArrayList<>(List.of(
                folder.resolve("data").toString(),
                Integer.toString(node),
                Integer.toString(port),
                Integer.toString(controllerPort),
                voters));
        settings.forEach((name, value) -> arguments.add(name + "=" + value));
        ServerProcess process = jvm.process(engine, folder, arguments);
        process.start();
        return new Kafka(engine, "127.0.0.1", port, process, "127.0.0.1:" + port);
    }

    /** Settings of a private broker. Not safe for several threads. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();
        private ForkedJvm jvm = JVM;

        private Builder() {}

        /** With the optimising compiler, the JVM's own choice of a collector and 1 GiB of heap: to be measured. */
        public Builder fullSpeed() {
            jvm = JVM.fullSpeed("1g");
            return this;
        }

        /** A broker setting as in {@code server.properties}; the last value holds. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Starts it; returns when it serves.
         *
         * @throws EngineStartException if it does not within 120 s
         */
        public Kafka start() {
            return Ports.starting(
                    2,
                    0,
                    ports -> Kafka.start(
                            jvm, Engine.KAFKA, 1, ports.get(0), ports.get(1), "1@127.0.0.1:" + ports.get(1), settings));
        }
    }
}
