package dev.backendmastery.databases.paging;

import dev.backendmastery.databases.paging.CursorCodec.Position;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Record;
import org.jooq.SelectFinalStep;
import org.jooq.SelectQuery;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Pager} that goes on from the last row seen instead of counting rows from the start.
 *
 * <p><b>Guarantee.</b> All of {@link Pager}.
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> One query of one row more than the page. With an index in the order of the list
 * it reads the page alone; with mixed directions also the ties of the leading keys of one direction; with a leading key that
 * may be null, everything. Cursors are at most 2,048 characters; a key too long for that is an {@link IllegalStateException}.
 * <b>Not for</b> keys that change while the list is walked: a row that moves is seen twice or not at all.
 *
 * <p><b>Source.</b> Winand, <i>We need tool support for keyset pagination</i>.
 */
public final class Keyset implements Pager {

    /** The page size that is never exceeded unless another bound is given. */
    public static final int DEFAULT_MAX_SIZE = 100;

    // Types whose text reads back as the same value.
    private static final Map<Class<?>, Function<String, Object>> READERS = Map.ofEntries(
            Map.entry(Long.class, Long::valueOf),
            Map.entry(Integer.class, Integer::valueOf),
            Map.entry(Short.class, Short::valueOf),
            Map.entry(Boolean.class, Boolean::valueOf),
            Map.entry(Double.class, Double::valueOf),
            Map.entry(BigDecimal.class, BigDecimal::new),
            Map.entry(String.class, text -> text),
            Map.entry(UUID.class, UUID::fromString),
            Map.entry(OffsetDateTime.class, OffsetDateTime::parse),
            Map.entry(LocalDateTime.class, LocalDateTime::parse),
            Map.entry(LocalDate.class, LocalDate::parse),
            Map.entry(Instant.class, Instant::parse));

    private final CursorCodec codec;
    private final List<SortKey> order;
    private final int maxSize;

    private Keyset(CursorCodec codec, List<SortKey> order, int maxSize) {
        this.codec = codec;
        this.order = order;
        this.maxSize = maxSize;
    }

    /**
     * A pager whose pages have at most {@link #DEFAULT_MAX_SIZE} rows.
     *
     * @param list a name for the list: cursors of lists with other names are refused
     * @param keys sign the cursors
     * @param order the keys of the order, the last one {@link SortKey#asUnique() unique}
     * @throws IllegalArgumentException if the last key is not unique, or a field has a type that has no exact text
     */
    public static Keyset of(String list, CursorKeys keys, SortKey... order) {
        return of(list, keys, DEFAULT_MAX_SIZE, order);
    }

    /**
     * As {@link #of(String, CursorKeys, SortKey...)}, with a bound on the size of a page.
     *
     * @param maxSize from 1 to 10,000
     */
    public static Keyset of(String list, CursorKeys keys, int maxSize, SortKey... order) {
        if (maxSize < 1 || maxSize > 10_000) {
            throw new IllegalArgumentException("maxSize must be from 1 to 10000, was " + maxSize);
        }
        if (order.length == 0 || order.length > 255 || !order[order.length - 1].unique()) {
            throw new IllegalArgumentException("order must end with a key that is unique and never null (asUnique()): "
                    + "rows that are equal in all keys would be skipped");
        }
        for (SortKey key : order) {
            if (!READERS.containsKey(key.field().getType())) {
                throw new IllegalArgumentException("order must be by fields of type "
                        + READERS.keySet().stream()
                                .map(Class::getSimpleName)
                                .sorted()
                                .collect(Collectors.joining(", "))
                        + ", was by " + key.field() + " of type "
                        + key.field().getType().getSimpleName());
            }
        }
        List<SortKey> all = List.of(order);
        return new Keyset(new CursorCodec(keys, list + "\n" + all), all, maxSize);
    }

    @Override
    public <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, @Nullable String cursor) {
        if (size < 1 || size > maxSize) {
            throw new IllegalArgumentException("size must be from 1 to " + maxSize + ", was " + size);
        }
        return fetch(query, size, cursor == null ? new Position(true, List.of()) : codec.read(cursor));
    }

    /** The cursor of the last page. */
    public String lastPage() {
        return codec.write(new Position(false, List.of()));
    }

    private <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, Position position) {
        boolean forward = position.forward();
        boolean atAnEnd = position.values().isEmpty();
        List<SortKey> walked =
                forward ? order : order.stream().map(SortKey::reversed).toList();
        SelectQuery<R> select = query.getQuery();
        if (!atAnEnd) {
            select.addConditions(Seek.after(walked, parse(position.values())));
        }
        select.addOrderBy(walked.stream().map(SortKey::order).toList());
        select.addLimit(size + 1);
        List<R> rows = new ArrayList<>(select.fetch());
        boolean more = rows.size() > size;
        if (more) {
            rows.remove(size);
        }
        if (!forward) {
            Collections.reverse(rows);
        }
        // Where the walk came from there is a way back; where it goes on there is one if a row was left over.
        return new Page<>(
                rows,
                forward ? !more ? Optional.empty() : onFrom(rows) : !atAnEnd ? onFrom(rows) : Optional.empty(),
                forward ? !atAnEnd ? backFrom(rows) : Optional.empty() : !more ? Optional.empty() : backFrom(rows));
    }

    /** On from the last row; if the walk back met none, all rows left are behind: the first page. */
    private Optional<String> onFrom(List<? extends Record> rows) {
        return Optional.of(
                codec.write(new Position(true, rows.isEmpty() ? List.of() : values(rows.get(rows.size() - 1)))));
    }

    /** Back from the first row; if the walk on met none, all rows left are before: the last page. */
    private Optional<String> backFrom(List<? extends Record> rows) {
        return Optional.of(codec.write(new Position(false, rows.isEmpty() ? List.of() : values(rows.get(0)))));
    }

    private List<@Nullable String> values(Record row) {
        List<@Nullable String> values = new ArrayList<>(order.size());
        for (SortKey key : order) {
            if (row.field(key.field()) == null) {
                throw new IllegalArgumentException(
                        "query must select " + key.field() + ", by which the list is ordered");
            }
            Object value = row.get(key.field());
            if (value == null && key.nulls() == SortKey.Nulls.NONE) {
                throw new IllegalStateException(key.field() + " is null in a row and was declared never to be");
            }
            values.add(value == null ? null : value.toString());
        }
        return values;
    }

    private List<@Nullable Object> parse(List<@Nullable String> texts) {
        List<@Nullable Object> values = new ArrayList<>(order.size());
        for (int i = 0; i < order.size(); i++) {
            String text = texts.get(i);
            Function<String, Object> reader = READERS.get(order.get(i).field().getType());
            values.add(text == null || reader == null ? null : reader.apply(text));
        }
        return values;
    }
}
