package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.LINK;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.domain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Result;

/**
 * The links as they change, for whoever keeps them in another form.
 *
 * <p><b>Guarantee.</b> A reader that goes on from where it was misses no change, in whatever order transactions commit; it may
 * see one more than once, and the last thing that it sees of a link is the newest. <b>Threads.</b> Safe for any number.
 * <b>Cost.</b> A statement for a page, by an index. While a transaction stays open, what has changed since it began is read again and again.
 */
public final class LinkFeed {

    /**
     * A link, and how often it was changed before.
     *
     * @param version greater than that of each earlier form of the link
     */
    public record Change(Link link, long version) {}

    /** Where a reader is: every change that it has not seen is of this transaction or a later one. */
    public record Place(long transaction) {
        /** Before all. */
        public static final Place START = new Place(0);
    }

    private record Position(long transaction, long id) {}

    private record Page(List<Change> changes, Position last) {}

    private static final Field<Long> CHANGED = field("link.changed::text::bigint", Long.class);

    private final Transactions transactions;

    /** Over the tables of the service. */
    public LinkFeed(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Hands on what has changed since {@code since}, {@code size} links at a time.
     *
     * @return where to go on; if the hand-over fails, {@code since} is still right
     */
    public Place read(Place since, int size, Consumer<List<Change>> to) {
        // Looked up first: what runs now and commits later is at or after it.
        Place next = new Place(transactions.<Long, RuntimeException>read(
                Isolation.READ_COMMITTED,
                tx -> Objects.requireNonNull(
                        (Long) tx.fetchValue("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))));
        Position position = new Position(since.transaction, -1);
        while (true) {
            Position from = position;
            Page page = transactions.<Page, RuntimeException>read(Isolation.READ_COMMITTED, tx -> page(tx, from, size));
            if (!page.changes.isEmpty()) {
                to.accept(page.changes);
            }
            if (page.changes.size() < size) {
                return next;
            }
            position = page.last;
        }
    }

    private static Page page(DSLContext tx, Position after, int size) {
        Result<Record> rows = tx.select(LINK.fields())
                .select(CHANGED)
                .from(LINK)
                .where(condition(
                        "(link.changed, link.id) > ({0}, {1})",
                        field("{0}::text::xid8", Object.class, Long.toString(after.transaction)), val(after.id)))
                .orderBy(field("link.changed"), LINK.ID)
                .limit(size)
                .fetch();
        List<Link> links = PostgresLinkStore.toLinks(tx, rows);
        List<Change> changes = new ArrayList<>();
        Position last = after;
        for (int i = 0; i < links.size(); i++) {
            Record row = rows.get(i);
            changes.add(new Change(links.get(i), row.get(LINK.VERSION)));
            last = new Position(Objects.requireNonNull(row.get(CHANGED)), row.get(LINK.ID));
        }
        return new Page(changes, last);
    }
}
