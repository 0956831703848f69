package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.ForwardingMember;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.Header;
import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class ConsumerContractBitesTest {

    private static final Duration PATIENCE = Duration.ofMillis(2500);

    private static void await(BooleanSupplier goal) {
        long start = System.nanoTime();
        while (!goal.getAsBoolean() && System.nanoTime() - start < PATIENCE.toNanos()) {
            LockSupport.parkNanos(200_000);
        }
    }

    /** On a right log in memory. */
    abstract static class Planted extends ConsumerContract {

        @Override
        protected MessageLog open() {
            return new InMemoryLog();
        }

        @Override
        protected Duration patience() {
            return PATIENCE;
        }
    }

    /** A fault in the consumer's member. */
    abstract static class PlantedMember extends Planted {

        abstract GroupMember plant(GroupMember real, MessageLog log);

        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public GroupMember join(Subscription subscription, GroupListener listener) {
                    return plant(log.join(subscription, listener), log);
                }
            };
        }
    }

    /** A fault in what the consumer commits. */
    abstract static class PlantedCommit extends PlantedMember {

        abstract Commit plant(Commit commit);

        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public void commit(Map<Partition, Commit> commits) {
                    Map<Partition, Commit> planted = new TreeMap<>();
                    commits.forEach((partition, commit) -> planted.put(partition, plant(commit)));
                    super.commit(planted);
                }
            };
        }
    }

    /** A fault in what the consumer does when its partitions change. */
    abstract static class PlantedListener extends Planted {

        abstract GroupListener plant(GroupListener real);

        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public GroupMember join(Subscription subscription, GroupListener listener) {
                    return log.join(subscription, plant(listener));
                }
            };
        }
    }

    static final class NoFault extends Planted {}

    static final class AcksBeforeWork extends Planted {
        @Override
        protected Handler handler(Handler handler, Rig rig) {
            return record -> {
                if (!Bytes.utf8("slow").equals(record.message().key())) {
                    handler.handle(record);
                    return;
                }
                Thread thread = new Thread(() -> {
                    await(() -> rig.committed.containsKey(record.partition()));
                    try {
                        handler.handle(record);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.setDaemon(true);
                thread.start();
            };
        }
    }

    static final class CommitsTheHighestFinished extends PlantedCommit {
        @Override
        Commit plant(Commit commit) {
            Gaps gaps = Gaps.decode(commit.offset(), commit.metadata());
            return gaps.runs() < 2 ? commit : Commit.at(gaps.to(gaps.runs() - 1));
        }
    }

    static final class ForgetsGaps extends PlantedCommit {
        @Override
        Commit plant(Commit commit) {
            return Commit.at(commit.offset());
        }
    }

    static final class ForgetsGapsThatAreLarge extends PlantedCommit {
        @Override
        Commit plant(Commit commit) {
            return commit.metadata().length() > 1000 ? Commit.at(commit.offset()) : commit;
        }
    }

    static final class RunsKeysInParallel extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            if (builder.workers < 4 && builder.order == Order.KEY) {
                builder.order(Order.NONE);
            }
        }
    }

    static final class TakesOrderByPartitionForOrderByKey extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            if (builder.order == Order.PARTITION) {
                builder.order(Order.KEY);
            }
        }
    }

    static final class KeepsAnOrderThatNobodyWants extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            if (builder.order == Order.NONE) {
                builder.order(Order.KEY);
            }
        }
    }

    static final class TakesAnyNumber extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            builder.maxInFlight(200_000, builder.maxBytes);
        }
    }

    static final class TakesAnySize extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            builder.maxInFlight(builder.maxRecords, Long.MAX_VALUE);
        }
    }

    static final class NeverResumes extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public void resume(Set<Partition> partitions) {}
            };
        }
    }

    static final class HoldsUpAllPartitions extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public void pause(Set<Partition> partitions) {
                    super.pause(ofTheTopic(partitions));
                }

                @Override
                public void resume(Set<Partition> partitions) {
                    super.resume(ofTheTopic(partitions));
                }

                private Set<Partition> ofTheTopic(Set<Partition> partitions) {
                    Set<Partition> all = new HashSet<>(assignment());
                    all.removeIf(partition ->
                            partitions.stream().noneMatch(other -> other.topic().equals(partition.topic())));
                    return all;
                }
            };
        }
    }

    static final class DrainsNothing extends PlantedListener {
        @Override
        GroupListener plant(GroupListener real) {
            return new ForwardingListener(real) {
                @Override
                public void onRevoked(Set<Partition> partitions) {
                    real.onLost(partitions);
                }
            };
        }
    }

    static final class DrainsForEver extends PlantedListener {
        private final AtomicInteger running = new AtomicInteger();

        @Override
        protected Handler handler(Handler handler, Rig rig) {
            return record -> {
                running.incrementAndGet();
                try {
                    handler.handle(record);
                } finally {
                    running.decrementAndGet();
                }
            };
        }

        @Override
        GroupListener plant(GroupListener real) {
            return new ForwardingListener(real) {
                @Override
                public void onRevoked(Set<Partition> partitions) {
                    super.onRevoked(partitions);
                    for (int i = 0; i < 3; i++) {
                        await(() -> running.get() == 0);
                    }
                }
            };
        }
    }

    static final class IgnoresTheEpoch extends Planted {
        private final Set<Position> late = ConcurrentHashMap.newKeySet();

        @Override
        protected Handler handler(Handler handler, Rig rig) {
            return record -> {
                Position position = new Position(record.partition(), record.offset());
                if (late.contains(position)) {
                    return;
                }
                int losses = rig.losses.get();
                handler.handle(record);
                if (rig.losses.get() > losses) {
                    late.add(position);
                }
            };
        }
    }

    static final class KeepsWhatIsLost extends PlantedListener {
        @Override
        GroupListener plant(GroupListener real) {
            return new ForwardingListener(real) {
                @Override
                public void onLost(Set<Partition> partitions) {}
            };
        }
    }

    static final class DiesOfAFailedCommit extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                private boolean failed;

                @Override
                public void commit(Map<Partition, Commit> commits) {
                    try {
                        super.commit(commits);
                    } catch (MessageLogException e) {
                        failed = true;
                        throw e;
                    }
                }

                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    if (failed) {
                        throw new IllegalStateException("the thread has died");
                    }
                    return super.poll(timeout);
                }
            };
        }
    }

    static final class StopsPollingAfterAFailedCommit extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                private boolean failed;

                @Override
                public void commit(Map<Partition, Commit> commits) {
                    try {
                        super.commit(commits);
                    } catch (MessageLogException e) {
                        failed = true;
                        throw e;
                    }
                }

                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    if (failed) {
                        LockSupport.parkNanos(1_000_000);
                        return List.of();
                    }
                    return super.poll(timeout);
                }
            };
        }
    }

    static final class RetryOvertakesItsKey extends Planted {
        private final Map<Bytes, LogRecord> later = new ConcurrentHashMap<>();

        @Override
        protected Handler handler(Handler handler, Rig rig) {
            return record -> {
                Bytes key = record.message().key();
                LogRecord before = key == null ? null : later.remove(key);
                try {
                    handler.handle(record);
                    if (before != null) {
                        handler.handle(before);
                    }
                } catch (Exception e) {
                    if (key == null || before != null || e instanceof InterruptedException) {
                        throw e;
                    }
                    later.put(key, record);
                }
            };
        }
    }

    static final class RetriesWithoutWaiting extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            if (builder.retry.ends() && builder.retry.tiers().isEmpty()) {
                builder.retry(RetryPolicy.attempts(builder.retry.attempts(), Backoff.fixed(Duration.ZERO))
                        .then(builder.retry.then()));
            }
        }
    }

    static final class RetriesForEver extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            builder.retry(RetryPolicy.forever(builder.retry.backoff()));
        }
    }

    /** A fault in what goes to dead letters and tiers. */
    abstract static class PlantedAppend extends Planted {

        /** Empty: it is acked and not appended. */
        abstract Optional<Message> plant(Message message);

        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    Optional<Message> planted = plant(message);
                    CompletableFuture<Position> ack =
                            planted.map(some -> super.append(topic, some)).orElseGet(CompletableFuture::new);
                    return planted.isPresent()
                            ? ack
                            : CompletableFuture.completedFuture(new Position(new Partition(topic, 0), 1_000_000));
                }
            };
        }
    }

    private static Message headers(Message message, UnaryOperator<Header> change) {
        List<Header> headers = new ArrayList<>();
        message.headers().forEach(header -> headers.add(change.apply(header)));
        return new Message(message.envelope(), message.key(), headers, message.payload());
    }

    private static Message without(Message message, String prefix) {
        return new Message(
                message.envelope(),
                message.key(),
                message.headers().stream()
                        .filter(header -> !header.name().startsWith(prefix))
                        .toList(),
                message.payload());
    }

    /** What it acks at once is appended when the consumer has committed. */
    static final class AwaitsNoDeadLetter extends Planted {
        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    if (!((Rig) log).isHeld(topic)) {
                        return super.append(topic, message);
                    }
                    Thread thread = new Thread(() -> {
                        await(() -> ((Rig) log).committed.values().stream().anyMatch(commit -> commit.offset() == 3));
                        var unused = super.append(topic, message);
                    });
                    thread.setDaemon(true);
                    thread.start();
                    return CompletableFuture.completedFuture(new Position(new Partition(topic, 0), 0));
                }
            };
        }
    }

    static final class ForgetsTheFirstFailure extends PlantedAppend {
        @Override
        Optional<Message> plant(Message message) {
            return Optional.of(headers(
                    message,
                    header -> header.name().equals("bm-dead-first-message")
                            ? new Header(header.name(), Bytes.utf8("?"))
                            : header));
        }
    }

    static final class HandlesWhatShouldFollow extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            if (builder.retry.ends()) {
                builder.retry(builder.retry.then(AfterRetries.DEAD_LETTER));
            }
        }
    }

    static final class LosesFollowers extends PlantedAppend {
        @Override
        Optional<Message> plant(Message message) {
            boolean follows = message.headers().contains(new Header("bm-dead-reason", Bytes.utf8("FOLLOWS")));
            return follows ? Optional.empty() : Optional.of(message);
        }
    }

    static final class ForgetsWhatIsParked extends Planted {
        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public long endOffset(Partition partition) {
                    return 0;
                }
            };
        }
    }

    static final class DelaysNothing extends PlantedAppend {
        @Override
        Optional<Message> plant(Message message) {
            return Optional.of(without(message, "bm-retry-due"));
        }
    }

    static final class ForgetsWhereItCameFrom extends PlantedAppend {
        @Override
        Optional<Message> plant(Message message) {
            return Optional.of(without(message, "bm-retry-offset"));
        }
    }

    /** A fault in replays. */
    abstract static class PlantedReplay extends Planted {

        abstract Message plant(Message message);

        @Override
        protected MessageLog lettersLog(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public CompletableFuture<Position> append(Partition partition, Message message) {
                    return super.append(partition, plant(message));
                }
            };
        }
    }

    static final class ReplaysTwice extends Planted {
        @Override
        protected MessageLog lettersLog(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public CompletableFuture<Position> append(String topic, Message message) {
                    return CompletableFuture.completedFuture(new Position(new Partition(topic, 0), 0));
                }
            };
        }
    }

    static final class ReplaysUnderNewIds extends PlantedReplay {
        @Override
        Message plant(Message message) {
            Message.Builder builder = Message.of(
                            new UUID(1, message.hashCode()),
                            message.envelope().type(),
                            message.envelope().time())
                    .key(message.key());
            message.headers().forEach(header -> builder.header(header.name(), header.value()));
            Bytes payload = message.payload();
            return payload == null
                    ? builder.tombstone().build()
                    : builder.payload(message.envelope().contentType(), payload).build();
        }
    }

    static final class ReplaysWithoutSayingSo extends PlantedReplay {
        @Override
        Message plant(Message message) {
            return without(message, "bm-replay-");
        }
    }

    static final class HidesErrors extends Planted {
        @Override
        protected Handler handler(Handler handler, Rig rig) {
            return record -> {
                try {
                    handler.handle(record);
                } catch (InternalError | AssertionError e) {
                    LockSupport.parkNanos(1);
                }
            };
        }
    }

    static final class ClosesAtOnce extends Planted {
        @Override
        protected void settings(ConsumerRuntime.Builder builder) {
            builder.drainTimeout(Duration.ZERO);
        }
    }

    static final class CommitsAllWhenClosed extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public void close() {
                    try {
                        for (Partition partition : assignment()) {
                            super.commit(Map.of(partition, Commit.at(position(partition))));
                        }
                    } catch (IllegalStateException e) {
                        LockSupport.parkNanos(1); // crashed
                    }
                    super.close();
                }
            };
        }
    }

    static final class StopsPollingWhileDraining extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                private final Set<Partition> paused = new HashSet<>();

                @Override
                public void pause(Set<Partition> partitions) {
                    super.pause(partitions);
                    paused.addAll(partitions);
                }

                @Override
                public void resume(Set<Partition> partitions) {
                    super.resume(partitions);
                    paused.removeAll(partitions);
                }

                @Override
                public List<LogRecord> poll(Duration timeout) throws InterruptedException {
                    if (!paused.isEmpty() && paused.containsAll(assignment())) {
                        LockSupport.parkNanos(1_000_000);
                        return List.of();
                    }
                    return super.poll(timeout);
                }
            };
        }
    }

    static final class ResetsWhatItCannotRead extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public Map<Partition, Commit> committed(Set<Partition> partitions) {
                    Map<Partition, Commit> readable = new TreeMap<>();
                    super.committed(partitions).forEach((partition, commit) -> {
                        try {
                            Gaps unused = Gaps.decode(commit.offset(), commit.metadata());
                            readable.put(partition, commit);
                        } catch (IllegalArgumentException e) {
                            seek(partition, 0);
                        }
                    });
                    return readable;
                }
            };
        }
    }

    static final class BelievesWhatBelongsToAnotherOffset extends PlantedMember {
        @Override
        GroupMember plant(GroupMember real, MessageLog log) {
            return new ForwardingMember(real) {
                @Override
                public Map<Partition, Commit> committed(Set<Partition> partitions) {
                    Map<Partition, Commit> believed = new TreeMap<>(super.committed(partitions));
                    believed.replaceAll((partition, commit) -> {
                        try {
                            String here = Gaps.decode(0, commit.metadata()).encode(commit.offset());
                            return new Commit(commit.offset(), here);
                        } catch (IllegalArgumentException e) {
                            return commit;
                        }
                    });
                    return believed;
                }
            };
        }
    }

    @Test
    void acquitsWhatIsRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsFaultsOfCommits() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(AcksBeforeWork.class, "CR-1"),
                () -> Kit.convicts(CommitsTheHighestFinished.class, "CR-2", "CR-3", "CR-7"),
                () -> Kit.convicts(ForgetsGaps.class, "CR-3", "CR-7", "CR-13"),
                () -> Kit.convicts(ForgetsGapsThatAreLarge.class, "CR-7"),
                () -> Kit.convicts(DiesOfAFailedCommit.class, "CR-11"),
                () -> Kit.convicts(StopsPollingAfterAFailedCommit.class, "CR-11"),
                () -> Kit.convicts(ResetsWhatItCannotRead.class, "CR-20"),
                () -> Kit.convicts(BelievesWhatBelongsToAnotherOffset.class, "CR-20"));
    }

    @Test
    void convictsFaultsOfOrderAndBounds() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(RunsKeysInParallel.class, "CR-4"),
                () -> Kit.convicts(TakesOrderByPartitionForOrderByKey.class, "CR-4"),
                () -> Kit.convicts(KeepsAnOrderThatNobodyWants.class, "CR-5", "CR-15"),
                () -> Kit.convicts(TakesAnyNumber.class, "CR-6"),
                () -> Kit.convicts(TakesAnySize.class, "CR-6"),
                () -> Kit.convicts(NeverResumes.class, "CR-6", "CR-7", "CR-15"),
                () -> Kit.convicts(HoldsUpAllPartitions.class, "CR-7"));
    }

    @Test
    void convictsFaultsOfRebalancesAndEnds() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(DrainsNothing.class, "CR-8"),
                () -> Kit.convicts(DrainsForEver.class, "CR-9"),
                () -> Kit.convicts(IgnoresTheEpoch.class, "CR-10"),
                () -> Kit.convicts(KeepsWhatIsLost.class, "CR-10"),
                () -> Kit.convicts(HidesErrors.class, "CR-13", "CR-18"),
                () -> Kit.convicts(ClosesAtOnce.class, "CR-8", "CR-19"),
                () -> Kit.convicts(CommitsAllWhenClosed.class, "CR-18", "CR-19"),
                () -> Kit.convicts(StopsPollingWhileDraining.class, "CR-6", "CR-19"));
    }

    @Test
    void convictsFaultsOfRetriesAndLetters() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(RetryOvertakesItsKey.class, "CR-12", "CR-13", "CR-14", "CR-15", "CR-16", "CR-17"),
                () -> Kit.convicts(RetriesWithoutWaiting.class, "CR-12"),
                () -> Kit.convicts(RetriesForEver.class, "CR-13", "CR-14", "CR-15", "CR-16", "CR-17"),
                () -> Kit.convicts(AwaitsNoDeadLetter.class, "CR-13"),
                () -> Kit.convicts(ForgetsTheFirstFailure.class, "CR-13", "CR-15"),
                () -> Kit.convicts(HandlesWhatShouldFollow.class, "CR-14", "CR-17"),
                () -> Kit.convicts(LosesFollowers.class, "CR-14", "CR-17"),
                () -> Kit.convicts(ForgetsWhatIsParked.class, "CR-14", "CR-17"),
                () -> Kit.convicts(DelaysNothing.class, "CR-15"),
                () -> Kit.convicts(ForgetsWhereItCameFrom.class, "CR-15"),
                () -> Kit.convicts(ReplaysTwice.class, "CR-16", "CR-17"),
                () -> Kit.convicts(ReplaysUnderNewIds.class, "CR-16"),
                () -> Kit.convicts(ReplaysWithoutSayingSo.class, "CR-17"));
    }
}
