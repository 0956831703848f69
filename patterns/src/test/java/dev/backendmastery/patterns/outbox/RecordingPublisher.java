package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** A broker in memory that keeps what it acked, in order, and fails as it is told. Acks come with the flush. */
final class RecordingPublisher implements Publisher {

    private record Handed(String topic, Message message, CompletableFuture<Void> ack) {}

    private final boolean keepsOrder;
    private final List<Handed> handed = new ArrayList<>();
    private final List<String> acked = new ArrayList<>();
    private Predicate<String> refused = text -> false;
    private int left = Integer.MAX_VALUE;
    private boolean held;
    private boolean waiting;
    private int most;

    RecordingPublisher(boolean keepsOrder) {
        this.keepsOrder = keepsOrder;
    }

    /** Texts that are refused from now on. */
    synchronized void refuse(Predicate<String> texts) {
        refused = texts;
    }

    /** Goes down after so many more acks. */
    synchronized void breakAfter(int acks) {
        left = acks;
    }

    synchronized void repair() {
        left = Integer.MAX_VALUE;
    }

    /** From now on nothing is acked until {@link #release}. */
    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        notifyAll();
    }

    /** Whether something waits to be acked. */
    synchronized boolean isWaiting() {
        return waiting;
    }

    /** The texts that were acked, in order, repeats among them. */
    synchronized List<String> acked() {
        return List.copyOf(acked);
    }

    /** The same, without repeats. */
    List<String> once() {
        return List.copyOf(new LinkedHashSet<>(acked()));
    }

    /** The most messages that were handed over at a time. */
    synchronized int most() {
        return most;
    }

    @Override
    public synchronized CompletableFuture<Void> publish(String topic, Message message) {
        CompletableFuture<Void> ack = new CompletableFuture<>();
        handed.add(new Handed(topic, message, ack));
        most = Math.max(most, handed.size());
        return ack;
    }

    @Override
    public synchronized void flush() throws InterruptedException {
        waiting = held;
        long end = System.nanoTime() + 20_000_000_000L;
        while (held && System.nanoTime() < end) {
            wait(100);
        }
        waiting = false;
        Set<OrderKey> failed = new HashSet<>();
        for (Handed one : handed) {
            String text = Objects.requireNonNull(one.message.payload()).utf8();
            OrderKey key = new OrderKey(
                    one.topic,
                    Objects.requireNonNullElse(
                            one.message.key(), dev.backendmastery.messaging.log.Bytes.of(new byte[0])));
            if (left <= 0) {
                one.ack.completeExceptionally(new PublisherUnavailableException("down"));
            } else if (refused.test(text) || (keepsOrder && failed.contains(key))) {
                failed.add(key);
                one.ack.completeExceptionally(new IllegalArgumentException("refused: " + text));
            } else {
                left--;
                acked.add(text);
                one.ack.complete(null);
            }
        }
        handed.clear();
    }

    @Override
    public boolean keepsOrder() {
        return keepsOrder;
    }

    @Override
    public void close() {}
}
