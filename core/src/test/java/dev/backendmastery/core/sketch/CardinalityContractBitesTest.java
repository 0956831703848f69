package dev.backendmastery.core.sketch;

import dev.backendmastery.core.kit.Kit;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class CardinalityContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(IgnoresTheKey.class, "UL-1", "UL-2", "UL-3");
        Kit.convicts(TakesNumbersForHashes.class, "UL-1");
        Kit.convicts(SkipsSmallCounts.class, "UL-2", "UL-3", "UL-6");
        Kit.convicts(IsTenPercentHigh.class, "UL-1", "UL-2", "UL-3");
        Kit.convicts(CountsAdds.class, "UL-4", "UL-5");
        Kit.convicts(MergesInPlace.class, "UL-5");
        Kit.convicts(ChecksNoSum.class, "UL-6");
        Kit.convicts(LosesSimultaneousAdds.class, "UL-7");
    }

    /** HyperLogLog with one value a register, estimated by linear counting and the harmonic mean. */
    private static class Simple implements CardinalityContract.Counter {
        final int precision;
        final byte[] registers;

        Simple(int precision) {
            this.precision = precision;
            registers = new byte[1 << precision];
        }

        Simple empty() {
            return new Simple(precision);
        }

        long hash(long item) {
            return ItemSketch.HASHER.hashLongToLong(item);
        }

        @Override
        public synchronized boolean add(long item) {
            long hash = hash(item);
            int index = (int) (hash >>> (64 - precision));
            byte value = (byte) (1 + Long.numberOfLeadingZeros((hash << precision) | 1));
            return raise(index, value);
        }

        boolean raise(int index, byte value) {
            if (value <= registers[index]) {
                return false;
            }
            registers[index] = value;
            return true;
        }

        @Override
        public double estimate() {
            double sum = 0;
            int empty = 0;
            for (byte register : registers) {
                sum += Math.scalb(1.0, -register);
                empty += register == 0 ? 1 : 0;
            }
            double size = registers.length;
            double raw = 0.7213 / (1 + 1.079 / size) * size * size / sum;
            return raw <= 2.5 * size && empty > 0 && countsSmall() ? size * Math.log(size / empty) : raw;
        }

        boolean countsSmall() {
            return true;
        }

        @Override
        public CardinalityContract.Counter merge(CardinalityContract.Counter other) {
            if (((Simple) other).precision != precision) {
                throw new IllegalArgumentException("other must be of the same precision");
            }
            Simple merged = empty();
            for (int i = 0; i < registers.length; i++) {
                merged.registers[i] = (byte) Math.max(registers[i], ((Simple) other).registers[i]);
            }
            return merged;
        }

        @Override
        public byte[] toBytes() {
            ByteBuffer buffer = Format.write((byte) 99, 1L + registers.length);
            return Format.seal(buffer.put((byte) precision).put(registers));
        }
    }

    private abstract static class Kit99 extends CardinalityContract {
        @Override
        protected Counter read(byte[] bytes) {
            ByteBuffer buffer = Format.read(bytes, (byte) 99);
            Simple simple = (Simple) create(buffer.get());
            buffer.get(simple.registers);
            return simple;
        }

        /** The error of HyperLogLog, and more where it changes from one estimate to the other. */
        @Override
        protected double theory(int precision) {
            return 1.2 / Math.sqrt(1 << precision);
        }

        @Override
        protected long golden() {
            Counter counter = create(8);
            for (long item = 0; item < 10_000; item++) {
                counter.add(item);
            }
            return Bytes.checkSum(counter.toBytes());
        }
    }

    static final class IgnoresTheKey extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                @Override
                long hash(long item) {
                    return 42;
                }
            };
        }
    }

    static final class TakesNumbersForHashes extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                @Override
                long hash(long item) {
                    return item;
                }
            };
        }
    }

    static final class SkipsSmallCounts extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                @Override
                boolean countsSmall() {
                    return false;
                }
            };
        }
    }

    static final class IsTenPercentHigh extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                @Override
                public double estimate() {
                    return 1.1 * super.estimate();
                }
            };
        }
    }

    /** Mixes in how many there were before. */
    static final class CountsAdds extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                private long adds;

                @Override
                long hash(long item) {
                    return ItemSketch.HASHER.hashLongLongToLong(item, precision == 7 ? 0 : adds++);
                }
            };
        }
    }

    static final class MergesInPlace extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                @Override
                public Counter merge(Counter other) {
                    Simple merged = (Simple) super.merge(other);
                    System.arraycopy(merged.registers, 0, registers, 0, registers.length);
                    return this;
                }
            };
        }
    }

    static final class ChecksNoSum extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision);
        }

        @Override
        protected Counter read(byte[] bytes) {
            Simple simple = new Simple(8);
            byte[] contents = Arrays.copyOfRange(bytes, Math.min(17, bytes.length), bytes.length);
            System.arraycopy(contents, 0, simple.registers, 0, Math.min(contents.length, 256));
            return simple;
        }
    }

    /** Reads the whole, lets others go first, and writes it back. */
    static final class LosesSimultaneousAdds extends Kit99 {
        @Override
        protected Counter create(int precision) {
            return new Simple(precision) {
                private final Threads.Meeting meeting = new Threads.Meeting();
                private final boolean several = precision == 7;
                private volatile byte[] seen = new byte[0];

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // this is the fault
                public boolean add(long item) {
                    if (!several || !Thread.currentThread().getName().startsWith("pool")) {
                        return super.add(item);
                    }
                    byte[] before = seen;
                    if (before.length == 0) {
                        meeting.meet();
                        // What the others have written meanwhile is gone.
                        Arrays.fill(registers, (byte) 0);
                        seen = new byte[1];
                    }
                    return super.add(item);
                }
            };
        }
    }
}
