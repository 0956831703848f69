package dev.backendmastery.caching.redis;

import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.RedisClient;

/** What the tests share: one server, or the one that the environment names, and a client of it; both end with the JVM. */
final class Shared {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final long RUN = ProcessHandle.current().pid();

    static final Redis SERVER = Engines.redis();
    static final RedisClient CLIENT = RedisClients.connect(URI.create(SERVER.uri()), 32, Duration.ofSeconds(9));

    private Shared() {}

    /** A name that no other test uses, also not one that ran on an external server before. */
    static String name() {
        return "t" + RUN + "-" + NAMES.incrementAndGet();
    }

    /** A number of {@code INFO stats}. */
    static long statistic(RedisClient client, String name) {
        return client.info("stats")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(
                        line -> Long.parseLong(line.substring(name.length() + 1).trim()))
                .sum();
    }

    /**
     * How often the server read from its clients for {@code action}, at the least of three times: each read is a round trip,
     * and others, such as a pool's, may fall into a measurement.
     */
    static long roundTrips(Runnable action) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long before = statistic(CLIENT, "total_reads_processed");
            action.run();
            least = Math.min(least, statistic(CLIENT, "total_reads_processed") - before - 1);
        }
        return least;
    }

    /** How many commands the server ran for {@code action}, those in scripts included. */
    static long commands(Runnable action) {
        long before = statistic(CLIENT, "total_commands_processed");
        action.run();
        return statistic(CLIENT, "total_commands_processed") - before - 1;
    }
}
