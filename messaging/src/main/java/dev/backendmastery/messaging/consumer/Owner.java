package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.time.Timers;
import dev.backendmastery.messaging.consumer.ConsumerStats.PartitionStats;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.CorruptLogException;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.MessageFormatException;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.messaging.log.Partition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the member: it alone polls, commits, pauses, and knows how far each partition is. Workers tell it what
 * they have finished through a queue.
 */
final class Owner implements GroupListener {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerRuntime.class);

    /** The longest that it does not look around: nobody can wake it from a poll. */
    private static final long LONGEST_POLL = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long LONGEST_PARK = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Duration REFRESH = Duration.ofSeconds(1);
    private static final long PUBLISH = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long GRACE = TimeUnit.SECONDS.toNanos(2);

    private record LaneKey(Partition partition, @Nullable Bytes key) {}

    private final ConsumerRuntime.Builder settings;
    private final Timers timers;
    private final Lanes lanes;
    private final Workers workers;
    private final @Nullable ParkedKeys parked;
    private final GroupMember member;
    private final Thread thread;
    private final Set<String> tiers = new HashSet<>();

    private final Queue<Task> finished = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(null);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile boolean full;
    private volatile boolean draining;

    // The owner thread's own.
    private final Map<Partition, Assignment> assignments = new TreeMap<>();
    private long lastCommit;
    private long lastPublish;
    private boolean idle = true;

    // Written by the owner thread, read by any.
    private final LongAdder commits = new LongAdder();
    private final LongAdder failedCommits = new LongAdder();
    private final LongAdder late = new LongAdder();
    private volatile Map<Partition, PartitionStats> published = Map.of();

    Owner(ConsumerRuntime.Builder settings, Timers timers) {
        this.settings = settings;
        this.timers = timers;
        this.parked =
                settings.deadLetters != null && settings.retry.ends() && settings.retry.then() == AfterRetries.PARK
                        ? new ParkedKeys(settings.log, settings.subscription.group(), settings.deadLetters)
                        : null;
        settings.retry.tiers().forEach(tier -> tiers.add(tier.topic()));
        this.lanes =
                new Lanes(settings.maxRecords - settings.subscription.maxRecords(), settings.maxBytes, this::onRoom);
        this.workers = new Workers(settings, timers, lanes, parked, this::ended, this::fail);
        this.member = settings.log.join(settings.subscription, this);
        this.thread = settings.threads.newThread(this::run);
        thread.setName("consumer-" + settings.subscription.group());
        thread.setDaemon(true);
    }

    void start() {
        workers.start();
        if (parked != null) {
            ParkedKeys keys = parked;
            timers.schedule(REFRESH, () -> refreshParked(keys));
        }
        thread.start();
    }

    // Called by any thread.

    private void ended(Task task) {
        finished.add(task);
        if (draining) {
            LockSupport.unpark(thread);
        }
    }

    private void onRoom() {
        if (full) {
            LockSupport.unpark(thread);
        }
    }

    /** What it cannot go on from. */
    private void fail(Throwable thrown) {
        failure.compareAndSet(null, thrown);
        closing = true;
        LockSupport.unpark(thread);
    }

    ConsumerStats stats() {
        Map<Partition, PartitionStats> partitions = published;
        return new ConsumerStats(
                lanes.inFlight(),
                lanes.inFlightBytes(),
                workers.handled(),
                workers.failures(),
                workers.deadLetters(),
                parked == null ? 0 : parked.count(partitions.keySet()),
                commits.sum(),
                failedCommits.sum(),
                late.sum(),
                partitions,
                Optional.ofNullable(failure.get()));
    }

    boolean awaitStopped(Duration timeout) throws InterruptedException {
        return stopped.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void close() {
        closing = true;
        if (Thread.currentThread() == thread) {
            return; // a listener asks for it: it ends after this round
        }
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (true) {
            try {
                stopped.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // it ends within a bound all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The owner thread.

    private void run() {
        lastCommit = settings.ticker.nanos();
        try {
            while (!closing) {
                round();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
        try {
            shut();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        } finally {
            Throwable why = failure.get();
            if (why != null) {
                LOG.error("the consumer of group {} has ended", settings.subscription.group(), why);
            }
            stopped.countDown();
            tell(listener -> listener.onStopped(why));
        }
    }

    private void round() throws InterruptedException {
        timers.advance();
        settle();
        if (settings.ticker.nanos() - lastCommit >= settings.commitEvery.toNanos()) {
            commit(assignments.values());
        }
        boolean room = lanes.hasRoom();
        boolean allPaused = steer(room);
        if (idle || allPaused || settings.ticker.nanos() - lastPublish >= PUBLISH) {
            lastPublish = settings.ticker.nanos();
            publish();
        }
        if (allPaused && room) {
            park(); // each waits for a timer, or for what holds up its commits
        } else if (allPaused) {
            awaitRoom();
        }
        List<LogRecord> records;
        try {
            records = member.poll(allPaused ? Duration.ZERO : Duration.ofNanos(patience()));
        } catch (MessageFormatException | CorruptLogException e) {
            throw e;
        } catch (MessageLogException e) {
            unavailable("polling failed", e);
            park();
            return;
        }
        idle = records.isEmpty();
        accept(records);
    }

    private long patience() {
        return Math.max(0, Math.min(Math.min(LONGEST_POLL, timers.nanosUntilNext()), settings.commitEvery.toNanos()));
    }

    /** Waits for a short while, or for room: not for each record that ends, since a round costs more than a light one. */
    private void awaitRoom() {
        full = true;
        if (!lanes.hasRoom()) {
            park();
        }
        full = false;
    }

    private void park() {
        if (!closing) {
            LockSupport.parkNanos(Math.min(LONGEST_PARK, Math.max(0, timers.nanosUntilNext())));
        }
    }

    private void settle() {
        for (Task task = finished.poll(); task != null; task = finished.poll()) {
            Assignment assignment = task.assignment;
            if (assignments.get(assignment.partition) == assignment) {
                assignment.progress.finish(task.record.offset());
            } else {
                late.increment();
            }
        }
    }

    /** Pauses what is to take nothing, resumes the rest. @return whether there are partitions, and all are paused */
    private boolean steer(boolean room) {
        Set<Partition> pause = new HashSet<>();
        Set<Partition> resume = new HashSet<>();
        boolean all = !assignments.isEmpty();
        for (Assignment assignment : assignments.values()) {
            boolean wanted = !room || assignment.waits || assignment.progress.isCramped();
            all &= wanted;
            if (wanted != assignment.paused) {
                (wanted ? pause : resume).add(assignment.partition);
                assignment.paused = wanted;
            }
        }
        try {
            if (!pause.isEmpty()) {
                member.pause(pause);
            }
            if (!resume.isEmpty()) {
                member.resume(resume);
            }
        } catch (FencedException e) {
            // One was taken away, as the next poll tells; the others are paused or resumed in the next round.
            for (Assignment assignment : assignments.values()) {
                boolean changed = pause.contains(assignment.partition) || resume.contains(assignment.partition);
                assignment.paused ^= changed;
            }
            return false;
        }
        return all;
    }

    private void accept(List<LogRecord> records) {
        Set<Partition> putBack = new HashSet<>();
        for (LogRecord record : records) {
            Partition partition = record.partition();
            Assignment assignment = assignments.get(partition);
            if (assignment == null || putBack.contains(partition)) {
                continue;
            }
            if (!assignment.waits) {
                awaitDue(assignment, record);
            }
            if (assignment.waits) {
                putBack.add(partition);
                putBack(record);
            } else if (assignment.progress.take(record.offset())) {
                lanes.add(record, assignment, laneKey(record));
            }
        }
    }

    /** A tier's record that is not due holds up its partition: those after it are due later. */
    private void awaitDue(Assignment assignment, LogRecord record) {
        if (!tiers.contains(record.partition().topic())) {
            return;
        }
        Letters.due(record).ifPresent(due -> {
            Duration wait = Duration.between(settings.clock.instant(), due);
            if (!wait.isNegative() && !wait.isZero()) {
                assignment.waits = true;
                timers.schedule(wait, () -> assignment.waits = false);
            }
        });
    }

    private void putBack(LogRecord record) {
        try {
            member.seek(record.partition(), record.offset());
        } catch (FencedException e) {
            LOG.debug("{} was taken away", record.partition(), e);
        }
    }

    private @Nullable Object laneKey(LogRecord record) {
        Bytes key = record.message().key();
        return switch (settings.order) {
            case NONE -> null;
            case PARTITION -> new LaneKey(record.partition(), null);
            case KEY -> key == null ? null : new LaneKey(record.partition(), key);
        };
    }

    /** Commits what has changed; what cannot be committed now is tried again the next time. */
    private void commit(Collection<Assignment> which) {
        lastCommit = settings.ticker.nanos();
        Map<Partition, Commit> changed = new TreeMap<>();
        for (Assignment assignment : which) {
            Commit commit = assignment.progress.commit();
            if (commit != null && !commit.equals(assignment.committed)) {
                changed.put(assignment.partition, commit);
            }
        }
        if (changed.isEmpty()) {
            return;
        }
        try {
            member.commit(changed);
            for (Assignment assignment : which) {
                Commit commit = changed.get(assignment.partition);
                assignment.committed = commit == null ? assignment.committed : commit;
            }
            commits.increment();
        } catch (MessageLogException e) {
            failedCommits.increment();
            unavailable("a commit failed", e);
        }
    }

    private void publish() {
        Map<Partition, PartitionStats> all = new TreeMap<>();
        for (Assignment assignment : assignments.values()) {
            Progress progress = assignment.progress;
            Gaps gaps = progress.gaps();
            Commit committed = assignment.committed;
            all.put(
                    assignment.partition,
                    new PartitionStats(
                            committed == null ? -1 : committed.offset(),
                            progress.next(),
                            progress.open(),
                            gaps.runs(),
                            committed == null ? 0 : committed.metadata().length(),
                            assignment.paused));
        }
        published = all;
    }

    private void unavailable(String what, Throwable thrown) {
        LOG.warn("{}, group {}", what, settings.subscription.group(), thrown);
        tell(listener -> listener.onUnavailable(thrown));
    }

    private void tell(Consumer<ConsumerListener> event) {
        Workers.tell(settings.listener, event);
    }

    // Called by the member, in polls of the owner thread and in its close.

    @Override
    public void onAssigned(Set<Partition> partitions) {
        Map<Partition, Commit> committed = Map.of();
        try {
            committed = member.committed(partitions);
        } catch (MessageLogException e) {
            // Without it what was finished above the committed offsets is repeated, nothing else.
            unavailable("commits could not be read", e);
        }
        for (Partition partition : partitions) {
            Commit commit = committed.get(partition);
            Gaps gaps = commit == null ? Gaps.NONE : gaps(partition, commit);
            Assignment assignment = new Assignment(partition, commit, gaps);
            assignments.put(partition, assignment);
            if (parked != null) {
                learnParked(parked, assignment, gaps);
            }
        }
        publish();
        tell(listener -> listener.onAssigned(partitions));
    }

    private static Gaps gaps(Partition partition, Commit commit) {
        try {
            return Gaps.decode(commit.offset(), commit.metadata());
        } catch (IllegalArgumentException e) {
            LOG.warn("the metadata of the commit of {} are ignored", partition, e);
            return Gaps.NONE;
        }
    }

    /** Nothing of the partition is taken before it is known which of its keys are parked. */
    private void learnParked(ParkedKeys keys, Assignment assignment, Gaps gaps) {
        if (assignments.get(assignment.partition) != assignment) {
            return;
        }
        Commit commit = assignment.committed;
        assignment.waits = true;
        try {
            keys.refresh();
            keys.assigned(
                    assignment.partition,
                    offset -> (commit != null && offset < commit.offset()) || gaps.contains(offset));
            assignment.waits = false;
        } catch (MessageLogException e) {
            unavailable("the parked keys could not be read", e);
            timers.schedule(Workers.AFTER_FAILURE, () -> learnParked(keys, assignment, gaps));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refreshParked(ParkedKeys keys) {
        try {
            if (keys.count(assignments.keySet()) > 0) {
                keys.refresh();
            }
        } catch (MessageLogException e) {
            unavailable("the parked keys could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timers.schedule(REFRESH, () -> refreshParked(keys));
    }

    @Override
    public void onRevoked(Set<Partition> partitions) {
        List<Assignment> gone = forgo(partitions);
        drain(gone, false);
        commit(gone);
        gone.forEach(assignment -> assignments.remove(assignment.partition));
        publish();
        tell(listener -> listener.onRevoked(partitions));
    }

    @Override
    public void onLost(Set<Partition> partitions) {
        forgo(partitions).forEach(assignment -> assignments.remove(assignment.partition));
        publish();
        tell(listener -> listener.onLost(partitions));
    }

    /** Nothing of them begins any more. */
    private List<Assignment> forgo(Set<Partition> partitions) {
        List<Assignment> gone = new ArrayList<>();
        for (Partition partition : partitions) {
            Assignment assignment = assignments.get(partition);
            if (assignment != null) {
                assignment.open = false;
                lanes.drop(assignment);
                gone.add(assignment);
            }
        }
        return gone;
    }

    /** Lets what runs come to its end, for at most the drain timeout; polls meanwhile, if it may, to stay a member. */
    private void drain(List<Assignment> which, boolean polls) {
        long start = settings.ticker.nanos();
        boolean mayPoll = polls;
        draining = true;
        while (which.stream().anyMatch(assignment -> assignment.busy.get() > 0)
                && settings.ticker.nanos() - start < settings.drainTimeout.toNanos()) {
            timers.advance();
            settle();
            if (finished.isEmpty()) {
                LockSupport.parkNanos(LONGEST_PARK);
            }
            if (mayPoll) {
                mayPoll = stayMember();
            }
        }
        draining = false;
        settle();
    }

    /** @return whether to go on with it */
    private boolean stayMember() {
        steer(false);
        try {
            member.poll(Duration.ZERO); // what it still returns was not taken, and comes again
            return true;
        } catch (MessageFormatException | CorruptLogException e) {
            return false; // it is paused: this was known before
        } catch (MessageLogException e) {
            unavailable("polling failed", e);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void shut() {
        List<Assignment> all = forgo(Set.copyOf(assignments.keySet()));
        try {
            drain(all, failure.get() == null);
            // Of those that are still ours.
            commit(assignments.values());
        } finally {
            publish();
            try {
                workers.close(GRACE);
            } finally {
                assignments.clear();
                member.close();
            }
        }
    }
}
