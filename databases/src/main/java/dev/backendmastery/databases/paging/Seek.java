package dev.backendmastery.databases.paging;

import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The condition that holds for the rows strictly after a position.
 *
 * <p>Neighbouring keys of one direction form a group, compared as a row, {@code (a, b) > (x, y)}: the server then starts in
 * the index at the position. One group is the whole condition. Several, where directions mix, need the expansion
 * {@code a > x OR (a = x AND b < y)}, from which the server takes no start and reads all pages before; so the first group's
 * {@code a >= x} is added, which says nothing new and gives the start. What remains to be read and thrown away are the ties
 * of the first group. A key beside which null comes later stands alone, since a row comparison with null is not true.
 */
final class Seek {

    private Seek() {}

    /** What a group of keys says about a position. */
    private record Group(List<SortKey> keys, List<@Nullable Object> values) {

        boolean takes(SortKey key, @Nullable Object value) {
            int last = keys.size() - 1;
            return keys.get(last).ascending() == key.ascending()
                    && keys.get(last).comparesPlainly(values.get(last))
                    && key.comparesPlainly(value);
        }

        Condition after() {
            if (keys.size() == 1) {
                return keys.get(0).after(values.get(0));
            }
            return keys.get(0).ascending()
                    ? DSL.row(fields()).gt(DSL.row(bounds()))
                    : DSL.row(fields()).lt(DSL.row(bounds()));
        }

        Condition from() {
            if (keys.size() == 1) {
                return keys.get(0).from(values.get(0));
            }
            return keys.get(0).ascending()
                    ? DSL.row(fields()).ge(DSL.row(bounds()))
                    : DSL.row(fields()).le(DSL.row(bounds()));
        }

        Condition equal() {
            Condition all = keys.get(0).equal(values.get(0));
            for (int i = 1; i < keys.size(); i++) {
                all = all.and(keys.get(i).equal(values.get(i)));
            }
            return all;
        }

        private List<Field<Object>> fields() {
            return keys.stream().map(SortKey::raw).toList();
        }

        private List<Field<Object>> bounds() {
            List<Field<Object>> bounds = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                Object value = values.get(i);
                if (value == null) {
                    throw new IllegalStateException("a row comparison with null");
                }
                bounds.add(keys.get(i).bound(value));
            }
            return bounds;
        }
    }

    static Condition after(List<SortKey> keys, List<@Nullable Object> values) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            SortKey key = keys.get(i);
            Object value = values.get(i);
            if (groups.isEmpty() || !groups.get(groups.size() - 1).takes(key, value)) {
                groups.add(new Group(new ArrayList<>(), new ArrayList<>()));
            }
            Group group = groups.get(groups.size() - 1);
            group.keys().add(key);
            group.values().add(value);
        }
        Condition after = groups.get(groups.size() - 1).after();
        for (int i = groups.size() - 2; i >= 0; i--) {
            after = groups.get(i).after().or(groups.get(i).equal().and(after));
        }
        return groups.size() == 1 ? after : groups.get(0).from().and(after);
    }
}
