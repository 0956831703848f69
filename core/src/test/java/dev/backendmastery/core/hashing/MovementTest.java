package dev.backendmastery.core.hashing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class MovementTest {

    /** Key number i is on the node that {@code layout} has at i: what a report must say can be read off. */
    private record Fixed(List<Member<String>> members, String layout) implements ConsistentHash<String> {
        @Override
        public String nodeForHash(long hash) {
            return layout.substring((int) hash, (int) hash + 1);
        }

        @Override
        public Optional<Member<String>> findFor(long hash, Predicate<? super Member<String>> accepts) {
            return members.stream()
                    .filter(member -> member.name().equals(nodeForHash(hash)))
                    .filter(accepts)
                    .findFirst();
        }

        @Override
        public List<String> replicas(long hash, int count) {
            return List.of(nodeForHash(hash));
        }

        @Override
        public ConsistentHash<String> with(Member<String> member) {
            throw new IllegalStateException("fixed");
        }

        @Override
        public ConsistentHash<String> without(String name) {
            throw new IllegalStateException("fixed");
        }
    }

    private static final long[] EIGHT = {0, 1, 2, 3, 4, 5, 6, 7};

    @Test
    void countsWhatMovesAndWhatNeedNot() {
        ConsistentHash<String> before = new Fixed(List.of(Member.of("a"), Member.of("b")), "aaaabbbb");
        ConsistentHash<String> after =
                new Fixed(List.of(Member.of("a"), Member.of("b"), Member.of("c").withWeight(2)), "aaccbbca");
        Movement movement = Movement.between(before, after, EIGHT);
        assertEquals(new Movement(8, 4, 1, 4, Map.of("a", 4L, "b", 4L), Map.of("a", 3L, "b", 2L, "c", 3L)), movement);
        assertEquals(0.5, movement.movedShare());
        assertEquals(1, movement.overIdeal());
    }

    @Test
    void doesNotBlameTheKeysOfTheLeaverOnSurvivors() {
        ConsistentHash<String> before = new Fixed(List.of(Member.of("a"), Member.of("b")), "aaaabbbb");
        ConsistentHash<String> after = new Fixed(List.of(Member.of("a")), "aaaaaaaa");
        Movement movement = Movement.between(before, after, EIGHT);
        assertEquals(new Movement(8, 4, 0, 4, Map.of("a", 4L, "b", 4L), Map.of("a", 8L)), movement);
    }

    @Test
    void nothingMovesWhereNothingChanges() {
        RendezvousHash<String> placement = RendezvousHash.of(List.of(Member.of("a"), Member.of("b")));
        Movement movement = Movement.between(placement, placement, 1_000);
        assertEquals(0, movement.moved());
        assertEquals(1, movement.overIdeal());
        assertEquals(movement.before(), movement.after());
        assertThrows(IllegalArgumentException.class, () -> Movement.between(placement, placement, 0));
    }

    @Test
    void tellsMaglevFromRendezvous() {
        List<Member<String>> members = ConsistentHashContract.members(100);
        Member<String> newcomer = Member.of("newcomer");
        RendezvousHash<String> rendezvous = RendezvousHash.of(members);
        Movement ideal = Movement.between(rendezvous, rendezvous.with(newcomer), 200_000);
        assertEquals(0, ideal.betweenSurvivors());
        assertTrue(ideal.overIdeal() > 0.9 && ideal.overIdeal() < 1.1, () -> ideal.overIdeal() + " over ideal");
        MaglevHash<String> maglev = MaglevHash.of(members, 10_007);
        Movement more = Movement.between(maglev, maglev.with(newcomer), 200_000);
        assertTrue(more.betweenSurvivors() > 0);
        assertTrue(more.overIdeal() > 1.2, () -> more.overIdeal() + " over ideal");
    }
}
