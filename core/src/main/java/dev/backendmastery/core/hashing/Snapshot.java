package dev.backendmastery.core.hashing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** What the algorithms share: the members by index, and replicas from an order of preference. */
abstract class Snapshot<N> implements ConsistentHash<N> {

    private final List<Member<N>> members;
    private final Object[] nodes;
    private final int[] zones;
    private final int[] zoneSizes;

    Snapshot(List<Member<N>> members) {
        this.members = members;
        this.nodes = members.stream().map(Member::node).toArray();
        Map<String, Integer> numbers = new HashMap<>();
        zones = members.stream()
                .mapToInt(member -> numbers.computeIfAbsent(member.zone(), zone -> numbers.size()))
                .toArray();
        zoneSizes = new int[numbers.size()];
        for (int zone : zones) {
            zoneSizes[zone]++;
        }
    }

    /** The members and one more. */
    static <N> List<Member<N>> plus(List<Member<N>> members, Member<N> member) {
        List<Member<N>> more = new ArrayList<>(members);
        more.add(member);
        return more;
    }

    /** The members without the one of this name. */
    static <N> List<Member<N>> minus(List<Member<N>> members, String name) {
        List<Member<N>> fewer = new ArrayList<>(members);
        if (!fewer.removeIf(member -> member.name().equals(name))) {
            throw new IllegalArgumentException("name must be that of a member, was " + name);
        }
        if (fewer.isEmpty()) {
            throw new IllegalArgumentException("name must not be that of the last member, was " + name);
        }
        return fewer;
    }

    /** Members in the order of their names, where the order of joining must not matter. */
    static <N> List<Member<N>> byName(List<Member<N>> members) {
        return distinct(members.stream()
                .sorted(Comparator.comparing((Member<N> member) -> member.name()))
                .toList());
    }

    /** Members in the order given. */
    static <N> List<Member<N>> distinct(List<Member<N>> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("members must not be empty");
        }
        Set<String> names = new HashSet<>();
        for (Member<N> member : members) {
            if (!names.add(member.name())) {
                throw new IllegalArgumentException("name must be unique, was there twice: " + member.name());
            }
        }
        return List.copyOf(members);
    }

    static <N> List<Member<N>> unweighted(List<Member<N>> members) {
        members.forEach(Snapshot::checkUnweighted);
        return members;
    }

    static void checkUnweighted(Member<?> member) {
        if (member.weight() != 1) {
            throw new IllegalArgumentException("weight must be 1 for this algorithm, was " + member.weight() + " of "
                    + member.name() + ": HashRing, RendezvousHash and MaglevHash have weights");
        }
    }

    /** The place of {@code hash}'s own member in {@link #members()}. */
    abstract int indexFor(long hash);

    /**
     * Offers members in {@code hash}'s order of preference until one is accepted. The first is the one of
     * {@link #indexFor}; a member may come again, and some may never come.
     *
     * @return whether one was accepted
     */
    abstract boolean prefer(long hash, IntPredicate accepts);

    @Override
    @SuppressWarnings("unchecked") // nodes holds what members holds
    public final N nodeForHash(long hash) {
        return (N) nodes[indexFor(hash)];
    }

    @Override
    public final List<Member<N>> members() {
        return members;
    }

    @Override
    public final Optional<Member<N>> findFor(long hash, Predicate<? super Member<N>> accepts) {
        int found = findForIndex(hash, index -> accepts.test(members.get(index)));
        return found < 0 ? Optional.empty() : Optional.of(members.get(found));
    }

    private int findForIndex(long hash, IntPredicate accepts) {
        int own = indexFor(hash);
        if (accepts.test(own)) {
            return own;
        }
        Once once = new Once(accepts, members.size(), own);
        if (!prefer(hash, once)) {
            // Rare: the order of preference ran out before everybody had a turn.
            RendezvousHash.preferByScore(hash, members, once);
        }
        return once.found;
    }

    /** Asks of each member once, until one is accepted or all were asked. */
    private static final class Once implements IntPredicate {
        private final IntPredicate accepts;
        private final BitSet asked;
        private int left;
        private int found = -1;

        Once(IntPredicate accepts, int members, int asked) {
            this.accepts = accepts;
            this.asked = new BitSet(members);
            this.asked.set(asked);
            left = members - 1;
        }

        @Override
        public boolean test(int index) {
            if (left > 0 && !asked.get(index)) {
                asked.set(index);
                left--;
                if (accepts.test(index)) {
                    found = index;
                    return true;
                }
            }
            return left == 0;
        }
    }

    @Override
    public final List<N> replicas(long hash, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, was " + count);
        }
        int wanted = Math.min(count, members.size());
        int[] quota = new int[zoneSizes.length];
        int[] extra = {quotas(wanted, quota)};
        int level = Arrays.stream(quota).max().orElse(0);
        List<List<N>> rounds = new ArrayList<>();
        int[] taken = new int[zoneSizes.length];
        int[] left = {wanted};
        findForIndex(hash, index -> {
            int zone = zones[index];
            boolean isExtra = taken[zone] == quota[zone] && taken[zone] == level && extra[0] > 0;
            if (taken[zone] < quota[zone] || isExtra) {
                extra[0] -= isExtra ? 1 : 0;
                if (rounds.size() == taken[zone]) {
                    rounds.add(new ArrayList<>());
                }
                rounds.get(taken[zone]++).add(members.get(index).node());
                left[0]--;
            }
            return left[0] == 0;
        });
        List<N> chosen = new ArrayList<>(wanted);
        rounds.forEach(chosen::addAll);
        return chosen;
    }

    /**
     * Deals {@code wanted} places to the zones, one each in turn, as long as all of those that are not used up can have
     * one.
     *
     * @return the places left over, for the first zones that come
     */
    private int quotas(int wanted, int[] quota) {
        int left = wanted;
        while (true) {
            int open = 0;
            for (int zone = 0; zone < quota.length; zone++) {
                open += quota[zone] < zoneSizes[zone] ? 1 : 0;
            }
            if (open == 0 || left < open) {
                return left;
            }
            for (int zone = 0; zone < quota.length; zone++) {
                if (quota[zone] < zoneSizes[zone]) {
                    quota[zone]++;
                    left--;
                }
            }
        }
    }
}
