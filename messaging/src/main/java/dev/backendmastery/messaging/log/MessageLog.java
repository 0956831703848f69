package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Messages in order, kept after they were read: topics, split into partitions, each a list that only grows at its end.
 *
 * <p><b>Guarantee.</b> What was acked is read back as it was, at the position that the ack gave (ML-1). Within a
 * partition offsets grow, and the messages of one thread keep the order in which it appended them, one by one or many
 * at once (ML-2). A key has one partition (ML-3). Reading begins at any offset, goes on where {@link Chunk#next} says,
 * and waits no longer than it may (ML-4); a time gives the first offset that is not older (ML-5); an offset that is not
 * there is an error, not a gap in silence (ML-6). A topic keeps its settings (ML-7). Groups share partitions, commit,
 * leave, replay (ML-8 to ML-15, see {@link GroupMember}). Old messages go by age (ML-16) or size (ML-17), nothing
 * younger or within the size goes, and offsets are never given again. Compaction keeps the last message of each key, at
 * its offset (ML-18), and a tombstone for its time (ML-19). A closed log refuses (ML-20). What is {@linkplain
 * Capability#DURABLE durable} is there after it was opened again (ML-21).
 *
 * <p><b>Delivery.</b> An append that fails may have taken place. Appended again it may be there twice, with the same
 * id: the log delivers at least once, and who must act once remembers ids.
 *
 * <p><b>Threads.</b> Safe for any number of threads. Acks complete on the log's own thread: what hangs on them must be
 * short. <b>Cost.</b> Stated by each implementation. <b>Not for</b> queues whose messages are taken one by one out of
 * order, or delayed. <b>Source.</b> Kreps, The Log, 2013; Kafka's semantics.
 */
public interface MessageLog extends AutoCloseable {

    /** What this one can do beyond the contract. */
    Set<Capability> capabilities();

    /**
     * Makes a topic.
     *
     * @return false if it is there already, with the same settings
     * @throws IllegalArgumentException if it is there with other settings, or the log cannot have such a one
     */
    boolean createTopic(Topic topic);

    /** The topic's settings. @throws UnknownTopicException if there is none */
    Topic topic(String name);

    /**
     * Appends to the partition of the message's key; without a key, to any.
     *
     * @return where it lies, once it is as durable as this log says; fails with {@link LogUnavailableException} if it
     *     is not known to be
     * @throws UnknownTopicException if there is no such topic
     * @throws IllegalArgumentException if the topic is compacted and the message has no key
     */
    CompletableFuture<Position> append(String topic, Message message);

    /** Appends to a partition of the caller's choice; else as {@link #append(String, Message)}. */
    CompletableFuture<Position> append(Partition partition, Message message);

    /**
     * Appends all, each to the partition of its key. Not atomic: some may be there and some not if it fails.
     *
     * @return where each lies, in the same order
     */
    CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages);

    /**
     * Reads from {@code offset} on.
     *
     * @param offset from {@link #firstOffset} to {@link #endOffset}
     * @param maxRecords the most to return, from 1 to 10,000
     * @param timeout how long to wait for the first one, from 0 to a day
     * @return no records if none came
     * @throws OffsetOutOfRangeException if the offset is not there
     * @throws UnknownTopicException if the partition is not there
     */
    Chunk read(Partition partition, long offset, int maxRecords, Duration timeout) throws InterruptedException;

    /** The first offset that can be read. */
    long firstOffset(Partition partition);

    /** The offset that the next message will be given. */
    long endOffset(Partition partition);

    /** The offset of the first message whose time is not before {@code time}; {@link #endOffset} if there is none. */
    long offsetAt(Partition partition, Instant time);

    /**
     * Joins a group, as far as the next {@link GroupMember#poll} does.
     *
     * @throws UnknownTopicException if one of the topics is not there
     */
    GroupMember join(Subscription subscription, GroupListener listener);

    /**
     * A writer of transactions.
     *
     * @param id names the writer over its restarts: whoever opens it anew fences the one before
     * @throws UnsupportedOperationException if this log has no {@link Capability#TRANSACTIONS}
     */
    default LogTransactions transactions(String id) {
        throw new UnsupportedOperationException("this log has no transactions");
    }

    /**
     * Waits for what was appended, then ends. Calls afterwards, also of members, throw {@link IllegalStateException};
     * members are still to be closed by their own threads.
     */
    @Override
    void close();
}
