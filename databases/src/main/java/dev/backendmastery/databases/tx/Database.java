package dev.backendmastery.databases.tx;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One PostgreSQL database: a pool of connections (HikariCP), a jOOQ context over it, and migrations (Flyway).
 *
 * <p><b>Guarantee.</b> Whoever asks for a connection has one or a {@link DatabaseUnavailableException} within the
 * connection timeout, also while the server is down or answers nothing (DB-1). Every statement ends within the statement
 * timeout, every wait for a lock within the lock timeout (DB-2), and a server that falls silent in a statement is noticed
 * within the socket timeout (DB-3). Migrations have run when {@link Builder#open} returns, and run once however many
 * processes open at the same time (DB-4).
 *
 * <p>With {@linkplain Builder#telemetry telemetry}, what happens within a trace has a span, ended once (DT-1 to DT-8): statements through
 * jOOQ, also in transactions; the wait for a connection; each attempt of a transaction. What is outside of any trace has none, and no value
 * is ever shown: literals in a text become {@code ?}, and what an error says is left out.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Cost.</b> Opens its connections at once and keeps them.
 * <b>Not for</b> more than one database, nor for a pooler that shares sessions between transactions and refuses start-up
 * options.
 */
public final class Database implements AutoCloseable {

    private final HikariDataSource pool;
    private final DSLContext dsl;
    private final Duration connectionTimeout;
    private final Traces traces;

    private Database(HikariDataSource pool, Duration connectionTimeout, Traces traces) {
        this.pool = pool;
        this.dsl = dsl(pool, traces);
        this.connectionTimeout = connectionTimeout;
        this.traces = traces;
    }

    private static DSLContext dsl(DataSource pool, Traces traces) {
        if (!traces.on()) {
            return DSL.using(pool, SQLDialect.POSTGRES);
        }
        ConnectionProvider connections = traces.traced(new DataSourceConnectionProvider(pool));
        Configuration configuration = new DefaultConfiguration()
                .set(connections)
                .set(SQLDialect.POSTGRES)
                .set(traces::listener);
        return DSL.using(configuration);
    }

    /** Starts to describe a database at a JDBC URL, {@code jdbc:postgresql://...}, which may carry user and password. */
    public static Builder at(String url) {
        return new Builder(url);
    }

    /** jOOQ over the pool: each statement on a connection and in a transaction of its own. */
    public DSLContext dsl() {
        return dsl;
    }

    /** The pool, for code that speaks JDBC; it throws {@link SQLException}s of its own, and is not traced. */
    public DataSource dataSource() {
        return pool;
    }

    /**
     * Takes a connection from the pool; close it to give it back.
     *
     * @throws DatabaseUnavailableException if there is none within the connection timeout
     */
    public Connection acquire() {
        if (!traces.active()) {
            return take();
        }
        Span span = traces.acquire();
        try {
            return take();
        } catch (RuntimeException | Error failure) {
            Traces.fail(span, failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    private Connection take() {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            throw new DatabaseUnavailableException(
                    "no connection to " + pool.getPoolName() + " within " + connectionTimeout + ", pool: " + stats(),
                    e);
        }
    }

    /** The pool at this moment. */
    public PoolStats stats() {
        HikariPoolMXBean bean = pool.getHikariPoolMXBean();
        return new PoolStats(
                bean.getActiveConnections(),
                bean.getIdleConnections(),
                bean.getThreadsAwaitingConnection(),
                pool.getMaximumPoolSize());
    }

    /** Closes all connections, also those in use. */
    @Override
    public void close() {
        pool.close();
    }

    /** Spans of what is done with it. */
    Traces traces() {
        return traces;
    }

    /** Takes a connection that must not be used again out of the pool. */
    void evict(Connection connection) {
        pool.evictConnection(connection);
    }

    /** What a database is to be like. Methods check their argument and throw {@link IllegalArgumentException}. */
    public static final class Builder {

        private static final int POSTGRES_PORT = 5432;

        private final String url;
        private @Nullable String user;
        private @Nullable String password;
        private String name = "database";
        private int poolSize = 10;
        private Duration connectionTimeout = Duration.ofSeconds(5);
        private Duration statementTimeout = Duration.ofSeconds(30);
        private Duration lockTimeout = Duration.ofSeconds(10);
        private Duration socketTimeout = Duration.ofSeconds(40);
        private final List<String> migrations = new ArrayList<>();
        private OpenTelemetry telemetry = OpenTelemetry.noop();

        private Builder(String url) {
            if (!url.startsWith("jdbc:postgresql:")) {
                throw new IllegalArgumentException("url must start with jdbc:postgresql:");
            }
            this.url = url;
        }

        /** The user, if the URL does not carry it. */
        public Builder user(String user) {
            this.user = user;
            return this;
        }

        /** The password, if the URL does not carry it. */
        public Builder password(String password) {
            this.password = password;
            return this;
        }

        /** A name for messages and threads; unless given, "database". */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Connections, from 1 to 1,000; unless given, 10. Few more than the server has cores serve best. */
        public Builder poolSize(int poolSize) {
            if (poolSize < 1 || poolSize > 1_000) {
                throw new IllegalArgumentException("poolSize must be from 1 to 1000, was " + poolSize);
            }
            this.poolSize = poolSize;
            return this;
        }

        /** How long a caller waits for a connection, from 250 ms to an hour; unless given, 5 s. */
        public Builder connectionTimeout(Duration connectionTimeout) {
            this.connectionTimeout = check("connectionTimeout", connectionTimeout, Duration.ofMillis(250));
            return this;
        }

        /** How long a statement may run, from 1 ms to an hour; unless given, 30 s. Then SQLSTATE 57014. */
        public Builder statementTimeout(Duration statementTimeout) {
            this.statementTimeout = check("statementTimeout", statementTimeout, Duration.ofMillis(1));
            return this;
        }

        /** How long a statement may wait for a lock, from 1 ms to an hour; unless given, 10 s. Then SQLSTATE 55P03. */
        public Builder lockTimeout(Duration lockTimeout) {
            this.lockTimeout = check("lockTimeout", lockTimeout, Duration.ofMillis(1));
            return this;
        }

        /**
         * How long a connection may be silent in a statement before it counts as lost, from 1 s to an hour, in whole
         * seconds; unless given, 40 s. Longer than the statement timeout, or long statements are cut.
         */
        public Builder socketTimeout(Duration socketTimeout) {
            this.socketTimeout = check("socketTimeout", socketTimeout, Duration.ofSeconds(1));
            return this;
        }

        /** Where migrations are, such as {@code classpath:db/migration}; without any, none are run. */
        public Builder migrations(String... locations) {
            migrations.addAll(List.of(locations));
            return this;
        }

        /** Where its spans go; unless given, there are none. Migrations have none. */
        public Builder telemetry(OpenTelemetry telemetry) {
            this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
            return this;
        }

        /**
         * Migrates, then opens the pool.
         *
         * @throws DatabaseUnavailableException if the server does not answer; nothing stays open
         * @throws org.flywaydb.core.api.FlywayException if a migration fails; those before it stay
         */
        public Database open() {
            HikariConfig config = new HikariConfig();
            config.setPoolName(name);
            config.setDataSource(source(true));
            config.setMaximumPoolSize(poolSize);
            config.setConnectionTimeout(connectionTimeout.toMillis());
            config.setValidationTimeout(Math.min(connectionTimeout.toMillis(), 1_000));
            config.setInitializationFailTimeout(connectionTimeout.toMillis());
            HikariDataSource pool;
            try {
                pool = new HikariDataSource(config);
            } catch (HikariPool.PoolInitializationException e) {
                throw new DatabaseUnavailableException("cannot open " + name + " within " + connectionTimeout, e);
            }
            try {
                migrate();
            } catch (RuntimeException e) {
                pool.close();
                throw e;
            }
            return new Database(pool, connectionTimeout, new Traces(telemetry, place()));
        }

        // Not through the pool: its timeouts are for requests, and an index on a large table takes what it takes.
        private void migrate() {
            if (!migrations.isEmpty()) {
                Flyway.configure()
                        .dataSource(source(false))
                        .locations(migrations.toArray(String[]::new))
                        .load()
                        .migrate();
            }
        }

        private Traces.Place place() {
            PGSimpleDataSource source = source(true);
            String[] hosts = source.getServerNames();
            int[] ports = source.getPortNumbers();
            return new Traces.Place(
                    name,
                    source.getDatabaseName(),
                    hosts.length > 0 ? hosts[0] : null,
                    ports.length > 0 && ports[0] > 0 ? ports[0] : POSTGRES_PORT);
        }

        private PGSimpleDataSource source(boolean bounded) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setTcpKeepAlive(true);
            source.setConnectTimeout(seconds(connectionTimeout));
            source.setLoginTimeout(seconds(connectionTimeout));
            if (bounded) {
                source.setSocketTimeout(seconds(socketTimeout));
                source.setOptions("-c statement_timeout=" + statementTimeout.toMillis() + " -c lock_timeout="
                        + lockTimeout.toMillis());
            }
            source.setURL(url); // after the defaults: what the URL says wins
            if (user != null) {
                source.setUser(user);
            }
            if (password != null) {
                source.setPassword(password);
            }
            return source;
        }

        private static int seconds(Duration duration) {
            return (int) Math.max(1, duration.plusMillis(999).toSeconds());
        }

        private static Duration check(String name, Duration value, Duration least) {
            if (value.compareTo(least) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(name + " must be from " + least + " to PT1H, was " + value);
            }
            return value;
        }
    }
}
