package dev.backendmastery.engines.mongodbfake;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/** The fake, its data in memory, with the log that change streams need. Prints READY when it serves, ends at SIGTERM. */
public final class MongoDbFakeMain {

    private MongoDbFakeMain() {}

    /** Argument: the port. */
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        MongoServer server = new MongoServer(new MemoryBackend());
        server.enableOplog();
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow, "mongodb-fake-shutdown"));
        server.bind("127.0.0.1", port);
        System.out.println("READY 127.0.0.1:" + port);
    }
}
