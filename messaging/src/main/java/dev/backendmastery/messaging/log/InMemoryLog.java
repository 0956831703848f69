package dev.backendmastery.messaging.log;

import dev.backendmastery.core.time.Ticker;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory, for tests: the contract to the letter, at once, record by record.
 *
 * <p><b>Guarantee.</b> As {@link MessageLog}; acks are complete when the call returns. Retention and compaction take
 * place in {@link #maintain} and not else. <b>Threads.</b> Safe for any number of threads. <b>Cost.</b> A lock and a
 * tree entry a message. <b>Not for</b> what must be there tomorrow.
 */
public final class InMemoryLog extends LocalLog<MemoryPartition> {

    private static final class MemoryOffsets implements Offsets {
        private final Map<String, Map<Partition, Commit>> groups = new HashMap<>();

        @Override
        public @Nullable Commit get(String group, Partition partition) {
            return groups.getOrDefault(group, Map.of()).get(partition);
        }

        @Override
        public void put(String group, Map<Partition, Commit> commits) {
            groups.computeIfAbsent(group, name -> new HashMap<>()).putAll(commits);
        }
    }

    private final InstantSource clock;

    /** An empty log on the machine's clocks. */
    public InMemoryLog() {
        this(InstantSource.system(), Ticker.system());
    }

    /**
     * An empty log.
     *
     * @param clock by which messages and tombstones grow old
     * @param ticker by which members that do not poll are taken for dead
     */
    public InMemoryLog(InstantSource clock, Ticker ticker) {
        super(new MemoryOffsets(), ticker);
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    List<MemoryPartition> open(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(number -> new MemoryPartition(new Partition(topic.name(), number)))
                .toList();
    }

    @Override
    CompletableFuture<Position> append(MemoryPartition partition, Message message) {
        Position position = partition.append(List.of(message)).get(0);
        bell.ring();
        return CompletableFuture.completedFuture(position);
    }

    @Override
    public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
        Kept<MemoryPartition> kept = kept(topic);
        messages.forEach(message -> checkKey(kept.topic(), message));
        Map<MemoryPartition, List<Integer>> parts = new LinkedHashMap<>();
        for (int i = 0; i < messages.size(); i++) {
            MemoryPartition partition = choose(kept, messages.get(i).key());
            parts.computeIfAbsent(partition, p -> new ArrayList<>()).add(i);
        }
        List<Position> positions =
                new ArrayList<>(Collections.nCopies(messages.size(), new Position(new Partition(topic, 0), 0)));
        parts.forEach((partition, indexes) -> {
            List<Position> part =
                    partition.append(indexes.stream().map(messages::get).toList());
            for (int i = 0; i < part.size(); i++) {
                positions.set(indexes.get(i), part.get(i));
            }
        });
        bell.ring();
        return CompletableFuture.completedFuture(List.copyOf(positions));
    }

    /** Lets go what retention and compaction let go now. */
    public void maintain() {
        checkOpen();
        long now = clock.millis();
        kept().forEach(kept -> kept.partitions().forEach(partition -> partition.maintain(kept.topic(), now)));
    }

    @Override
    public void close() {
        shut();
    }
}
