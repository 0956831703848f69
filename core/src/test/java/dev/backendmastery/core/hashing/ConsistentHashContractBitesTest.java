package dev.backendmastery.core.hashing;

import dev.backendmastery.core.kit.Kit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class ConsistentHashContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(SeedsItself.class, "CH-1");
        Kit.convicts(AnswersOtherwiseThanOnceWritten.class, "CH-1");
        Kit.convicts(DependsOnTheOrder.class, "CH-1");
        Kit.convicts(TakesNumbersForHashes.class, "CH-2");
        Kit.convicts(FavoursTheFirst.class, "CH-3", "CH-6");
        Kit.convicts(TakesTheRemainder.class, "CH-4", "CH-5");
        Kit.convicts(PutsTheLastIntoTheHole.class, "CH-5");
        Kit.convicts(IgnoresWeights.class, "CH-6");
        Kit.convicts(RepeatsReplicas.class, "CH-7", "CH-8");
        Kit.convicts(ReplicasFromTheNeighbourhood.class, "CH-7");
        Kit.convicts(IgnoresZones.class, "CH-8");
        Kit.convicts(ChangesInPlace.class, "CH-4", "CH-9");
        Kit.convicts(AcceptsTwins.class, "CH-10");
        Kit.convicts(GivesUpAfterTwo.class, "CH-11");
    }

    /** Asks another placement, except where a subclass gets it wrong. */
    private static class Simple implements ConsistentHash<String> {
        ConsistentHash<String> right;

        Simple(ConsistentHash<String> right) {
            this.right = right;
        }

        Simple of(ConsistentHash<String> other) {
            return new Simple(other);
        }

        @Override
        public String nodeForHash(long hash) {
            return right.nodeForHash(hash);
        }

        @Override
        public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
            return right.findFor(hash, accepts);
        }

        @Override
        public List<String> replicas(long hash, int count) {
            return right.replicas(hash, count);
        }

        @Override
        public List<Member<String>> members() {
            return right.members();
        }

        @Override
        public ConsistentHash<String> with(Member<String> member) {
            return of(right.with(member));
        }

        @Override
        public ConsistentHash<String> without(String name) {
            return of(right.without(name));
        }
    }

    /** Rendezvous is right in every clause; few keys keep it fast. */
    private abstract static class Few extends ConsistentHashContract {
        private final boolean anchored;

        Few() {
            this(false);
        }

        /** {@code anchored} stands for placements without weights, which depend on the order. */
        Few(boolean anchored) {
            this.anchored = anchored;
        }

        ConsistentHash<String> right(List<Member<String>> members) {
            return anchored ? AnchorHash.of(members, Math.max(256, 2 * members.size())) : RendezvousHash.of(members);
        }

        @Override
        protected long golden() {
            return fingerprint();
        }

        @Override
        protected int keys() {
            return 30_000;
        }

        @Override
        protected double mostMoved() {
            return 1.1 + 0.1;
        }

        @Override
        protected double weightTolerance() {
            return 0.15;
        }

        @Override
        protected boolean hasWeights() {
            return !anchored;
        }

        @Override
        protected boolean orderless() {
            return !anchored;
        }
    }

    static final class SeedsItself extends Few {
        private static final AtomicLong SEEDS = new AtomicLong();

        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Seeded(RendezvousHash.of(members), SEEDS.incrementAndGet() * Mix.GOLDEN);
        }

        private static final class Seeded extends Simple {
            private final long seed;

            Seeded(ConsistentHash<String> right, long seed) {
                super(right);
                this.seed = seed;
            }

            @Override
            Simple of(ConsistentHash<String> other) {
                return new Seeded(other, seed);
            }

            @Override
            public String nodeForHash(long hash) {
                return right.nodeForHash(hash ^ seed);
            }

            @Override
            public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
                return right.findFor(hash ^ seed, accepts);
            }

            @Override
            public List<String> replicas(long hash, int count) {
                return right.replicas(hash ^ seed, count);
            }
        }
    }

    /** As after a change of the hash function. */
    static final class AnswersOtherwiseThanOnceWritten extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return right(members);
        }

        @Override
        protected long golden() {
            return new HashRingTest().fingerprint();
        }
    }

    /** Right where the order is part of the membership, but it says that it is not. */
    static final class DependsOnTheOrder extends Few {
        DependsOnTheOrder() {
            super(true);
        }

        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return right(members);
        }

        @Override
        protected boolean orderless() {
            return true;
        }
    }

    static final class TakesNumbersForHashes extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Raw(HashRing.of(members));
        }

        @Override
        protected double mostVariation(double noise) {
            return 1;
        }

        @Override
        protected double mostMoved() {
            return 2;
        }

        @Override
        protected double weightTolerance() {
            return 0.5;
        }

        private static final class Raw extends Simple {
            Raw(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            public String nodeFor(long key) {
                return nodeForHash(key);
            }
        }
    }

    /** One key in fifty goes to the first by name, whoever else there is. */
    static final class FavoursTheFirst extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Favouring(RendezvousHash.of(members));
        }

        private static final class Favouring extends Simple {
            Favouring(ConsistentHash<String> right) {
                super(right);
            }

            private long bent(long hash) {
                return hash % 50 == 0 ? 42 : hash;
            }

            @Override
            Simple of(ConsistentHash<String> other) {
                return new Favouring(other);
            }

            @Override
            public String nodeForHash(long hash) {
                return right.nodeForHash(bent(hash));
            }

            @Override
            public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
                return right.findFor(bent(hash), accepts);
            }

            @Override
            public List<String> replicas(long hash, int count) {
                return right.replicas(bent(hash), count);
            }
        }
    }

    static final class TakesTheRemainder extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Remainder(RendezvousHash.of(members));
        }

        @Override
        protected boolean hasWeights() {
            return true;
        }

        private static final class Remainder extends Simple {
            private final List<String> tickets = new ArrayList<>();

            Remainder(ConsistentHash<String> right) {
                super(right);
                for (Member<String> member : right.members()) {
                    for (int i = 0; i < member.weight(); i++) {
                        tickets.add(member.node());
                    }
                }
            }

            @Override
            Simple of(ConsistentHash<String> other) {
                return new Remainder(other);
            }

            @Override
            public String nodeForHash(long hash) {
                return tickets.get((int) Long.remainderUnsigned(hash, tickets.size()));
            }

            /** The key's own, then rendezvous order. */
            @Override
            public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
                String own = nodeForHash(hash);
                Member<String> first = members().stream()
                        .filter(member -> member.node().equals(own))
                        .findFirst()
                        .orElseThrow();
                return accepts.test(first)
                        ? Optional.of(first)
                        : right.findFor(hash, member -> !member.name().equals(first.name()) && accepts.test(member));
            }

            @Override
            public List<String> replicas(long hash, int count) {
                if (count < 1) {
                    throw new IllegalArgumentException("count must be at least 1, was " + count);
                }
                // One zone after the other, starting with the key's own.
                List<Member<String>> waiting = new ArrayList<>();
                findFor(hash, member -> {
                    waiting.add(member);
                    return false;
                });
                List<String> chosen = new ArrayList<>();
                while (!waiting.isEmpty() && chosen.size() < count) {
                    Set<String> zones = new HashSet<>();
                    for (Member<String> member : List.copyOf(waiting)) {
                        if (chosen.size() < count && zones.add(member.zone())) {
                            chosen.add(member.node());
                            waiting.remove(member);
                        }
                    }
                }
                return chosen;
            }
        }
    }

    /** What many do with a placement of numbered buckets. */
    static final class PutsTheLastIntoTheHole extends Few {
        PutsTheLastIntoTheHole() {
            super(true);
        }

        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Swapping(BinomialHash.of(members));
        }

        private static final class Swapping extends Simple {
            Swapping(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            Simple of(ConsistentHash<String> other) {
                return new Swapping(other);
            }

            @Override
            public ConsistentHash<String> without(String name) {
                List<Member<String>> members = new ArrayList<>(members());
                for (int i = 0; i < members.size() - 1; i++) {
                    if (members.get(i).name().equals(name)) {
                        members.set(i, members.remove(members.size() - 1));
                        return of(BinomialHash.of(members));
                    }
                }
                return of(right.without(name));
            }
        }
    }

    static final class IgnoresWeights extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return RendezvousHash.of(
                    members.stream().map(member -> member.withWeight(1)).toList());
        }
    }

    /** Hashes again for each replica, and does not look whether it is a new one. */
    static final class RepeatsReplicas extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Repeating(RendezvousHash.of(members));
        }

        private static final class Repeating extends Simple {
            Repeating(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            public List<String> replicas(long hash, int count) {
                if (count < 1) {
                    throw new IllegalArgumentException("count must be at least 1, was " + count);
                }
                List<String> nodes = new ArrayList<>();
                for (int i = 0; i < Math.min(count, members().size()); i++) {
                    nodes.add(nodeForHash(i == 0 ? hash : Mix.draw(hash, i)));
                }
                return nodes;
            }
        }
    }

    /** The second replica is always the next in the list: a node's whole load falls on its neighbour. */
    static final class ReplicasFromTheNeighbourhood extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Neighbours(RendezvousHash.of(members));
        }

        private static final class Neighbours extends Simple {
            Neighbours(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            public List<String> replicas(long hash, int count) {
                if (members().stream().anyMatch(member -> !member.zone().isEmpty())) {
                    return right.replicas(hash, count);
                }
                List<String> nodes =
                        new ArrayList<>(members().stream().map(Member::node).toList());
                String own = nodeForHash(hash);
                nodes.remove(own);
                nodes.add(0, own);
                return nodes.subList(0, Math.min(count, nodes.size()));
            }
        }
    }

    static final class IgnoresZones extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return RendezvousHash.of(
                    members.stream().map(member -> member.withZone("")).toList());
        }
    }

    static final class ChangesInPlace extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Mutable(RendezvousHash.of(members));
        }

        private static final class Mutable extends Simple {
            Mutable(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            public ConsistentHash<String> with(Member<String> member) {
                right = right.with(member);
                return this;
            }

            @Override
            public ConsistentHash<String> without(String name) {
                right = right.without(name);
                return this;
            }
        }
    }

    static final class AcceptsTwins extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Lenient(RendezvousHash.of(new ArrayList<>(new HashSet<>(members))));
        }

        private static final class Lenient extends Simple {
            Lenient(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            Simple of(ConsistentHash<String> other) {
                return new Lenient(other);
            }

            @Override
            public ConsistentHash<String> with(Member<String> member) {
                return members().contains(member) ? this : super.with(member);
            }
        }
    }

    static final class GivesUpAfterTwo extends Few {
        @Override
        protected ConsistentHash<String> create(List<Member<String>> members) {
            return new Impatient(RendezvousHash.of(members));
        }

        private static final class Impatient extends Simple {
            Impatient(ConsistentHash<String> right) {
                super(right);
            }

            @Override
            public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
                int[] asked = {0};
                return right.findFor(hash, member -> asked[0]++ < 2 && accepts.test(member));
            }
        }
    }
}
