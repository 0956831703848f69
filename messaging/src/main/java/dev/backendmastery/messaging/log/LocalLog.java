package dev.backendmastery.messaging.log;

import dev.backendmastery.core.time.Ticker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What logs that this process keeps have in common: all but how a partition is kept. */
abstract class LocalLog<P extends LocalPartition> implements MessageLog {

    /** A topic and its partitions, by number. */
    record Kept<P>(Topic topic, List<P> partitions) {}

    final Bell bell = new Bell();
    private final Map<String, Kept<P>> topics = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final Groups groups;
    private volatile boolean closed;

    LocalLog(Offsets offsets, Ticker ticker) {
        groups = new Groups(offsets, this::topic, ticker, bell);
    }

    /** Makes what is needed to keep a new topic. */
    abstract List<P> open(Topic topic);

    abstract CompletableFuture<Position> append(P partition, Message message);

    final void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this log is closed");
        }
    }

    /** From now on every call is refused. @return whether it was open */
    final boolean shut() {
        synchronized (topics) {
            boolean was = !closed;
            closed = true;
            bell.ring();
            return was;
        }
    }

    final List<Kept<P>> kept() {
        return List.copyOf(topics.values());
    }

    final void keep(Kept<P> kept) {
        topics.put(kept.topic().name(), kept);
    }

    @Override
    public final boolean createTopic(Topic topic) {
        synchronized (topics) {
            checkOpen();
            Kept<P> there = topics.get(topic.name());
            if (there != null) {
                if (!there.topic().equals(topic)) {
                    throw new IllegalArgumentException("topic is there with other settings: " + there.topic());
                }
                return false;
            }
            keep(new Kept<>(topic, open(topic)));
            return true;
        }
    }

    @Override
    public final Topic topic(String name) {
        return kept(name).topic();
    }

    final Kept<P> kept(String name) {
        checkOpen();
        Kept<P> found = topics.get(name);
        if (found == null) {
            throw new UnknownTopicException("topic \"" + name + "\"");
        }
        return found;
    }

    final P partition(Partition partition) {
        List<P> partitions = kept(partition.topic()).partitions();
        if (partition.number() >= partitions.size()) {
            throw new UnknownTopicException("partition " + partition);
        }
        return partitions.get(partition.number());
    }

    @Override
    public final CompletableFuture<Position> append(String topic, Message message) {
        Kept<P> kept = kept(topic);
        checkKey(kept.topic(), message);
        return append(choose(kept, message.key()), message);
    }

    @Override
    public final CompletableFuture<Position> append(Partition partition, Message message) {
        P chosen = partition(partition);
        checkKey(kept(partition.topic()).topic(), message);
        return append(chosen, message);
    }

    final P choose(Kept<P> kept, @Nullable Bytes key) {
        int count = kept.partitions().size();
        if (key == null) {
            return kept.partitions().get(Integer.remainderUnsigned(turn.getAndIncrement(), count));
        }
        CRC32C hash = new CRC32C();
        hash.update(ByteBuffer.wrap(key.content()));
        return kept.partitions().get((int) (hash.getValue() % count));
    }

    static void checkKey(Topic topic, Message message) {
        if (topic.compacted() && message.key() == null) {
            throw new IllegalArgumentException("message must have a key: topic " + topic.name() + " is compacted");
        }
    }

    @Override
    public final Chunk read(Partition partition, long offset, int maxRecords, Duration timeout)
            throws InterruptedException {
        long nanos = Patience.nanos(timeout);
        Patience.records(maxRecords);
        long start = System.nanoTime();
        long from = offset;
        while (true) {
            long seen = bell.rings();
            Chunk chunk = partition(partition).read(from, maxRecords);
            from = chunk.next();
            long left = nanos - (System.nanoTime() - start);
            if (!chunk.records().isEmpty() || left <= 0) {
                return chunk;
            }
            bell.await(seen, left);
        }
    }

    @Override
    public final long firstOffset(Partition partition) {
        return partition(partition).first();
    }

    @Override
    public final long endOffset(Partition partition) {
        return partition(partition).end();
    }

    @Override
    public final long offsetAt(Partition partition, Instant time) {
        Instant ceiling = time.isAfter(Envelope.MAX_TIME) ? Envelope.MAX_TIME.plusMillis(1) : time;
        long millis = ceiling.isBefore(Instant.EPOCH) ? 0 : ceilMillis(ceiling);
        try {
            return partition(partition).offsetAt(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogUnavailableException("interrupted while reading " + partition, e);
        }
    }

    static long ceilMillis(Instant time) {
        long millis = time.toEpochMilli();
        return Instant.ofEpochMilli(millis).isBefore(time) ? millis + 1 : millis;
    }

    @Override
    public final GroupMember join(Subscription subscription, GroupListener listener) {
        Objects.requireNonNull(listener, "listener");
        subscription.topics().forEach(this::topic);
        return new LocalMember(this, groups, subscription, listener, bell);
    }
}
