package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The keys of one cache in Redis. Every key of it is in one of a fixed number of slices; what lies in one slice has one
 * hash tag, and so one slot of a cluster, where a value can be read together with its slice's generation.
 */
final class Slices {

    private static final String GENERATION = "g:{";
    private static final String VALUE = "v:{";
    private static final String LEASE = "l:{";

    private final String name;
    private final int count;

    Slices(String name, int count) {
        this.name = name;
        this.count = count;
    }

    int count() {
        return count;
    }

    /** By the hash that the platform fixes for texts, so that all processes agree. */
    int of(String key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ (hash >>> 16), count);
    }

    byte[] generation(int slice) {
        return (GENERATION + name + "." + slice + "}").getBytes(UTF_8);
    }

    byte[] value(int slice, String key) {
        return (VALUE + name + "." + slice + "}:" + key).getBytes(UTF_8);
    }

    byte[] lease(int slice, String key) {
        return (LEASE + name + "." + slice + "}:" + key).getBytes(UTF_8);
    }

    /** What all generations' and all values' names begin with, and leases' do not. */
    String[] prefixes() {
        return new String[] {GENERATION + name + ".", VALUE + name + "."};
    }

    boolean isGeneration(String redisKey) {
        return redisKey.startsWith(GENERATION);
    }

    /** The caller's key in a value's name. */
    String keyIn(String redisKey) {
        return redisKey.substring(redisKey.indexOf("}:", VALUE.length() + name.length()) + 2);
    }
}
