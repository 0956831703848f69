package dev.backendmastery.engines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The shared servers of this JVM: each is started at its first use, once, and ends with the JVM.
 *
 * <pre>{@code
 * Engines.start(Engine.POSTGRES, Engine.REDIS);           // both at the same time
 * String url = Engines.postgres().createDatabase();       // a database of this test class's own
 * String redis = Engines.redis().uri();
 * }</pre>
 *
 * <p>An environment variable ({@link Engine#variable()}) names a server of the user's own instead; then nothing is
 * started. Shared servers are tuned for tests, not for crashes: PostgreSQL runs with {@code fsync} and
 * {@code synchronous_commit} off, Redis without a log on disk. A crash test starts a private, durable one.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> See the start times in the module's README.
 */
public final class Engines {

    private static final Shared<Postgres> POSTGRES =
            shared(Engine.POSTGRES, () -> Postgres.builder().start(), Postgres::external);
    private static final Shared<Redis> REDIS =
            shared(Engine.REDIS, () -> Redis.builder().start(), Redis::external);

    private Engines() {}

    /**
     * Starts the named servers that do not run yet, all at the same time; returns when all serve.
     *
     * @throws EngineStartException if one does not; the failures of others are suppressed in it
     */
    public static void start(Engine... engines) {
        List<FutureTask<Object>> starts = Arrays.stream(engines)
                .distinct()
                .map(engine -> new FutureTask<>(() -> get(engine)))
                .toList();
        starts.forEach(task -> {
            Thread thread = new Thread(task, "engine-start");
            thread.setDaemon(true);
            thread.start();
        });
        List<RuntimeException> failures = new ArrayList<>();
        for (FutureTask<Object> task : starts) {
            try {
                task.get();
            } catch (ExecutionException e) {
                failures.add(
                        e.getCause() instanceof RuntimeException known
                                ? known
                                : new IllegalStateException(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while engines start", e);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.get(0);
            failures.subList(1, failures.size()).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** The shared PostgreSQL. @throws EngineStartException if it does not start */
    public static Postgres postgres() {
        return POSTGRES.get();
    }

    /** The shared Redis. @throws EngineStartException if it does not start */
    public static Redis redis() {
        return REDIS.get();
    }

    private static Object get(Engine engine) {
        return switch (engine) {
            case POSTGRES -> postgres();
            case REDIS -> redis();
        };
    }

    private static <T extends EngineServer> Shared<T> shared(
            Engine engine, Supplier<T> start, BiFunction<Engine, String, T> external) {
        return new Shared<>(() -> {
            String address = engine.externalIn(System.getenv());
            T server = address == null ? start.get() : external.apply(engine, address);
            server.share();
            return server;
        });
    }
}
