package dev.backendmastery.messaging.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A partition in memory: exact, record by record, where others go by segments. */
final class MemoryPartition implements LocalPartition {

    private static final class Item {
        private final LogRecord record;
        private final int size;
        /** When compaction first met it as the last of its key; -1 if it has not. */
        private long cleanedAt = -1;

        Item(LogRecord record) {
            this.record = record;
            this.size = MessageCodec.size(record.message());
        }

        Message message() {
            return record.message();
        }

        long millis() {
            return message().envelope().time().toEpochMilli();
        }
    }

    private final Partition id;
    private final NavigableMap<Long, Item> items = new TreeMap<>();
    private long first;
    private long end;
    private long bytes;

    MemoryPartition(Partition id) {
        this.id = id;
    }

    @Override
    public Partition id() {
        return id;
    }

    synchronized List<Position> append(List<Message> messages) {
        List<Position> positions = new ArrayList<>(messages.size());
        for (Message message : messages) {
            Item item = new Item(new LogRecord(id, end, message));
            items.put(end, item);
            bytes += item.size;
            positions.add(new Position(id, end));
            end++;
        }
        return positions;
    }

    @Override
    public synchronized long first() {
        return first;
    }

    @Override
    public synchronized long end() {
        return end;
    }

    @Override
    public synchronized Chunk read(long offset, int maxRecords) {
        if (offset < first || offset > end) {
            throw new OffsetOutOfRangeException(id, offset, first, end);
        }
        List<LogRecord> records = new ArrayList<>();
        for (Item item : items.tailMap(offset, true).values()) {
            if (records.size() == maxRecords) {
                return new Chunk(records, item.record.offset());
            }
            records.add(item.record);
        }
        return new Chunk(records, end);
    }

    @Override
    public synchronized long offsetAt(long millis) {
        for (Item item : items.values()) {
            if (item.millis() >= millis) {
                return item.record.offset();
            }
        }
        return end;
    }

    synchronized void maintain(Topic topic, long now) {
        if (topic.compacted()) {
            compact(topic.tombstones().toMillis(), now);
        }
        Long maxBytes = topic.maxBytes();
        while (!items.isEmpty()) {
            Item oldest = items.firstEntry().getValue();
            boolean old = topic.maxAge() != null
                    && oldest.millis() < now - topic.maxAge().toMillis();
            boolean tooMuch = maxBytes != null && bytes - oldest.size >= maxBytes;
            if (!old && !tooMuch) {
                break;
            }
            remove(oldest);
            first = oldest.record.offset() + 1;
        }
    }

    private void compact(long tombstones, long now) {
        Map<@Nullable Bytes, Item> last = new HashMap<>();
        items.values().forEach(item -> last.put(item.message().key(), item));
        for (Item item : List.copyOf(items.values())) {
            if (last.get(item.message().key()) != item) {
                remove(item);
            } else if (item.message().isTombstone()) {
                if (item.cleanedAt < 0) {
                    item.cleanedAt = now;
                } else if (now - item.cleanedAt >= tombstones) {
                    remove(item);
                }
            }
        }
    }

    private void remove(Item item) {
        items.remove(item.record.offset());
        bytes -= item.size;
    }
}
