package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A right member, to plant a fault in. */
public class ForwardingMember implements GroupMember {

    /** What it forwards to. */
    protected GroupMember real;

    /** In front of {@code real}. */
    public ForwardingMember(GroupMember real) {
        this.real = real;
    }

    /** What it forwards to. */
    public final GroupMember real() {
        return real;
    }

    @Override
    public List<LogRecord> poll(Duration timeout) throws InterruptedException {
        return real.poll(timeout);
    }

    @Override
    public Set<Partition> assignment() {
        return real.assignment();
    }

    @Override
    public void commit(Map<Partition, Commit> commits) {
        real.commit(commits);
    }

    @Override
    public Map<Partition, Commit> committed(Set<Partition> partitions) {
        return real.committed(partitions);
    }

    @Override
    public long position(Partition partition) {
        return real.position(partition);
    }

    @Override
    public void seek(Partition partition, long offset) {
        real.seek(partition, offset);
    }

    @Override
    public void pause(Set<Partition> partitions) {
        real.pause(partitions);
    }

    @Override
    public void resume(Set<Partition> partitions) {
        real.resume(partitions);
    }

    @Override
    public void close() {
        real.close();
    }
}
