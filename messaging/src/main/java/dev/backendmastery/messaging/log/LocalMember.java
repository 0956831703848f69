package dev.backendmastery.messaging.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A member of a group of a log that this process keeps. */
final class LocalMember implements GroupMember {

    private final LocalLog<?> log;
    private final Groups groups;
    private final Subscription subscription;
    private final GroupListener listener;
    private final Bell bell;
    /** By partition, where to read on. Only this member's thread changes it, under the lock of the groups or not. */
    private final Map<Partition, Long> positions = new TreeMap<>();

    private final Set<Partition> paused = new HashSet<>();
    private long lastBeat;
    private int turn;
    private boolean closed;

    LocalMember(LocalLog<?> log, Groups groups, Subscription subscription, GroupListener listener, Bell bell) {
        this.log = log;
        this.groups = groups;
        this.subscription = subscription;
        this.listener = listener;
        this.bell = bell;
    }

    String group() {
        return subscription.group();
    }

    Set<String> topics() {
        return subscription.topics();
    }

    Set<Partition> owned() {
        return positions.keySet();
    }

    void beat(long now) {
        lastBeat = now;
    }

    boolean isDead(long now) {
        return now - lastBeat > subscription.maxPollInterval().toNanos();
    }

    void forget(Set<Partition> partitions) {
        List.copyOf(partitions).forEach(positions::remove);
        paused.removeAll(partitions);
    }

    @Override
    public List<LogRecord> poll(Duration timeout) throws InterruptedException {
        long nanos = Patience.nanos(timeout);
        long start = System.nanoTime();
        while (true) {
            checkOpen();
            long seen = bell.rings();
            reconcile();
            List<LogRecord> records = fetch();
            long left = nanos - (System.nanoTime() - start);
            if (!records.isEmpty() || left <= 0) {
                return records;
            }
            // Waiting is polling too: it beats meanwhile, and notices who does not.
            bell.await(seen, Math.min(left, subscription.maxPollInterval().toNanos() / 3));
        }
    }

    private void reconcile() throws InterruptedException {
        Set<Partition> lost = groups.beat(this);
        if (!lost.isEmpty()) {
            listener.onLost(lost);
        }
        Set<Partition> revoked = groups.toRevoke(this);
        if (!revoked.isEmpty()) {
            try {
                listener.onRevoked(revoked);
            } finally {
                groups.release(this, revoked);
            }
        }
        Map<Partition, @Nullable Commit> claimed = groups.claim(this);
        if (!claimed.isEmpty()) {
            claimed.forEach((partition, commit) -> positions.put(partition, begin(partition, commit)));
            listener.onAssigned(new TreeSet<>(claimed.keySet()));
        }
    }

    private long begin(Partition partition, @Nullable Commit commit) {
        if (commit != null) {
            return commit.offset();
        }
        return subscription.start() == StartAt.FIRST ? log.firstOffset(partition) : log.endOffset(partition);
    }

    private List<LogRecord> fetch() throws InterruptedException {
        List<Partition> mine = List.copyOf(positions.keySet());
        List<LogRecord> records = new ArrayList<>();
        turn++;
        for (int i = 0; i < mine.size() && records.size() < subscription.maxRecords(); i++) {
            Partition partition = mine.get(Math.floorMod(i + turn, mine.size()));
            if (!paused.contains(partition)) {
                int room = subscription.maxRecords() - records.size();
                Chunk chunk = read(partition, position(partition), room);
                positions.put(partition, chunk.next());
                records.addAll(chunk.records());
            }
        }
        return records;
    }

    /** If retention was faster than the group, it goes on where it would have begun. */
    private Chunk read(Partition partition, long offset, int room) throws InterruptedException {
        LocalPartition local = log.partition(partition);
        try {
            return local.read(offset, room);
        } catch (OffsetOutOfRangeException e) {
            return new Chunk(List.of(), subscription.start() == StartAt.FIRST ? e.first() : e.end());
        }
    }

    @Override
    public Set<Partition> assignment() {
        return new TreeSet<>(positions.keySet());
    }

    @Override
    public void commit(Map<Partition, Commit> commits) {
        checkOpen();
        groups.commit(this, Map.copyOf(commits));
    }

    @Override
    public Map<Partition, Commit> committed(Set<Partition> partitions) {
        checkOpen();
        return groups.committed(group(), partitions);
    }

    @Override
    public long position(Partition partition) {
        Long position = positions.get(partition);
        if (position == null) {
            throw new FencedException(partition + " is not this member's");
        }
        return position;
    }

    @Override
    public void seek(Partition partition, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be at least 0, was " + offset);
        }
        checkOwned(Set.of(partition));
        positions.put(partition, offset);
    }

    @Override
    public void pause(Set<Partition> partitions) {
        checkOwned(partitions);
        paused.addAll(partitions);
    }

    @Override
    public void resume(Set<Partition> partitions) {
        checkOwned(partitions);
        paused.removeAll(partitions);
    }

    private void checkOwned(Set<Partition> partitions) {
        checkOpen();
        for (Partition partition : partitions) {
            if (!positions.containsKey(partition) || !groups.owns(this, partition)) {
                throw new FencedException(partition + " is not this member's");
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this member is closed");
        }
        log.checkOpen();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        Set<Partition> mine = new TreeSet<>(positions.keySet());
        Set<Partition> lost = new TreeSet<>(mine);
        lost.removeIf(partition -> groups.owns(this, partition));
        mine.removeAll(lost);
        try {
            if (!lost.isEmpty()) {
                listener.onLost(lost);
            }
            if (!mine.isEmpty()) {
                listener.onRevoked(mine);
            }
        } finally {
            closed = true;
            positions.clear();
            groups.leave(this);
        }
    }
}
