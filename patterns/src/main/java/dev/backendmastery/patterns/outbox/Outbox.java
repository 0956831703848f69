package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Message;
import org.jooq.DSLContext;

/**
 * Messages that leave with their transaction: written beside what they tell of, published by a {@link Relay} later.
 *
 * <p><b>Guarantee.</b> A message leaves if and only if the transaction that appended it is committed (OB-1). What was
 * committed is acked by the broker at least once before it counts as sent (OB-2), also after a crash of anything, and in
 * whatever order transactions commit (OB-3). Messages of one topic and key are published in the order in which the
 * transactions that appended them depended on each other, and within one in the order of the calls (OB-4, OB-5, OB-16);
 * repeats, which the same id tells, may follow.
 *
 * <p><b>Threads.</b> Safe for any number of threads, as far as a transaction is. <b>Not for</b> an answer that waits for the
 * broker, nor for events whose loss does not matter: they cost a write. <b>Source.</b> Richardson, <i>Microservices
 * Patterns</i>, 2018, chapter 3; Helland, <i>Life beyond Distributed Transactions</i>, CIDR 2007.
 */
public interface Outbox {

    /**
     * Lets {@code message} leave for {@code topic} once the transaction of {@code tx} is committed.
     *
     * @param topic 1 to 249 characters
     * @throws IllegalStateException if {@code tx} is in no transaction: it could not be undone with the rest; nothing was
     *     written
     * @throws IllegalArgumentException if the topic is empty or too long; nothing was written
     */
    void append(DSLContext tx, String topic, Message message);
}
