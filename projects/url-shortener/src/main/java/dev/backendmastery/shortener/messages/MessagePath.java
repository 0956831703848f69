package dev.backendmastery.shortener.messages;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.TracedLog;
import dev.backendmastery.patterns.outbox.LogPublisher;
import dev.backendmastery.patterns.outbox.Outbox;
import dev.backendmastery.patterns.outbox.OutboxAdmin;
import dev.backendmastery.patterns.outbox.OutboxLag;
import dev.backendmastery.patterns.outbox.PostgresOutbox;
import dev.backendmastery.patterns.outbox.RelaySettings;
import dev.backendmastery.patterns.outbox.TracedOutbox;
import dev.backendmastery.patterns.outbox.WakeUps;
import dev.backendmastery.patterns.outbox.WokenRelay;
import dev.backendmastery.shortener.Watch;
import dev.backendmastery.shortener.application.ClickLog;
import dev.backendmastery.shortener.postgres.Expiry;
import dev.backendmastery.shortener.postgres.LinkEvents;
import dev.backendmastery.shortener.postgres.PostgresClickLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How what happens in a node becomes counts: links' events through outbox and relay, clicks straight into the log, both
 * from there through the inbox of the analytics. Or, without a log, clicks straight into PostgreSQL and no events.
 */
public final class MessagePath implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MessagePath.class);
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOOK_AT_LAG_EVERY = Duration.ofSeconds(2);
    private static final Duration WAKE_UP_EVERY = Duration.ofMillis(10);

    private final Resources open;
    private final Transactions transactions;
    private final ClickLog clicks;
    private final LinkEvents linkEvents;
    private final @Nullable Analytics analytics;
    private final @Nullable MessageLog log;

    private MessagePath(
            Resources open,
            Transactions transactions,
            ClickLog clicks,
            LinkEvents linkEvents,
            @Nullable Analytics analytics,
            @Nullable MessageLog log) {
        this.open = open;
        this.transactions = transactions;
        this.clicks = clicks;
        this.linkEvents = linkEvents;
        this.analytics = analytics;
        this.log = log;
        open.add(clicks);
    }

    /** No messages. */
    public static MessagePath none(Transactions transactions) {
        return new MessagePath(
                new Resources(), transactions, new PostgresClickLog(transactions), LinkEvents.UNHEARD, null, null);
    }

    /**
     * Messages through Kafka. Makes the topics if they are not there.
     *
     * @param watch is told what it does
     * @param relays whether it carries the outbox to Kafka
     * @param counts whether it counts what comes from there
     * @throws dev.backendmastery.messaging.log.LogUnavailableException if it does not answer; nothing stays open
     */
    public static MessagePath through(
            String kafka, String jdbcUrl, Database database, Watch watch, boolean relays, boolean counts) {
        Resources open = new Resources();
        try {
            Transactions plain = new PostgresTransactions(database);
            Outbox outbox = TracedOutbox.of(new PostgresOutbox(), watch.api());
            MessageLog log = open.add(
                    TracedLog.of(KafkaLog.at(kafka).timeout(LOG_TIMEOUT).open(), "kafka", watch.api()));
            Messages.createTopics(log);
            WakeUps wakeUps = open.add(WakeUps.to(jdbcUrl, WAKE_UP_EVERY));
            Transactions waking = WakeUps.waking(plain, wakeUps::committed);
            LinkEvents events = new OutboxLinkEvents(outbox);
            ScheduledExecutorService housekeeping =
                    Executors.newSingleThreadScheduledExecutor(MessagePath::housekeeper);
            open.add(housekeeping::shutdownNow);
            if (relays) {
                WokenRelay relay = open.add(new WokenRelay(
                        database,
                        jdbcUrl,
                        LogPublisher.transactional(log, "shortener-outbox"),
                        RelaySettings.of("shortener")
                                .poll(Duration.ofSeconds(1), Duration.ofMillis(10))
                                .leaseTtl(Duration.ofSeconds(3))));
                relay.start();
                OutboxAdmin admin = new OutboxAdmin(database);
                Expiry expiry = new Expiry(waking, events, UuidV7.fast(), InstantSource.system());
                each(housekeeping, Duration.ofSeconds(1), "telling of what has expired", expiry::tell);
                each(housekeeping, Duration.ofMinutes(1), "making room in the outbox", admin::rotate);
                AtomicReference<OutboxLag> lag = new AtomicReference<>(admin.lag());
                each(housekeeping, LOOK_AT_LAG_EVERY, "looking at the outbox", () -> lag.set(admin.lag()));
                watch.relay(relay, lag::get, open);
            }
            Analytics analytics = null;
            if (counts) {
                analytics = open.add(new Analytics(log, plain, InstantSource.system(), watch));
                each(housekeeping, Duration.ofHours(1), "forgetting old messages", analytics::forget);
            }
            return new MessagePath(open, waking, new LogClickLog(log, outbox, waking), events, analytics, log);
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private static Thread housekeeper(Runnable work) {
        Thread thread = new Thread(work, "housekeeping");
        thread.setDaemon(true);
        return thread;
    }

    private static void each(ScheduledExecutorService housekeeping, Duration pause, String what, Runnable work) {
        var unused = housekeeping.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.warn("{} failed, and is tried again in {}", what, pause, e);
                    }
                },
                pause.toMillis(),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Transactions whose commits wake the relay. */
    public Transactions transactions() {
        return transactions;
    }

    /** Where clicks are recorded. */
    public ClickLog clicks() {
        return clicks;
    }

    /** What is to be told of what happens to links. */
    public LinkEvents linkEvents() {
        return linkEvents;
    }

    /**
     * Asks the log something, and whether all that was begun still runs.
     *
     * @throws dev.backendmastery.messaging.log.LogUnavailableException if it does not answer
     * @throws IllegalStateException if what counts has ended
     */
    public void check() {
        if (log != null) {
            Messages.look(log);
        }
        if (analytics != null && !analytics.isRunning()) {
            throw new IllegalStateException("nothing is counted here any more");
        }
    }

    @Override
    public void close() {
        open.close();
    }
}
