package dev.backendmastery.core.sketch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Space-saving: counts of the most frequent items, and the items themselves. An item that has no counter takes over the one of
 * the item counted least, with its count.
 *
 * <p><b>Guarantee.</b> All of {@link FrequencySketch}: with c counters an estimate is too high by {@code total / c} at most, always.
 * Every item that came more often than that is among {@link #top}, and the {@code error} there bounds how much too high its
 * estimate is (FS-8). <b>Threads.</b> Safe for any number; one lock. <b>Cost.</b> A hash look-up and some steps in a heap. Some 100 bytes a
 * counter and the item. <b>Not for</b> estimates of rare items: they are all the least count; {@link CountMinSketch}. <b>Source.</b>
 * Metwally, Agrawal and El Abbadi, <i>Efficient Computation of Frequent and Top-k Elements in Data Streams</i> (ICDT 2005);
 * Agarwal et al., <i>Mergeable Summaries</i> (PODS 2012) for the merge.
 */
public final class HeavyHitters implements FrequencySketch {

    private static final int MOST_COUNTERS = 1 << 20;

    private final int counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Counter> byItem = new HashMap<>();
    /** A heap: no counter is below the one at half its place. */
    private final List<Counter> heap = new ArrayList<>();

    private long total;

    private static final class Counter {
        private final String item;
        private long count;
        private long error;
        private int place;

        Counter(String item, long count, long error) {
            this.item = item;
            this.count = count;
            this.error = error;
        }
    }

    /**
     * A frequent item.
     *
     * @param item the text
     * @param estimate its count or more
     * @param error how much more at most
     */
    public record Hit(String item, long estimate, long error) {}

    private HeavyHitters(int counters) {
        this.counters = counters;
    }

    /**
     * An empty sketch.
     *
     * @param counters from 1 to 2^20: all items that make up more than a {@code counters}-th of the total will be found
     * @throws IllegalArgumentException if that is out of range
     */
    public static HeavyHitters of(int counters) {
        if (counters < 1 || counters > MOST_COUNTERS) {
            throw new IllegalArgumentException("counters must be from 1 to 2^20, were " + counters);
        }
        return new HeavyHitters(counters);
    }

    @Override
    public void add(String item, long count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must be at least 0, was " + count);
        }
        lock.lock();
        try {
            long sum = Math.addExact(total, count);
            if (count > 0) {
                count(item, count);
                total = sum;
            }
        } finally {
            lock.unlock();
        }
    }

    private void count(String item, long count) {
        Counter counter = byItem.get(item);
        if (counter == null) {
            long least = leastWhereAbsent();
            counter = new Counter(item, least, least);
            byItem.put(item, counter);
            if (heap.size() < counters) {
                counter.place = heap.size();
                heap.add(counter);
                up(counter);
            } else {
                byItem.remove(heap.get(0).item);
                place(counter, 0);
            }
        }
        counter.count += count;
        down(counter);
    }

    /** The most that an item without a counter can have come. */
    private long leastWhereAbsent() {
        return heap.size() < counters ? 0 : heap.get(0).count;
    }

    private void place(Counter counter, int place) {
        counter.place = place;
        heap.set(place, counter);
    }

    private void up(Counter counter) {
        while (counter.place > 0) {
            Counter above = heap.get((counter.place - 1) / 2);
            if (above.count <= counter.count) {
                return;
            }
            swap(counter, above);
        }
    }

    private void down(Counter counter) {
        while (true) {
            int child = 2 * counter.place + 1;
            if (child >= heap.size()) {
                return;
            }
            if (child + 1 < heap.size() && heap.get(child + 1).count < heap.get(child).count) {
                child++;
            }
            Counter below = heap.get(child);
            if (below.count >= counter.count) {
                return;
            }
            swap(counter, below);
        }
    }

    private void swap(Counter one, Counter other) {
        int place = one.place;
        place(one, other.place);
        place(other, place);
    }

    @Override
    public long estimate(String item) {
        lock.lock();
        try {
            Counter counter = byItem.get(item);
            return counter == null ? leastWhereAbsent() : counter.count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long total() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** The {@code count} items of the highest estimates, highest first; fewer if there are fewer counters in use. */
    public List<Hit> top(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must be at least 0, was " + count);
        }
        return hits().stream().limit(count).toList();
    }

    /** All, highest first, equal ones by item. */
    private List<Hit> hits() {
        lock.lock();
        try {
            return heap.stream()
                    .map(counter -> new Hit(counter.item, counter.count, counter.error))
                    .sorted(Comparator.comparingLong(Hit::estimate).reversed().thenComparing(Hit::item))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Its own state at one moment. */
    private HeavyHitters copy() {
        lock.lock();
        try {
            HeavyHitters copy = new HeavyHitters(counters);
            hits().forEach(copy::append);
            copy.total = total;
            return copy;
        } finally {
            lock.unlock();
        }
    }

    private void append(Hit hit) {
        Counter counter = new Counter(hit.item, hit.estimate, hit.error);
        counter.place = heap.size();
        heap.add(counter);
        byItem.put(hit.item, counter);
        up(counter);
    }

    /**
     * The sketch of what both have seen; both stay as they are.
     *
     * @throws IllegalArgumentException if they have different numbers of counters
     */
    public HeavyHitters merge(HeavyHitters other) {
        if (counters != other.counters) {
            throw new IllegalArgumentException(
                    "other must have " + counters + " counters as well, had " + other.counters);
        }
        HeavyHitters one = copy();
        HeavyHitters two = other.copy();
        Map<String, Hit> all = new HashMap<>();
        for (Hit hit : one.hits()) {
            Counter same = two.byItem.get(hit.item);
            long count = same == null ? two.leastWhereAbsent() : same.count;
            long error = same == null ? two.leastWhereAbsent() : same.error;
            all.put(hit.item, new Hit(hit.item, hit.estimate + count, hit.error + error));
        }
        for (Hit hit : two.hits()) {
            long least = one.leastWhereAbsent();
            all.putIfAbsent(hit.item, new Hit(hit.item, hit.estimate + least, hit.error + least));
        }
        HeavyHitters merged = new HeavyHitters(counters);
        all.values().stream()
                .sorted(Comparator.comparingLong(Hit::estimate).reversed().thenComparing(Hit::item))
                .limit(counters)
                .forEach(merged::append);
        merged.total = Math.addExact(one.total, two.total);
        return merged;
    }

    @Override
    public byte[] toBytes() {
        HeavyHitters copy = copy();
        List<Hit> hits = copy.hits();
        List<byte[]> items = hits.stream()
                .map(hit -> hit.item.getBytes(StandardCharsets.UTF_8))
                .toList();
        long length = 2 * Integer.BYTES + Long.BYTES;
        for (byte[] item : items) {
            length += 2 * Long.BYTES + Integer.BYTES + item.length;
        }
        ByteBuffer buffer = Format.write(Format.HEAVY_HITTERS, length);
        buffer.putInt(counters).putInt(hits.size()).putLong(copy.total);
        for (int i = 0; i < items.size(); i++) {
            buffer.putLong(hits.get(i).estimate).putLong(hits.get(i).error);
            buffer.putInt(items.get(i).length).put(items.get(i));
        }
        return Format.seal(buffer);
    }

    /**
     * The sketch whose bytes these are.
     *
     * @throws SketchFormatException if they are those of no such sketch
     */
    public static HeavyHitters fromBytes(byte[] bytes) {
        ByteBuffer buffer = Format.read(bytes, Format.HEAVY_HITTERS);
        Format.requireRemaining(buffer, 2 * Integer.BYTES + Long.BYTES);
        int counters = buffer.getInt();
        int size = buffer.getInt();
        long total = buffer.getLong();
        Format.require(
                counters >= 1 && counters <= MOST_COUNTERS && size >= 0 && size <= counters && total >= 0,
                "a sketch cannot have " + size + " of " + counters + " counters in use and a total of " + total);
        HeavyHitters sketch = new HeavyHitters(counters);
        for (int i = 0; i < size; i++) {
            Format.requireRemaining(buffer, 2 * Long.BYTES + Integer.BYTES);
            long count = buffer.getLong();
            long error = buffer.getLong();
            int length = buffer.getInt();
            Format.require(
                    error >= 0 && count >= error && count <= total && length >= 0,
                    "a counter cannot be " + count + " with an error of " + error + " and " + length + " bytes");
            Format.requireRemaining(buffer, length);
            byte[] item = new byte[length];
            buffer.get(item);
            sketch.append(new Hit(new String(item, StandardCharsets.UTF_8), count, error));
        }
        Format.requireExactly(buffer, 0);
        Format.require(sketch.byItem.size() == size, "an item is there twice");
        sketch.total = total;
        return sketch;
    }
}
