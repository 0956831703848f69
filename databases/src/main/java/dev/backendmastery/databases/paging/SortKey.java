package dev.backendmastery.databases.paging;

import java.util.Objects;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.SortField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * One key of an order. Unless told otherwise it is never null and leaves ties.
 *
 * @param field the column or expression; of a type that {@link Keyset} can write into a cursor
 * @param ascending whether small comes first
 * @param nulls where null comes
 * @param unique whether no two rows of the list are equal in it
 */
public record SortKey(Field<?> field, boolean ascending, Nulls nulls, boolean unique) {

    /** Where null comes. */
    public enum Nulls {
        /** There is none: the column is NOT NULL. */
        NONE,
        /** Before all values. */
        FIRST,
        /** After all values. */
        LAST
    }

    /** Checks that a unique key is never null.
     *
     * @throws IllegalArgumentException if it may be
     */
    public SortKey {
        Objects.requireNonNull(field, "field");
        if (unique && nulls != Nulls.NONE) {
            throw new IllegalArgumentException("unique must be never null, was nulls " + nulls + " on " + field);
        }
    }

    /** Small first. */
    public static SortKey asc(Field<?> field) {
        return new SortKey(field, true, Nulls.NONE, false);
    }

    /** Great first. */
    public static SortKey desc(Field<?> field) {
        return new SortKey(field, false, Nulls.NONE, false);
    }

    /** This key, null before all values. */
    public SortKey nullsFirst() {
        return new SortKey(field, ascending, Nulls.FIRST, unique);
    }

    /** This key, null after all values. */
    public SortKey nullsLast() {
        return new SortKey(field, ascending, Nulls.LAST, unique);
    }

    /** This key, declared to be unique and NOT NULL: the tie-break. */
    public SortKey asUnique() {
        return new SortKey(field, ascending, nulls, true);
    }

    /** The same key when the list is walked from its end. */
    SortKey reversed() {
        Nulls mirrored =
                switch (nulls) {
                    case NONE -> Nulls.NONE;
                    case FIRST -> Nulls.LAST;
                    case LAST -> Nulls.FIRST;
                };
        return new SortKey(field, !ascending, mirrored, unique);
    }

    SortField<?> order() {
        SortField<?> sorted = ascending ? field.asc() : field.desc();
        return switch (nulls) {
            case NONE -> sorted;
            // What PostgreSQL does by itself is not written, so that it is seen to match an index.
            case FIRST -> ascending ? sorted.nullsFirst() : sorted;
            case LAST -> ascending ? sorted : sorted.nullsLast();
        };
    }

    /** Whether plain comparison with {@code value} says which rows come after it: no null comes after it. */
    boolean comparesPlainly(@Nullable Object value) {
        return value != null && nulls != Nulls.LAST;
    }

    Condition equal(@Nullable Object value) {
        return value == null ? field.isNull() : raw().eq(bound(value));
    }

    /** Rows strictly after {@code value}. */
    Condition after(@Nullable Object value) {
        if (value == null) {
            return nulls == Nulls.FIRST ? field.isNotNull() : DSL.falseCondition();
        }
        Condition beyond = ascending ? raw().gt(bound(value)) : raw().lt(bound(value));
        return nulls == Nulls.LAST ? beyond.or(field.isNull()) : beyond;
    }

    /** Rows at {@code value} or after it. */
    Condition from(@Nullable Object value) {
        if (value == null) {
            return nulls == Nulls.FIRST ? DSL.trueCondition() : field.isNull();
        }
        Condition notBefore = ascending ? raw().ge(bound(value)) : raw().le(bound(value));
        return nulls == Nulls.LAST ? notBefore.or(field.isNull()) : notBefore;
    }

    @SuppressWarnings("unchecked") // the value was read from this field, or parsed for its type
    Field<Object> raw() {
        return (Field<Object>) field;
    }

    Field<Object> bound(Object value) {
        return DSL.val(value, raw().getDataType());
    }
}
