package dev.backendmastery.patterns.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes a page, and never a message of a key of which an earlier one was refused. One key has as many messages under
 * way as the publisher can take back.
 */
final class PagePublisher {

    /**
     * What became of a page.
     *
     * @param acked how many are published
     * @param held those that are not, because their key is blocked or was refused, in order
     * @param refusals why, for each key that was refused now
     */
    record Result(int acked, List<OutboxRow> held, Map<OrderKey, String> refusals) {}

    private record UnderWay(OutboxRow row, CompletableFuture<Void> ack) {}

    private final Publisher publisher;
    private final Duration timeout;

    PagePublisher(Publisher publisher, Duration timeout) {
        this.publisher = publisher;
        this.timeout = timeout;
    }

    /** @throws PublisherUnavailableException if it is not known of one message whether it is published: try all again */
    Result publish(List<OutboxRow> rows) throws InterruptedException {
        Map<OrderKey, String> refusals = new HashMap<>();
        Set<Long> acked = new HashSet<>();
        List<OutboxRow> left = rows.stream().filter(row -> !row.blocked()).toList();
        while (!left.isEmpty()) {
            List<OutboxRow> later = new ArrayList<>();
            List<UnderWay> sent = send(left, later);
            for (UnderWay one : sent) {
                await(one, acked, refusals);
            }
            left = later.stream()
                    .filter(row -> !refusals.containsKey(row.key()))
                    .toList();
        }
        List<OutboxRow> held =
                rows.stream().filter(row -> !acked.contains(row.id())).toList();
        return new Result(acked.size(), held, refusals);
    }

    /** Hands over what may be under way at the same time; the rest goes to {@code later}. */
    private List<UnderWay> send(List<OutboxRow> rows, List<OutboxRow> later) throws InterruptedException {
        Map<OrderKey, CompletableFuture<Void>> last = new HashMap<>();
        List<UnderWay> sent = new ArrayList<>(rows.size());
        for (OutboxRow row : rows) {
            CompletableFuture<Void> before = last.get(row.key());
            if (before == null || (publisher.keepsOrder() && !before.isCompletedExceptionally())) {
                CompletableFuture<Void> ack = publisher.publish(row.key().topic(), row.message());
                last.put(row.key(), ack);
                sent.add(new UnderWay(row, ack));
            } else {
                later.add(row);
            }
        }
        publisher.flush();
        return sent;
    }

    private void await(UnderWay one, Set<Long> acked, Map<OrderKey, String> refusals) throws InterruptedException {
        try {
            one.ack.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            acked.add(one.row.id());
        } catch (TimeoutException e) {
            throw new PublisherUnavailableException("no ack within " + timeout, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PublisherUnavailableException unavailable) {
                throw new PublisherUnavailableException(String.valueOf(unavailable.getMessage()), unavailable);
            }
            refusals.putIfAbsent(one.row.key(), String.valueOf(e.getCause()));
        }
    }
}
