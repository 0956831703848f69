package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.LogRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A handler that shows what it was given, waits where it is told to, and fails where it is told to. */
final class Work implements Handler {

    /** {@code +text} when it began, {@code -text} when it ended well, {@code !text} when it threw. */
    private final List<String> events = new ArrayList<>();

    private final Map<String, Integer> begun = new HashMap<>();
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, IntFunction<@Nullable Throwable>> failures = new ConcurrentHashMap<>();

    static String text(LogRecord record) {
        Bytes payload = Objects.requireNonNull(record.message().payload());
        return payload.utf8();
    }

    /** The record's {@code time}th handling, from 1, waits for {@link #open}. */
    void block(String text, int time) {
        gates.put(text + "#" + time, new CountDownLatch(1));
    }

    void open(String text, int time) {
        Objects.requireNonNull(gates.get(text + "#" + time)).countDown();
    }

    void openAll() {
        gates.values().forEach(CountDownLatch::countDown);
        failures.clear();
    }

    /** What the record's so-manieth handling throws; null: nothing. */
    void fail(String text, IntFunction<@Nullable Throwable> failure) {
        failures.put(text, failure);
    }

    void mend() {
        failures.clear();
    }

    @Override
    public void handle(LogRecord record) throws Exception {
        String text = text(record);
        int time;
        synchronized (this) {
            events.add("+" + text);
            time = begun.merge(text, 1, Integer::sum);
        }
        boolean well = false;
        try {
            CountDownLatch gate = gates.get(text + "#" + time);
            if (gate != null) {
                gate.await();
            }
            IntFunction<@Nullable Throwable> failure = failures.get(text);
            Throwable thrown = failure == null ? null : failure.apply(time);
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            well = true;
        } finally {
            synchronized (this) {
                events.add((well ? "-" : "!") + text);
            }
        }
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** The texts of what ended well, in that order. */
    synchronized List<String> ended() {
        return events.stream()
                .filter(event -> event.startsWith("-"))
                .map(event -> event.substring(1))
                .toList();
    }

    synchronized int begun(String text) {
        return begun.getOrDefault(text, 0);
    }

    synchronized int begun() {
        return begun.values().stream().mapToInt(Integer::intValue).sum();
    }

    boolean hasEnded(String text) {
        return ended().contains(text);
    }
}
