package dev.backendmastery.patterns.outbox;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which transactions had ended at one moment, as PostgreSQL's {@code pg_snapshot} has it.
 *
 * @param xmin all below had ended
 * @param xmax none from here on had
 * @param running those in between that had not
 */
record Snapshot(long xmin, long xmax, List<Long> running) {

    /** Before all transactions. */
    static final Snapshot FIRST = new Snapshot(1, 1, List.of());

    Snapshot {
        running = List.copyOf(running);
    }

    static Snapshot parse(String text) {
        String[] parts = text.split(":", -1);
        List<Long> running = parts[2].isEmpty()
                ? List.of()
                : Stream.of(parts[2].split(",", -1)).map(Long::valueOf).toList();
        return new Snapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
    }

    boolean ended(long xid) {
        return xid < xmin || (xid < xmax && !running.contains(xid));
    }

    /** The running ones as PostgreSQL writes an array. */
    String runningArray() {
        return running.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    /** As PostgreSQL writes it. */
    @Override
    public String toString() {
        return xmin + ":" + xmax + ":" + running.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
