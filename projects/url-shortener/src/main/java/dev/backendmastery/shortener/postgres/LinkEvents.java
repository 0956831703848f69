package dev.backendmastery.shortener.postgres;

import dev.backendmastery.shortener.application.LinkEvent;
import org.jooq.DSLContext;

/** Is told what happens to links, inside the transaction in which it happens. */
@FunctionalInterface
public interface LinkEvents {

    /** Nobody wants to know. */
    LinkEvents UNHEARD = (tx, event) -> {};

    /** It happens, if the transaction commits. */
    void tell(DSLContext tx, LinkEvent event);
}
