package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.core.resilience.Backoff;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer for Elasticsearch: a queue, and a few threads that each take a batch, send it, and stay with it until each
 * change of it is settled. So what is in flight is never more than those threads carry, and nobody waits for anybody
 * else's retry but the buffer's callers.
 *
 * <p><b>Guarantee</b> (BI-1 to BI-10): see {@link BulkWriter}.
 *
 * <p><b>Threads</b>: any number; as many of its own as may be in flight, until {@link #close}. Futures complete on these.
 *
 * <p><b>Cost</b>: memory for what is taken, bounded; a lock for a moment each call.
 *
 * <p><b>Not for</b> versions that come later than the engine remembers deletes ({@code gc_deletes}, ten minutes on an index made by
 * {@link ElasticsearchIndex}): an old upsert would bring the document back.
 *
 * <p><b>Source</b>: Elasticsearch's bulk API with external versions.
 */
public final class BulkIndexer implements BulkWriter {

    private static final Logger LOG = LoggerFactory.getLogger(BulkIndexer.class);

    /** What an item costs besides its text. */
    private static final int OVERHEAD = 200;

    private final BulkSink sink;
    private final Settings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Held> queue = new ArrayDeque<>();
    private final Set<Held> held = new LinkedHashSet<>();
    private final List<Thread> threads = new ArrayList<>();
    private long queuedChars;
    private long heldChars;
    private int flushing;
    private boolean closing;
    private boolean abandoned;

    private BulkIndexer(BulkSink sink, Settings settings) {
        this.sink = sink;
        this.settings = settings;
    }

    /**
     * A writer to this sink.
     *
     * @param deadLetters takes what the engine will never take, before its future fails; must not block
     */
    public static Builder to(BulkSink sink, Consumer<DeadDocument> deadLetters) {
        return new Builder(Objects.requireNonNull(sink, "sink"), Objects.requireNonNull(deadLetters, "deadLetters"));
    }

    private record Settings(
            int batchItems,
            int batchChars,
            Duration maxAge,
            int inFlight,
            int heldItems,
            long heldChars,
            Duration maxWait,
            int attempts,
            Backoff backoff,
            Duration closeWait,
            Sleeper sleeper,
            Ticker ticker,
            DoubleSupplier random,
            Consumer<DeadDocument> deadLetters) {}

    /** Bounds, each with a default. For one thread. */
    public static final class Builder {

        private final BulkSink sink;
        private final Consumer<DeadDocument> deadLetters;
        private int batchItems = 1_000;
        private int batchChars = 5 << 20;
        private Duration maxAge = Duration.ofMillis(200);
        private int inFlight = 2;
        private int heldItems = 10_000;
        private long heldChars = 32L << 20;
        private Duration maxWait = Duration.ofSeconds(30);
        private int attempts = 8;
        private Backoff backoff = Backoff.fullJitter(Duration.ofMillis(100), Duration.ofSeconds(10));
        private Duration closeWait = Duration.ofSeconds(30);
        private Sleeper sleeper = Sleeper.system();
        private Ticker ticker = Ticker.system();
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(BulkSink sink, Consumer<DeadDocument> deadLetters) {
            this.sink = sink;
            this.deadLetters = deadLetters;
        }

        /** A batch is sent when it has so many changes, 1 to 100,000, or so many UTF-16 units, from 1; 1,000 and 5 Mi. */
        public Builder batch(int items, int chars) {
            batchItems = range("items", items, 1, 100_000);
            batchChars = range("chars", chars, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Or when its oldest change is so old: 0 to an hour; 200 ms. */
        public Builder maxAge(Duration age) {
            maxAge = upToAnHour("age", age);
            return this;
        }

        /** Batches on their way at once, 1 to 64; 2. */
        public Builder inFlight(int batches) {
            inFlight = range("batches", batches, 1, 64);
            return this;
        }

        /** Changes, from 1, and UTF-16 units, from 1, that are taken and not settled; one change always has room. 10,000 and 32 Mi. */
        public Builder buffer(int items, long chars) {
            heldItems = range("items", items, 1, Integer.MAX_VALUE);
            if (chars < 1) {
                throw new IllegalArgumentException("chars must be at least 1, was " + chars);
            }
            heldChars = chars;
            return this;
        }

        /** How long a caller waits for room, 0 to an hour; 30 s. */
        public Builder maxWait(Duration wait) {
            maxWait = upToAnHour("wait", wait);
            return this;
        }

        /** How often a change is sent at most, 1 to 1,000, and the waits between; 8 times, full jitter of 100 ms to 10 s. */
        public Builder retry(int times, Backoff waits) {
            attempts = range("times", times, 1, 1_000);
            backoff = Objects.requireNonNull(waits, "waits");
            return this;
        }

        /** How long {@link BulkIndexer#close} waits for what was taken, 0 to an hour; 30 s. */
        public Builder closeWait(Duration wait) {
            closeWait = upToAnHour("wait", wait);
            return this;
        }

        /** For tests: how it waits between attempts, which time it goes by, and numbers from 0 to 1. */
        public Builder sources(Sleeper waits, Ticker time, DoubleSupplier numbers) {
            sleeper = Objects.requireNonNull(waits, "waits");
            ticker = Objects.requireNonNull(time, "time");
            random = Objects.requireNonNull(numbers, "numbers");
            return this;
        }

        /** Starts it. */
        public BulkIndexer start() {
            BulkIndexer indexer = new BulkIndexer(
                    sink,
                    new Settings(
                            batchItems,
                            batchChars,
                            maxAge,
                            inFlight,
                            heldItems,
                            heldChars,
                            maxWait,
                            attempts,
                            backoff,
                            closeWait,
                            sleeper,
                            ticker,
                            random,
                            deadLetters));
            indexer.startThreads();
            return indexer;
        }

        private static int range(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " must be " + least + " to " + most + ", was " + value);
            }
            return value;
        }

        private static Duration upToAnHour(String name, Duration value) {
            if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(name + " must be 0 to 1 h, was " + value);
            }
            return value;
        }
    }

    /** A change that was taken. */
    private static final class Held {
        private final BulkItem item;
        private final long chars;
        private final long since;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        Held(BulkItem item, long since) {
            this.item = item;
            this.chars = (long) OVERHEAD
                    + item.id().length()
                    + item.source().map(String::length).orElse(0);
            this.since = since;
        }
    }

    private void startThreads() {
        for (int i = 0; i < settings.inFlight(); i++) {
            Thread thread = new Thread(this::work, "bulk-indexer-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    @Override
    public CompletableFuture<Outcome> upsert(Document document, long version) {
        return take(new BulkItem(document.id(), checked(version), Optional.of(sink.encode(document))));
    }

    @Override
    public CompletableFuture<Outcome> delete(String id, long version) {
        return take(new BulkItem(Document.of(id).build().id(), checked(version), Optional.empty()));
    }

    private static long checked(long version) {
        if (version < 0) {
            throw new IllegalArgumentException("version must not be negative, was " + version);
        }
        return version;
    }

    private CompletableFuture<Outcome> take(BulkItem item) {
        Held taken = new Held(item, settings.ticker().nanos());
        long left = settings.maxWait().toNanos();
        lock.lock();
        try {
            while (!closing && !hasRoom(taken)) {
                if (left <= 0) {
                    throw new BulkFullException("no room within " + settings.maxWait() + ": " + held.size()
                            + " changes with " + heldChars + " units are not settled");
                }
                left = changed.awaitNanos(left);
            }
            if (closing) {
                throw new IllegalStateException("the bulk indexer is closed");
            }
            held.add(taken);
            heldChars += taken.chars;
            queue.add(taken);
            queuedChars += taken.chars;
            if (queue.size() == 1 || isFull()) {
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BulkFullException("interrupted while waiting for room");
        } finally {
            lock.unlock();
        }
        return taken.outcome;
    }

    private boolean hasRoom(Held next) {
        return held.isEmpty() || (held.size() < settings.heldItems() && heldChars + next.chars <= settings.heldChars());
    }

    private boolean isFull() {
        return queue.size() >= settings.batchItems() || queuedChars >= settings.batchChars();
    }

    private void work() {
        while (true) {
            List<Held> batch;
            try {
                batch = nextBatch();
            } catch (InterruptedException e) {
                return; // close has given up on what is left, and fails it
            }
            if (batch.isEmpty()) {
                return;
            }
            try {
                deliver(batch);
            } catch (InterruptedException e) {
                batch.forEach(change -> fail(change, unavailable("closed before the engine had answered", e)));
                return;
            } catch (RuntimeException e) {
                LOG.error("A batch of {} changes failed", batch.size(), e);
                batch.forEach(change -> fail(change, unavailable("sending failed: " + e, e)));
            }
        }
    }

    /** Waits until a batch is due; empty when there will be none. */
    private List<Held> nextBatch() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Held oldest = queue.peek();
                if (oldest == null) {
                    if (closing) {
                        return List.of();
                    }
                    changed.await();
                    continue;
                }
                long age = settings.ticker().nanos() - oldest.since;
                long left = settings.maxAge().toNanos() - age;
                if (left <= 0 || closing || flushing > 0 || isFull()) {
                    break;
                }
                changed.awaitNanos(left);
            }
            List<Held> batch = new ArrayList<>();
            long chars = 0;
            for (Held next = queue.peek();
                    next != null
                            && batch.size() < settings.batchItems()
                            && (batch.isEmpty() || chars + next.chars <= settings.batchChars());
                    next = queue.peek()) {
                batch.add(next);
                chars += next.chars;
                queue.remove();
            }
            queuedChars -= chars;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(List<Held> batch) throws InterruptedException {
        List<Held> left = batch;
        long wait = 0;
        for (int failed = 1; ; failed++) {
            List<Held> again = new ArrayList<>();
            String reason = send(left, again);
            if (again.isEmpty()) {
                return;
            }
            if (failed >= settings.attempts()) {
                for (Held change : again) {
                    fail(change, new IndexUnavailableException("given up after " + failed + " attempts: " + reason));
                }
                return;
            }
            wait = settings.backoff().nanos(failed, wait, settings.random());
            settings.sleeper().sleep(Duration.ofNanos(wait));
            left = again;
        }
    }

    /** Sends once and settles what can be settled; the rest goes to {@code again}, for the reason returned. */
    private String send(List<Held> changes, List<Held> again) throws InterruptedException {
        List<BulkAnswer> answers;
        try {
            answers = sink.send(changes.stream().map(change -> change.item).toList());
        } catch (IOException e) {
            again.addAll(changes);
            return "no answer, " + e;
        }
        if (answers.size() != changes.size()) {
            again.addAll(changes);
            return answers.size() + " answers to " + changes.size() + " changes";
        }
        if (changes.size() > 1 && answers.stream().allMatch(answer -> isOfTheWhole(answer.status()))) {
            int middle = changes.size() / 2;
            String first = send(changes.subList(0, middle), again);
            String second = send(changes.subList(middle, changes.size()), again);
            return first.isEmpty() ? second : first;
        }
        String reason = "";
        for (int i = 0; i < changes.size(); i++) {
            Held change = changes.get(i);
            BulkAnswer answer = answers.get(i);
            if (answer.status() < 300) {
                settle(change, Outcome.WRITTEN);
            } else if (answer.status() == 409) {
                settle(change, Outcome.SUPERSEDED);
            } else if (Rest.isPassing(answer.status())) {
                again.add(change);
                reason = answer.status() + ", " + answer.reason();
            } else {
                bury(change, answer);
            }
        }
        return reason;
    }

    /** Too large, or not readable: said of a batch it may be one of its changes, and is found by halves. */
    private static boolean isOfTheWhole(int status) {
        return status == 413 || status == 400;
    }

    private void bury(Held change, BulkAnswer answer) {
        DeadDocument dead = new DeadDocument(change.item, answer.status(), answer.reason());
        DocumentRefusedException refused = new DocumentRefusedException(dead);
        try {
            settings.deadLetters().accept(dead);
        } catch (RuntimeException e) {
            LOG.error("Dead letter {} was not taken", change.item.id(), e);
            refused.addSuppressed(e);
        }
        fail(change, refused);
    }

    private void settle(Held change, Outcome outcome) {
        release(change);
        change.outcome.complete(outcome);
    }

    private void fail(Held change, RuntimeException failure) {
        release(change);
        change.outcome.completeExceptionally(failure);
    }

    /** Before its future completes, so that whoever waits for that finds the room. */
    private void release(Held change) {
        lock.lock();
        try {
            if (held.remove(change)) {
                heldChars -= change.chars;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush(Duration most) {
        List<CompletableFuture<Outcome>> taken;
        lock.lock();
        try {
            taken = held.stream().map(change -> change.outcome).toList();
            flushing++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            await(taken, most);
        } finally {
            lock.lock();
            try {
                flushing--;
            } finally {
                lock.unlock();
            }
        }
    }

    private static void await(List<CompletableFuture<Outcome>> taken, Duration most) {
        try {
            CompletableFuture.allOf(taken.toArray(new CompletableFuture<?>[0]))
                    .handle((done, failure) -> true)
                    .get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            long open = taken.stream().filter(outcome -> !outcome.isDone()).count();
            throw unavailable(open + " of " + taken.size() + " changes were not settled within " + most, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted while waiting for " + taken.size() + " changes", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // handled above
        }
    }

    @Override
    public void close() {
        List<Held> left;
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
            long wait = settings.closeWait().toNanos();
            while (!held.isEmpty() && !abandoned && wait > 0) {
                wait = changed.awaitNanos(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            abandoned = true;
            left = List.copyOf(held);
            queue.clear();
            changed.signalAll();
            lock.unlock();
        }
        if (left.isEmpty()) {
            awaitThreads(); // the last futures complete on them
        }
        threads.forEach(Thread::interrupt);
        for (Held change : left) {
            fail(change, new IndexUnavailableException("closed before the engine had answered"));
        }
    }

    private void awaitThreads() {
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                try {
                    thread.join(Math.max(1, settings.closeWait().toMillis()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static IndexUnavailableException unavailable(String message, Exception cause) {
        return new IndexUnavailableException(message, cause);
    }
}
