package dev.backendmastery.shortener.messages;

import dev.backendmastery.patterns.outbox.Outbox;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.postgres.LinkEvents;
import org.jooq.DSLContext;

/** Events leave through the outbox: if the change commits, and not if it does not. */
public final class OutboxLinkEvents implements LinkEvents {

    private final Outbox outbox;

    /** Through {@code outbox}. */
    public OutboxLinkEvents(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public void tell(DSLContext tx, LinkEvent event) {
        outbox.append(tx, Messages.LINKS, Messages.of(event));
    }
}
