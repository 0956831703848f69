package dev.backendmastery.core.sketch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A split-block Bloom filter: eight bits for each item, all in one block of 256, one in each 32 of them.
 *
 * <p>An item touches one cache line where the classic filter touches one for each bit. Items fall on the blocks unevenly, and
 * full blocks answer wrongly more often than empty ones make up for: for 1 % it takes 10.5 bits an item where the classic
 * filter takes 9.6, for 0.1 % it takes 16.9 for 14.4. {@link #of} counts that in.
 *
 * <p><b>Guarantee.</b> All of {@link MembershipFilter}; with up to the expected number of items, the stated rate of false
 * positives. Beyond, the rate grows: {@link #falsePositiveRate(long)} says to what. <b>Threads.</b> Safe for any number of
 * readers and writers, lock-free: what an add that has returned has set, every later look-up that it happens before sees.
 * Of simultaneous adds of one item more than one may say that it has changed the filter. <b>Cost.</b> One cache line; four reads, and up to four compare-and-sets where bits are new; no
 * allocation. <b>Not for</b> sets that items leave: {@link CuckooFilter}; nor for sets that are complete when the filter is
 * made: {@link FuseFilter} is smaller and wrong less often. <b>Source.</b> Putze, Sanders and Singler, <i>Cache-, Hash- and
 * Space-Efficient Bloom Filters</i> (2009); the split block as in Apache Parquet.
 */
public final class BloomFilter implements MembershipFilter, ItemSketch {

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BLOCK_BITS = 256;
    private static final int WORDS_PER_BLOCK = 4;
    private static final int LANES = 8;
    private static final int LANE_BITS = 32;
    /** As many items in a block set all of its bits, as far as a double can tell. */
    private static final int FULL = 2_000;

    private static final long MOST_BLOCKS = 1L << 25;
    /** Words before the first block. An array's words start 16 bytes after it, and large arrays start on a line. */
    private static final int PADDING = 6;

    private final long[] words;
    private final int blocks;

    private BloomFilter(int blocks) {
        this.blocks = blocks;
        words = new long[PADDING + blocks * WORDS_PER_BLOCK];
    }

    /**
     * An empty filter.
     *
     * @param items how many different items there will be, at least 1
     * @param falsePositives the part of other items that may look contained, from 0.00001 to 0.5
     * @throws IllegalArgumentException if one is out of range, or the filter would be larger than a gibibyte
     */
    public static BloomFilter of(long items, double falsePositives) {
        if (items < 1) {
            throw new IllegalArgumentException("items must be at least 1, was " + items);
        }
        if (!(falsePositives >= 0.00001 && falsePositives <= 0.5)) {
            throw new IllegalArgumentException("falsePositives must be from 0.00001 to 0.5, was " + falsePositives);
        }
        if (rate((double) items / MOST_BLOCKS) > falsePositives) {
            throw new IllegalArgumentException("items must fit " + MOST_BLOCKS + " blocks of " + BLOCK_BITS
                    + " bits at a rate of " + falsePositives + ", was " + items);
        }
        long enough = MOST_BLOCKS;
        long tooFew = 0;
        while (enough - tooFew > 1) {
            long middle = (enough + tooFew) / 2;
            if (rate((double) items / middle) <= falsePositives) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return new BloomFilter((int) enough);
    }

    /** The rate where the items of a block are Poisson of this mean: each of them sets one bit in each lane. */
    private static double rate(double mean) {
        if (mean > FULL) {
            return 1;
        }
        double rate = 0;
        double logOfClear = StrictMath.log(1 - 1.0 / LANE_BITS);
        double logOfChance = -mean;
        int most = (int) (mean + 12 * Math.sqrt(mean) + 20);
        double counted = 0;
        for (int items = 0; items <= most; items++) {
            double chance = StrictMath.exp(logOfChance);
            counted += chance;
            rate += chance * StrictMath.pow(-StrictMath.expm1(items * logOfClear), LANES);
            logOfChance += StrictMath.log(mean) - StrictMath.log(items + 1);
        }
        return rate + Math.max(0, 1 - counted); // what is beyond counts as full
    }

    /** The rate of false positives once {@code items} different items are in. */
    public double falsePositiveRate(long items) {
        return items == 0 ? 0 : rate((double) items / blocks);
    }

    private int offset(long hash) {
        return PADDING + Mix.below(hash, blocks) * WORDS_PER_BLOCK;
    }

    /** Forty bits that depend on all of the hash, five for each lane. */
    private static long lanes(long hash) {
        return (hash * 0x9E37_79B9_7F4A_7C15L) >>> (Long.SIZE - LANES * 5);
    }

    private static long mask(long lanes) {
        return (1L << (lanes & 31)) | (1L << (32 + ((lanes >>> 5) & 31)));
    }

    @Override
    public boolean mightContainHash(long hash) {
        int at = offset(hash);
        long lanes = lanes(hash);
        // All four without a branch in between: the outcome is what the caller cannot predict.
        long missing = mask(lanes) & ~(long) WORDS.getOpaque(words, at);
        missing |= mask(lanes >>> 10) & ~(long) WORDS.getOpaque(words, at + 1);
        missing |= mask(lanes >>> 20) & ~(long) WORDS.getOpaque(words, at + 2);
        missing |= mask(lanes >>> 30) & ~(long) WORDS.getOpaque(words, at + 3);
        return missing == 0;
    }

    @Override
    public boolean addHash(long hash) {
        int at = offset(hash);
        long lanes = lanes(hash);
        long fresh = set(at, mask(lanes));
        fresh |= set(at + 1, mask(lanes >>> 10));
        fresh |= set(at + 2, mask(lanes >>> 20));
        fresh |= set(at + 3, mask(lanes >>> 30));
        return fresh != 0;
    }

    /** Sets the bits, and tells which of them were not set. */
    private long set(int at, long mask) {
        long word = (long) WORDS.getOpaque(words, at);
        return (word & mask) == mask ? 0 : ~(long) WORDS.getAndBitwiseOr(words, at, mask) & mask;
    }

    @Override
    public long bits() {
        return (long) blocks * BLOCK_BITS;
    }

    /**
     * What either contains; both stay as they are.
     *
     * @throws IllegalArgumentException if they are of different size
     */
    public BloomFilter merge(BloomFilter other) {
        if (blocks != other.blocks) {
            throw new IllegalArgumentException("other must have " + bits() + " bits as well, had " + other.bits());
        }
        BloomFilter merged = new BloomFilter(blocks);
        for (int i = PADDING; i < words.length; i++) {
            merged.words[i] = (long) WORDS.getOpaque(words, i) | (long) WORDS.getOpaque(other.words, i);
        }
        return merged;
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer buffer = Format.write(Format.BLOOM, Integer.BYTES + bits() / Byte.SIZE);
        buffer.putInt(blocks);
        for (int i = PADDING; i < words.length; i++) {
            buffer.putLong((long) WORDS.getOpaque(words, i));
        }
        return Format.seal(buffer);
    }

    /**
     * The filter whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no Bloom filter
     */
    public static BloomFilter fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.BLOOM);
        Format.requireRemaining(buffer, Integer.BYTES);
        int blocks = buffer.getInt();
        Format.require(blocks >= 1 && blocks <= MOST_BLOCKS, "blocks must be from 1 to 2^25, were " + blocks);
        Format.requireExactly(buffer, (long) blocks * BLOCK_BITS / Byte.SIZE);
        BloomFilter filter = new BloomFilter(blocks);
        for (int i = PADDING; i < filter.words.length; i++) {
            filter.words[i] = buffer.getLong();
        }
        return filter;
    }
}
