package dev.backendmastery.engines;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The engines that {@link Engines} starts, or finds through an environment variable. */
public enum Engine {
    /** PostgreSQL 18, one server. */
    POSTGRES("PostgreSQL", "BM_POSTGRES_URL"),
    /** Redis 7.0, one server. */
    REDIS("Redis", "BM_REDIS_URL"),
    /** Redis 7.0, three masters. */
    REDIS_CLUSTER("Redis Cluster", "BM_REDIS_CLUSTER"),
    /** Kafka 4.4, one broker. */
    KAFKA("Kafka", "BM_KAFKA_BOOTSTRAP"),
    /** Kafka 4.4, three brokers. */
    KAFKA_CLUSTER("Kafka cluster", "BM_KAFKA_CLUSTER_BOOTSTRAP"),
    /** Elasticsearch 8.19, one node. */
    ELASTICSEARCH("Elasticsearch", "BM_ELASTICSEARCH_URL"),
    /** RabbitMQ, where the machine has it. */
    RABBITMQ("RabbitMQ", "BM_RABBITMQ_URL"),
    /** A fake of MongoDB, since no real one can be had from Maven; the real one by its variable. */
    MONGODB_OR_FAKE("MongoDB (fake)", "BM_MONGODB_URL");

    private final String title;
    private final String variable;

    Engine(String title, String variable) {
        this.title = title;
        this.variable = variable;
    }

    /** The product's name, for messages. */
    public String title() {
        return title;
    }

    /** The environment variable that names an external server to use instead of one started here. */
    public String variable() {
        return variable;
    }

    /** The external server that {@code environment} names, or null. */
    @Nullable
    String externalIn(Map<String, String> environment) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? null : value.trim();
    }
}
