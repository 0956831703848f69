package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.ForwardingMember;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Partition;
import java.util.Map;

/** A right writer of transactions, to plant a fault in. */
class ForwardingTransactions implements LogTransactions {

    final LogTransactions real;

    ForwardingTransactions(LogTransactions real) {
        this.real = real;
    }

    @Override
    public void begin() {
        real.begin();
    }

    @Override
    public void append(String topic, Message message) {
        real.append(topic, message);
    }

    @Override
    public void commitOffsets(GroupMember member, Map<Partition, Commit> commits) {
        GroupMember own = member;
        while (own instanceof ForwardingMember forwarding) {
            own = forwarding.real();
        }
        real.commitOffsets(own, commits);
    }

    @Override
    public void commit() {
        real.commit();
    }

    @Override
    public void abort() {
        real.abort();
    }

    @Override
    public void close() {
        real.close();
    }
}
