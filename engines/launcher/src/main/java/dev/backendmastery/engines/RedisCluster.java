package dev.backendmastery.engines;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A Redis cluster of three masters without replicas, each a process of its own; the 16,384 slots are spread evenly.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> fail-over of slots: a killed master's keys are gone until it
 * is restarted.
 */
public final class RedisCluster implements AutoCloseable {

    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;

    private final String nodes;
    private final List<Redis> masters;
    private final boolean external;

    private RedisCluster(String nodes, List<Redis> masters, boolean external) {
        this.nodes = nodes;
        this.masters = masters;
        this.external = external;
    }

    /**
     * Starts a private cluster; returns when every master sees all slots served.
     *
     * @throws EngineStartException if that does not come within 120 s
     */
    public static RedisCluster start() {
        return Ports.starting(MASTERS, Ports.CLUSTER_BUS_OFFSET, ports -> {
            List<Supplier<Redis>> starts = ports.stream()
                    .<Supplier<Redis>>map(port -> () -> Redis.builder()
                            .setting("cluster-enabled", "yes")
                            .setting("cluster-config-file", "nodes.conf")
                            .setting("cluster-node-timeout", "3000")
                            .start(Engine.REDIS_CLUSTER, port))
                    .toList();
            List<Redis> masters = Parallel.all(starts);
            try {
                join(ports);
            } catch (IOException e) {
                masters.forEach(Redis::close);
                throw new EngineStartException(Engine.REDIS_CLUSTER, "the masters do not form a cluster: " + e, e);
            }
            if (!Await.until(ServerProcess.START_LIMIT, () -> ports.stream().allMatch(RedisCluster::seesAll))) {
                masters.forEach(Redis::close);
                throw new EngineStartException(Engine.REDIS_CLUSTER, "the masters do not agree in time", null);
            }
            return new RedisCluster(
                    ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")), masters, false);
        });
    }

    static RedisCluster external(Engine engine, String nodes) {
        Endpoint first = Endpoint.firstOf(engine, nodes);
        return new RedisCluster(
                nodes, List.of(Redis.external(engine, "redis://" + first.host() + ":" + first.port())), true);
    }

    /** Its nodes, {@code HOST:PORT,HOST:PORT,HOST:PORT}. */
    public String nodes() {
        return nodes;
    }

    /** The masters, by rising slots. Of an external cluster, one that stands for its first node. */
    public List<Redis> masters() {
        return masters;
    }

    /** Whether it is the user's own, named by an environment variable. */
    public boolean isExternal() {
        return external;
    }

    /** Ends all masters at once and removes their data. @throws IllegalStateException if it is the shared cluster */
    @Override
    public void close() {
        masters.forEach(Redis::close);
    }

    private static void join(List<Integer> ports) throws IOException {
        for (int i = 0; i < MASTERS; i++) {
            try (Resp node = new Resp("127.0.0.1", ports.get(i))) {
                node.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
                int from = SLOTS * i / MASTERS;
                int to = SLOTS * (i + 1) / MASTERS - 1;
                node.call("CLUSTER", "ADDSLOTSRANGE", Integer.toString(from), Integer.toString(to));
                if (i > 0) {
                    node.call("CLUSTER", "MEET", "127.0.0.1", Integer.toString(ports.get(0)));
                }
            }
        }
    }

    private static boolean seesAll(int port) {
        try (Resp node = new Resp("127.0.0.1", port)) {
            Map<String, String> info = node.call("CLUSTER", "INFO")
                    .lines()
                    .map(line -> line.split(":", 2))
                    .filter(pair -> pair.length == 2)
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
            return "ok".equals(info.get("cluster_state"))
                    && Integer.toString(MASTERS).equals(info.get("cluster_known_nodes"))
                    && Integer.toString(MASTERS).equals(info.get("cluster_size"));
        } catch (IOException notYet) {
            return false;
        }
    }
}
