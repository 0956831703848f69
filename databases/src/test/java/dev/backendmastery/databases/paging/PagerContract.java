package dev.backendmastery.databases.paging;

import static dev.backendmastery.databases.paging.PagingDatabase.A;
import static dev.backendmastery.databases.paging.PagingDatabase.AT;
import static dev.backendmastery.databases.paging.PagingDatabase.B;
import static dev.backendmastery.databases.paging.PagingDatabase.C;
import static dev.backendmastery.databases.paging.PagingDatabase.ID;
import static dev.backendmastery.databases.paging.PagingDatabase.ITEM;
import static dev.backendmastery.databases.paging.PagingDatabase.LARGE;
import static dev.backendmastery.databases.paging.PagingDatabase.LARGE_AT;
import static dev.backendmastery.databases.paging.PagingDatabase.LARGE_ID;
import static dev.backendmastery.databases.paging.PagingDatabase.LARGE_SCORE;
import static dev.backendmastery.databases.paging.SortKey.asc;
import static dev.backendmastery.databases.paging.SortKey.desc;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link Pager} must hold, on a real PostgreSQL. Extend it, say how to create yours, run it. */
@DisplayName("A Pager")
public abstract class PagerContract {

    private static final OffsetDateTime START = OffsetDateTime.of(2026, 3, 1, 12, 0, 0, 0, ZoneOffset.UTC);
    private static final CursorKeys KEYS = CursorKeys.of(1, key(1));
    private static final int MAX_SIZE = 5_000;
    private static final int ROWS = 240;
    private static final int MOST_BUFFERS = 8;

    private final List<String> queries = Collections.synchronizedList(new ArrayList<>());
    private DSLContext dsl = PagingDatabase.get().dsl();

    /** A pager over the list of this name and order, whose last key is to be unique, with pages of at most {@code maxSize}. */
    protected abstract Pager create(String list, CursorKeys keys, int maxSize, SortKey... order);

