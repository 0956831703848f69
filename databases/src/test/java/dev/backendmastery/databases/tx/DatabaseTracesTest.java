package dev.backendmastery.databases.tx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.OpenTelemetry;
import org.jooq.DSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The traces of a Database")
final class DatabaseTracesTest extends DatabaseTracesContract {

    @Override
    protected DSLContext dsl(Database database, OpenTelemetry telemetry) {
        return database.dsl();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select a from link where b = 'x''y' and c = 3 | SELECT link | select a from link where b = ? and c = ?",
                "select \"a\".\"1\" from \"public\".\"link 2\" as \"a\" | SELECT public.link 2 | select \"a\".\"1\" from \"public\".\"link 2\" as \"a\"",
                "select * from (select 1) t | SELECT | select * from (select ?) t",
                "INSERT INTO s.link2 VALUES (E'a\\'b', 0x1F, .5, 1_000) | INSERT s.link2 | INSERT INTO s.link2 VALUES (E?, ?, ?, ?)",
                "update only link set a = a+1 | UPDATE link | update only link set a = a+?",
                "delete from link using x where $1 = a2 | DELETE link | delete from link using x where $? = a2",
                "with x as (select 1) select * from x | WITH | with x as (select ?) select * from x",
                "/* a /* nested */ 'b' */ SELECT 1 -- it's mine | SELECT | SELECT ?",
                "select $q$ it's $ mine $q$ from link | SELECT link | select ? from link",
                "select 'never ended | SELECT | select ?",
                "? | postgresql | ?",
            })
    @DisplayName("DT-3 literals and comments are taken out of a text; names stay")
    void texts(String sql, String name, String text) {
        StatementText found = StatementText.of(sql);
        assertEquals(name, found.name());
        assertEquals(text, found.text());
    }

    @Test
    @DisplayName("DT-3 a long text is cut")
    void cut() {
        String sql = "SELECT * FROM link WHERE code IN (?" + ", ?".repeat(10_000) + ")";
        String text = StatementText.of(sql).text();
        assertEquals(4_096, text == null ? -1 : text.length());
    }
}
