package dev.backendmastery.messaging.log;

import java.util.Map;

/**
 * Appends, and the commits of a group, that all take place or none.
 *
 * <p><b>Guarantee.</b> Once {@link #commit} has returned readers will see all that was appended, a moment later, and
 * never anything of what was aborted (MT-1, MT-2). A group's offsets are committed with it or not at all (MT-3). Who
 * opens the same id anew ends the transaction of the one before and fences it (MT-4); who is no longer a member of the
 * group is fenced too (MT-5).
 *
 * <p><b>Threads.</b> One at a time. <b>Not for</b> effects outside the log: a row in a database is not undone.
 */
public interface LogTransactions extends AutoCloseable {

    /** Begins one. @throws IllegalStateException if one is open */
    void begin();

    /**
     * Appends within it.
     *
     * @throws IllegalStateException if none is open
     * @throws UnknownTopicException if there is no such topic
     */
    void append(String topic, Message message);

    /**
     * Commits how far {@code member}'s group has got, within it.
     *
     * @throws FencedException if the member is no longer one
     * @throws IllegalStateException if none is open
     * @throws IllegalArgumentException if the member is another log's
     */
    void commitOffsets(GroupMember member, Map<Partition, Commit> commits);

    /**
     * Makes all of it take place. After an exception it is aborted, or will be when the id is opened anew; after
     * {@link LogUnavailableException} it is not known whether it took place.
     *
     * @throws FencedException if another has opened this id; nothing took place
     * @throws LogUnavailableException if an append failed or the log did not answer
     */
    void commit();

    /** Makes none of it take place; does nothing if none is open. */
    void abort();

    /** Aborts what is open. */
    @Override
    void close();
}
