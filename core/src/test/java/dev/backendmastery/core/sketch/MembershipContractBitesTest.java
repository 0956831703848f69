package dev.backendmastery.core.sketch;

import dev.backendmastery.core.kit.Kit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class MembershipContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(Right.class);
        Kit.convicts(IgnoresTheKey.class, "MF-2", "MF-4", "MF-5", "MF-6", "MF-9");
        Kit.convicts(ForgetsOneInAThousand.class, "MF-1", "MF-5", "MF-6", "MF-8", "MF-9", "MF-10");
        Kit.convicts(TakesNumbersForHashes.class, "MF-4");
        Kit.convicts(TakesTwiceTheMemory.class, "MF-3");
        Kit.convicts(TakesTextsForBytes.class, "MF-5");
        Kit.convicts(MergesInPlace.class, "MF-6");
        Kit.convicts(MergesOnlyWhatBothHave.class, "MF-6");
        Kit.convicts(WritesBigEndian.class, "MF-7");
        Kit.convicts(ChecksNoSum.class, "MF-7");
        Kit.convicts(LosesSimultaneousWrites.class, "MF-8");
        Kit.convicts(RemovesAllCopies.class, "MF-9");
        Kit.convicts(PushesOneOutWhenFull.class, "MF-10");
    }

    /** Not a sketch at all: all hashes and how often each was added. What it says of its memory is made up. */
    private static class Exact implements MembershipFilter {
        final Map<Long, Integer> hashes = new ConcurrentHashMap<>();
        final long room;

        Exact(long room) {
            this.room = room;
        }

        void add(long hash) {
            if (size() >= room) {
                throw new IllegalStateException("full");
            }
            hashes.merge(hash, 1, Integer::sum);
        }

        long size() {
            return hashes.size();
        }

        boolean remove(long hash) {
            boolean there = hashes.containsKey(hash);
            hashes.computeIfPresent(hash, (h, count) -> count == 1 ? null : count - 1);
            return there;
        }

        @Override
        public boolean mightContainHash(long hash) {
            return hashes.containsKey(hash);
        }

        @Override
        public long bits() {
            return 10 * room;
        }

        ByteOrder order() {
            return ByteOrder.LITTLE_ENDIAN;
        }

        @Override
        public byte[] toBytes() {
            ByteBuffer buffer = Format.write((byte) 99, 8 + 12L * hashes.size());
            buffer.order(order()).putLong(room);
            new TreeMap<>(hashes).forEach((hash, count) -> buffer.putLong(hash).putInt(count));
            buffer.order(ByteOrder.LITTLE_ENDIAN);
            return Format.seal(buffer);
        }

        void readFrom(ByteBuffer buffer) {
            buffer.order(order());
            while (buffer.hasRemaining()) {
                hashes.put(buffer.getLong(), buffer.getInt());
            }
        }
    }

    static class Right extends MembershipContract {
        Exact exact(long expected) {
            return new Exact(expected + 20);
        }

        long hash(long item) {
            return ItemSketch.HASHER.hashLongToLong(item);
        }

        long hash(String item) {
            return ItemSketch.HASHER.hashCharsToLong(item);
        }

        @Override
        protected MembershipFilter create(long expected, long... items) {
            Exact exact = exact(expected);
            for (long item : items) {
                exact.add(hash(item));
            }
            return exact;
        }

        @Override
        protected MembershipFilter ofTexts(String... items) {
            Exact exact = exact(items.length);
            for (String item : items) {
                exact.add(hash(item));
            }
            return exact;
        }

        @Override
        protected MembershipFilter read(byte[] bytes) {
            ByteBuffer buffer = Format.read(bytes, (byte) 99);
            Exact exact = exact(0);
            Exact sized = exact(buffer.order(exact.order()).getLong() - exact.room);
            sized.readFrom(buffer);
            return sized;
        }

        @Override
        protected double falsePositives() {
            return 0.001;
        }

        @Override
        protected double bitsPerItem() {
            return 10.1;
        }

        @Override
        protected long golden() {
            Exact exact = new Exact(120);
            for (long item = 0; item < 100; item++) {
                exact.add(hash(item));
            }
            return Bytes.checkSum(exact.toBytes());
        }

        @Override
        protected void add(MembershipFilter filter, long item) {
            ((Exact) filter).add(hash(item));
        }

        @Override
        protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
            if (one.bits() != other.bits()) {
                throw new IllegalArgumentException("other must be as large");
            }
            Exact merged = exact(((Exact) one).room);
            ((Exact) one).hashes.keySet().forEach(merged::add);
            ((Exact) other).hashes.keySet().forEach(merged::add);
            return merged;
        }

        @Override
        protected boolean forgets() {
            return true;
        }

        @Override
        protected boolean remove(MembershipFilter filter, long item) {
            return ((Exact) filter).remove(hash(item));
        }
    }

    /** As the popular one: after the first item, everything is contained. */
    static final class IgnoresTheKey extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                public boolean mightContainHash(long hash) {
                    return !hashes.isEmpty();
                }
            };
        }
    }

    static final class ForgetsOneInAThousand extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                public boolean mightContainHash(long hash) {
                    return hash % 1_000 != 0 && super.mightContainHash(hash);
                }
            };
        }

        @Override
        protected boolean remove(MembershipFilter filter, long item) {
            return hash(item) % 1_000 != 0 && super.remove(filter, item);
        }
    }

    /** Keeps 48 bits of the number where it should keep them of its hash. */
    static final class TakesNumbersForHashes extends Right {
        @Override
        long hash(long item) {
            return item & 0xFFFF_FFFF_FFFEL;
        }

        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                public boolean mightContain(long item) {
                    return mightContainHash(hash(item));
                }

                @Override
                long size() {
                    return room == 25 ? 0 : super.size(); // of numbers at the edges two are now the same
                }
            };
        }
    }

    static final class TakesTwiceTheMemory extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                public long bits() {
                    return 20 * room;
                }
            };
        }
    }

    static final class TakesTextsForBytes extends Right {
        @Override
        long hash(String item) {
            return Arrays.hashCode(item.toCharArray());
        }

        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                public boolean mightContain(byte[] item) {
                    return false;
                }
            };
        }
    }

    static final class MergesInPlace extends Right {
        @Override
        protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
            if (one.bits() != other.bits()) {
                throw new IllegalArgumentException("other must be as large");
            }
            ((Exact) one).hashes.putAll(((Exact) other).hashes);
            return one;
        }
    }

    static final class MergesOnlyWhatBothHave extends Right {
        @Override
        protected MembershipFilter merge(MembershipFilter one, MembershipFilter other) {
            Exact merged = (Exact) super.merge(one, other);
            merged.hashes.keySet().retainAll(((Exact) one).hashes.keySet());
            merged.hashes.keySet().retainAll(((Exact) other).hashes.keySet());
            return merged;
        }
    }

    static final class WritesBigEndian extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                ByteOrder order() {
                    return ByteOrder.BIG_ENDIAN;
                }
            };
        }
    }

    /** Mends the check sum before it reads. */
    static final class ChecksNoSum extends Right {
        @Override
        protected MembershipFilter read(byte[] bytes) {
            if (bytes.length < 24) {
                throw new SketchFormatException("too short");
            }
            return super.read(Format.seal(ByteBuffer.wrap(bytes.clone())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(bytes.length)));
        }
    }

    /** Reads, lets others go first, and writes what it had read. */
    static final class LosesSimultaneousWrites extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                private final Threads.Meeting meeting = new Threads.Meeting();
                private volatile long[] all = new long[0];

                @Override
                void add(long hash) {
                    super.add(hash);
                    if (room == 4_020) { // only where the kit has several writers
                        long[] before = all;
                        meeting.meet();
                        long[] after = Arrays.copyOf(before, before.length + 1);
                        after[before.length] = hash;
                        all = after;
                    }
                }

                @Override
                public boolean mightContainHash(long hash) {
                    if (room == 4_020) {
                        for (long each : all) {
                            if (each == hash) {
                                return true;
                            }
                        }
                        return false;
                    }
                    return super.mightContainHash(hash);
                }
            };
        }
    }

    static final class RemovesAllCopies extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                boolean remove(long hash) {
                    return hashes.remove(hash) != null;
                }
            };
        }
    }

    static final class PushesOneOutWhenFull extends Right {
        @Override
        Exact exact(long expected) {
            return new Exact(expected + 20) {
                @Override
                void add(long hash) {
                    if (size() == room) {
                        hashes.remove(hashes.keySet().iterator().next());
                        hashes.merge(hash, 1, Integer::sum);
                        throw new IllegalStateException("full");
                    }
                    super.add(hash);
                }
            };
        }
    }
}
