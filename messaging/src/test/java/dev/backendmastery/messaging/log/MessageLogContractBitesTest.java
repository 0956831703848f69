package dev.backendmastery.messaging.log;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class MessageLogContractBitesTest {

    /** A right log in memory with a fault planted in it. */
    abstract static class Planted extends MessageLogContract {

        private final ManualTime time = new ManualTime();

        abstract ForwardingLog plant(InMemoryLog real);

        @Override
        protected MessageLog open() {
            return plant(new InMemoryLog(() -> time.instant().plus(ahead()), time.ticker()));
        }

        Duration ahead() {
            return Duration.ZERO;
        }

        @Override
        protected Instant now() {
            return time.instant();
        }

        @Override
        protected void elapse(Duration by) {
            time.advance(by);
        }

        @Override
        protected void maintain(MessageLog log) {
            ((ForwardingLog) log).maintain();
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(400);
        }
    }

    static final class NoFault extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real);
        }
    }

    static final class DropsHeaders extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    return real.append(
                            topic, new Message(message.envelope(), message.key(), List.of(), message.payload()));
                }
            };
        }
    }

    static final class ReordersLargeBatches extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public CompletableFuture<List<Position>> appendAll(String topic, List<Message> messages) {
                    List<Message> turned = new ArrayList<>(messages);
                    if (messages.size() >= 100) {
                        Collections.reverse(turned);
                    }
                    return real.appendAll(topic, turned);
                }
            };
        }
    }

    static final class SpreadsKeys extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            AtomicInteger turn = new AtomicInteger();
            return new ForwardingLog(real) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    int partitions = real.topic(topic).partitions();
                    if (partitions == 1) {
                        return real.append(topic, message);
                    }
                    return real.append(new Partition(topic, turn.getAndIncrement() % partitions), message);
                }
            };
        }
    }

    static final class NeverWaits extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout)
                        throws InterruptedException {
                    return real.read(partition, offset, maxRecords, timeout.isNegative() ? timeout : Duration.ZERO);
                }
            };
        }
    }

    static final class TakesTimesForSorted extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public long offsetAt(Partition partition, Instant time) {
                    try {
                        long offset = real.endOffset(partition);
                        while (offset > 0
                                && !real.read(partition, offset - 1, 1, Duration.ZERO)
                                        .records()
                                        .get(0)
                                        .message()
                                        .envelope()
                                        .time()
                                        .isBefore(time)) {
                            offset--;
                        }
                        return offset;
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            };
        }
    }

    static final class SkipsWhatIsMissing extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout)
                        throws InterruptedException {
                    long there = Math.min(real.endOffset(partition), Math.max(offset, real.firstOffset(partition)));
                    return real.read(partition, there, maxRecords, timeout);
                }
            };
        }
    }

    static final class TakesAnySettings extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public boolean createTopic(Topic topic) {
                    try {
                        return real.createTopic(topic);
                    } catch (IllegalArgumentException e) {
                        return false;
                    }
                }
            };
        }
    }

    static final class MakesTopicsByItself extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    try {
                        real.topic(topic);
                    } catch (UnknownTopicException e) {
                        real.createTopic(Topic.of(topic, 1));
                    }
                    return real.append(topic, message);
                }
            };
        }
    }

    /** Plants a fault in the members. */
    abstract static class PlantedMember extends Planted {
        GroupMember plant(GroupMember real) {
            return real;
        }

        Subscription plant(Subscription subscription) {
            return subscription;
        }

        GroupListener plant(GroupListener listener) {
            return listener;
        }

        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public GroupMember join(Subscription subscription, GroupListener listener) {
                    return plant(real.join(plant(subscription), plant(listener)));
                }
            };
        }
    }

    static final class GivesEveryoneAll extends PlantedMember {
        private int count;

        @Override
        Subscription plant(Subscription wanted) {
            return new Subscription(
                    wanted.group() + count++,
                    wanted.topics(),
                    wanted.start(),
                    wanted.maxRecords(),
                    wanted.maxPollInterval());
        }
    }

    static final class CommitsWhatWasPolled extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    List<LogRecord> records = real.poll(timeout);
                    records.forEach(record -> real.commit(Map.of(record.partition(), Commit.at(record.offset() + 1))));
                    return records;
                }
            };
        }
    }

    static final class ForgetsMetadata extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public void commit(Map<Partition, Commit> commits) {
                    Map<Partition, Commit> bare = new HashMap<>();
                    commits.forEach((partition, commit) -> bare.put(partition, Commit.at(commit.offset())));
                    real.commit(bare);
                }
            };
        }
    }

    static final class OneGroupForAll extends PlantedMember {
        @Override
        Subscription plant(Subscription wanted) {
            return new Subscription(
                    "one", wanted.topics(), wanted.start(), wanted.maxRecords(), wanted.maxPollInterval());
        }
    }

    static final class AlwaysFromTheFirst extends PlantedMember {
        @Override
        Subscription plant(Subscription wanted) {
            return wanted.startAt(StartAt.FIRST);
        }
    }

    static final class RevokesInSilence extends PlantedMember {
        @Override
        GroupListener plant(GroupListener listener) {
            return new GroupListener() {
                @Override
                public void onAssigned(Set<Partition> partitions) {
                    listener.onAssigned(partitions);
                }

                @Override
                public void onLost(Set<Partition> partitions) {
                    listener.onLost(partitions);
                }
            };
        }
    }

    static final class TellsTooLate extends PlantedMember {
        private final List<Runnable> late = new ArrayList<>();

        @Override
        GroupListener plant(GroupListener listener) {
            return new GroupListener() {
                @Override
                public void onAssigned(Set<Partition> partitions) {
                    listener.onAssigned(partitions);
                }

                @Override
                public void onRevoked(Set<Partition> partitions) {
                    late.add(() -> listener.onRevoked(partitions));
                }

                @Override
                public void onLost(Set<Partition> partitions) {
                    listener.onLost(partitions);
                }
            };
        }

        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    List<LogRecord> records = real.poll(timeout);
                    tell();
                    return records;
                }

                @Override
                public void close() {
                    real.close();
                    tell();
                }

                private void tell() {
                    late.forEach(Runnable::run);
                    late.clear();
                }
            };
        }
    }

    static final class NeverLeaves extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                private boolean closed;

                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    if (closed) {
                        throw new IllegalStateException("closed");
                    }
                    return real.poll(timeout);
                }

                @Override
                public void close() {
                    closed = true;
                }
            };
        }
    }

    static final class HidesThatItIsFenced extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public void commit(Map<Partition, Commit> commits) {
                    try {
                        real.commit(commits);
                    } catch (FencedException e) {
                        // the fault
                    }
                }
            };
        }
    }

    static final class NeverDies extends PlantedMember {
        @Override
        Subscription plant(Subscription wanted) {
            return wanted.maxPollInterval(Duration.ofDays(1));
        }
    }

    static final class CommitsWhereItSeeks extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public void seek(Partition partition, long offset) {
                    real.seek(partition, offset);
                    real.commit(Map.of(partition, Commit.at(offset)));
                }
            };
        }
    }

    static final class DropsWhatIsPaused extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            Set<Partition> paused = new HashSet<>();
            return new ForwardingMember(real) {
                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    List<LogRecord> records = new ArrayList<>(real.poll(timeout));
                    records.removeIf(record -> paused.contains(record.partition()));
                    return records;
                }

                @Override
                public void pause(Set<Partition> partitions) {
                    partitions.forEach(real::position);
                    paused.addAll(partitions);
                }

                @Override
                public void resume(Set<Partition> partitions) {
                    paused.removeAll(partitions);
                }
            };
        }
    }

    static final class IgnoresPause extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real) {
            return new ForwardingMember(real) {
                @Override
                public void pause(Set<Partition> partitions) {
                    partitions.forEach(real::position);
                }
            };
        }
    }

    static final class RemovesTheYoung extends Planted {
        @Override
        Duration ahead() {
            return Duration.ofMinutes(61);
        }

        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real);
        }
    }

    static final class NeverLetsGo extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                void maintain() {}
            };
        }
    }

    /** Makes topics with other settings than those asked for. */
    abstract static class PlantedTopic extends Planted {
        abstract Topic plant(Topic wanted);

        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public boolean createTopic(Topic topic) {
                    return real.createTopic(plant(topic));
                }
            };
        }
    }

    static final class KeepsHalfTheSize extends PlantedTopic {
        @Override
        Topic plant(Topic wanted) {
            Long bytes = wanted.maxBytes();
            return bytes == null ? wanted : wanted.keepBytes(bytes / 2);
        }
    }

    static final class RenumbersWhatIsLeft extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public Chunk read(Partition partition, long offset, int maxRecords, Duration timeout)
                        throws InterruptedException {
                    Chunk chunk = real.read(partition, offset, maxRecords, timeout);
                    if (!real.topic(partition.topic()).compacted()) {
                        return chunk;
                    }
                    List<LogRecord> dense = new ArrayList<>();
                    chunk.records()
                            .forEach(record ->
                                    dense.add(new LogRecord(partition, offset + dense.size(), record.message())));
                    return new Chunk(dense, chunk.next());
                }
            };
        }
    }

    static final class ForgetsTombstones extends PlantedTopic {
        @Override
        Topic plant(Topic wanted) {
            return wanted.compacted() ? wanted.compact(Duration.ZERO) : wanted;
        }
    }

    static final class KeepsTombstones extends PlantedTopic {
        @Override
        Topic plant(Topic wanted) {
            return wanted.compacted() ? wanted.compact(Duration.ofDays(30_000)) : wanted;
        }
    }

    static final class ClosesNothing extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public void close() {}
            };
        }
    }

    static final class ClaimsToBeDurable extends Planted {
        @Override
        ForwardingLog plant(InMemoryLog real) {
            return new ForwardingLog(real) {
                @Override
                public Set<Capability> capabilities() {
                    return Set.of(Capability.DURABLE);
                }
            };
        }
    }

    @Test
    void acquitsWhatIsRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsFaultsOfAppendsAndReads() {
        Kit.convicts(DropsHeaders.class, "ML-1");
        Kit.convicts(ReordersLargeBatches.class, "ML-2");
        Kit.convicts(SpreadsKeys.class, "ML-3");
        Kit.convicts(NeverWaits.class, "ML-4");
        Kit.convicts(TakesTimesForSorted.class, "ML-5");
        Kit.convicts(SkipsWhatIsMissing.class, "ML-6", "ML-16");
        Kit.convicts(TakesAnySettings.class, "ML-7");
        Kit.convicts(MakesTopicsByItself.class, "ML-7");
    }

    @Test
    void convictsFaultsOfGroups() {
        Kit.convicts(GivesEveryoneAll.class, "ML-8", "ML-9", "ML-11", "ML-12", "ML-13");
        Kit.convicts(CommitsWhatWasPolled.class, "ML-9", "ML-10", "ML-13");
        Kit.convicts(ForgetsMetadata.class, "ML-9");
        Kit.convicts(OneGroupForAll.class, "ML-10");
        Kit.convicts(AlwaysFromTheFirst.class, "ML-10");
        Kit.convicts(RevokesInSilence.class, "ML-11", "ML-12");
        Kit.convicts(TellsTooLate.class, "ML-11");
        Kit.convicts(NeverLeaves.class, "ML-9", "ML-12");
        Kit.convicts(HidesThatItIsFenced.class, "ML-13");
        Kit.convicts(NeverDies.class, "ML-13");
        Kit.convicts(CommitsWhereItSeeks.class, "ML-14");
        Kit.convicts(DropsWhatIsPaused.class, "ML-15");
        Kit.convicts(IgnoresPause.class, "ML-15");
    }

    @Test
    void convictsFaultsOfWhatStays() {
        Kit.convicts(RemovesTheYoung.class, "ML-16");
        Kit.convicts(NeverLetsGo.class, "ML-16", "ML-17", "ML-18", "ML-19");
        Kit.convicts(KeepsHalfTheSize.class, "ML-17");
        Kit.convicts(RenumbersWhatIsLeft.class, "ML-18");
        Kit.convicts(ForgetsTombstones.class, "ML-19");
        Kit.convicts(KeepsTombstones.class, "ML-19");
        Kit.convicts(ClosesNothing.class, "ML-20");
        Kit.convicts(ClaimsToBeDurable.class, "ML-21");
    }
}
