package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.Partition;
import java.util.Set;

/** A right listener, to plant a fault in. */
class ForwardingListener implements GroupListener {

    final GroupListener real;

    ForwardingListener(GroupListener real) {
        this.real = real;
    }

    @Override
    public void onAssigned(Set<Partition> partitions) {
        real.onAssigned(partitions);
    }

    @Override
    public void onRevoked(Set<Partition> partitions) {
        real.onRevoked(partitions);
    }

    @Override
    public void onLost(Set<Partition> partitions) {
        real.onLost(partitions);
    }
}
