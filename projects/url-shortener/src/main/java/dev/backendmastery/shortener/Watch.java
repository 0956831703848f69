package dev.backendmastery.shortener;

import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PoolStats;
import dev.backendmastery.messaging.consumer.ConsumerRuntime;
import dev.backendmastery.observability.metrics.JvmMetrics;
import dev.backendmastery.observability.metrics.Meters;
import dev.backendmastery.observability.telemetry.HttpServerSpans;
import dev.backendmastery.observability.telemetry.ServletSpans;
import dev.backendmastery.observability.telemetry.Telemetry;
import dev.backendmastery.patterns.outbox.OutboxLag;
import dev.backendmastery.patterns.outbox.Relay;
import dev.backendmastery.shortener.http.ShortenerHttp;
import dev.backendmastery.shortener.messages.Resources;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import jakarta.servlet.Filter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is told of a node: nothing, or spans to one place and the numbers of its parts to another. */
public final class Watch {

    private static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("db.client.connection.state");
    private static final AttributeKey<String> CACHE = AttributeKey.stringKey("cache.name");
    private static final AttributeKey<String> RESULT = AttributeKey.stringKey("cache.result");
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");

    private final OpenTelemetry api;
    private final @Nullable Meters meters;

    private Watch(OpenTelemetry api, @Nullable Meters meters) {
        this.api = api;
        this.meters = meters;
    }

    /** Nothing. */
    public static Watch nothing() {
        return new Watch(OpenTelemetry.noop(), null);
    }

    /** By {@code telemetry}. */
    public static Watch by(Telemetry telemetry) {
        return new Watch(telemetry.api(), telemetry.meters());
    }

    /** What the parts are handed. */
    public OpenTelemetry api() {
        return api;
    }

    /** What stands before all handlers, or null. */
    @Nullable
    Filter filter() {
        return meters == null ? null : new ServletSpans(new HttpServerSpans(api, meters), ShortenerHttp::routeOf);
    }

    /** The numbers of this JVM, until {@code open} is closed. */
    void jvm(Resources open) {
        if (meters != null) {
            open.add(JvmMetrics.observe(meters));
        }
    }

    /** The connections of a pool, and who waits for one. */
    void pool(String name, Database database, Resources open) {
        if (meters == null) {
            return;
        }
        Attributes pool = Attributes.of(POOL, name);
        Supplier<PoolStats> stats = database::stats;
        String count = "db.client.connection.count";
        open.add(meters.observedUpDownCounter(
                count,
                "{connection}",
                "Connections",
                pool.toBuilder().put(STATE, "used").build(),
                () -> stats.get().active()));
        open.add(meters.observedUpDownCounter(
                count,
                "{connection}",
                "Connections",
                pool.toBuilder().put(STATE, "idle").build(),
                () -> stats.get().idle()));
        open.add(meters.observedUpDownCounter(
                "db.client.connection.max", "{connection}", "Connections at most", pool, () -> stats.get()
                        .size()));
        open.add(meters.observedUpDownCounter(
                "db.client.connection.pending_requests",
                "{request}",
                "Who waits for a connection",
                pool,
                () -> stats.get().waiting()));
    }

    /** What a cache was asked. */
    void cache(String name, Supplier<CacheStats> stats, Resources open) {
        if (meters == null) {
            return;
        }
        Attributes cache = Attributes.of(CACHE, name);
        open.add(meters.observedCounter(
                "cache.requests",
                "{request}",
                "What a cache was asked",
                cache.toBuilder().put(RESULT, "hit").build(),
                () -> stats.get().hits()));
        open.add(meters.observedCounter(
                "cache.requests",
                "{request}",
                "What a cache was asked",
                cache.toBuilder().put(RESULT, "miss").build(),
                () -> stats.get().misses()));
        open.add(meters.observedCounter(
                "cache.evictions", "{entry}", "What a cache had no room for", cache, () -> stats.get()
                        .evictions()));
    }

    /** What a consumer has done and has before it. */
    public void consumer(String group, ConsumerRuntime consumer, Resources open) {
        if (meters == null) {
            return;
        }
        Attributes which = Attributes.of(GROUP, group);
        open.add(meters.observedUpDownCounter(
                "messaging.client.records_in_flight",
                "{message}",
                "Messages taken and not finished",
                which,
                () -> consumer.stats().inFlight()));
        open.add(meters.observedCounter(
                "messaging.client.consumed.messages",
                "{message}",
                "Messages that were handled",
                which,
                () -> consumer.stats().handled()));
        open.add(meters.observedCounter(
                "messaging.client.failures", "{failure}", "Times that a handler threw", which, () -> consumer.stats()
                        .failures()));
        open.add(meters.observedCounter(
                "messaging.client.dead_letters", "{message}", "Messages given up", which, () -> consumer.stats()
                        .deadLetters()));
    }

    /** What a relay has carried. */
    public void relay(Relay relay, Supplier<OutboxLag> lag, Resources open) {
        if (meters == null) {
            return;
        }
        open.add(meters.observedCounter(
                "outbox.published", "{message}", "Messages that left", Attributes.empty(), () -> relay.stats()
                        .published()));
        open.add(meters.observedCounter(
                "outbox.failures",
                "{failure}",
                "Rounds of the relay that failed",
                Attributes.empty(),
                () -> relay.stats().failures()));
        open.add(meters.gauge(
                "outbox.lag.age",
                "s",
                "How long the first message waits",
                Attributes.empty(),
                () -> lag.get().oldest().toNanos() * 1e-9));
        open.add(meters.observedUpDownCounter(
                "outbox.lag.messages", "{message}", "Messages that wait", Attributes.empty(), () -> lag.get()
                        .waiting()));
    }
}
