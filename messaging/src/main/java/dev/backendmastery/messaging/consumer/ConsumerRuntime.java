package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Timers;
import dev.backendmastery.core.time.TimingWheel;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Subscription;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Consumes a group's partitions with many handlers at once, as one member of the group.
 *
 * <p><b>Guarantee.</b> Every record is handled at least once. An offset is committed when its handler has returned, or its dead
 * letter is acked, and so are all before it (CR-1, CR-2); what was finished above it is remembered in the commit, so that a
 * crash repeats only what was not committed (CR-3). What {@link Order} says comes one after the other, also over retries, and
 * what it does not say waits for nobody (CR-4, CR-5). No more is in flight than allowed (CR-6). Gaps that do not fit into a
 * commit hold up their partition, and neither the others nor the commits (CR-7). A partition that is revoked is drained, for
 * a bounded time, and committed; one that is lost is dropped, and what its handlers still do counts for nothing (CR-8 to
 * CR-10). A commit that fails is tried again (CR-11). Failures go the way of the {@link RetryPolicy} (CR-12 to CR-15), dead letters
 * are replayed by choice (CR-16, CR-17). What it cannot go on from ends it, visibly (CR-18). {@link #close} drains for a bounded
 * time and stays a member meanwhile (CR-19). A commit's metadata that is not ours is not believed (CR-20).
 *
 * <p><b>Threads.</b> One that owns the member: it polls and commits. {@code workers} that handle. {@link #stats} and {@link #close}
 * may be called by any. <b>Cost.</b> A few short locks and an entry in a tree a record. With {@link AfterRetries#PARK}, the dead letters are
 * read once at the start. <b>Not for</b> handlers that never return: nothing here ends them before {@link #close}.
 * <b>Source.</b> The idea of per-record acks in the commit's metadata is that of Confluent's parallel consumer.
 */
public final class ConsumerRuntime implements AutoCloseable {

    private final Owner owner;

    private ConsumerRuntime(Owner owner) {
        this.owner = owner;
    }

    /** A consumer of {@code subscription}, to be configured. */
    public static Builder of(MessageLog log, Subscription subscription, Handler handler) {
        return new Builder(log, subscription, handler);
    }

    /** How it stands. */
    public ConsumerStats stats() {
        return owner.stats();
    }

    /** Why it has ended by itself; empty while it runs, or when it was closed. It has left the group. */
    public Optional<Throwable> failure() {
        return owner.stats().failure();
    }

    /**
     * Waits until it has ended, be it closed or by itself.
     *
     * @return false if it has not within {@code timeout}
     */
    public boolean awaitStopped(Duration timeout) throws InterruptedException {
        return owner.awaitStopped(timeout);
    }

    /**
     * Takes no more records, lets the handlers that run come to their ends for at most the drain timeout, commits, and leaves
     * the group; then interrupts those that still run. What had not begun, or has not ended, comes again. Does nothing if it
     * has ended.
     */
    @Override
    public void close() {
        owner.close();
    }

    /** Settings of a consumer. Not safe for several threads. */
    public static final class Builder {

        final MessageLog log;
        final Handler handler;
        Subscription subscription;
        Order order = Order.KEY;
        int workers = 16;
        int maxRecords = 1000;
        long maxBytes = 64L << 20;
        RetryPolicy retry = RetryPolicy.byDefault();

        @Nullable
        String deadLetters;

        Duration commitEvery = Duration.ofMillis(500);
        Duration drainTimeout = Duration.ofSeconds(10);
        ConsumerListener listener = new ConsumerListener() {};
        Ticker ticker = Ticker.system();

        @Nullable
        Timers timers;

        InstantSource clock = InstantSource.system();
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        ThreadFactory threads = Thread::new;

        private Builder(MessageLog log, Subscription subscription, Handler handler) {
            this.log = Objects.requireNonNull(log, "log");
            this.subscription = Objects.requireNonNull(subscription, "subscription");
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        /** What comes one after the other; {@link Order#KEY} by default. */
        public Builder order(Order order) {
            this.order = Objects.requireNonNull(order, "order");
            return this;
        }

        /** How many handlers run at once, from 1 to 10,000; 16 by default. */
        public Builder workers(int workers) {
            this.workers = (int) Ranges.check("workers", workers, 1, 10_000);
            return this;
        }

        /**
         * How much may be taken and not finished; 1,000 records and 64 MiB by default.
         *
         * @param records from 1 to 1,000,000
         * @param bytes from 1; what one poll returns may go beyond it
         */
        public Builder maxInFlight(int records, long bytes) {
            Ranges.check("records", records, 1, 1_000_000);
            Ranges.check("bytes", bytes, 1, Long.MAX_VALUE);
            this.maxRecords = records;
            this.maxBytes = bytes;
            return this;
        }

        /** What is done about failures; by default they are tried again for ever. */
        public Builder retry(RetryPolicy retry) {
            this.retry = Objects.requireNonNull(retry, "retry");
            return this;
        }

        /** Where dead letters go: a topic of {@link DeadLetters#createTopics}. */
        public Builder deadLetters(String topic) {
            this.deadLetters = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** How long what is finished may be uncommitted, from 1 ms to 1 hour; 500 ms by default. */
        public Builder commitEvery(Duration commitEvery) {
            this.commitEvery = Ranges.check("commitEvery", commitEvery, Duration.ofMillis(1), Duration.ofHours(1));
            return this;
        }

        /**
         * How long handlers that run may take to end when their partition is revoked or the consumer closed, from 0 to 1
         * hour, and less than the subscription's {@code maxPollInterval}; 10 s by default.
         */
        public Builder drainTimeout(Duration drainTimeout) {
            this.drainTimeout = Ranges.check("drainTimeout", drainTimeout, Duration.ZERO, Duration.ofHours(1));
            return this;
        }

        /** Who is told what happens. */
        public Builder listener(ConsumerListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** By which commits come due, waits elapse and drains time out. */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /** Where retries wait; advanced by the owner thread. By default a wheel of 1 ms on the ticker. */
        public Builder timers(Timers timers) {
            this.timers = Objects.requireNonNull(timers, "timers");
            return this;
        }

        /** What dates failures, and says when a tier's record is due. */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** From 0 to 1, exclusive: for the backoff. */
        public Builder random(DoubleSupplier random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /** Makes the owner and the workers; they are named and made daemons here. */
        public Builder threads(ThreadFactory threads) {
            this.threads = Objects.requireNonNull(threads, "threads");
            return this;
        }

        /**
         * Joins the group and begins.
         *
         * @throws IllegalArgumentException if the settings contradict each other; nothing has begun
         * @throws dev.backendmastery.messaging.log.UnknownTopicException if one of the topics, or that of the dead letters or
         *     its journal, is not there
         */
        public ConsumerRuntime start() {
            retry.check(order);
            if (retry.ends() && deadLetters == null) {
                throw new IllegalArgumentException(
                        "deadLetters must be set: the retry policy ends, and then has nowhere to put a record");
            }
            if (drainTimeout.compareTo(subscription.maxPollInterval()) >= 0) {
                throw new IllegalArgumentException("drainTimeout must be less than the subscription's maxPollInterval, "
                        + subscription.maxPollInterval() + ", was " + drainTimeout);
            }
            if (deadLetters != null) {
                log.topic(deadLetters);
                log.topic(Journal.topic(deadLetters));
            }
            Set<String> topics = new HashSet<>(subscription.topics());
            for (RetryTier tier : retry.tiers()) {
                if (!topics.add(tier.topic())) {
                    throw new IllegalArgumentException(
                            "each tier must have a topic of its own, \"" + tier.topic() + "\" is taken");
                }
            }
            subscription = new Subscription(
                    subscription.group(),
                    topics,
                    subscription.start(),
                    // So that a poll is made when there is room for all that it may return.
                    Math.min(subscription.maxRecords(), Math.max(1, maxRecords / 2)),
                    subscription.maxPollInterval());
            Timers waiting = timers == null
                    ? TimingWheel.of(Duration.ofMillis(1), ticker, (task, failure) -> {
                        throw new IllegalStateException("a timer failed", failure);
                    })
                    : timers;
            Owner owner = new Owner(this, waiting);
            owner.start();
            return new ConsumerRuntime(owner);
        }
    }
}
