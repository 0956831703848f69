package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.LINK;

import dev.backendmastery.core.id.IdGenerator;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.LinkEvent;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jooq.Record2;

/**
 * Tells of links whose time is over. Any number of nodes may look at once: each link is told of once, by whoever locks its row,
 * and the telling commits with the mark that it was told.
 */
public final class Expiry {

    private static final int BATCH = 200;

    private final Transactions transactions;
    private final LinkEvents events;
    private final IdGenerator<UUID> ids;
    private final InstantSource clock;

    /** Tells {@code events}. */
    public Expiry(Transactions transactions, LinkEvents events, IdGenerator<UUID> ids, InstantSource clock) {
        this.transactions = transactions;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /** Tells of all that have expired and were not told of. */
    public void tell() {
        int told;
        do {
            told = transactions.call(Isolation.READ_COMMITTED, tx -> {
                OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
                List<Record2<Long, String>> expired = tx.select(LINK.ID, LINK.CODE)
                        .from(LINK)
                        .where(LINK.EXPIRES_AT.le(now), LINK.EXPIRY_TOLD.isFalse())
                        .orderBy(LINK.EXPIRES_AT)
                        .limit(BATCH)
                        .forUpdate()
                        .skipLocked()
                        .fetch();
                for (Record2<Long, String> link : expired) {
                    events.tell(
                            tx,
                            new LinkEvent(
                                    ids.next(), LinkEvent.Type.EXPIRED, link.value1(), link.value2(), now.toInstant()));
                }
                tx.update(LINK)
                        .set(LINK.EXPIRY_TOLD, true)
                        .where(LINK.ID.in(expired.stream().map(Record2::value1).toList()))
                        .execute();
                return expired.size();
            });
        } while (told == BATCH);
    }
}
