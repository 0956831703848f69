package dev.backendmastery.benchmarks.databases;

import dev.backendmastery.databases.paging.CursorKeys;
import dev.backendmastery.databases.paging.Keyset;
import dev.backendmastery.databases.paging.SortKey;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Engines;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectWhereStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
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
import org.openjdk.jmh.annotations.Warmup;

/** Page 10,000 of 20 rows, of 400,000 in the table, on the real server: ours, jOOQ's own seek, and OFFSET. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class KeysetBenchmark {

    private static final int ROWS = 400_000;
    private static final int SIZE = 20;
    private static final int SKIPPED = 9_999 * SIZE;
    private static final Field<Long> ID = DSL.field(DSL.name("large", "id"), SQLDataType.BIGINT.notNull());
    private static final Field<OffsetDateTime> AT = DSL.field(
            DSL.name("large", "at"), SQLDataType.TIMESTAMPWITHTIMEZONE(6).notNull());
    private static final Field<Integer> SCORE = DSL.field(DSL.name("large", "score"), SQLDataType.INTEGER.notNull());

    @Param({"ours-keyset", "jooq-seek", "naive-offset"})
    public String impl;

    @Param({"same", "mixed"})
    public String directions;

    private String url;
    private Database database;
    private DSLContext dsl;
    private Keyset keyset;
    private String cursor;
    private Record last;

    /** Fills the table and walks to page 10,000 once. */
    @Setup
    public void fill() {
        url = Engines.postgres().createDatabase();
        database = Database.at(url)
                .poolSize(1)
                .statementTimeout(java.time.Duration.ofMinutes(5))
                .socketTimeout(java.time.Duration.ofMinutes(6))
                .open();
        dsl = database.dsl();
        for (String sql : List.of(
                "CREATE TABLE large (id bigint NOT NULL, at timestamptz NOT NULL, score int NOT NULL, payload text)",
                "INSERT INTO large SELECT n, timestamptz '2026-01-01Z' + n / 10 * interval '1 second', n / 25, 'row ' || n"
                        + " FROM generate_series(1, " + ROWS + ") n",
                "CREATE UNIQUE INDEX large_by_at ON large (at DESC, id DESC)",
                "CREATE UNIQUE INDEX large_by_score ON large (score DESC, id)",
                "VACUUM ANALYZE large")) {
            dsl.execute(sql);
        }
        keyset = Keyset.of(
                "large",
                CursorKeys.of(1, new byte[CursorKeys.MIN_KEY_BYTES]),
                10_000,
                same() ? SortKey.desc(AT) : SortKey.desc(SCORE),
                (same() ? SortKey.desc(ID) : SortKey.asc(ID)).asUnique());
        Optional<String> at = Optional.empty();
        for (int seen = 0; seen < SKIPPED; ) {
            int size = Math.min(10_000, SKIPPED - seen);
            var page = keyset.fetch(rows(), size, at.orElse(null));
            seen += size;
            at = page.next();
            last = page.rows().get(size - 1);
        }
        cursor = at.orElseThrow();
    }

    @TearDown
    public void drop() {
        database.close();
        Engines.postgres().dropDatabase(url);
    }

    /** One page. */
    @Benchmark
    public List<? extends Record> page() {
        return switch (impl) {
            case "ours-keyset" -> keyset.fetch(rows(), SIZE, cursor).rows();
            case "jooq-seek" ->
                same()
                        ? rows().orderBy(AT.desc(), ID.desc())
                                .seek(last.get(AT), last.get(ID))
                                .limit(SIZE)
                                .fetch()
                        : rows().orderBy(SCORE.desc(), ID.asc())
                                .seek(last.get(SCORE), last.get(ID))
                                .limit(SIZE)
                                .fetch();
            case "naive-offset" ->
                same()
                        ? rows().orderBy(AT.desc(), ID.desc())
                                .limit(SIZE)
                                .offset(SKIPPED)
                                .fetch()
                        : rows().orderBy(SCORE.desc(), ID.asc())
                                .limit(SIZE)
                                .offset(SKIPPED)
                                .fetch();
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    private boolean same() {
        return directions.equals("same");
    }

    private SelectWhereStep<Record> rows() {
        return dsl.select(List.<Field<?>>of(ID, AT, SCORE, DSL.field("payload")))
                .from(DSL.table(DSL.name("large")));
    }
}
