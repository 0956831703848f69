package dev.backendmastery.databases.paging;

import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.engines.Engines;
import java.time.OffsetDateTime;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** One database for all runs of the kit: a small table that changes, and a large one that does not. */
final class PagingDatabase {

    static final int LARGE_ROWS = 210_000;

    static final Table<Record> ITEM = DSL.table(DSL.name("item"));
    static final Field<Long> ID = field("item", "id", SQLDataType.BIGINT.notNull());
    static final Field<Integer> A = field("item", "a", SQLDataType.INTEGER.notNull());
    static final Field<Integer> B = field("item", "b", SQLDataType.INTEGER);
    static final Field<String> C = field("item", "c", SQLDataType.CLOB);
    static final Field<OffsetDateTime> AT =
            field("item", "at", SQLDataType.TIMESTAMPWITHTIMEZONE(6).notNull());

    static final Table<Record> LARGE = DSL.table(DSL.name("large"));
    static final Field<Long> LARGE_ID = field("large", "id", SQLDataType.BIGINT.notNull());
    static final Field<OffsetDateTime> LARGE_AT =
            field("large", "at", SQLDataType.TIMESTAMPWITHTIMEZONE(6).notNull());
    static final Field<Integer> LARGE_SCORE = field("large", "score", SQLDataType.INTEGER.notNull());

    private static final Database DATABASE = open();

    private PagingDatabase() {}

    static Database get() {
        return DATABASE;
    }

    private static <T> Field<T> field(String table, String column, org.jooq.DataType<T> type) {
        Name name = DSL.name(table, column);
        return DSL.field(name, type);
    }

    private static Database open() {
        Database database =
                Database.at(Engines.postgres().createDatabase()).poolSize(2).open();
        for (String sql : new String[] {
            "CREATE TABLE item (id bigint PRIMARY KEY, a int NOT NULL, b int, c text, at timestamptz NOT NULL)",
            "CREATE TABLE large (id bigint NOT NULL, at timestamptz NOT NULL, score int NOT NULL, payload text NOT NULL)",
            // Ten rows a second, 25 rows a score.
            "INSERT INTO large SELECT n, timestamptz '2026-01-01Z' + n / 10 * interval '1 second', n / 25, 'row ' || n"
                    + " FROM generate_series(1, " + LARGE_ROWS + ") n",
            "CREATE UNIQUE INDEX large_by_at ON large (at DESC, id DESC)",
            "CREATE UNIQUE INDEX large_by_score ON large (score DESC, id)",
            "VACUUM ANALYZE large"
        }) {
            database.dsl().execute(sql);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(database::close));
        return database;
    }
}
