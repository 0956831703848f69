package dev.backendmastery.benchmarks.patterns;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Envelope;
import dev.backendmastery.patterns.inbox.InMemoryInbox;
import dev.backendmastery.patterns.inbox.Inbox;
import dev.backendmastery.patterns.inbox.PostgresInbox;
import io.eventuate.common.jdbc.EventuateDuplicateKeyException;
import io.eventuate.common.jdbc.EventuateJdbcStatementExecutor;
import io.eventuate.common.jdbc.EventuateRowMapper;
import io.eventuate.common.jdbc.EventuateSchema;
import io.eventuate.common.jdbc.EventuateTransactionTemplate;
import io.eventuate.tram.consumer.jdbc.SqlTableBasedDuplicateMessageDetector;
import io.eventuate.tram.messaging.common.Message;
import io.eventuate.tram.messaging.common.MessageImpl;
import io.eventuate.tram.messaging.common.SubscriberIdAndMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message that comes for the first time, and one that comes again, with a row for an effect, on PostgreSQL with commits on disk: ours,
 * Eventuate Tram's table of received messages over plain JDBC, and the effect alone in a transaction of ours.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@Threads(2)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class InboxBenchmark {

    private static final String EFFECT = "INSERT INTO effect VALUES (?)";

    @Param({"ours-postgres", "ours-in-memory", "eventuate-tram", "floor-no-inbox"})
    public String impl;

    private final LongAdder count = new LongAdder();
    private DurableDatabase server;
    private Receiver receiver;
    private Envelope known;

    /** Takes one message. */
    private interface Receiver {
        boolean receive(Envelope message);
    }

    @Setup
    public void open() {
        server = new DurableDatabase(4);
        DSLContext dsl = server.database().dsl();
        dsl.execute(PostgresInbox.TABLE);
        dsl.execute("CREATE TABLE effect (id uuid NOT NULL)");
        dsl.execute("CREATE TABLE received_messages (consumer_id varchar(1000), message_id varchar(1000),"
                + " creation_time bigint, published smallint DEFAULT 0, PRIMARY KEY (consumer_id, message_id))");
        Transactions transactions = new PostgresTransactions(server.database());
        receiver = switch (impl) {
            case "ours-postgres" -> {
                Inbox<DSLContext> inbox = new PostgresInbox(
                        transactions, Isolation.READ_COMMITTED, Duration.ofDays(7), InstantSource.system());
                yield message -> inbox.receive("group", message, tx -> tx.execute(EFFECT, message.id()));
            }
            case "ours-in-memory" -> {
                Inbox<LongAdder> inbox = new InMemoryInbox<>(count, Duration.ofDays(7), InstantSource.system());
                yield message -> inbox.receive("group", message, LongAdder::increment);
            }
            case "eventuate-tram" -> eventuate(server.database().dataSource());
            case "floor-no-inbox" ->
                message -> {
                    transactions.run(Isolation.READ_COMMITTED, tx -> tx.execute(EFFECT, message.id()));
                    return true;
                };
            default -> throw new IllegalArgumentException("impl " + impl);
        };
        known = message();
        receiver.receive(known);
    }

    @TearDown
    public void close() {
        server.close();
    }

    private static Envelope message() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        UUID id = new UUID(random.nextLong(), random.nextLong());
        return new Envelope(id, "thing.happened", 1, Instant.now(), null, "text/plain");
    }

    /** A message that was never seen. */
    @Benchmark
    public boolean first() {
        return receiver.receive(message());
    }

    /** A message that took effect long ago. */
    @Benchmark
    public boolean again() {
        return receiver.receive(known);
    }

    private static Receiver eventuate(DataSource pool) {
        OnOneConnection jdbc = new OnOneConnection(pool);
        var detector = new SqlTableBasedDuplicateMessageDetector(
                new EventuateSchema(EventuateSchema.EMPTY_SCHEMA),
                "(extract(epoch FROM now()) * 1000)::bigint",
                jdbc,
                jdbc);
        return message -> {
            Map<String, String> headers = new HashMap<>();
            headers.put(Message.ID, message.id().toString());
            detector.doWithMessage(
                    new SubscriberIdAndMessage("group", new MessageImpl("", headers)),
                    () -> jdbc.update(EFFECT, message.id()));
            return true;
        };
    }

    /** The least that Eventuate's detector needs: a transaction is a connection of the thread. */
    private static final class OnOneConnection implements EventuateJdbcStatementExecutor, EventuateTransactionTemplate {
        private static final ThreadLocal<@Nullable Connection> CURRENT = new ThreadLocal<>();

        private final DataSource pool;

        OnOneConnection(DataSource pool) {
            this.pool = pool;
        }

        @Override
        public <T> T executeInTransaction(Supplier<T> work) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                CURRENT.set(connection);
                try {
                    T value = work.get();
                    connection.commit();
                    return value;
                } catch (RuntimeException | SQLException e) {
                    connection.rollback();
                    throw e;
                } finally {
                    CURRENT.remove();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int update(String sql, Object... arguments) {
            Connection connection = CURRENT.get();
            if (connection == null) {
                throw new IllegalStateException("not in a transaction");
            }
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < arguments.length; i++) {
                    statement.setObject(i + 1, arguments[i]);
                }
                return statement.executeUpdate();
            } catch (SQLException e) {
                if ("23505".equals(e.getSQLState())) {
                    throw new EventuateDuplicateKeyException(e);
                }
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long insertAndReturnGeneratedId(String sql, String column, Object... arguments) {
            throw new UnsupportedOperationException("the detector does not ask for it");
        }

        @Override
        public <T> List<T> query(String sql, EventuateRowMapper<T> mapper, Object... arguments) {
            throw new UnsupportedOperationException("the detector does not ask for it");
        }

        @Override
        public List<Map<String, Object>> queryForList(String sql, Object... arguments) {
            throw new UnsupportedOperationException("the detector does not ask for it");
        }
    }
}
