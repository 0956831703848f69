package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Offsets that are finished above the committed one, as runs: {@code [from, to)}, ascending, apart from each other.
 *
 * <p>In the commit's metadata: {@code bm1:} and, in Base64, a CRC32C, then the kind, the committed offset and the runs;
 * either the lengths of what is open and what is finished in turn, or a bit for each offset, whichever is shorter. What does
 * not fit is left out from above: it is only repeated. What is damaged, or says that it belongs to another offset (a group was
 * reset by hand), is not believed.
 */
final class Gaps {

    static final Gaps NONE = new Gaps(new long[0]);

    private static final String PREFIX = "bm1:";
    private static final byte RUNS = 0;
    private static final byte BITS = 1;
    /** Three bytes are four characters; CRC and kind take five. */
    static final int ROOM = (Commit.MAX_METADATA - PREFIX.length()) / 4 * 3;

    private static final int FRAME = 5;

    /** from, to, from, to ... */
    private final long[] bounds;

    private Gaps(long[] bounds) {
        this.bounds = bounds;
    }

    /** Collects runs in ascending order. */
    static final class Collector {
        private long[] bounds = new long[16];
        private int size;

        /** Adds {@code [from, to)}, which may touch the one before. */
        void add(long from, long to) {
            if (from >= to) {
                return;
            }
            if (size > 0 && bounds[size - 1] >= from) {
                bounds[size - 1] = Math.max(bounds[size - 1], to);
                return;
            }
            if (size == bounds.length) {
                bounds = Arrays.copyOf(bounds, size * 2);
            }
            bounds[size++] = from;
            bounds[size++] = to;
        }

        Gaps gaps() {
            return size == 0 ? NONE : new Gaps(Arrays.copyOf(bounds, size));
        }
    }

    int runs() {
        return bounds.length / 2;
    }

    long from(int run) {
        return bounds[2 * run];
    }

    long to(int run) {
        return bounds[2 * run + 1];
    }

    boolean contains(long offset) {
        int at = Arrays.binarySearch(bounds, offset);
        // Found: the start of a run is in it, its end is not. Else: after an odd number of bounds we are inside.
        return at >= 0 ? (at & 1) == 0 : (-at - 1 & 1) == 1;
    }

    /** How many bytes the shorter form takes, without Base64; compare with {@link #ROOM}. */
    int size(long base) {
        return runs() == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, Math.min(runsSize(base), bitsSize(base)));
    }

    private long runsSize(long base) {
        long size = (long) FRAME + varintSize(base);
        long at = base;
        for (long bound : bounds) {
            size += varintSize(bound - at);
            at = bound;
        }
        return size;
    }

    private long bitsSize(long base) {
        return FRAME + varintSize(base) + (bounds[bounds.length - 1] - base + 7) / 8;
    }

    /** At most {@link Commit#MAX_METADATA} characters; as much from below as fits. */
    String encode(long base) {
        if (runs() == 0) {
            return "";
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long runsSize = runsSize(base);
        long bitsSize = bitsSize(base);
        boolean asBits = Math.min(runsSize, bitsSize) <= ROOM ? bitsSize < runsSize : bitsEnd(base) > runsEnd(base);
        body.write(asBits ? BITS : RUNS);
        varint(body, base);
        if (asBits) {
            byte[] bits = new byte[(int) ((Math.min(bounds[bounds.length - 1], bitsEnd(base)) - base + 7) / 8)];
            for (int run = 0; run < runs(); run++) {
                long end = Math.min(to(run), base + bits.length * 8L);
                for (long offset = from(run); offset < end; offset++) {
                    int bit = (int) (offset - base);
                    bits[bit >> 3] |= (byte) (1 << (bit & 7));
                }
            }
            body.writeBytes(bits);
        } else {
            long end = runsEnd(base);
            long at = base;
            for (int i = 0; i < bounds.length && bounds[i | 1] <= end; i++) {
                varint(body, bounds[i] - at);
                at = bounds[i];
            }
        }
        byte[] content = body.toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(content);
        byte[] all = ByteBuffer.allocate(4 + content.length)
                .putInt((int) crc.getValue())
                .put(content)
                .array();
        return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(all);
    }

    private static long bitsEnd(long base) {
        return base + (ROOM - FRAME - varintSize(base)) * 8L;
    }

    /** The end of the last run that fits. */
    private long runsEnd(long base) {
        long size = (long) FRAME + varintSize(base);
        long at = base;
        long end = base;
        for (int run = 0; run < runs(); run++) {
            size += varintSize(from(run) - at) + varintSize(to(run) - from(run));
            if (size > ROOM) {
                return end;
            }
            at = to(run);
            end = at;
        }
        return end;
    }

    /** @throws IllegalArgumentException if it is not readable, or belongs to another offset than {@code base} */
    static Gaps decode(long base, String metadata) {
        if (metadata.isEmpty()) {
            return NONE;
        }
        if (!metadata.startsWith(PREFIX)) {
            throw new IllegalArgumentException("it does not begin with " + PREFIX);
        }
        ByteBuffer in = ByteBuffer.wrap(
                Base64.getDecoder().decode(metadata.substring(PREFIX.length()).getBytes(StandardCharsets.US_ASCII)));
        if (in.remaining() < FRAME) {
            throw new IllegalArgumentException("it is cut off");
        }
        int wanted = in.getInt();
        CRC32C crc = new CRC32C();
        crc.update(in.duplicate());
        if ((int) crc.getValue() != wanted) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        byte kind = in.get();
        long itsBase = varint(in);
        if (itsBase != base) {
            throw new IllegalArgumentException("it belongs to offset " + itsBase + ", not to " + base);
        }
        Collector collector = new Collector();
        if (kind == RUNS) {
            long at = base;
            while (in.hasRemaining()) {
                long from = at + varint(in);
                at = from + varint(in);
                collector.add(from, at);
            }
        } else if (kind == BITS) {
            for (long at = base; in.hasRemaining(); at += 8) {
                byte bits = in.get();
                for (int bit = 0; bit < 8; bit++) {
                    if ((bits >> bit & 1) == 1) {
                        collector.add(at + bit, at + bit + 1);
                    }
                }
            }
        } else {
            throw new IllegalArgumentException("it is of an unknown kind, " + kind);
        }
        return collector.gaps();
    }

    private static int varintSize(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("it is cut off");
            }
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number in it is too large");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Gaps gaps && Arrays.equals(bounds, gaps.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
