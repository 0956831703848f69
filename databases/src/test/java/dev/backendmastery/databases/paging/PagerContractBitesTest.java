package dev.backendmastery.databases.paging;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.databases.paging.CursorCodec.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SelectFinalStep;
import org.jooq.SelectQuery;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class PagerContractBitesTest {

    @Test
    void convictsFaultsOfTheSeek() {
        assertAll(
                () -> Kit.convicts(CountsRows.class, "KP-3", "KP-4", "KP-5"),
                () -> Kit.convicts(ForgetsTheTieBreak.class, "KP-1", "KP-2", "KP-3"),
                () -> Kit.convicts(ExpandsWithoutABound.class, "KP-4", "KP-5"),
                () -> Kit.convicts(ForgetsNull.class, "KP-1", "KP-2", "KP-3"),
                () -> Kit.convicts(SortsNullWhereItFalls.class, "KP-1", "KP-3"),
                () -> Kit.convicts(ComparesMixedDirectionsAsARow.class, "KP-1", "KP-2", "KP-3"));
    }

    @Test
    void convictsFaultsOfTheCursor() {
        assertAll(
                () -> Kit.convicts(SignsNothing.class, "KP-7", "KP-8", "KP-9"),
                () -> Kit.convicts(IgnoresTheList.class, "KP-7"),
                () -> Kit.convicts(ForgetsFormerKeys.class, "KP-8"),
                () -> Kit.convicts(ReadsSloppily.class, "KP-9"));
    }

    @Test
    void convictsFaultsOfTheRest() {
        assertAll(
                () -> Kit.convicts(TakesTies.class, "KP-6"),
                () -> Kit.convicts(TakesAnySize.class, "KP-10"),
                () -> Kit.convicts(AlwaysPromisesMore.class, "KP-11"));
    }

    static final class CountsRows extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                <R extends Record> Page<R> fetch(SelectQuery<R> select, int size, Position position) {
                    int at = position.values().isEmpty()
                            ? 0
                            : Integer.parseInt(String.valueOf(position.values().get(0)));
                    int from = position.forward() ? at : Math.max(0, at - size);
                    select.addOrderBy(Arrays.stream(order).map(SortKey::order).toList());
                    select.addLimit(from, size + 1);
                    List<R> rows = new ArrayList<>(select.fetch());
                    boolean more = rows.size() > size;
                    if (more) {
                        rows.remove(size);
                    }
                    return new Page<>(
                            rows,
                            more ? Optional.of(offset(true, from + size)) : Optional.empty(),
                            from > 0 ? Optional.of(offset(false, from)) : Optional.empty());
                }

                private String offset(boolean forward, int rows) {
                    return write(new Position(forward, List.of(Integer.toString(rows))));
                }
            };
        }
    }

    static final class ForgetsTheTieBreak extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                Condition after(List<SortKey> walked, List<@Nullable Object> values) {
                    int kept = Math.max(1, walked.size() - 1);
                    return Seek.after(walked.subList(0, kept), values.subList(0, kept));
                }
            };
        }
    }

    static final class ExpandsWithoutABound extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                Condition after(List<SortKey> walked, List<@Nullable Object> values) {
                    Condition after = DSL.falseCondition();
                    for (int i = walked.size() - 1; i >= 0; i--) {
                        SortKey key = walked.get(i);
                        after = key.after(values.get(i))
                                .or(key.equal(values.get(i)).and(after));
                    }
                    return after;
                }
            };
        }
    }

    /** Compares as if null were a value like others. */
    static final class ForgetsNull extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                Condition after(List<SortKey> walked, List<@Nullable Object> values) {
                    return Seek.after(
                            walked.stream()
                                    .map(key -> new SortKey(key.field(), key.ascending(), SortKey.Nulls.NONE, false))
                                    .toList(),
                            values);
                }
            };
        }
    }

    /** Orders by the direction alone. */
    static final class SortsNullWhereItFalls extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(
                    list,
                    keys,
                    maxSize,
                    Arrays.stream(order)
                            .map(key -> key.nulls() == SortKey.Nulls.NONE
                                    ? key
                                    : key.ascending() ? key.nullsLast() : key.nullsFirst())
                            .toArray(SortKey[]::new));
        }
    }

    static final class ComparesMixedDirectionsAsARow extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                Condition after(List<SortKey> walked, List<@Nullable Object> values) {
                    boolean plain = walked.stream().allMatch(key -> key.nulls() == SortKey.Nulls.NONE);
                    boolean first = walked.get(0).ascending();
                    // The large table's order is left right, so that only the rows convict.
                    return !plain || walked.get(0).field().equals(PagingDatabase.LARGE_SCORE)
                            ? Seek.after(walked, values)
                            : Seek.after(
                                    walked.stream()
                                            .map(key -> new SortKey(key.field(), first, SortKey.Nulls.NONE, false))
                                            .toList(),
                                    values);
                }
            };
        }
    }

    static final class SignsNothing extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                String write(Position position) {
                    StringBuilder text = new StringBuilder(position.forward() ? "+" : "-");
                    position.values().forEach(value -> text.append('\n').append(value == null ? "null" : "=" + value));
                    return Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
                }

                @Override
                Position read(String cursor) {
                    String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                    List<@Nullable String> values = new ArrayList<>();
                    for (String value : text.split("\n", -1)) {
                        values.add(value.startsWith("=") ? value.substring(1) : null);
                    }
                    return new Position(text.startsWith("+"), values.subList(1, values.size()));
                }
            };
        }
    }

    static final class IgnoresTheList extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple("any", keys, maxSize, order) {
                @Override
                String described() {
                    return "any";
                }
            };
        }
    }

    static final class ForgetsFormerKeys extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            byte[] key = keys.key(keys.currentId());
            return new Simple(list, key == null ? keys : CursorKeys.of(keys.currentId(), key), maxSize, order);
        }
    }

    static final class ReadsSloppily extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                Position read(String cursor) {
                    return super.read(cursor.replace("=", "").strip());
                }
            };
        }
    }

    static final class TakesTies extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            return new Simple(list, keys, maxSize, order) {
                @Override
                void check() {
                    // anything goes
                }
            };
        }
    }

    static final class TakesAnySize extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            Pager right = Keyset.of(list, keys, maxSize, order);
            return new Pager() {
                @Override
                public <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, @Nullable String cursor) {
                    return right.fetch(query, Math.max(1, Math.min(size, maxSize)), cursor);
                }
            };
        }
    }

    static final class AlwaysPromisesMore extends PagerContract {
        @Override
        protected Pager create(String list, CursorKeys keys, int maxSize, SortKey... order) {
            Keyset right = Keyset.of(list, keys, maxSize, order);
            return new Pager() {
                @Override
                public <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, @Nullable String cursor) {
                    Page<R> page = right.fetch(query, size, cursor);
                    return new Page<>(
                            page.rows(), page.next(), page.previous().or(() -> Optional.of(right.lastPage())));
                }
            };
        }
    }

    /** Right in all but what a subclass gets wrong. */
    private static class Simple implements Pager {
        private final CursorCodec codec;
        private final String list;
        private final int maxSize;
        private final List<SortKey> order;

        Simple(String list, CursorKeys keys, int maxSize, SortKey... order) {
            this.list = list;
            this.maxSize = maxSize;
            this.order = List.of(order);
            check();
            this.codec = new CursorCodec(keys, described());
        }

        String described() {
            return list + order;
        }

        void check() {
            if (order.isEmpty() || !order.get(order.size() - 1).unique()) {
                throw new IllegalArgumentException("ties");
            }
        }

        @Override
        public final <R extends Record> Page<R> fetch(SelectFinalStep<R> query, int size, @Nullable String cursor) {
            if (size < 1 || size > maxSize) {
                throw new IllegalArgumentException("size");
            }
            return fetch(query.getQuery(), size, cursor == null ? new Position(true, List.of()) : read(cursor));
        }

        <R extends Record> Page<R> fetch(SelectQuery<R> select, int size, Position position) {
            boolean forward = position.forward();
            boolean inside = !position.values().isEmpty();
            List<SortKey> walked =
                    forward ? order : order.stream().map(SortKey::reversed).toList();
            if (inside) {
                List<@Nullable Object> values = new ArrayList<>();
                for (int i = 0; i < order.size(); i++) {
                    values.add(order.get(i)
                            .field()
                            .getDataType()
                            .convert(position.values().get(i)));
                }
                select.addConditions(after(walked, values));
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
            boolean behind = forward ? more : inside;
            boolean before = forward ? inside : more;
            return new Page<>(
                    rows,
                    behind ? Optional.of(cursor(true, rows, rows.size() - 1)) : Optional.empty(),
                    before ? Optional.of(cursor(false, rows, 0)) : Optional.empty());
        }

        private String cursor(boolean forward, List<? extends Record> rows, int at) {
            List<@Nullable String> values = new ArrayList<>();
            if (!rows.isEmpty()) {
                for (SortKey key : order) {
                    Object value = rows.get(at).get(key.field());
                    values.add(value == null ? null : value.toString());
                }
            }
            return write(new Position(forward, values));
        }

        Condition after(List<SortKey> walked, List<@Nullable Object> values) {
            return Seek.after(walked, values);
        }

        String write(Position position) {
            return codec.write(position);
        }

        Position read(String cursor) {
            return codec.read(cursor);
        }
    }
}
