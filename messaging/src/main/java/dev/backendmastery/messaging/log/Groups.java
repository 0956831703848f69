package dev.backendmastery.messaging.log;

import dev.backendmastery.core.time.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a log that one process keeps. A partition goes from one member to another in two steps: the target
 * changes; the owner gives it up in its next poll; only then does the new one take it. So it never has two owners.
 */
final class Groups {

    private static final class Group {
        private final List<LocalMember> members = new ArrayList<>();
        private final Map<Partition, LocalMember> owners = new HashMap<>();
        private final Map<Partition, LocalMember> target = new TreeMap<>();
    }

    private final Offsets offsets;
    private final Function<String, Topic> topics;
    private final Ticker ticker;
    private final Bell bell;
    private final Map<String, Group> groups = new HashMap<>();

    Groups(Offsets offsets, Function<String, Topic> topics, Ticker ticker, Bell bell) {
        this.offsets = offsets;
        this.topics = topics;
        this.ticker = ticker;
        this.bell = bell;
    }

    /** The member polls: it lives. @return what it has lost, for not having done so in time */
    synchronized Set<Partition> beat(LocalMember member) {
        Group group = group(member);
        long now = ticker.nanos();
        Set<Partition> lost = Set.of();
        if (!group.members.contains(member)) {
            lost = new TreeSet<>(member.owned());
            member.forget(lost);
            group.members.add(member);
            retarget(group);
        }
        member.beat(now);
        List<LocalMember> dead =
                group.members.stream().filter(other -> other.isDead(now)).toList();
        dead.forEach(other -> remove(group, other));
        return lost;
    }

    /** What the member is to give up. */
    synchronized Set<Partition> toRevoke(LocalMember member) {
        Group group = group(member);
        Set<Partition> revoked = new TreeSet<>();
        for (Partition partition : member.owned()) {
            if (group.target.get(partition) != member) {
                revoked.add(partition);
            }
        }
        return revoked;
    }

    /** The member has given them up. */
    synchronized void release(LocalMember member, Set<Partition> partitions) {
        Group group = group(member);
        partitions.forEach(partition -> group.owners.remove(partition, member));
        member.forget(partitions);
        bell.ring();
    }

    /** What is to be the member's and is nobody's: now it is. With what is committed of each, or null. */
    synchronized Map<Partition, @Nullable Commit> claim(LocalMember member) {
        Group group = group(member);
        Map<Partition, @Nullable Commit> claimed = new TreeMap<>();
        group.target.forEach((partition, wanted) -> {
            if (wanted == member && group.owners.putIfAbsent(partition, member) == null) {
                claimed.put(partition, offsets.get(member.group(), partition));
            }
        });
        return claimed;
    }

    synchronized boolean owns(LocalMember member, Partition partition) {
        return group(member).owners.get(partition) == member;
    }

    synchronized void commit(LocalMember member, Map<Partition, Commit> commits) {
        for (Partition partition : commits.keySet()) {
            if (!owns(member, partition)) {
                throw new FencedException(partition + " is not this member's to commit");
            }
        }
        offsets.put(member.group(), commits);
    }

    synchronized Map<Partition, Commit> committed(String group, Set<Partition> partitions) {
        Map<Partition, Commit> found = new TreeMap<>();
        for (Partition partition : partitions) {
            Commit commit = offsets.get(group, partition);
            if (commit != null) {
                found.put(partition, commit);
            }
        }
        return found;
    }

    synchronized void leave(LocalMember member) {
        remove(group(member), member);
    }

    private Group group(LocalMember member) {
        return groups.computeIfAbsent(member.group(), name -> new Group());
    }

    private void remove(Group group, LocalMember member) {
        group.members.remove(member);
        group.owners.values().removeIf(owner -> owner == member);
        retarget(group);
        bell.ring();
    }

    /**
     * Who shall have what: as even as can be, and each keeps what it has if that is even. Even over all topics of the
     * group; members that want different topics get an equal share of theirs.
     */
    private void retarget(Group group) {
        Set<Partition> open = new TreeSet<>();
        for (LocalMember member : group.members) {
            for (String topic : member.topics()) {
                for (int number = 0; number < topics.apply(topic).partitions(); number++) {
                    open.add(new Partition(topic, number));
                }
            }
        }
        Map<Partition, LocalMember> before = new TreeMap<>(group.target);
        group.target.clear();
        if (group.members.isEmpty()) {
            return;
        }
        Map<LocalMember, Integer> load = new HashMap<>();
        group.members.forEach(member -> load.put(member, 0));
        int share = open.size() / group.members.size();
        int larger = open.size() % group.members.size();
        for (int limit : List.of(share, share + 1)) {
            for (Partition partition : List.copyOf(open)) {
                LocalMember owner = before.get(partition);
                boolean mayKeep = owner != null
                        && group.members.contains(owner)
                        && owner.topics().contains(partition.topic())
                        && load.getOrDefault(owner, 0) < limit
                        && (limit == share || larger > 0);
                if (owner != null && mayKeep) {
                    larger -= limit == share ? 0 : 1;
                    give(group, load, partition, owner);
                    open.remove(partition);
                }
            }
        }
        for (Partition partition : open) {
            LocalMember least = null;
            for (LocalMember member : group.members) {
                boolean wants = member.topics().contains(partition.topic());
                if (wants && (least == null || load.getOrDefault(member, 0) < load.getOrDefault(least, 0))) {
                    least = member;
                }
            }
            if (least != null) {
                give(group, load, partition, least);
            }
        }
    }

    private static void give(Group group, Map<LocalMember, Integer> load, Partition partition, LocalMember member) {
        group.target.put(partition, member);
        load.merge(member, 1, Integer::sum);
    }
}
