package dev.backendmastery.core.sketch;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A binary fuse filter: eight bits of each item, made of three bytes of an array that is hardly larger than the set.
 *
 * <p><b>Guarantee.</b> {@link MembershipFilter} without adding and merging: 1 in 256 of other items looks contained, at 9.1 bits an
 * item from some hundred thousand items up, and more below. <b>Threads.</b> Immutable. <b>Cost.</b> A look-up reads three bytes,
 * near to each other unless the filter is very large; no allocation. Making it takes 17 bytes an item besides. <b>Not for</b>
 * sets that grow: {@link BloomFilter}. <b>Source.</b> Graf and Lemire, <i>Binary Fuse Filters: Fast and Smaller Than Xor
 * Filters</i> (ACM Journal of Experimental Algorithmics 2022).
 */
public final class FuseFilter implements MembershipFilter {

    /** The most items. */
    public static final int MAX_ITEMS = 1 << 29;

    private static final int MOST_SEEDS = 100;
    private static final int LONGEST_SEGMENT = 1 << 18;

    private final long seed;
    private final int segmentLength;
    private final int segments;
    private final byte[] fingerprints;

    private FuseFilter(long seed, int segmentLength, int segments, byte[] fingerprints) {
        this.seed = seed;
        this.segmentLength = segmentLength;
        this.segments = segments;
        this.fingerprints = fingerprints;
    }

    /** The filter of these numbers; the same one twice counts once. */
    public static FuseFilter of(long... items) {
        return ofHashes(
                Arrays.stream(items).map(ItemSketch.HASHER::hashLongToLong).toArray());
    }

