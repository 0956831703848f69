package dev.backendmastery.benchmarks.patterns;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.patterns.idempotency.Answer;
import dev.backendmastery.patterns.idempotency.Idempotency;
import dev.backendmastery.patterns.idempotency.InMemoryIdempotency;
import dev.backendmastery.patterns.idempotency.LeasedIdempotency;
import dev.backendmastery.patterns.idempotency.PostgresIdempotency;
import dev.backendmastery.patterns.idempotency.Request;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jooq.DSLContext;
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
 * A command under a new key, and under one that was answered, with a row for an effect and an answer of 200 bytes, on PostgreSQL with commits on disk.
 * No library for the JVM that does this over JDBC was found to race against; so the effect alone is the floor, and the widespread way of
 * looking, working and then writing the answer, each by itself, which two requests at once defeat, is the naive one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@Threads(2)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class IdempotencyBenchmark {

    private static final String EFFECT = "INSERT INTO effect VALUES (?)";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration KEPT = Duration.ofHours(24);

    @Param({"ours-postgres", "ours-leased", "ours-in-memory", "naive-look-then-write", "floor-no-key"})
    public String impl;

    private final LongAdder count = new LongAdder();
    private final Answer answer = Answer.of(201, "x".repeat(200));
    private DurableDatabase server;
    private Runner runner;
    private Request known;

    /** Answers one request. */
    private interface Runner {
        Answer run(Request request);
    }

    @Setup
    public void open() {
        server = new DurableDatabase(4);
        DSLContext dsl = server.database().dsl();
        dsl.execute(PostgresIdempotency.TABLE);
        dsl.execute("CREATE TABLE effect (id uuid NOT NULL)");
        dsl.execute("CREATE TABLE answered (key text PRIMARY KEY, body text NOT NULL)");
        Transactions transactions = new PostgresTransactions(server.database());
        InstantSource clock = InstantSource.system();
        runner = switch (impl) {
            case "ours-postgres" -> {
                Idempotency<DSLContext> keys =
                        new PostgresIdempotency(transactions, Isolation.READ_COMMITTED, PATIENCE, KEPT, clock);
                yield request -> keys.run(request, this::work).answer();
            }
            case "ours-leased" -> {
                var keys = new LeasedIdempotency(
                        transactions, Duration.ofSeconds(5), PATIENCE, KEPT, clock, Ticker.system(), Sleeper.system());
                yield request -> keys.run(request, attempt -> transactions.call(Isolation.READ_COMMITTED, this::work))
                        .answer();
            }
            case "ours-in-memory" -> {
                Idempotency<LongAdder> keys = new InMemoryIdempotency<>(count, PATIENCE, KEPT, clock);
                yield request -> keys.run(request, all -> {
                            all.increment();
                            return answer;
                        })
                        .answer();
            }
            case "naive-look-then-write" ->
                request -> {
                    String body = dsl.resultQuery("SELECT body FROM answered WHERE key = ?", request.key())
                            .fetchOne(0, String.class);
                    if (body != null) {
                        return Answer.of(201, body);
                    }
                    Answer made = transactions.call(Isolation.READ_COMMITTED, this::work);
                    dsl.execute(
                            "INSERT INTO answered VALUES (?, ?)",
                            request.key(),
                            made.body().utf8());
                    return made;
                };
            case "floor-no-key" -> request -> transactions.call(Isolation.READ_COMMITTED, this::work);
            default -> throw new IllegalArgumentException("impl " + impl);
        };
        known = request();
        runner.run(known);
    }

    @TearDown
    public void close() {
        server.close();
    }

    private Answer work(DSLContext tx) {
        tx.execute(EFFECT, random());
        return answer;
    }

    private static UUID random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static Request request() {
        return new Request("account", random().toString(), Bytes.utf8("{\"amount\":10}"));
    }

    /** A key that was never seen. */
    @Benchmark
    public Answer first() {
        return runner.run(request());
    }

    /** A key that was answered long ago. */
    @Benchmark
    public Answer again() {
        return runner.run(known);
    }
}
