package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.LINK;
import static dev.backendmastery.shortener.tables.Tables.LINK_TAG;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import dev.backendmastery.databases.paging.CursorKeys;
import dev.backendmastery.databases.paging.InvalidCursorException;
import dev.backendmastery.databases.paging.Keyset;
import dev.backendmastery.databases.paging.SortKey;
import dev.backendmastery.shortener.application.LinkStore.Page;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.tables.tables.records.LinkRecord;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Pages of links by keyset: newest first, the id breaking ties. */
final class LinkPages {

    private final Keyset keyset;

    LinkPages(byte[] cursorKey) {
        keyset = Keyset.of(
                "links",
                CursorKeys.of(1, cursorKey),
                SortKey.desc(LINK.CREATED_AT),
                SortKey.desc(LINK.ID).asUnique());
    }

    Page list(DSLContext tx, long owner, @Nullable String tag, @Nullable String cursor, int limit) {
        dev.backendmastery.databases.paging.Page<LinkRecord> page;
        try {
            page = keyset.fetch(
                    tx.selectFrom(LINK)
                            .where(LINK.OWNER.eq(owner))
                            .and(
                                    tag == null
                                            ? noCondition()
                                            : LINK.ID.in(select(LINK_TAG.LINK_ID)
                                                    .from(LINK_TAG)
                                                    .where(LINK_TAG.TAG.eq(tag)))),
                    limit,
                    cursor);
        } catch (InvalidCursorException e) {
            throw LinkException.invalid("cursor is not one that this list gave");
        }
        return new Page(PostgresLinkStore.toLinks(tx, page.rows()), page.next().orElse(null));
    }
}
