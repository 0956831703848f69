package dev.backendmastery.engines.kafka;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** One node that is broker and controller. Formats its folder if that is empty, prints READY when it serves, ends at SIGTERM. */
public final class KafkaServerMain {

    /** Any 16 bytes, the same on every node. */
    private static final String CLUSTER_ID = "QmFja2VuZE1hc3RlcnkxMg";

    private KafkaServerMain() {}

    /**
     * Arguments: data folder, node id, broker port, controller port, quorum voters ({@code ID@HOST:PORT,...}), then any
     * number of {@code name=value} settings that override the ones here.
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        Properties settings = settings(folder, arguments[1], arguments[2], arguments[3], arguments[4]);
        for (String setting : List.of(arguments).subList(5, arguments.length)) {
            int equals = setting.indexOf('=');
            settings.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
        }
        format(folder, Integer.parseInt(arguments[1]));
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "kafka-shutdown"));
        server.startup();
        System.out.println("READY 127.0.0.1:" + arguments[2]);
        server.awaitShutdown();
    }

    private static Properties settings(Path folder, String node, String port, String controllerPort, String voters) {
        int nodes = voters.split(",", -1).length;
        String replicas = Integer.toString(Math.min(3, nodes));
        String inSync = nodes >= 3 ? "2" : "1";
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", node);
        settings.setProperty("controller.quorum.voters", voters);
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty(
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty("inter.broker.listener.name", "PLAINTEXT");
        settings.setProperty("log.dirs", folder.toString());
        settings.setProperty("auto.create.topics.enable", "false");
        settings.setProperty("default.replication.factor", replicas);
        settings.setProperty("min.insync.replicas", inSync);
        // Small: the defaults are 50 partitions and 128 MB.
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.setProperty(topic + ".num.partitions", "4");
            settings.setProperty(topic + ".replication.factor", replicas);
        }
        settings.setProperty("transaction.state.log.min.isr", inSync);
        settings.setProperty("share.coordinator.state.topic.min.isr", inSync);
        settings.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        settings.setProperty("num.network.threads", "2");
        settings.setProperty("num.io.threads", "4");
        // Quick: groups rebalance, topics compact and a dead broker is noticed within a test's patience.
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        for (String group : List.of("group.consumer", "group.share")) {
            settings.setProperty(group + ".min.heartbeat.interval.ms", "100");
            settings.setProperty(group + ".heartbeat.interval.ms", "300");
        }
        settings.setProperty("group.share.min.record.lock.duration.ms", "1000");
        settings.setProperty("log.cleaner.backoff.ms", "500");
        settings.setProperty("broker.session.timeout.ms", "3000");
        settings.setProperty("broker.heartbeat.interval.ms", "500");
        settings.setProperty("controller.quorum.election.timeout.ms", "500");
        settings.setProperty("controller.quorum.fetch.timeout.ms", "1000");
        return settings;
    }

    private static void format(Path folder, int node) throws Exception {
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(silent)
                    .setIgnoreFormatted(true)
                    .setNodeId(node)
                    .setClusterId(CLUSTER_ID)
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .run();
        }
    }
}
