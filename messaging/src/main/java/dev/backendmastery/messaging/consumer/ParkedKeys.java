package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose records follow others into the dead letters, and which of those are still to be replayed. What is known of the
 * keys of a partition is read from the dead letters and their journal, so it moves with the partition to whoever gets it.
 *
 * <p><b>Threads.</b> Safe for any number; reading the topics is the owner's.
 */
final class ParkedKeys {

    private record Key(Partition origin, Bytes key) {}

    /** The last letter of one original record. */
    private static final class Pending {
        private final Position letter;
        private @Nullable Position replayedTo;

        Pending(Position letter) {
            this.letter = letter;
        }
    }

    private final String group;
    private final Journal.Scan letters;
    private final Journal.Scan journal;
    /** By original offset. A key with none is not parked. */
    private final Map<Key, TreeMap<Long, Pending>> parked = new HashMap<>();
    /** Settled by us before the scan has come to them. */
    private final Set<Position> settled = new HashSet<>();

    private final Map<Position, Pending> byLetter = new HashMap<>();
    /** Read from the journal; the letters that they name are perhaps not. */
    private final List<Journal.Entry> read = new ArrayList<>();

    ParkedKeys(MessageLog log, String group, String deadLetters) {
        this.group = group;
        this.letters = new Journal.Scan(log, deadLetters);
        this.journal = new Journal.Scan(log, Journal.topic(deadLetters));
    }

    /** Catches up with what others have put aside and replayed. The journal first: whatever it names is then found. */
    void refresh() throws InterruptedException {
        journal.run(record -> Journal.entry(record).ifPresent(read::add));
        letters.run(record -> Letters.letter(record).ifPresent(this::found));
        synchronized (this) {
            read.forEach(this::replayed);
            read.clear();
        }
    }

    private synchronized void found(DeadLetter letter) {
        Bytes key = letter.message().key();
        if (letter.reason() == DeadLetter.Reason.FAILED
                || key == null
                || !letter.group().equals(group)
                || settled.remove(letter.at())) {
            return;
        }
        put(new Key(letter.origin(), key), letter.offset(), letter.at());
    }

    private void put(Key key, long offset, Position letter) {
        TreeMap<Long, Pending> pending = parked.computeIfAbsent(key, k -> new TreeMap<>());
        Pending before = pending.get(offset);
        if (before != null) {
            if (before.letter.offset() >= letter.offset()) {
                return;
            }
            byLetter.remove(before.letter);
        }
        Pending last = new Pending(letter);
        pending.put(offset, last);
        byLetter.put(letter, last);
    }

    private void replayed(Journal.Entry entry) {
        Pending pending = byLetter.get(entry.letter());
        if (pending != null) {
            if (entry.to() == null) {
                forget(pending);
            } else {
                pending.replayedTo = entry.to();
            }
        }
    }

    private void forget(Pending gone) {
        byLetter.remove(gone.letter);
        parked.values().forEach(pending -> pending.values().removeIf(other -> other == gone));
        parked.values().removeIf(TreeMap::isEmpty);
    }

    /** The partition is ours now: what was replayed into it and is finished there, by its commit, is settled. */
    synchronized void assigned(Partition partition, Predicate<Long> finished) {
        List<Pending> done = new ArrayList<>();
        parked.forEach((key, pending) -> {
            if (key.origin().equals(partition)) {
                pending.values().forEach(one -> {
                    Position to = one.replayedTo;
                    if (to != null && to.partition().equals(partition) && finished.test(to.offset())) {
                        done.add(one);
                    }
                });
            }
        });
        done.forEach(this::forget);
    }

    /** Whether a record has to follow others. A replay does not, if it is the first of those that are left. */
    synchronized boolean mustFollow(LogRecord record, Letters.Past past, boolean replay) {
        Bytes key = record.message().key();
        TreeMap<Long, Pending> pending = key == null ? null : parked.get(new Key(past.origin(), key));
        if (pending == null) {
            return false;
        }
        return !replay || pending.firstKey() < past.offset();
    }

    /** The record lies among the dead letters, and its key is parked. */
    synchronized void parked(LogRecord record, Letters.Past past, Position letter) {
        Bytes key = record.message().key();
        if (key != null) {
            put(new Key(past.origin(), key), past.offset(), letter);
        }
    }

    /** A replay was handled. */
    synchronized void handled(LogRecord record, Letters.Past past) {
        Bytes bytes = record.message().key();
        if (bytes == null) {
            return;
        }
        Key key = new Key(past.origin(), bytes);
        TreeMap<Long, Pending> pending = parked.get(key);
        if (pending == null) {
            return;
        }
        Pending done = pending.remove(past.offset());
        if (done != null) {
            byLetter.remove(done.letter);
            settled.add(done.letter);
        }
        if (pending.isEmpty()) {
            parked.remove(key);
        }
    }

    synchronized int count(Set<Partition> partitions) {
        return (int) parked.keySet().stream()
                .filter(key -> partitions.contains(key.origin()))
                .count();
    }
}
