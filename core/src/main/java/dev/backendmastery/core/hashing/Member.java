package dev.backendmastery.core.hashing;

/**
 * A node with what placement needs to know of it.
 *
 * <p>Keys follow the name alone, so the name must be the same on every machine and after every restart: a host name, a
 * shard number; never an address that changes.
 *
 * @param node what look-ups answer
 * @param name unique in its membership
 * @param weight its share of the keys relative to the others, from 1 to {@link #MAX_WEIGHT}
 * @param zone what fails together, such as a rack or a data centre; members without one share the zone {@code ""}
 * @param <N> the node
 */
public record Member<N>(N node, String name, int weight, String zone) {

    /** The largest weight. */
    public static final int MAX_WEIGHT = 1_000;

    public Member {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty");
        }
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight must be from 1 to " + MAX_WEIGHT + ", was " + weight);
        }
    }

    /** A node that is its own name, with weight 1 and no zone. */
    public static Member<String> of(String name) {
        return new Member<>(name, name, 1, "");
    }

    /** A node with weight 1 and no zone. */
    public static <N> Member<N> of(N node, String name) {
        return new Member<>(node, name, 1, "");
    }

    /** The same with another weight. */
    public Member<N> withWeight(int other) {
        return new Member<>(node, name, other, zone);
    }

    /** The same in another zone. */
    public Member<N> withZone(String other) {
        return new Member<>(node, name, weight, other);
    }
}