    /** The filter of these texts; the same one twice counts once. */
    public static FuseFilter of(Iterable<? extends CharSequence> items) {
        long[] hashes = new long[16];
        int count = 0;
        for (CharSequence item : items) {
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, count * 2);
            }
            hashes[count++] = ItemSketch.HASHER.hashCharsToLong(item);
        }
        return ofHashes(Arrays.copyOf(hashes, count));
    }

    /**
     * The filter of items that are hashed already; the array stays as it is.
     *
     * @param hashes all 64 bits must be mixed; the same one twice counts once
     * @throws IllegalArgumentException if there are more than {@link #MAX_ITEMS}
     */
    public static FuseFilter ofHashes(long[] hashes) {
        if (hashes.length > MAX_ITEMS) {
            throw new IllegalArgumentException("items must be at most " + MAX_ITEMS + ", were " + hashes.length);
        }
        long[] distinct = hashes.clone();
        Arrays.sort(distinct);
        int count = 0;
        for (int i = 0; i < distinct.length; i++) {
            if (i == 0 || distinct[i] != distinct[i - 1]) {
                distinct[count++] = distinct[i];
            }
        }
        // The lengths are those that the paper found to succeed.
        int segmentLength = count <= 1
                ? 4
                : Math.min(LONGEST_SEGMENT, 1 << (int) (StrictMath.log(count) / StrictMath.log(3.33) + 2.25));
        double factor = count <= 1 ? 0 : Math.max(1.125, 0.875 + 0.25 * StrictMath.log(1e6) / StrictMath.log(count));
        long length = Math.round(count * factor);
        int segments = (int) Math.max(1, (length + segmentLength - 1) / segmentLength - 2);
        for (int attempt = 0; attempt < MOST_SEEDS; attempt++) {
            FuseFilter filter = new FuseFilter(
                    Mix.draw(0, attempt), segmentLength, segments, new byte[(segments + 2) * segmentLength]);
            if (filter.fill(distinct, count)) {
                return filter;
            }
        }
        throw new IllegalStateException("no seed of " + MOST_SEEDS + " fits these " + count + " items");
    }

    private long mix(long hash) {
        return Mix.draw(hash ^ seed, 0);
    }

    private int first(long mixed) {
        return (int) Math.multiplyHigh(mixed >>> 1, (long) segments * segmentLength * 2);
    }

    private int second(long mixed, int first) {
        return (first + segmentLength) ^ ((int) (mixed >>> 18) & (segmentLength - 1));
    }

    private int third(long mixed, int first) {
        return (first + 2 * segmentLength) ^ ((int) mixed & (segmentLength - 1));
    }

    private static byte fingerprint(long mixed) {
        return (byte) (mixed ^ (mixed >>> 32));
    }

    /**
     * Takes away, again and again, an item that alone uses some place; then fills the places in the reverse order, each so that
     * its item comes out right.
     */
    private boolean fill(long[] hashes, int count) {
        int[] uses = new int[fingerprints.length];
        long[] sums = new long[fingerprints.length];
        for (int i = 0; i < count; i++) {
            toggle(mix(hashes[i]), 1, uses, sums);
        }
        int[] alone = new int[fingerprints.length];
        int waiting = 0;
        for (int place = 0; place < uses.length; place++) {
            alone[waiting] = place;
            waiting += uses[place] == 1 ? 1 : 0;
        }
        long[] order = new long[count];
        int[] places = new int[count];
        int taken = 0;
        while (waiting > 0) {
            int place = alone[--waiting];
            if (uses[place] != 1) {
                continue; // its item was taken away by another place meanwhile
            }
            long mixed = sums[place];
            order[taken] = mixed;
            places[taken++] = place;
            toggle(mixed, -1, uses, sums);
            int first = first(mixed);
            int second = second(mixed, first);
            int third = third(mixed, first);
            if (uses[first] == 1) {
                alone[waiting++] = first;
            }
            if (uses[second] == 1) {
                alone[waiting++] = second;
            }
            if (uses[third] == 1) {
                alone[waiting++] = third;
            }
        }
        for (int i = taken - 1; i >= 0; i--) {
            fingerprints[places[i]] = 0;
            fingerprints[places[i]] = (byte) (fingerprint(order[i]) ^ found(order[i]));
        }
        return taken == count;
    }

    private void toggle(long mixed, int by, int[] uses, long[] sums) {
        int first = first(mixed);
        int second = second(mixed, first);
        int third = third(mixed, first);
        uses[first] += by;
        sums[first] ^= mixed;
        uses[second] += by;
        sums[second] ^= mixed;
        uses[third] += by;
        sums[third] ^= mixed;
    }

    private int found(long mixed) {
        int first = first(mixed);
        return fingerprints[first] ^ fingerprints[second(mixed, first)] ^ fingerprints[third(mixed, first)];
    }

    @Override
    public boolean mightContainHash(long hash) {
        long mixed = mix(hash);
        return fingerprint(mixed) == found(mixed);
    }

    @Override
    public long bits() {
        return (long) fingerprints.length * Byte.SIZE;
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer buffer = Format.write(Format.FUSE, Long.BYTES + 2 * Integer.BYTES + (long) fingerprints.length);
        buffer.putLong(seed).putInt(segmentLength).putInt(segments).put(fingerprints);
        return Format.seal(buffer);
    }

    /**
     * The filter whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no fuse filter
     */
    public static FuseFilter fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.FUSE);
        Format.requireRemaining(buffer, Long.BYTES + 2 * Integer.BYTES);
        long seed = buffer.getLong();
        int segmentLength = buffer.getInt();
        int segments = buffer.getInt();
        Format.require(
                segmentLength >= 4 && segmentLength <= LONGEST_SEGMENT && Integer.bitCount(segmentLength) == 1,
                "the length of a segment must be a power of two from 4 to 2^18, was " + segmentLength);
        Format.require(segments >= 1, "segments must be at least 1, were " + segments);
        Format.requireExactly(buffer, (segments + 2L) * segmentLength);
        byte[] fingerprints = new byte[buffer.remaining()];
        buffer.get(fingerprints);
        return new FuseFilter(seed, segmentLength, segments, fingerprints);
    }
}
