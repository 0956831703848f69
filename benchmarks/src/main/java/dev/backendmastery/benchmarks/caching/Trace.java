package dev.backendmastery.benchmarks.caching;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The keys that were asked for, in their order. */
final class Trace {

    private final String name;
    private final int[] keys;
    private final int unique;

    private Trace(String name, int[] keys, int unique) {
        this.name = name;
        this.keys = keys;
        this.unique = unique;
    }

    /** Where it comes from. */
    String name() {
        return name;
    }

    /** The first key to occur is 0, the next new one 1, and so on; not to be changed. */
    int[] keys() {
        return keys;
    }

    /** How many different keys there are. */
    int unique() {
        return unique;
    }

    /** This share of its keys as a cache's size, at least 1. */
    int share(double share) {
        return (int) Math.max(1, Math.round(share * unique));
    }

    /** Numbers the keys as they come. */
    static final class Recorder {
        private final Map<Object, Integer> numbers = new HashMap<>();
        private int[] keys = new int[1024];
        private int length;

        void add(Object key) {
            if (length == keys.length) {
                keys = Arrays.copyOf(keys, 2 * length);
            }
            Integer number = numbers.putIfAbsent(key, numbers.size());
            keys[length++] = number == null ? numbers.size() - 1 : number;
        }

        Trace trace(String name) {
            return new Trace(name, Arrays.copyOf(keys, length), numbers.size());
        }
    }
}
