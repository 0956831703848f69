package dev.backendmastery.messaging.log;

import java.util.Set;

/** Is told, inside {@link GroupMember#poll} and {@link GroupMember#close}, how the member's partitions change. */
public interface GroupListener {

    /** These are now its own. */
    default void onAssigned(Set<Partition> partitions) {}

    /** These are to go to others, who wait until this returns: the last moment to commit them. */
    default void onRevoked(Set<Partition> partitions) {}

    /** These went to others already: what was in flight must be dropped, a commit would be refused. */
    default void onLost(Set<Partition> partitions) {}
}
