package dev.backendmastery.engines;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * MongoDB where {@code BM_MONGODB_URL} names one; otherwise <b>a fake of it</b>, since no real server comes from Maven.
 *
 * <p>The fake answers CRUD, array filters, findOneAndUpdate, unique indexes, the common aggregation stages and change
 * streams. It refuses sessions and transactions, {@code $text}, geo queries, pipeline updates and explain, and it is
 * <b>silently wrong</b> about {@code $jsonSchema}, collations and views. Its data are in memory: a restart empties it. So a
 * test that passes here shows single-document behaviour only; one that needs more asks {@link #isFake()} and skips itself
 * by name.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Source.</b> {@code de.bwaldvogel:mongo-java-server} in a JVM of its own.
 */
public final class MongoDbOrFake extends EngineServer {

    private static final ForkedJvm JVM =
            new ForkedJvm("mongodb-fake", "dev.backendmastery.engines.mongodbfake.MongoDbFakeMain", "128m");

    private final String uri;

    private MongoDbOrFake(String host, int port, @Nullable ServerProcess process, String uri) {
        super(Engine.MONGODB_OR_FAKE, host, port, process);
        this.uri = uri;
    }

    /**
     * Starts a private fake; returns when it serves.
     *
     * @throws EngineStartException if it does not within 120 s
     */
    public static MongoDbOrFake startFake() {
        return Ports.starting(1, 0, ports -> {
            int port = ports.get(0);
            Path folder = Session.current().newFolder("mongodb-fake");
            ServerProcess process = JVM.process(Engine.MONGODB_OR_FAKE, folder, List.of(Integer.toString(port)));
            process.start();
            return new MongoDbOrFake("127.0.0.1", port, process, "mongodb://127.0.0.1:" + port);
        });
    }

    /** Its address, {@code mongodb://HOST:PORT}; an external server's as the variable says it. */
    public String uri() {
        return uri;
    }

    /** Whether it is the fake: true unless it is external. */
    public boolean isFake() {
        return !isExternal();
    }

    /** @throws IllegalArgumentException if the text is no mongodb URI */
    static MongoDbOrFake external(Engine engine, String uri) {
        if (!uri.matches("mongodb(\\+srv)?://.+")) {
            throw new IllegalArgumentException(
                    engine.variable() + " must be mongodb://HOST:PORT or mongodb+srv://HOST, was " + uri);
        }
        // A replica set names several hosts, which is no URI to java.net: the first is enough for host() and port().
        String first = uri.replaceFirst("(mongodb(?:\\+srv)?://)(?:[^@/]*@)?([^,/?]+).*", "mongodb://$2");
        Endpoint endpoint = Endpoint.ofUri(engine, first, Set.of("mongodb"), 27017);
        return new MongoDbOrFake(endpoint.host(), endpoint.port(), null, uri);
    }
}
