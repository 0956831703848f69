package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.ForwardingMember;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.MessageLogException;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import dev.backendmastery.messaging.log.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A log that shows what a consumer does with it, and on which things go wrong when told to. */
final class Rig extends ForwardingLog {

    final AtomicInteger polls = new AtomicInteger();
    final AtomicInteger polled = new AtomicInteger();
    /** Revocations that have begun. */
    final AtomicInteger revoking = new AtomicInteger();

    final AtomicInteger losses = new AtomicInteger();
    final Map<Partition, Commit> committed = new ConcurrentHashMap<>();
    final Queue<String> polledTopics = new ConcurrentLinkedQueue<>();
    private final Deque<MessageLogException> commitFailures = new ArrayDeque<>();
    private final List<Runnable> heldAcks = new ArrayList<>();
    private final Set<String> held = new HashSet<>();
    private volatile boolean lose;
    private volatile boolean crash;

    Rig(MessageLog real) {
        super(real);
    }

    /** The next commits fail so, one after the other. */
    synchronized void failCommits(List<MessageLogException> failures) {
        commitFailures.addAll(failures);
    }

    synchronized boolean hasCommitFailures() {
        return !commitFailures.isEmpty();
    }

    /** What is appended to {@code topic} is there, but not acked before {@link #release}. */
    synchronized void hold(String topic) {
        held.add(topic);
    }

    synchronized boolean isHeld(String topic) {
        return held.contains(topic);
    }

    void release() {
        List<Runnable> acks;
        synchronized (this) {
            held.clear();
            acks = List.copyOf(heldAcks);
            heldAcks.clear();
        }
        acks.forEach(Runnable::run);
    }

    synchronized int heldAcks() {
        return heldAcks.size();
    }

    /** In its next poll the member is told that it has lost all, and gets it back. */
    void lose() {
        lose = true;
    }

    /** The members that there are now vanish, without a word to their consumers. */
    void crash() {
        crash = true;
    }

    void mend() {
        crash = false;
    }

    @Override
    public CompletableFuture<Position> append(String topic, Message message) {
        return hold(topic, super.append(topic, message));
    }

    private CompletableFuture<Position> hold(String topic, CompletableFuture<Position> ack) {
        synchronized (this) {
            if (held.contains(topic)) {
                CompletableFuture<Position> later = new CompletableFuture<>();
                heldAcks.add(() -> {
                    var unused = ack.thenAccept(later::complete);
                });
                return later;
            }
        }
        return ack;
    }

    @Override
    public GroupMember join(Subscription subscription, GroupListener listener) {
        return new Member(subscription, new Relay(listener));
    }

    /** Tells nothing while it is mute. */
    private final class Relay extends ForwardingListener {
        private boolean mute;

        Relay(GroupListener real) {
            super(real);
        }

        @Override
        public void onRevoked(Set<Partition> partitions) {
            if (!mute) {
                revoking.incrementAndGet();
                super.onRevoked(partitions);
            }
        }

        @Override
        public void onLost(Set<Partition> partitions) {
            if (!mute) {
                super.onLost(partitions);
            }
        }
    }

    private final class Member extends ForwardingMember {

        private final Subscription subscription;
        private final Relay relay;
        private boolean crashed;

        private Member(Subscription subscription, Relay relay) {
            super(Rig.this.real.join(subscription, relay));
            this.subscription = subscription;
            this.relay = relay;
        }

        private void vanish() {
            relay.mute = true;
            real.close();
            relay.mute = false;
        }

        @Override
        public List<LogRecord> poll(Duration timeout) throws InterruptedException {
            if (lose) {
                lose = false;
                relay.onLost(real.assignment());
                vanish();
                real = Rig.this.real.join(subscription, relay);
                losses.incrementAndGet();
            }
            if (crash && !crashed) {
                crashed = true;
                vanish();
            }
            checkAlive();
            List<LogRecord> records = super.poll(timeout);
            polled.addAndGet(records.size());
            records.forEach(record -> polledTopics.add(record.partition().topic()));
            polls.incrementAndGet();
            return records;
        }

        @Override
        public void commit(Map<Partition, Commit> commits) {
            checkAlive();
            synchronized (Rig.this) {
                MessageLogException failure = commitFailures.poll();
                if (failure != null) {
                    throw failure;
                }
            }
            super.commit(commits);
            committed.putAll(commits);
        }

        private void checkAlive() {
            if (crashed) {
                throw new IllegalStateException("crashed, as it was told to");
            }
        }

        @Override
        public void close() {
            if (!crashed) {
                super.close();
            }
        }
    }
}
