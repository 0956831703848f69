package dev.backendmastery.engines;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
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
            server(Engine.POSTGRES, () -> Postgres.builder().start(), Postgres::external);
    private static final Shared<Redis> REDIS =
            server(Engine.REDIS, () -> Redis.builder().start(), Redis::external);
    private static final Shared<RedisCluster> REDIS_CLUSTER =
            cluster(Engine.REDIS_CLUSTER, RedisCluster::start, RedisCluster::external, RedisCluster::masters);
    private static final Shared<Kafka> KAFKA =
            server(Engine.KAFKA, () -> Kafka.builder().start(), Kafka::external);
    private static final Shared<KafkaCluster> KAFKA_CLUSTER =
            cluster(Engine.KAFKA_CLUSTER, KafkaCluster::start, KafkaCluster::external, KafkaCluster::brokers);
    private static final Shared<Elasticsearch> ELASTICSEARCH =
            server(Engine.ELASTICSEARCH, () -> Elasticsearch.builder().start(), Elasticsearch::external);
    private static final Shared<RabbitMq> RABBITMQ = server(Engine.RABBITMQ, RabbitMq::start, RabbitMq::external);
    private static final Shared<MongoDbOrFake> MONGODB_OR_FAKE =
            server(Engine.MONGODB_OR_FAKE, MongoDbOrFake::startFake, MongoDbOrFake::external);

    private Engines() {}

    /**
     * Starts the named servers that do not run yet, all at the same time; returns when all serve.
     *
     * @throws EngineStartException if one does not; the failures of others are suppressed in it
     */
    public static void start(Engine... engines) {
        Parallel.all(Arrays.stream(engines)
                .distinct()
                .<Supplier<Object>>map(engine -> () -> get(engine))
                .toList());
    }

    /** The shared PostgreSQL. @throws EngineStartException if it does not start */
    public static Postgres postgres() {
        return POSTGRES.get();
    }

    /** The shared Redis. @throws EngineStartException if it does not start */
    public static Redis redis() {
        return REDIS.get();
    }

    /** The shared Redis cluster of three masters. @throws EngineStartException if it does not start */
    public static RedisCluster redisCluster() {
        return REDIS_CLUSTER.get();
    }

    /** The shared Kafka broker. @throws EngineStartException if it does not start */
    public static Kafka kafka() {
        return KAFKA.get();
    }

    /** The shared cluster of three Kafka brokers. @throws EngineStartException if it does not start */
    public static KafkaCluster kafkaCluster() {
        return KAFKA_CLUSTER.get();
    }

    /** The shared Elasticsearch node. @throws EngineStartException if it does not start */
    public static Elasticsearch elasticsearch() {
        return ELASTICSEARCH.get();
    }

    /**
     * The shared RabbitMQ; ask {@link RabbitMq#isAvailable()} first.
     *
     * @throws EngineStartException if it is not installed or does not start
     */
    public static RabbitMq rabbitmq() {
        return RABBITMQ.get();
    }

    /**
     * The MongoDB that {@code BM_MONGODB_URL} names, or else the shared fake: {@link MongoDbOrFake#isFake()} tells.
     *
     * @throws EngineStartException if the fake does not start
     */
    public static MongoDbOrFake mongodbOrFake() {
        return MONGODB_OR_FAKE.get();
    }

    private static Object get(Engine engine) {
        return switch (engine) {
            case POSTGRES -> postgres();
            case REDIS -> redis();
            case REDIS_CLUSTER -> redisCluster();
            case KAFKA -> kafka();
            case KAFKA_CLUSTER -> kafkaCluster();
            case ELASTICSEARCH -> elasticsearch();
            case RABBITMQ -> rabbitmq();
            case MONGODB_OR_FAKE -> mongodbOrFake();
        };
    }

    private static <T extends EngineServer> Shared<T> server(
            Engine engine, Supplier<T> start, BiFunction<Engine, String, T> external) {
        return cluster(engine, start, external, List::of);
    }

    private static <T> Shared<T> cluster(
            Engine engine,
            Supplier<T> start,
            BiFunction<Engine, String, T> external,
            Function<T, List<? extends EngineServer>> servers) {
        return new Shared<>(() -> {
            String address = engine.externalIn(System.getenv());
            T started = address == null ? start.get() : external.apply(engine, address);
            servers.apply(started).forEach(EngineServer::share);
            return started;
        });
    }
}
