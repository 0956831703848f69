package dev.backendmastery.showcase;

import dev.backendmastery.showcase.view.Faults;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three faults that the nodes know nothing of, done to PostgreSQL and over HTTP, each for seconds: one table is locked again and again, so that what reads it waits; links cannot
 * be written, so that those who write them keep the connections; everybody follows one link.
 */
final class PlantedFaults implements Faults, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PlantedFaults.class);

    private static final int AT_ONCE = 64;
    private static final long SLOW_SECONDS = 20;
    private static final long LOCK_MILLIS = 2_500;
    private static final long BETWEEN_MILLIS = 500;
    private static final int ROUNDS = (int) (SLOW_SECONDS * 1_000 / (LOCK_MILLIS + BETWEEN_MILLIS));
    private static final int CREATORS = 40;
    private static final long POOL_MILLIS = 8_000;
    private static final int VISITS = 1_500;
    private static final long VISIT_MILLIS = 7;

    private static final List<Fault> ALL = List.of(
            new Fault(
                    "slow-query",
                    "Slow query",
                    "one route has become slow: find the trace, and the query in it that waits.",
                    false),
            new Fault(
                    "exhausted-pool",
                    "Exhausted pool",
                    "much has become slow at once: see the pools, and who waits for what in the traces.",
                    false),
            new Fault("hot-key", "Hot key", "the rate has risen: find the one path that it comes from.", false));

    private final String jdbcUrl;
    private final Caller caller;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "fault");
        thread.setDaemon(true);
        return thread;
    });

    private final int haste;

    /** Faults of the nodes at these addresses, on that database. */
    PlantedFaults(String jdbcUrl, List<String> nodes, String key) {
        this(jdbcUrl, nodes, key, 1);
    }

    /** Faults that take a part of their time. */
    PlantedFaults(String jdbcUrl, List<String> nodes, String key, int haste) {
        this.jdbcUrl = jdbcUrl;
        this.haste = haste;
        this.caller = new Caller(nodes, key, AT_ONCE);
    }

    private interface Work {
        void run() throws SQLException, InterruptedException, ExecutionException, TimeoutException;
    }

    @Override
    public List<Fault> all() {
        return ALL.stream()
                .map(fault -> new Fault(fault.name(), fault.title(), fault.hint(), running.contains(fault.name())))
                .toList();
    }

    @Override
    public boolean plant(String name) {
        return switch (name) {
            case "slow-query" -> begin(name, this::slowQuery);
            case "exhausted-pool" -> begin(name, this::exhaustedPool);
            case "hot-key" -> begin(name, this::hotKey);
            default -> false;
        };
    }

    private boolean begin(String name, Work work) {
        if (end.getCount() == 0 || !running.add(name)) {
            return false;
        }
        threads.execute(() -> {
            try {
                work.run();
            } catch (SQLException | ExecutionException | TimeoutException | RuntimeException e) {
                LOG.warn("the fault {} could not be planted", name, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                running.remove(name);
            }
        });
        return true;
    }

    /** Whether it is to end. */
    private boolean passes(long millis) throws InterruptedException {
        return end.await(millis / haste, TimeUnit.MILLISECONDS);
    }

    private String link() throws InterruptedException, ExecutionException, TimeoutException {
        String code = caller.create("https://example.com/planted").get(10, TimeUnit.SECONDS);
        if (code.isEmpty()) {
            throw new IllegalStateException("no link could be made");
        }
        return code;
    }

    private void slowQuery() throws SQLException, InterruptedException, ExecutionException, TimeoutException {
        String history = "/api/links/" + link() + "/history";
        try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
            for (int i = 0; i < ROUNDS; i++) {
                lock(connection, "LOCK TABLE link_event IN ACCESS EXCLUSIVE MODE");
                caller.ask("GET", history);
                caller.ask("GET", history);
                boolean ends = passes(LOCK_MILLIS);
                connection.rollback();
                if (ends || passes(BETWEEN_MILLIS)) {
                    return;
                }
            }
        }
    }

    private void exhaustedPool() throws SQLException, InterruptedException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
            // Who reads goes on.
            lock(connection, "LOCK TABLE link IN SHARE ROW EXCLUSIVE MODE");
            for (int i = 0; i < CREATORS; i++) {
                var unused = caller.create("https://example.com/planted/" + i);
            }
            passes(POOL_MILLIS);
            connection.rollback();
        }
    }

    private static void lock(Connection connection, String lock) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '2s'");
            statement.execute(lock);
        }
    }

    private void hotKey() throws InterruptedException, ExecutionException, TimeoutException {
        String code = link();
        for (int i = 0; i < VISITS; i++) {
            caller.ask("GET", "/" + code);
            if (passes(VISIT_MILLIS)) {
                return;
            }
        }
    }

    @Override
    public void close() {
        end.countDown();
        threads.shutdown();
    }
}
