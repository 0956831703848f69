package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.LINK_EVENT;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.application.LinkHistory;
import java.time.ZoneOffset;
import java.util.List;
import org.jooq.DSLContext;

/** Histories in PostgreSQL. */
public final class PostgresLinkHistory implements LinkHistory {

    private final Transactions transactions;

    /** Histories behind {@code transactions}. */
    public PostgresLinkHistory(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Writes the event down in the transaction of {@code tx}. */
    public static void add(DSLContext tx, LinkEvent event) {
        tx.insertInto(LINK_EVENT, LINK_EVENT.ID, LINK_EVENT.LINK_ID, LINK_EVENT.TYPE, LINK_EVENT.AT)
                .values(
                        event.id(),
                        event.linkId(),
                        event.type().name(),
                        event.at().atOffset(ZoneOffset.UTC))
                .execute();
    }

    @Override
    public List<LinkEvent> of(long linkId, String code) {
        return transactions.read(Isolation.READ_COMMITTED, tx -> tx.selectFrom(LINK_EVENT)
                .where(LINK_EVENT.LINK_ID.eq(linkId))
                .orderBy(LINK_EVENT.AT, LINK_EVENT.ID)
                .limit(1_000)
                .fetch(row -> new LinkEvent(
                        row.get(LINK_EVENT.ID),
                        LinkEvent.Type.valueOf(row.get(LINK_EVENT.TYPE)),
                        linkId,
                        code,
                        row.get(LINK_EVENT.AT).toInstant())));
    }
}
