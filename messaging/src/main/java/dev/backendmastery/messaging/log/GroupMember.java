package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One of those who share the partitions of some topics.
 *
 * <p><b>Guarantee.</b> A partition has at most one member of a group at a time: the one that gives it up is told first,
 * and may commit in that moment, before the next one is told that it has it (ML-8, ML-11). Who joins begins where its
 * group has committed (ML-9). What was a member's may not be committed by it any more (ML-13).
 *
 * <p><b>Threads.</b> One at a time, as Kafka's: the thread that polls is the one that commits, seeks and closes.
 * <b>Not for</b> retries, parallel work and dead letters: those stand on top of this.
 */
public interface GroupMember extends AutoCloseable {

    /**
     * The next messages of the partitions that are this member's and not paused, by offset within each. Takes part in
     * the group meanwhile: the listener is told here.
     *
     * @param timeout how long to wait for the first one, from 0 to a day
     * @return empty if none came
     * @throws LogUnavailableException if the log cannot be read; positions are as before
     */
    List<LogRecord> poll(Duration timeout) throws InterruptedException;

    /** The partitions that it had when it last polled. */
    Set<Partition> assignment();

    /**
     * Remembers how far the group has got. All or none.
     *
     * @throws FencedException if one of the partitions is not this member's; nothing is remembered
     * @throws LogUnavailableException if it is not known whether it is remembered
     */
    void commit(Map<Partition, Commit> commits);

    /** What the group has committed of {@code partitions}; without those of which it has nothing. */
    Map<Partition, Commit> committed(Set<Partition> partitions);

    /** The offset that the next poll reads on from. @throws FencedException if the partition is not this member's */
    long position(Partition partition);

    /**
     * Reads on from {@code offset} instead; what is committed stays. This is how to replay.
     *
     * @throws FencedException if the partition is not this member's
     */
    void seek(Partition partition, long offset);

    /** Polls nothing of them until {@link #resume}. @throws FencedException if one is not this member's */
    void pause(Set<Partition> partitions);

    /** Polls them again. @throws FencedException if one is not this member's */
    void resume(Set<Partition> partitions);

    /** Leaves the group; the listener is told of what it had. Commits nothing. */
    @Override
    void close();
}
