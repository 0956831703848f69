package dev.backendmastery.core.sketch;

import dev.backendmastery.core.kit.Kit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class QuantileContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(Right.class);
        Kit.convicts(KeepsTheFirstThousand.class, "QS-2", "QS-3", "QS-6");
        Kit.convicts(TakesTheMeanForTheMedian.class, "QS-1", "QS-2", "QS-3");
        Kit.convicts(RoundsToWholeRanks.class, "QS-3");
        Kit.convicts(LeavesPairsUnsorted.class, "QS-4");
        Kit.convicts(MergesOnlyTheGreater.class, "QS-5");
        Kit.convicts(MergesInPlace.class, "QS-5");
        Kit.convicts(ChecksNoSum.class, "QS-6");
        Kit.convicts(AcceptsNotANumber.class, "QS-7");
    }

    /** Not a sketch at all: all values. */
    private static class Exact implements QuantileContract.Quantiles {
        double[] values = new double[16];
        int size;
        boolean sorted;

        @Override
        public void add(double value) {
            check(value);
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
            sorted = false;
        }

        void check(double value) {
            if (Double.isNaN(value)) {
                throw new IllegalArgumentException("value must be a number, was NaN");
            }
        }

        void sort() {
            if (size == 0) {
                throw new IllegalStateException("nothing was added");
            }
            if (!sorted) {
                Arrays.sort(values, 0, size);
                sorted = true;
            }
        }

        @Override
        public double quantile(double rank) {
            if (!(rank >= 0 && rank <= 1)) {
                throw new IllegalArgumentException("rank must be from 0 to 1, was " + rank);
            }
            sort();
            return values[Math.max(0, (int) Math.ceil(rank * size) - 1)];
        }

        @Override
        public double rank(double value) {
            sort();
            check(value);
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) / 2;
                if (values[middle] <= value) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return (double) low / size;
        }

        @Override
        public long count() {
            return size;
        }

        @Override
        public double rankError() {
            return 0.01;
        }

        Exact empty() {
            return new Exact();
        }

        @Override
        public QuantileContract.Quantiles merge(QuantileContract.Quantiles other) {
            Exact merged = empty();
            for (Exact each : new Exact[] {this, (Exact) other}) {
                for (int i = 0; i < each.size; i++) {
                    merged.add(each.values[i]);
                }
            }
            return merged;
        }

        @Override
        public byte[] toBytes() {
            ByteBuffer buffer = Format.write((byte) 99, 8L * size);
            for (int i = 0; i < size; i++) {
                buffer.putDouble(values[i]);
            }
            return Format.seal(buffer);
        }
    }

    static class Right extends QuantileContract {
        Exact exact() {
            return new Exact();
        }

        @Override
        protected Quantiles create(long seed) {
            return exact();
        }

        @Override
        protected Quantiles read(byte[] bytes) {
            ByteBuffer buffer = Format.read(bytes, (byte) 99);
            Exact exact = exact();
            while (buffer.hasRemaining()) {
                exact.add(buffer.getDouble());
            }
            return exact;
        }

        @Override
        protected long golden() {
            Exact exact = exact();
            for (int i = 0; i < 10_000; i++) {
                exact.add(i);
            }
            return Bytes.checkSum(exact.toBytes());
        }
    }

    /** The first thousand where a sample of all is due: good enough if the order is random. */
    static final class KeepsTheFirstThousand extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public double rankError() {
                    return 0.06;
                }

                @Override
                public double rank(double value) {
                    int all = size;
                    size = Math.min(size, 1_000);
                    double rank = super.rank(value);
                    size = all;
                    return rank;
                }

                @Override
                public double quantile(double rank) {
                    int all = size;
                    size = Math.min(size, 1_000);
                    double value = super.quantile(rank);
                    size = all;
                    return value;
                }

                @Override
                void sort() {
                    if (size < 1_000) {
                        super.sort();
                    } else if (!sorted) {
                        Arrays.sort(values, 0, 1_000);
                        sorted = true;
                    }
                }
            };
        }
    }

    static final class TakesTheMeanForTheMedian extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public double quantile(double rank) {
                    double exact = super.quantile(rank);
                    double mean = Arrays.stream(values, 0, size).sum() / size;
                    return rank > 0.45 && rank < 0.55 && size > 1 ? mean : exact;
                }
            };
        }
    }

    /** Two neighbours in the wrong order: the error of rank is as good as nothing. */
    static final class LeavesPairsUnsorted extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public double quantile(double rank) {
                    double exact = super.quantile(rank);
                    int place = Arrays.binarySearch(values, 0, size, exact);
                    boolean swapped = size > 20_000 && place % 64 < 32 && place > 32 && place < size - 64;
                    return swapped ? values[place + 32] : exact;
                }
            };
        }
    }

    static final class RoundsToWholeRanks extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public double rank(double value) {
                    double rank = super.rank(value);
                    // To the nearest hundredth, and never 1.
                    return Math.min(0.99, Math.rint(rank * 100) / 100);
                }
            };
        }
    }

    static final class MergesOnlyTheGreater extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public Quantiles merge(Quantiles other) {
                    return other.count() > count() ? other : this;
                }
            };
        }
    }

    static final class MergesInPlace extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                public Quantiles merge(Quantiles other) {
                    Exact into = (Exact) other;
                    for (int i = 0; i < size; i++) {
                        into.add(values[i]);
                    }
                    return into;
                }
            };
        }
    }

    /** Mends the check sum before it reads. */
    static final class ChecksNoSum extends Right {
        @Override
        protected Quantiles read(byte[] bytes) {
            if (bytes.length < 16) {
                throw new SketchFormatException("too short");
            }
            return super.read(Format.seal(ByteBuffer.wrap(bytes.clone())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(bytes.length)));
        }
    }

    static final class AcceptsNotANumber extends Right {
        @Override
        Exact exact() {
            return new Exact() {
                @Override
                void check(double value) {
                    // nothing: this is the fault
                }
            };
        }
    }
}
