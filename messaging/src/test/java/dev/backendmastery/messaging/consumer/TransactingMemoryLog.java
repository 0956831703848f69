package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.FencedException;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Transactions as {@link LogTransactions} describes them, in memory, to plant faults in: buffered until the commit. */
final class TransactingMemoryLog extends ForwardingLog {

    private final Map<String, Writer> writers = new ConcurrentHashMap<>();

    TransactingMemoryLog() {
        super(new InMemoryLog());
    }

    @Override
    public LogTransactions transactions(String id) {
        Writer writer = new Writer(id);
        writers.put(id, writer);
        return writer;
    }

    private final class Writer implements LogTransactions {
        private final String id;
        private final List<Outgoing> appends = new ArrayList<>();
        private final Map<GroupMember, Map<Partition, Commit>> offsets = new HashMap<>();

        Writer(String id) {
            this.id = id;
        }

        private void checkFence() {
            if (writers.get(id) != this) {
                throw new FencedException("another has taken over " + id);
            }
        }

        @Override
        public void begin() {
            checkFence();
            abort();
        }

        @Override
        public void append(String topic, Message message) {
            appends.add(new Outgoing(topic, message));
        }

        @Override
        public void commitOffsets(GroupMember member, Map<Partition, Commit> commits) {
            offsets.put(member, commits);
        }

        @Override
        public void commit() {
            synchronized (writers) {
                checkFence();
                offsets.forEach(GroupMember::commit);
                appends.forEach(
                        append -> real.append(append.topic(), append.message()).join());
                abort();
            }
        }

        @Override
        public void abort() {
            appends.clear();
            offsets.clear();
        }

        @Override
        public void close() {
            abort();
        }
    }
}
