package dev.backendmastery.shortener.messages;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.consumer.AfterRetries;
import dev.backendmastery.messaging.consumer.ConsumerRuntime;
import dev.backendmastery.messaging.consumer.Handler;
import dev.backendmastery.messaging.consumer.Order;
import dev.backendmastery.messaging.consumer.RetryPolicy;
import dev.backendmastery.messaging.consumer.TracedHandler;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.patterns.inbox.BeyondHorizonException;
import dev.backendmastery.patterns.inbox.PostgresInbox;
import dev.backendmastery.shortener.Watch;
import dev.backendmastery.shortener.application.ClickLog.Click;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.postgres.PostgresClickLog;
import dev.backendmastery.shortener.postgres.PostgresLinkHistory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jooq.DSLContext;

/**
 * Reads clicks and what happens to links from the log, and counts each once: the inbox remembers the message in the
 * transaction that counts it. What cannot be read as a message of ours goes to the dead letters; everything else is tried until it
 * works.
 */
public final class Analytics implements AutoCloseable {

    private static final String GROUP = "analytics";

    private final PostgresInbox inbox;
    private final ConsumerRuntime clicks;
    private final ConsumerRuntime links;
    private final Resources observed = new Resources();

    /**
     * Begins to read, and tells {@code watch} of it. The log is not closed with it.
     *
     * @throws dev.backendmastery.messaging.log.LogUnavailableException if the log does not answer; nothing has begun
     */
    public Analytics(MessageLog log, Transactions transactions, InstantSource clock, Watch watch) {
        inbox = new PostgresInbox(transactions, Isolation.READ_COMMITTED, Messages.KEPT, clock);
        clicks = start(
                log,
                "clicks",
                Messages.CLICKS,
                Order.NONE,
                4,
                TracedHandler.of(
                        record -> receive(
                                record.message(),
                                (tx, message) ->
                                        PostgresClickLog.insert(tx, List.of(Messages.content(message, Click.class)))),
                        watch.api()));
        watch.consumer(GROUP + ".clicks", clicks, observed);
        try {
            links = start(
                    log,
                    "links",
                    Messages.LINKS,
                    Order.KEY,
                    2,
                    TracedHandler.of(
                            record -> receive(
                                    record.message(),
                                    (tx, message) ->
                                            PostgresLinkHistory.add(tx, Messages.content(message, LinkEvent.class))),
                            watch.api()));
            watch.consumer(GROUP + ".links", links, observed);
        } catch (RuntimeException e) {
            clicks.close();
            throw e;
        }
    }

    private static ConsumerRuntime start(
            MessageLog log, String what, String topic, Order order, int workers, Handler handler) {
        Backoff backoff = Backoff.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(5));
        return ConsumerRuntime.of(log, Subscription.of(GROUP + "." + what, topic), handler)
                .order(order)
                .workers(workers)
                .retry(RetryPolicy.attempts(1_000_000, backoff)
                        .retryable(failure -> !isNoMessageOfOurs(failure))
                        .then(AfterRetries.DEAD_LETTER))
                .deadLetters(Messages.DEAD)
                .start();
    }

    private static boolean isNoMessageOfOurs(Throwable failure) {
        return failure instanceof IllegalArgumentException || failure instanceof BeyondHorizonException;
    }

    @FunctionalInterface
    private interface Count {
        void in(DSLContext tx, Message message);
    }

    private void receive(Message message, Count count) {
        inbox.receive(GROUP, message.envelope(), tx -> count.in(tx, message));
    }

    /** Forgets the messages that are too old to come again. @return how many days of them */
    public int forget() {
        return inbox.forget();
    }

    /** Whether it still reads. */
    public boolean isRunning() {
        return clicks.failure().isEmpty() && links.failure().isEmpty();
    }

    @Override
    public void close() {
        observed.close();
        clicks.close();
        links.close();
    }
}
