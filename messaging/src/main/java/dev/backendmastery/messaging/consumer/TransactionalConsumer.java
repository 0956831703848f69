package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Subscription;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records, makes others of them, and appends those together with the commit of what it has read: all or nothing.
 *
 * <p><b>Guarantee.</b> Of every record the outgoing messages are there once, for those who read what is committed, whatever is
 * killed (TC-1, TC-2). After an abort it goes on where the group has committed (TC-1). Who is no longer a member, or whose
 * transactional id another has taken, appends nothing (TC-4). A record that cannot be transformed goes to the dead letters within the
 * transaction, or ends the consumer, visibly (TC-5).
 *
 * <p><b>Threads.</b> One of its own, which transforms too; {@link #close} may be called by any. <b>Cost.</b> A transaction for each
 * poll: what it returns at most is the subscription's {@code maxRecords}. <b>Not for</b> transforms with effects of their own: they take
 * place again after an abort. <b>Source.</b> Kafka's KIP-98 and KIP-447.
 */
public final class TransactionalConsumer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalConsumer.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(200);

    private final Builder settings;
    private final GroupMember member;
    private final Thread thread;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(null);
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong aborted = new AtomicLong();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean closing;
    /** The thread's own; null after one whose end is not known, until the id was claimed anew. */
    private @Nullable LogTransactions transactions;

    private TransactionalConsumer(Builder settings) {
        this.settings = settings;
        this.transactions = settings.log.transactions(settings.id);
        this.member = settings.log.join(settings.subscription, new GroupListener() {});
        this.thread = new Thread(this::run, "transactional-" + settings.subscription.group());
        thread.setDaemon(true);
    }

    /**
     * A consumer of {@code subscription}, to be configured.
     *
     * @param id names the writer over its restarts; no two may use one at the same time: the later fences the earlier
     * @param transform makes of a record those that follow from it; none is fine
     */
    public static Builder of(
            MessageLog log, Subscription subscription, String id, Function<LogRecord, List<Outgoing>> transform) {
        return new Builder(log, subscription, id, transform);
    }

    /** Transactions that were committed. */
    public long committed() {
        return committed.get();
    }

    /** Transactions that were aborted; what they had read was read again. */
    public long aborted() {
        return aborted.get();
    }

    /** Why it has ended by itself; empty while it runs, or when it was closed. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /**
     * Waits until it has ended, be it closed or by itself.
     *
     * @return false if it has not within {@code timeout}
     */
    public boolean awaitStopped(Duration timeout) throws InterruptedException {
        return stopped.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        try {
            while (!closing) {
                round();
            }
        } catch (Throwable e) {
            if (!closing || !(e instanceof InterruptedException)) {
                failure.compareAndSet(null, e);
                LOG.error("the consumer of group {} has ended", settings.subscription.group(), e);
            }
        } finally {
            shut();
        }
    }

    private void shut() {
        try {
            LogTransactions open = transactions;
            if (open != null) {
                open.close();
            }
        } catch (RuntimeException e) {
            LOG.warn("closing the writer {} failed", settings.id, e);
        }
        try {
            member.close();
        } catch (RuntimeException e) {
            LOG.warn("leaving group {} failed", settings.subscription.group(), e);
        } finally {
            stopped.countDown();
        }
    }

    private void round() throws InterruptedException {
        List<LogRecord> records;
        try {
            if (transactions == null) {
                transactions = settings.log.transactions(settings.id);
            }
            records = member.poll(POLL);
        } catch (LogUnavailableException e) {
            LOG.warn("the log does not answer, group {}", settings.subscription.group(), e);
            settings.sleeper.sleep(AFTER_FAILURE);
            return;
        }
        if (records.isEmpty()) {
            return;
        }
        LogTransactions writer = transactions;
        writer.begin(); // Fenced here: another has the id. That is the end of this one.
        try {
            write(writer, records);
            writer.commit();
            committed.incrementAndGet();
        } catch (MessageLogException e) {
            aborted.incrementAndGet();
            LOG.warn("a transaction of group {} failed and is done again", settings.subscription.group(), e);
            abort(writer, e);
            goBack(records);
        } catch (Throwable e) {
            writer.abort();
            throw e;
        }
    }

    private void write(LogTransactions writer, List<LogRecord> records) throws InterruptedException {
        Map<Partition, Commit> commits = new HashMap<>();
        for (LogRecord record : records) {
            for (Outgoing outgoing : transform(record)) {
                writer.append(outgoing.topic(), outgoing.message());
            }
            commits.put(record.partition(), Commit.at(record.offset() + 1));
        }
        writer.commitOffsets(member, commits);
    }

    private List<Outgoing> transform(LogRecord record) throws InterruptedException {
        DeadLetter.@Nullable Failure first = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return List.copyOf(settings.transform.apply(record));
            } catch (RuntimeException e) {
                DeadLetter.Failure last = DeadLetter.Failure.of(e, settings.clock.instant());
                first = first == null ? last : first;
                if (attempt < settings.attempts) {
                    settings.sleeper.sleep(settings.wait);
                    continue;
                }
                if (settings.deadLetters == null) {
                    throw e;
                }
                return List.of(new Outgoing(
                        settings.deadLetters,
                        Letters.dead(
                                record,
                                Letters.past(record),
                                settings.subscription.group(),
                                DeadLetter.Reason.FAILED,
                                attempt,
                                first,
                                last)));
            }
        }
    }

    /** After an answer that did not come it is not known how it ended: claiming the id anew makes it end. */
    private void abort(LogTransactions writer, MessageLogException why) {
        try {
            writer.abort();
            if (why instanceof LogUnavailableException) {
                transactions = null;
                writer.close();
            }
        } catch (LogUnavailableException e) {
            transactions = null;
            try {
                writer.close();
            } catch (RuntimeException again) {
                LOG.debug("closing the writer {} failed", settings.id, again);
            }
        }
    }

    /** Back to what the group has committed; what was polled since then is polled again. */
    private void goBack(List<LogRecord> records) throws InterruptedException {
        Map<Partition, Long> from = new HashMap<>();
        records.forEach(record -> from.merge(record.partition(), record.offset(), Math::min));
        while (!closing) {
            try {
                if (transactions == null) {
                    transactions = settings.log.transactions(settings.id);
                }
                member.committed(from.keySet()).forEach((partition, commit) -> from.put(partition, commit.offset()));
                for (Map.Entry<Partition, Long> place : from.entrySet()) {
                    seek(place.getKey(), place.getValue());
                }
                return;
            } catch (LogUnavailableException e) {
                LOG.warn("the log does not answer, group {}", settings.subscription.group(), e);
                settings.sleeper.sleep(AFTER_FAILURE);
            }
        }
    }

    private void seek(Partition partition, long offset) {
        try {
            member.seek(partition, offset);
        } catch (FencedException e) {
            LOG.debug("{} was taken away", partition, e); // whoever has it begins where the group has committed
        }
    }

    /** Ends after the transaction that is open, and leaves the group. Does nothing if it has ended. */
    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        while (true) {
            try {
                stopped.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // passed on to the transform, which may take its time
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings of a consumer. Not safe for several threads. */
    public static final class Builder {

        private final MessageLog log;
        private final Subscription subscription;
        private final String id;
        private final Function<LogRecord, List<Outgoing>> transform;
        private int attempts = 1;
        private Duration wait = Duration.ZERO;
        private @Nullable String deadLetters;
        private Sleeper sleeper = Sleeper.system();
        private InstantSource clock = InstantSource.system();

        private Builder(
                MessageLog log, Subscription subscription, String id, Function<LogRecord, List<Outgoing>> transform) {
            this.log = Objects.requireNonNull(log, "log");
            this.subscription = Objects.requireNonNull(subscription, "subscription");
            this.id = Objects.requireNonNull(id, "id");
            this.transform = Objects.requireNonNull(transform, "transform");
        }

        /**
         * How often a record is tried, {@code wait} apart, before it is given up; once by default.
         *
         * @param attempts from 1 to 1,000
         * @param wait from 0 to 1 minute; all others wait too
         */
        public Builder attempts(int attempts, Duration wait) {
            this.attempts = (int) Ranges.check("attempts", attempts, 1, 1000);
            this.wait = Ranges.check("wait", wait, Duration.ZERO, Duration.ofMinutes(1));
            return this;
        }

        /** Where records go that are given up; without it they end the consumer. */
        public Builder deadLetters(String topic) {
            this.deadLetters = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** Waits between attempts. */
        public Builder sleeper(Sleeper sleeper) {
            this.sleeper = Objects.requireNonNull(sleeper, "sleeper");
            return this;
        }

        /** Dates failures. */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Claims the id, joins the group and begins.
         *
         * @throws UnsupportedOperationException if the log has no transactions
         * @throws LogUnavailableException if the id cannot be claimed in time
         */
        public TransactionalConsumer start() {
            TransactionalConsumer consumer = new TransactionalConsumer(this);
            consumer.thread.start();
            return consumer;
        }
    }
}
