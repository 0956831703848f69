package dev.backendmastery.databases.tx;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.conf.StatementType;
import org.jspecify.annotations.Nullable;

/**
 * Spans of what goes to the database, as children of what is current; without that nothing. Names follow OpenTelemetry's semantic
 * conventions 1.37.
 *
 * <p>What an exception says may hold values, so that it is never shown, only its SQLSTATE or class.
 */
final class Traces {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    static final AttributeKey<String> COLLECTION = AttributeKey.stringKey("db.collection.name");
    static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");
    static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("db.operation.batch.size");
    static final AttributeKey<String> STATUS = AttributeKey.stringKey("db.response.status_code");
    static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");
    static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("db.transaction.attempt");

    private static final int KEPT_TEXTS = 1_024;
    private static final int LONGEST_KEPT = 4_096;
    private static final ExecuteListener SILENT = new ExecuteListener() {};

    /** Where the database is, as its spans say it. */
    record Place(
            String pool,
            @Nullable String namespace,
            @Nullable String host,
            int port) {}

    /** What is the same each time that a statement runs. */
    private record Statement(String name, Attributes attributes) {}

    private final boolean on;
    private final Tracer tracer;
    private final Attributes server;
    private final Attributes pool;
    private final Map<String, Statement> statements = new ConcurrentHashMap<>();

    Traces(OpenTelemetry telemetry, Place place) {
        on = telemetry != OpenTelemetry.noop();
        tracer = telemetry.getTracer("dev.backendmastery.databases");
        AttributesBuilder attributes = Attributes.builder().put(SYSTEM, "postgresql");
        if (place.namespace != null) {
            attributes.put(NAMESPACE, place.namespace);
        }
        if (place.host != null) {
            attributes.put(ADDRESS, place.host).put(PORT, (long) place.port);
        }
        server = attributes.build();
        pool = Attributes.of(SYSTEM, "postgresql", POOL, place.pool);
    }

    /** Whether anything is to be traced at all. */
    boolean on() {
        return on;
    }

    /** Whether there is a trace to which spans could belong. */
    boolean active() {
        return on && Span.current().getSpanContext().isValid();
    }

    /** A span for the wait for a connection; to be ended. */
    Span acquire() {
        return tracer.spanBuilder("acquire connection").setAllAttributes(pool).startSpan();
    }

    /** A span for one attempt of a transaction; to be ended. */
    Span transaction(int attempt) {
        return tracer.spanBuilder("transaction")
                .setAllAttributes(pool)
                .setAttribute(ATTEMPT, (long) attempt)
                .startSpan();
    }

    /** Says what went wrong, without its message. */
    static void fail(Span span, Throwable failure) {
        String state = SqlFailure.sqlState(failure);
        if (state != null) {
            span.setAttribute(STATUS, state);
        }
        span.setAttribute(ERROR, state != null ? state : failure.getClass().getName());
        span.setStatus(StatusCode.ERROR);
    }

    /** A listener of one statement. */
    ExecuteListener listener() {
        return active() ? new StatementSpan() : SILENT;
    }

    /** As {@code provider}, with a span for each wait. */
    ConnectionProvider traced(ConnectionProvider provider) {
        return new ConnectionProvider() {
            @Override
            public @Nullable Connection acquire() {
                if (!active()) {
                    return provider.acquire();
                }
                Span span = Traces.this.acquire();
                try {
                    return provider.acquire();
                } catch (RuntimeException | Error failure) {
                    fail(span, failure);
                    throw failure;
                } finally {
                    span.end();
                }
            }

            @Override
            public void release(Connection connection) {
                provider.release(connection);
            }
        };
    }

    private Statement statement(String sql) {
        Statement known = statements.get(sql);
        if (known == null) {
            known = statement(StatementText.of(sql));
            if (sql.length() <= LONGEST_KEPT && statements.size() < KEPT_TEXTS) {
                statements.put(sql, known);
            }
        }
        return known;
    }

    private Statement statement(StatementText text) {
        AttributesBuilder attributes = server.toBuilder();
        if (text.operation() != null) {
            attributes.put(OPERATION, text.operation());
        }
        if (text.table() != null) {
            attributes.put(COLLECTION, text.table());
        }
        if (text.text() != null) {
            attributes.put(TEXT, text.text());
        }
        return new Statement(text.name(), attributes.build());
    }

    /** Never current: below it there is only the driver. So a cursor may be closed by another thread. */
    private final class StatementSpan implements ExecuteListener {

        private static final long serialVersionUID = 1L;
        private transient @Nullable Span span;
        private int binds;

        @Override
        public void bindEnd(ExecuteContext context) {
            binds++; // once for each set of values: a batch of one text says nowhere else how many it has
        }

        @Override
        public void executeStart(ExecuteContext context) {
            Statement statement = describe(context);
            span = tracer.spanBuilder(statement.name)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAllAttributes(statement.attributes)
                    .startSpan();
            switch (context.batchMode()) {
                case SINGLE -> span.setAttribute(BATCH_SIZE, (long) binds);
                case MULTIPLE -> span.setAttribute(BATCH_SIZE, (long) context.batchSQL().length);
                default -> {}
            }
        }

        private Statement describe(ExecuteContext context) {
            @Nullable String[] batch = context.batchSQL();
            String sql = context.sql();
            if (sql == null && batch.length > 0) {
                sql = batch[0];
            }
            if (sql == null) {
                return statement(new StatementText(null, null, null));
            }
            boolean several = context.batchMode() == ExecuteContext.BatchMode.MULTIPLE;
            if (several || context.settings().getStatementType() == StatementType.STATIC_STATEMENT) {
                // Written out with its values, and often another text each time: neither shown nor kept.
                StatementText text = StatementText.of(sql);
                String operation = several ? "BATCH" : text.operation();
                return statement(new StatementText(operation, several ? null : text.table(), null));
            }
            return statement(sql);
        }

        @Override
        public void exception(ExecuteContext context) {
            Throwable failure = context.sqlException() != null ? context.sqlException() : context.exception();
            if (span != null && failure != null) {
                fail(span, failure);
            }
        }

        @Override
        public void end(ExecuteContext context) {
            if (span != null) {
                span.end();
                span = null;
            }
        }
    }
}
