package dev.backendmastery.engines;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three Kafka brokers, each in a process of its own that can be paused, killed and restarted. Topics have three replicas
 * and need two in sync unless they say otherwise.
 *
 * <p><b>Threads.</b> Safe for any number of threads.
 */
public final class KafkaCluster implements AutoCloseable {

    private static final int BROKERS = 3;

    private final String bootstrapServers;
    private final List<Kafka> brokers;
    private final boolean external;

    private KafkaCluster(String bootstrapServers, List<Kafka> brokers, boolean external) {
        this.bootstrapServers = bootstrapServers;
        this.brokers = brokers;
        this.external = external;
    }

    /**
     * Starts a private cluster; returns when all brokers serve.
     *
     * @throws EngineStartException if one does not within 120 s; none is left running
     */
    public static KafkaCluster start() {
        return Ports.starting(2 * BROKERS, 0, ports -> {
            String voters = IntStream.range(0, BROKERS)
                    .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(BROKERS + i))
                    .collect(Collectors.joining(","));
            List<Supplier<Kafka>> starts = IntStream.range(0, BROKERS)
                    .<Supplier<Kafka>>mapToObj(i -> () -> Kafka.start(
                            Engine.KAFKA_CLUSTER, i + 1, ports.get(i), ports.get(BROKERS + i), voters, Map.of()))
                    .toList();
            List<Kafka> brokers = Parallel.all(starts);
            String bootstrapServers =
                    brokers.stream().map(Kafka::bootstrapServers).collect(Collectors.joining(","));
            return new KafkaCluster(bootstrapServers, brokers, false);
        });
    }

    static KafkaCluster external(Engine engine, String bootstrapServers) {
        return new KafkaCluster(bootstrapServers, List.of(Kafka.external(engine, bootstrapServers)), true);
    }

    /** What clients take as {@code bootstrap.servers}: all brokers. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The brokers; node ids 1, 2, 3 in this order. Of an external cluster, one that stands for its bootstrap list. */
    public List<Kafka> brokers() {
        return brokers;
    }

    /** Whether it is the user's own, named by an environment variable. */
    public boolean isExternal() {
        return external;
    }

    /** Ends all brokers at once and removes their data. @throws IllegalStateException if it is the shared cluster */
    @Override
    public void close() {
        brokers.forEach(Kafka::close);
    }
}
