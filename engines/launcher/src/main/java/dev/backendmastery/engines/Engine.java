package dev.backendmastery.engines;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The engines that {@link Engines} starts, or finds through an environment variable. */
public enum Engine {
    /** PostgreSQL 18, one server. */
    POSTGRES("PostgreSQL", "BM_POSTGRES_URL"),
    /** Redis 7.0, one server. */
    REDIS("Redis", "BM_REDIS_URL");

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
