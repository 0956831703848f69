package dev.backendmastery.core.sketch;

import dev.backendmastery.core.kit.Kit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class FrequencyContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(Right.class);
        Kit.convicts(ForgetsOneInTen.class, "FS-1", "FS-4", "FS-5", "FS-6", "FS-8");
        Kit.convicts(IgnoresTheKey.class, "FS-2", "FS-3", "FS-4", "FS-8");
        Kit.convicts(CountsInThirtyTwoBits.class, "FS-3");
        Kit.convicts(MergesTheGreaterCount.class, "FS-4", "FS-8");
        Kit.convicts(ChecksNoSum.class, "FS-5");
        Kit.convicts(LosesSimultaneousAdds.class, "FS-6");
        Kit.convicts(TakesCountsBack.class, "FS-7");
        Kit.convicts(ShowsTheRarest.class, "FS-8");
    }

    /** Not a sketch at all: every item and its count. */
    private static class Exact implements FrequencySketch {
        final Map<String, Long> counts = new HashMap<>();
        final int size;
        long total;

        Exact(int size) {
            this.size = size;
        }

        String key(String item) {
            return item;
        }

        long check(long count) {
            if (count < 0) {
                throw new IllegalArgumentException("count must be at least 0, was " + count);
            }
            return count;
        }

        @Override
        public synchronized void add(String item, long count) {
            total = Math.addExact(total, check(count));
            counts.merge(key(item), count, Long::sum);
        }

        @Override
        public synchronized long estimate(String item) {
            return counts.getOrDefault(key(item), 0L);
        }

        @Override
        public synchronized long total() {
            return total;
        }

        @Override
        public byte[] toBytes() {
            long length = 0;
            for (String item : counts.keySet()) {
                length += 12 + item.getBytes(StandardCharsets.UTF_8).length;
            }
            ByteBuffer buffer = Format.write((byte) 99, length);
            new TreeMap<>(counts).forEach((item, count) -> {
                byte[] bytes = item.getBytes(StandardCharsets.UTF_8);
                buffer.putLong(count).putInt(bytes.length).put(bytes);
            });
            return Format.seal(buffer);
        }
    }

    static class Right extends FrequencyContract {
        Exact exact(int size) {
            return new Exact(size);
        }

        @Override
        protected FrequencySketch create() {
            return exact(1);
        }

        @Override
        protected FrequencySketch createLarger() {
            return exact(2);
        }

        @Override
        protected double seldom() {
            return 0;
        }

        @Override
        protected FrequencySketch merge(FrequencySketch one, FrequencySketch other) {
            if (((Exact) one).size != ((Exact) other).size) {
                throw new IllegalArgumentException("other must be as large");
            }
            Exact merged = exact(1);
            for (FrequencySketch each : List.of(one, other)) {
                ((Exact) each).counts.forEach((item, count) -> merged.counts.merge(item, count, this::together));
                merged.total += each.total();
            }
            return merged;
        }

        long together(long one, long other) {
            return one + other;
        }

        @Override
        protected FrequencySketch read(byte[] bytes) {
            ByteBuffer buffer = Format.read(bytes, (byte) 99);
            Exact exact = exact(1);
            while (buffer.hasRemaining()) {
                long count = buffer.getLong();
                byte[] item = new byte[buffer.getInt()];
                buffer.get(item);
                exact.counts.put(new String(item, StandardCharsets.UTF_8), count);
                exact.total += count;
            }
            return exact;
        }

        @Override
        protected long golden() {
            FrequencySketch sketch = create();
            for (String item : stream(0, 20_000)) {
                sketch.add(item);
            }
            return Bytes.checkSum(sketch.toBytes());
        }

        @Override
        protected List<HeavyHitters.Hit> top(FrequencySketch sketch, int count) {
            return ((Exact) sketch)
                    .counts.entrySet().stream()
                            .map(each -> new HeavyHitters.Hit(each.getKey(), each.getValue(), 0))
                            .sorted(order())
                            .limit(Math.min(count, 200))
                            .toList();
        }

        Comparator<HeavyHitters.Hit> order() {
            return Comparator.comparingLong(HeavyHitters.Hit::estimate).reversed();
        }
    }

    static final class ForgetsOneInTen extends Right {
        @Override
        Exact exact(int size) {
            return new Exact(size) {
                private int calls;

                @Override
                public synchronized void add(String item, long count) {
                    super.add(item, count);
                    if (++calls % 10 == 0) {
                        counts.computeIfPresent(item, (i, c) -> c - 1);
                    }
                }
            };
        }
    }

    static final class IgnoresTheKey extends Right {
        @Override
        Exact exact(int size) {
            return new Exact(size) {
                @Override
                String key(String item) {
                    return "";
                }
            };
        }
    }

    static final class CountsInThirtyTwoBits extends Right {
        @Override
        Exact exact(int size) {
            return new Exact(size) {
                @Override
                public synchronized long estimate(String item) {
                    return (int) super.estimate(item);
                }
            };
        }
    }

    static final class MergesTheGreaterCount extends Right {
        @Override
        long together(long one, long other) {
            return Math.max(one, other);
        }
    }

    /** Mends the check sum before it reads. */
    static final class ChecksNoSum extends Right {
        @Override
        protected FrequencySketch read(byte[] bytes) {
            if (bytes.length < 16) {
                throw new SketchFormatException("too short");
            }
            return super.read(Format.seal(ByteBuffer.wrap(bytes.clone())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(bytes.length)));
        }
    }

    /** Every thread counts what it saw first of the others, and its own. */
    static final class LosesSimultaneousAdds extends Right {
        @Override
        Exact exact(int size) {
            return new Exact(size) {
                private final Threads.Meeting meeting = new Threads.Meeting();

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // this is the fault
                public void add(String item, long count) {
                    if (!item.startsWith("shared")) {
                        super.add(item, count);
                        return;
                    }
                    Map<String, Long> before;
                    synchronized (this) {
                        before = new HashMap<>(counts);
                    }
                    meeting.meet();
                    synchronized (this) {
                        total += count;
                        counts.put(item, before.getOrDefault(item, 0L) + count);
                    }
                }
            };
        }
    }

    static final class TakesCountsBack extends Right {
        @Override
        Exact exact(int size) {
            return new Exact(size) {
                @Override
                long check(long count) {
                    return count;
                }
            };
        }
    }

    static final class ShowsTheRarest extends Right {
        @Override
        Comparator<HeavyHitters.Hit> order() {
            return Comparator.comparingLong(HeavyHitters.Hit::estimate);
        }
    }
}