    @BeforeEach
    void fresh() {
        DSLContext plain = PagingDatabase.get().dsl();
        plain.truncate(ITEM).execute();
        dsl = plain.configuration()
                .derive(new ExecuteListener() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public void executeStart(ExecuteContext context) {
                        if (context.query() != null) {
                            queries.add(plain.renderInlined(context.query()));
                        }
                    }
                })
                .dsl();
    }

    // ---- the list

    @Test
    @DisplayName("KP-1 gives pages that make up the whole list in its order, with ties, nulls and mixed directions")
    void wholeList() {
        SplittableRandom random = new SplittableRandom(11);
        fill(random);
        for (SortKey[] order : orders(random)) {
            Pager pager = create("items", KEYS, MAX_SIZE, order);
            assertEquals(inOrder(order), walk(pager, 1 + random.nextInt(40)), () -> Arrays.toString(order));
        }
    }

    @Test
    @DisplayName("KP-2 gives the same pages backwards")
    void backwards() {
        SplittableRandom random = new SplittableRandom(12);
        fill(random);
        for (SortKey[] order : orders(random)) {
            Pager pager = create("items", KEYS, MAX_SIZE, order);
            List<Page<Record>> there = new ArrayList<>(List.of(pager.fetch(items(), 30, null)));
            for (Optional<String> next = there.get(0).next(); next.isPresent(); ) {
                Page<Record> page = pager.fetch(items(), 30, next.get());
                there.add(page);
                next = page.next();
            }
            Page<Record> at = there.get(there.size() - 1);
            for (int i = there.size() - 2; i >= 0; i--) {
                at = pager.fetch(items(), 30, at.previous().orElseThrow());
                assertEquals(ids(there.get(i)), ids(at), () -> Arrays.toString(order));
                Page<Record> again = pager.fetch(items(), 30, at.next().orElseThrow());
                assertEquals(ids(there.get(i + 1)), ids(again), () -> Arrays.toString(order));
            }
        }
    }

    @Test
    @DisplayName("KP-3 shows a row that is there throughout exactly once, whatever is inserted and deleted meanwhile")
    void changing() {
        SplittableRandom random = new SplittableRandom(13);
        for (SortKey[] order : orders(random)) {
            dsl.truncate(ITEM).execute();
            fill(random);
            List<Long> lasting =
                    inOrder(order).stream().filter(id -> id % 2 == 0).toList();
            Pager pager = create("items", KEYS, MAX_SIZE, order);
            List<Long> seen = new ArrayList<>();
            long nextId = 10_001;
            Optional<String> cursor = Optional.empty();
            do {
                Page<Record> page = pager.fetch(items(), 16, cursor.orElse(null));
                seen.addAll(ids(page));
                cursor = page.next();
                for (int i = 0; i < 8; i++, nextId += 2) {
                    insert(random, nextId);
                }
                dsl.deleteFrom(ITEM)
                        .where(DSL.condition("id % 2 = 1 AND id % 10 = ?", 1 + 2 * random.nextInt(5)))
                        .execute();
            } while (cursor.isPresent());
            assertEquals(lasting, seen.stream().filter(id -> id % 2 == 0).toList(), () -> Arrays.toString(order));
        }
    }

    @Test
    @DisplayName("KP-11 tells at either end that there is nothing beyond")
    void ends() {
        Pager pager = create("items", KEYS, MAX_SIZE, asc(ID).asUnique());
        assertEquals(new Page<>(List.of(), Optional.empty(), Optional.empty()), pager.fetch(items(), 10, null));
        LongStream.rangeClosed(1, 20).forEach(id -> insert(new SplittableRandom(id), id));
        Page<Record> first = pager.fetch(items(), 10, null);
        assertTrue(first.previous().isEmpty());
        Page<Record> last = pager.fetch(items(), 10, first.next().orElseThrow());
        assertTrue(last.next().isEmpty());
        assertEquals(10, last.rows().size());
        Page<Record> firstAgain = pager.fetch(items(), 10, last.previous().orElseThrow());
        assertTrue(firstAgain.previous().isEmpty());
        // What was behind is gone: the way back is still there.
        dsl.deleteFrom(ITEM).where(ID.gt(10L)).execute();
        Page<Record> empty = pager.fetch(items(), 10, first.next().orElseThrow());
        assertEquals(List.of(), empty.rows());
        assertEquals(ids(first), ids(pager.fetch(items(), 10, empty.previous().orElseThrow())));
    }

    // ---- the cost

    @Test
    @DisplayName("KP-4 reads at most 8 buffers for page 10,000")
    void cost() throws SQLException {
        assertCheap(desc(LARGE_AT), desc(LARGE_ID).asUnique());
        // The measure measures: counting rows reads hundreds of times as much.
        int counting = buffers("SELECT * FROM large ORDER BY at DESC, id DESC OFFSET 199980 LIMIT 20");
        assertTrue(counting > 100 * MOST_BUFFERS, () -> "OFFSET read " + counting + " buffers");
    }

    @Test
    @DisplayName("KP-5 does so also with mixed directions")
    void costOfMixedDirections() throws SQLException {
        assertCheap(desc(LARGE_SCORE), asc(LARGE_ID).asUnique());
    }

    private void assertCheap(SortKey... order) throws SQLException {
        Pager pager = create("large", KEYS, MAX_SIZE, order);
        String cursor = null;
        for (int row = 0; row < 199_980; row += MAX_SIZE) {
            cursor = pager.fetch(large(), Math.min(MAX_SIZE, 199_980 - row), cursor)
                    .next()
                    .orElseThrow();
        }
        queries.clear();
        assertEquals(20, pager.fetch(large(), 20, cursor).rows().size());
        int read = 0;
        for (String query : List.copyOf(queries)) {
            read += buffers(query);
        }
        int buffers = read;
        assertTrue(buffers <= MOST_BUFFERS, () -> "read " + buffers + " buffers by " + queries);
    }

    // ---- what is refused

    @Test
    @DisplayName("KP-6 refuses an order that leaves ties")
    void refusesTies() {
        for (SortKey[] order : new SortKey[][] {{}, {asc(A)}, {asc(ID).asUnique(), asc(A)}}) {
            assertThrows(IllegalArgumentException.class, () -> create("items", KEYS, MAX_SIZE, order));
        }
        assertThrows(IllegalArgumentException.class, () -> asc(B).nullsLast().asUnique());
    }

    @Test
    @DisplayName("KP-7 refuses, before any query, a cursor that was changed, cut, extended or made for another list")
    void refusesForeignCursors() {
        fill(new SplittableRandom(14));
        SortKey[] order = {asc(A), asc(ID).asUnique()};
        Pager pager = create("items", KEYS, MAX_SIZE, order);
        String cursor = pager.fetch(items(), 10, null).next().orElseThrow();
        List<String> foreign = new ArrayList<>(List.of(
                "",
                cursor.substring(1),
                cursor.substring(0, cursor.length() - 4),
                cursor + "AAAA",
                cursor.repeat(100),
                cursorOf(create("others", KEYS, MAX_SIZE, order)),
                cursorOf(create("items", KEYS, MAX_SIZE, desc(A), asc(ID).asUnique())),
                cursorOf(create("items", KEYS, MAX_SIZE, asc(ID).asUnique())),
                cursorOf(create("items", KEYS, MAX_SIZE, asc(B).nullsLast(), asc(ID).asUnique())),
                cursorOf(create("items", CursorKeys.of(1, key(2)), MAX_SIZE, order)),
                cursorOf(create("items", CursorKeys.of(2, key(1)), MAX_SIZE, order))));
        for (int i = 0; i < cursor.length(); i++) {
            foreign.add(cursor.substring(0, i) + (cursor.charAt(i) == 'A' ? 'B' : 'A') + cursor.substring(i + 1));
        }
        queries.clear();
        for (String other : foreign) {
            assertThrows(InvalidCursorException.class, () -> pager.fetch(items(), 10, other), other);
        }
        assertEquals(List.of(), queries);
    }

    @Test
    @DisplayName("KP-8 takes cursors of a former key as long as it is kept")
    void rotation() {
        fill(new SplittableRandom(15));
        SortKey[] order = {desc(AT), asc(ID).asUnique()};
        Pager before = create("items", KEYS, MAX_SIZE, order);
        CursorKeys both = CursorKeys.of(2, key(2)).withFormer(1, key(1));
        Pager meanwhile = create("items", both, MAX_SIZE, order);
        Pager after = create("items", CursorKeys.of(2, key(2)), MAX_SIZE, order);
        String old = cursorOf(before);
        List<Long> expected = ids(before.fetch(items(), 10, old));
        assertEquals(expected, ids(meanwhile.fetch(items(), 10, old)));
        assertEquals(expected, ids(after.fetch(items(), 10, cursorOf(meanwhile))));
        assertNotEquals(old, cursorOf(meanwhile));
        assertThrows(InvalidCursorException.class, () -> after.fetch(items(), 10, old));
    }

    @Test
    @DisplayName("KP-9 refuses any other text, and in no other way")
    void fuzz() {
        fill(new SplittableRandom(16));
        Pager pager = create("items", KEYS, MAX_SIZE, asc(C).nullsLast(), asc(ID).asUnique());
        String cursor = cursorOf(pager);
        SplittableRandom random = new SplittableRandom(17);
        String base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        queries.clear();
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(cursor);
            switch (i % 4) {
                case 0 -> text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(0x10000));
                case 1 -> text.setCharAt(random.nextInt(text.length()), base64.charAt(random.nextInt(64)));
                case 2 -> text.insert(random.nextInt(text.length() + 1), " \n=.\0".charAt(random.nextInt(5)));
                default -> {
                    text.setLength(0);
                    random.ints(random.nextInt(120), 0, 64).forEach(c -> text.append(base64.charAt(c)));
                }
            }
            if (!text.toString().equals(cursor)) {
                assertThrows(
                        InvalidCursorException.class, () -> pager.fetch(items(), 10, text.toString()), text::toString);
            }
        }
        assertEquals(List.of(), queries);
    }

    @Test
    @DisplayName("KP-10 refuses, before any query, sizes below one and above the bound")
    void refusesSizes() {
        Pager pager = create("items", KEYS, 50, asc(ID).asUnique());
        fill(new SplittableRandom(18));
        queries.clear();
        for (int size : new int[] {Integer.MIN_VALUE, -1, 0, 51, Integer.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> pager.fetch(items(), size, null));
        }
        assertEquals(List.of(), queries);
        assertEquals(50, pager.fetch(items(), 50, null).rows().size());
    }

    // ---- helpers

    private static byte[] key(int seed) {
        byte[] key = new byte[32];
        new SplittableRandom(seed).nextBytes(key);
        return key;
    }

    private org.jooq.SelectWhereStep<Record> items() {
        return dsl.select(List.<Field<?>>of(ID, A, B, C, AT)).from(ITEM);
    }

    private org.jooq.SelectWhereStep<Record> large() {
        return dsl.select(List.<Field<?>>of(LARGE_ID, LARGE_AT, LARGE_SCORE, DSL.field("payload")))
                .from(LARGE);
    }

    private String cursorOf(Pager pager) {
        return pager.fetch(items(), 10, null).next().orElseThrow();
    }

    private static List<Long> ids(Page<Record> page) {
        return page.rows().stream().map(row -> row.get(ID)).toList();
    }

    private List<Long> walk(Pager pager, int size) {
        List<Long> all = new ArrayList<>();
        String cursor = null;
        do {
            Page<Record> page = pager.fetch(items(), size, cursor);
            assertTrue(page.rows().size() <= size);
            all.addAll(ids(page));
            assertFalse(all.size() > 10 * ROWS, "the walk does not end");
            cursor = page.next().orElse(null);
        } while (cursor != null);
        return all;
    }

    private void fill(SplittableRandom random) {
        for (long id = 1; id <= ROWS; id++) {
            insert(random, id);
        }
    }

    /** Few values, so that there are many ties; a third of what may be null is. */
    private void insert(SplittableRandom random, long id) {
        dsl.insertInto(ITEM, ID, A, B, C, AT)
                .values(
                        id,
                        random.nextInt(6),
                        orNull(random, random.nextInt(-3, 4)),
                        orNull(
                                random,
                                List.of("", "a", "A", "\u00e9", "zz", "a b").get(random.nextInt(6))),
                        START.plusNanos(1_000L * random.nextInt(8)))
                .execute();
    }

    private static <T> @Nullable T orNull(SplittableRandom random, T value) {
        return random.nextInt(3) == 0 ? null : value;
    }

    private static List<SortKey[]> orders(SplittableRandom random) {
        List<SortKey[]> orders = new ArrayList<>(List.of(
                new SortKey[] {asc(ID).asUnique()},
                new SortKey[] {desc(AT), desc(ID).asUnique()},
                new SortKey[] {asc(A), desc(ID).asUnique()},
                new SortKey[] {asc(B).nullsLast(), asc(ID).asUnique()},
                new SortKey[] {asc(A), asc(B).nullsFirst(), desc(AT), desc(ID).asUnique()}));
        for (int i = 0; i < 8; i++) {
            List<SortKey> keys = new ArrayList<>();
            for (Field<?> field : List.of(A, B, C, AT)) {
                if (random.nextBoolean()) {
                    SortKey key = random.nextBoolean() ? asc(field) : desc(field);
                    boolean nullable = field.equals(B) || field.equals(C);
                    keys.add(
                            random.nextInt(keys.size() + 1),
                            !nullable ? key : random.nextBoolean() ? key.nullsFirst() : key.nullsLast());
                }
            }
            keys.add((random.nextBoolean() ? asc(ID) : desc(ID)).asUnique());
            orders.add(keys.toArray(SortKey[]::new));
        }
        return orders;
    }

    /** The list as PostgreSQL orders it, said in SQL of the kit's own. */
    private List<Long> inOrder(SortKey... order) {
        String by = Arrays.stream(order)
                .map(key -> key.field().getName()
                        + (key.ascending() ? " ASC" : " DESC")
                        + (key.nulls() == SortKey.Nulls.FIRST ? " NULLS FIRST" : " NULLS LAST"))
                .collect(Collectors.joining(", "));
        return dsl.resultQuery("SELECT id FROM item ORDER BY " + by).fetch(0, Long.class);
    }

    /** The buffers that a query touches, found in memory or not; what planning touches is not among them. */
    private static int buffers(String sql) throws SQLException {
        try (Connection connection = PagingDatabase.get().acquire();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql)) {
            row.next();
            String plan = row.getString(1);
            return number(plan, "Shared Hit Blocks") + number(plan, "Shared Read Blocks");
        }
    }

    /** The first one is the top node's, which sums up those below it. */
    private static int number(String plan, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": (\\d+)").matcher(plan);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + name + " in " + plan);
        }
        return Integer.parseInt(matcher.group(1));
    }
}
