package dev.backendmastery.shortener.messages;

import static dev.backendmastery.shortener.tables.Tables.LINK;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.patterns.outbox.Outbox;
import dev.backendmastery.shortener.application.ClickLog;
import dev.backendmastery.shortener.application.ClickNotRecordedException;
import dev.backendmastery.shortener.postgres.PostgresClickLog;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Clicks in a log: a click that was answered is acked there, and counted a moment later by {@link Analytics}. The log
 * writes all that wait together, so many callers share one ack. A click on a link with a limit is counted in the database, for
 * the limit's sake, and leaves through the outbox of the same transaction.
 */
public final class LogClickLog implements ClickLog {

    private static final long LONGEST_WAIT_SECONDS = 15;

    private final MessageLog log;
    private final Outbox outbox;
    private final Transactions transactions;

    /** Clicks into {@code log}; counts are read behind {@code transactions}. The log is not closed with it. */
    public LogClickLog(MessageLog log, Outbox outbox, Transactions transactions) {
        this.log = log;
        this.outbox = outbox;
        this.transactions = transactions;
    }

    /**
     * Records the click.
     *
     * @throws ClickNotRecordedException if it could not be recorded in bounded time; it may have been
     */
    @Override
    public void record(Click click) {
        try {
            log.append(Messages.CLICKS, Messages.of(click)).get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | MessageLogException e) {
            throw new ClickNotRecordedException("the click could not be recorded", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickNotRecordedException("interrupted while the click was being recorded", e);
        }
    }

    @Override
    public boolean recordWithin(Click click, long maxVisits) {
        return transactions.call(Isolation.READ_COMMITTED, tx -> {
            int counted = tx.update(LINK)
                    .set(LINK.VISITS, LINK.VISITS.plus(1))
                    .where(LINK.ID.eq(click.linkId()), LINK.VISITS.lt(maxVisits))
                    .execute();
            if (counted > 0) {
                outbox.append(tx, Messages.CLICKS, Messages.of(click));
            }
            return counted > 0;
        });
    }

    @Override
    public Summary summary(long linkId) {
        return PostgresClickLog.summary(transactions, linkId);
    }

    @Override
    public void close() {}
}
