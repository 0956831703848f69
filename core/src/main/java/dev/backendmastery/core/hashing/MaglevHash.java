package dev.backendmastery.core.hashing;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Maglev's look-up table: members claim the slots of a table in turn, each in its own order; a look-up is one read.
 *
 * <p><b>Guarantee.</b> {@link ConsistentHash} in any order of joining, with weights and these bounds of its own: the table's
 * shares differ from the fair ones by about a slot for each member, so balance is that of chance as long as there are a
 * hundred slots for each. A change moves more than the fair share, and keys between survivors too: little beside few
 * members, several times the ideal at a hundred slots each; {@link Movement} tells, and a larger table lowers it.
 *
 * <p><b>Cost.</b> A look-up is one multiplication and one read; 2 bytes a slot; a change claims all slots again. <b>Not
 * for</b> stores, where each moved key is a miss or a copy: {@link HashRing}, {@link AnchorHash}. It is made for packets of
 * connections that are tracked besides. <b>Source.</b> Eisenbud et al., <i>Maglev: A Fast and Reliable Software Network Load
 * Balancer</i> (NSDI 2016).
 */
public final class MaglevHash<N> extends Snapshot<N> {

    /** The table is at least this large unless told otherwise. */
    public static final int DEFAULT_SLOTS = 65_537;

    private static final int MOST_SLOTS = 1 << 27;
    private static final int SLOTS_FOR_EACH = 100;

    private final char[] table;

    private MaglevHash(List<Member<N>> members, int slots) {
        super(members);
        if (members.size() > Character.MAX_VALUE) {
            throw new IllegalArgumentException("members must be at most 65535, were " + members.size());
        }
        if (slots < members.size() || slots > MOST_SLOTS || !isPrime(slots)) {
            throw new IllegalArgumentException("slots must be a prime from the number of members, " + members.size()
                    + ", to " + MOST_SLOTS + ", was " + slots);
        }
        table = claim(members, slots);
    }

    /**
     * A table of at least {@link #DEFAULT_SLOTS} and a hundred slots for the lightest of {@code members}. The size depends
     * on them: processes that see joins and processes that start afterwards agree only if given the same size.
     *
     * @throws IllegalArgumentException if there is no member, a name is there twice, or the table would be too large
     */
    public static <N> MaglevHash<N> of(List<Member<N>> members) {
        long weight = members.stream().mapToLong(Member::weight).sum();
        long least = members.stream().mapToLong(Member::weight).min().orElse(1);
        long slots = Math.max(DEFAULT_SLOTS, (weight * SLOTS_FOR_EACH + least - 1) / least);
        if (slots > MOST_SLOTS) {
            throw new IllegalArgumentException(
                    "weights must need at most " + MOST_SLOTS + " slots, a hundred for the lightest, were " + slots);
        }
        while (!isPrime(slots)) {
            slots++;
        }
        return of(members, (int) slots);
    }

    /**
     * A table of a given size, which stays when members join and leave.
     *
     * @param slots a prime, not less than the number of members
     */
    public static <N> MaglevHash<N> of(List<Member<N>> members, int slots) {
        return new MaglevHash<>(byName(members), slots);
    }

    private static boolean isPrime(long number) {
        if (number < 2) {
            return false;
        }
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    private static <N> char[] claim(List<Member<N>> members, int slots) {
        int[] position = new int[members.size()];
        int[] skip = new int[members.size()];
        for (int i = 0; i < position.length; i++) {
            long name = HASHER.hashCharsToLong(members.get(i).name());
            position[i] = Mix.below(HASHER.hashLongIntToLong(name, 0), slots);
            skip[i] = 1 + Mix.below(HASHER.hashLongIntToLong(name, 1), slots - 1);
        }
        int heaviest = members.stream().mapToInt(Member::weight).max().orElseThrow();
        long[] credit = new long[position.length];
        char[] table = new char[slots];
        boolean[] claimed = new boolean[slots];
        int left = slots;
        while (left > 0) {
            for (int i = 0; i < position.length && left > 0; i++) {
                credit[i] += members.get(i).weight();
                if (credit[i] < heaviest) {
                    continue;
                }
                credit[i] -= heaviest;
                while (claimed[position[i]]) {
                    position[i] = (int) (((long) position[i] + skip[i]) % slots);
                }
                claimed[position[i]] = true;
                table[position[i]] = (char) i;
                left--;
            }
        }
        return table;
    }

    /** The size of the table. */
    public int slots() {
        return table.length;
    }

    @Override
    int indexFor(long hash) {
        return table[Mix.below(hash, table.length)];
    }

    @Override
    boolean prefer(long hash, IntPredicate accepts) {
        return BucketHash.preferByDraws(this, hash, accepts);
    }

    @Override
    public MaglevHash<N> with(Member<N> member) {
        if (members().size() == table.length) {
            throw new IllegalStateException("a table of " + table.length + " slots is full: make a larger one");
        }
        return of(plus(members(), member), table.length);
    }

    @Override
    public MaglevHash<N> without(String name) {
        return of(minus(members(), name), table.length);
    }
}
