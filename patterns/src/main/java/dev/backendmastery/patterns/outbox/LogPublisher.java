package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Capability;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.LogUnavailableException;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to a {@link MessageLog}: Kafka, files, or memory.
 *
 * <p><b>Guarantee.</b> As {@link Publisher}. An ack is the log's: on Kafka all replicas in sync have the message. In {@linkplain
 * #transactional transactions} a page is seen as a whole or not at all, so many messages of one key may be under
 * way, and the former owner of a lane is refused by the broker (OP-2). Without them a shared log has one of each key under way (OP-1): a
 * producer may lose one batch for good and yet deliver the next.
 *
 * <p><b>Threads.</b> As {@link Publisher}. <b>Cost.</b> Transactions: two round trips more a page, and a producer for each
 * lane; who reads must read only what is committed, as {@link MessageLog} does. <b>Not for</b> topics that nobody has made: their
 * messages are refused.
 */
public final class LogPublisher implements Publisher {

    private final MessageLog log;
    private final @Nullable String id;
    private final List<Handed> handed = new ArrayList<>();
    private @Nullable LogTransactions transactions;

    private record Handed(String topic, Message message, CompletableFuture<Void> ack) {}

    private LogPublisher(MessageLog log, @Nullable String id) {
        this.log = Objects.requireNonNull(log, "log");
        this.id = id;
    }

    /** Appends one by one, as many at a time as keep the order of each key. The log is not closed with it. */
    public static LogPublisher of(MessageLog log) {
        return new LogPublisher(log, null);
    }

    /**
     * Appends each page in a transaction. The log is not closed with it.
     *
     * @param id begins the transactional ids, one for each lane: the same for all relays of this outbox, and for no other
     *     outbox
     * @throws IllegalArgumentException if the log has no {@link Capability#TRANSACTIONS}
     */
    public static LogPublisher transactional(MessageLog log, String id) {
        if (!log.capabilities().contains(Capability.TRANSACTIONS)) {
            throw new IllegalArgumentException("log must have transactions");
        }
        return new LogPublisher(log, Objects.requireNonNull(id, "id"));
    }

    @Override
    public CompletableFuture<Void> publish(String topic, Message message) {
        CompletableFuture<Void> ack = new CompletableFuture<>();
        if (id != null) {
            handed.add(new Handed(topic, message, ack));
            return ack;
        }
        try {
            var unused = log.append(topic, message).whenComplete((position, failure) -> {
                if (failure == null) {
                    ack.complete(null);
                } else {
                    ack.completeExceptionally(translated(failure));
                }
            });
        } catch (MessageLogException | IllegalArgumentException e) {
            ack.completeExceptionally(translated(e));
        }
        return ack;
    }

    @Override
    public void flush() {
        if (handed.isEmpty()) {
            return;
        }
        List<Handed> page = List.copyOf(handed);
        handed.clear();
        RuntimeException failure = commit(page);
        if (failure == null) {
            page.forEach(one -> one.ack.complete(null));
        } else if (failure instanceof PublisherUnavailableException) {
            page.forEach(one -> one.ack.completeExceptionally(failure));
        } else {
            oneByOne(page);
        }
    }

    /** Something in the page is refused: each message by itself, until one of its key is. */
    private void oneByOne(List<Handed> page) {
        Map<OrderKey, RuntimeException> failures = new LinkedHashMap<>();
        for (Handed one : page) {
            OrderKey key = new OrderKey(one.topic, Bytes.of(PostgresOutbox.key(one.message)));
            RuntimeException failure = failures.get(key);
            if (failure == null) {
                failure = commit(List.of(one));
            }
            if (failure == null) {
                one.ack.complete(null);
            } else {
                failures.put(key, failure);
                one.ack.completeExceptionally(failure);
            }
        }
    }

    private @Nullable RuntimeException commit(List<Handed> page) {
        try {
            if (transactions == null) {
                transactions = log.transactions(Objects.requireNonNull(id));
            }
            transactions.begin();
            for (Handed one : page) {
                transactions.append(one.topic, one.message);
            }
            transactions.commit();
            return null;
        } catch (MessageLogException | IllegalArgumentException e) {
            // Claimed anew for the next page, which ends what may be open.
            close();
            return translated(e);
        }
    }

    private static RuntimeException translated(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof FencedException || failure instanceof LogUnavailableException) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof RecordTooLargeException
                        || cause instanceof RecordBatchTooLargeException
                        || cause instanceof InvalidTopicException
                        || cause instanceof TopicAuthorizationException) {
                    return (RuntimeException) failure;
                }
            }
            return new PublisherUnavailableException(String.valueOf(failure.getMessage()), failure);
        }
        return failure instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException("the log failed", failure);
    }

    @Override
    public boolean keepsOrder() {
        return id != null || !log.capabilities().contains(Capability.SHARED);
    }

    @Override
    public Publisher forLane(String lane) {
        return id == null ? this : new LogPublisher(log, id + "-" + lane);
    }

    @Override
    public void close() {
        LogTransactions open = transactions;
        transactions = null;
        if (open != null) {
            open.close();
        }
    }
}
