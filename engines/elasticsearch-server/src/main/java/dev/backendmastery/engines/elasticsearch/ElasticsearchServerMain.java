package dev.backendmastery.engines.elasticsearch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One node. Prints READY when it serves, ends at SIGTERM.
 *
 * <p>The product's own bootstrap refuses root and wants a distribution around it; {@code Node} does not.
 */
public final class ElasticsearchServerMain {

    private static final String NODE = "node-1";

    private ElasticsearchServerMain() {}

    /**
     * Arguments: home folder, HTTP port, transport port, then any number of {@code name=value} settings that override the
     * ones here. The system property {@code forked.dist} names the folder with the modules.
     */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        for (String folder : List.of("config", "data", "logs", "plugins")) {
            Files.createDirectories(home.resolve(folder));
        }
        Settings.Builder settings = Settings.builder()
                .put("path.home", home.toString())
                .put("path.data", home.resolve("data").toString())
                .put("path.logs", home.resolve("logs").toString())
                .put("cluster.name", "backend-mastery")
                .put("node.name", NODE)
                .put("discovery.type", "single-node")
                .put("network.host", "127.0.0.1")
                .put("http.port", arguments[1])
                .put("transport.port", arguments[2])
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                .put("node.store.allow_mmap", false)
                .put("node.processors", 2)
                .put("indices.breaker.total.use_real_memory", false)
                .put("action.destructive_requires_name", false);
        for (String setting : List.of(arguments).subList(3, arguments.length)) {
            int equals = setting.indexOf('=');
            settings.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Environment environment = new Environment(settings.build(), home.resolve("config"));
        LogConfigurator.configureESLogging();
        LogConfigurator.setNodeName(NODE);
        Path modules = Path.of(System.getProperty("forked.dist"), "modules");
        // false: on a class path there are no modules whose packages could be opened to plugins.
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
                PluginsLoader.loadModulesBundles(modules),
                PluginsLoader.loadPluginsBundles(environment.pluginsDir()),
                Map.of(),
                false);
        Node node = new Node(environment, plugins);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, ended), "elasticsearch-shutdown"));
        node.start();
        System.out.println("READY 127.0.0.1:" + arguments[1]);
        ended.await(); // the node's own threads are daemons
    }

    private static void close(Node node, CountDownLatch ended) {
        try {
            node.close();
            if (!node.awaitClose(10, TimeUnit.SECONDS)) {
                System.err.println("the node did not close within 10 s");
            }
        } catch (IOException e) {
            System.err.println("the node did not close: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }
}
