package dev.backendmastery.databases.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeysetTest extends PagerContract {

    private static final Field<Integer> X = DSL.field("x", Integer.class);
    private static final Field<Integer> Y = DSL.field("y", Integer.class);
    private static final Field<Integer> Z = DSL.field("z", Integer.class);
    private static final CursorKeys KEYS = CursorKeys.of(1, new byte[32]);

    @Override
    protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
        return Keyset.of(list, keys, maxSize, order);
    }

    private static String seek(List<SortKey> keys, @Nullable Object... values) {
        return DSL.using(SQLDialect.POSTGRES)
                .renderInlined(Seek.after(keys, Arrays.asList(values)))
                .lines()
                .map(String::strip)
                .collect(Collectors.joining(" "));
    }

    @Test
    void comparesKeysOfOneDirectionAsARow() {
        assertEquals(
                "(x, y, z) < (1, 2, 3)",
                seek(List.of(SortKey.desc(X), SortKey.desc(Y).nullsFirst(), SortKey.desc(Z)), 1, 2, 3));
    }

    @Test
    void addsALeadingBoundWhereDirectionsMix() {
        assertEquals(
                "((x, y) >= (1, 2) and ((x, y) > (1, 2) or (x = 1 and y = 2 and z < 3)))",
                seek(List.of(SortKey.asc(X), SortKey.asc(Y), SortKey.desc(Z)), 1, 2, 3));
    }

    @Test
    void setsKeysApartBesideWhichNullComesLater() {
        assertEquals(
                "(x >= 1 and (x > 1 or (x = 1 and y is null and z > 3)))",
                seek(List.of(SortKey.asc(X), SortKey.asc(Y).nullsLast(), SortKey.asc(Z)), 1, null, 3)
                        .replace(
                                "or (x = 1 and (false or (y is null and z > 3)))",
                                "or (x = 1 and y is null and z > 3)"));
    }

    @Test
    void refusesTypesThatHaveNoExactText() {
        Field<byte[]> bytes = DSL.field("bytes", SQLDataType.BINARY);
        assertThrows(
                IllegalArgumentException.class,
                () -> Keyset.of("any", KEYS, SortKey.asc(bytes).asUnique()));
    }

    @Test
    void refusesShortAndAmbiguousSigningKeys() {
        assertThrows(IllegalArgumentException.class, () -> CursorKeys.of(1, new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> CursorKeys.of(256, new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> KEYS.withFormer(1, new byte[32]));
    }

    @Test
    void readsTheLastPage() {
        Keyset keyset =
                Keyset.of("large", KEYS, SortKey.asc(PagingDatabase.LARGE_ID).asUnique());
        var page = keyset.fetch(
                PagingDatabase.get().dsl().select(PagingDatabase.LARGE_ID).from(PagingDatabase.LARGE),
                3,
                keyset.lastPage());
        assertEquals(
                List.of(209_998L, 209_999L, 210_000L),
                page.rows().stream()
                        .map(row -> row.get(PagingDatabase.LARGE_ID))
                        .toList());
        assertTrue(page.next().isEmpty());
    }

    @Test
    void refusesAQueryWithoutItsKeys() {
        Keyset keyset = Keyset.of(
                "large",
                KEYS,
                SortKey.asc(PagingDatabase.LARGE_SCORE),
                SortKey.asc(PagingDatabase.LARGE_ID).asUnique());
        assertThrows(
                IllegalArgumentException.class,
                () -> keyset.fetch(
                        PagingDatabase.get()
                                .dsl()
                                .select(PagingDatabase.LARGE_ID)
                                .from(PagingDatabase.LARGE),
                        3,
                        null));
    }
}
