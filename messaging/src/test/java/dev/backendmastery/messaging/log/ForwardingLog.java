package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A right log, to plant a fault in. */
public class ForwardingLog implements MessageLog {

    /** What it forwards to. */
    protected final MessageLog real;

    /** In front of {@code real}. */
    public ForwardingLog(MessageLog real) {
        this.real = real;
    }

    /** What it forwards to. */
    public final MessageLog real() {
        return real;
    }

    /** As of the log in memory, where it is one. */
    void maintain() {
        ((InMemoryLog) real).maintain();
    }

    @Override
    public Set<Capability> capabilities() {
        return real.capabilities();
    }

    @Override
    public boolean createTopic(Topic topic) {
        return real.createTopic(topic);
    }

    @Override
    public Topic topic(String name) {
        return real.topic(name);
    }

    @Override
    public CompletableFuture<Position> append(String topic, Message message) {
        return real.append(topic, message);
    }

    @Override
    public CompletableFuture<Position> append(Partition partition, Message message) {
        return real.append(partition, message);
    }

    @Override
    public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
        return real.appendAll(topic, messages);
    }

    @Override
    public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout) throws InterruptedException {
        return real.read(partition, offset, maxRecords, timeout);
    }

    @Override
    public long firstOffset(Partition partition) {
        return real.firstOffset(partition);
    }

    @Override
    public long endOffset(Partition partition) {
        return real.endOffset(partition);
    }

    @Override
    public long offsetAt(Partition partition, Instant time) {
        return real.offsetAt(partition, time);
    }

    @Override
    public GroupMember join(Subscription subscription, GroupListener listener) {
        return real.join(subscription, listener);
    }

    @Override
    public LogTransactions transactions(String id) {
        return real.transactions(id);
    }

    @Override
    public void close() {
        real.close();
    }
}
