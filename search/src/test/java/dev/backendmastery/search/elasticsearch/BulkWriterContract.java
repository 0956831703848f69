package dev.backendmastery.search.elasticsearch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.search.elasticsearch.BulkWriter.Outcome;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@link BulkWriter} promises, as clauses, on an engine that does what a test tells it to. */
@DisplayName("A BulkWriter")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class BulkWriterContract {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration CLOSE = Duration.ofSeconds(4);

    /**
     * The bounds of a writer.
     *
     * @param batchItems the most changes of a batch
     * @param batchChars the most units of a batch's texts
     * @param maxAge when a batch is sent that is not full
     * @param inFlight the most batches at once
     * @param heldItems the most changes that are not settled
     * @param maxWait how long a caller waits for room
     * @param attempts how often a change is sent at most
     * @param closeWait how long close waits
     */
    protected record Bounds(
            int batchItems,
            int batchChars,
            Duration maxAge,
            int inFlight,
            int heldItems,
            Duration maxWait,
            int attempts,
            Duration closeWait) {

        static Bounds usual() {
            return new Bounds(10, 100_000, LONG, 2, 1_000, LONG, 5, CLOSE);
        }

        Bounds batch(int items, int chars) {
            return new Bounds(items, chars, maxAge, inFlight, heldItems, maxWait, attempts, closeWait);
        }

        Bounds maxAge(Duration age) {
            return new Bounds(batchItems, batchChars, age, inFlight, heldItems, maxWait, attempts, closeWait);
        }

        Bounds inFlight(int batches) {
            return new Bounds(batchItems, batchChars, maxAge, batches, heldItems, maxWait, attempts, closeWait);
        }

        Bounds held(int items, Duration wait) {
            return new Bounds(batchItems, batchChars, maxAge, inFlight, items, wait, attempts, closeWait);
        }

        Bounds attempts(int times) {
            return new Bounds(batchItems, batchChars, maxAge, inFlight, heldItems, maxWait, times, closeWait);
        }

        Bounds closeWait(Duration wait) {
            return new Bounds(batchItems, batchChars, maxAge, inFlight, heldItems, maxWait, attempts, wait);
        }
    }

    /** A writer that waits by {@code sleeper} between attempts. */
    protected abstract BulkWriter create(
            BulkSink sink, Consumer<DeadDocument> deadLetters, Bounds bounds, Sleeper sleeper);

    /** More than a bounded call may take here, and much less than one without a bound. */
    protected Duration patience() {
        return Duration.ofSeconds(8);
    }

    private final ScriptedSink sink = new ScriptedSink();
    private final List<DeadDocument> dead = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    private Optional<BulkWriter> opened = Optional.empty();

    private BulkWriter open(Bounds bounds) {
        BulkWriter writer = create(sink, dead::add, bounds, waits::add);
        opened = Optional.of(writer);
        return writer;
    }

    @AfterEach
    final void closeWriter() {
        sink.release();
        sink.releaseVersion();
        opened.ifPresent(BulkWriter::close);
    }

    private static Document document(String id, String text) {
        return Document.of(id).text("text", text).build();
    }

    private Outcome outcome(CompletableFuture<Outcome> future) throws Exception {
        return future.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    private <X extends Exception> X failure(Class<X> type, CompletableFuture<Outcome> future) {
        Throwable cause =
                assertThrows(ExecutionException.class, () -> outcome(future)).getCause();
        return assertInstanceOf(type, cause);
    }

    @Test
    @DisplayName("BI-1 what a future says is written is in the engine, the highest version of each id")
    final void written() throws Exception {
        BulkWriter writer = open(Bounds.usual().maxAge(Duration.ZERO));
        List<CompletableFuture<Outcome>> futures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int from = t;
            threads.add(new Thread(() -> {
                for (int version = from; version < 200; version += 4) {
                    for (int id = 0; id < 5; id++) {
                        futures.add(
                                version % 7 == 0
                                        ? writer.delete("d" + id, version)
                                        : writer.upsert(document("d" + id, "v" + version), version));
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(20_000);
        }
        assertEquals(1_000, futures.size());
        for (CompletableFuture<Outcome> future : futures) {
            assertNotNull(outcome(future));
        }
        Map<String, ScriptedSink.Kept> expected = new HashMap<>();
        for (int id = 0; id < 5; id++) {
            expected.put("d" + id, new ScriptedSink.Kept(199, Optional.of("v199")));
        }
        assertEquals(expected, sink.kept());
        assertEquals(Outcome.WRITTEN, outcome(writer.delete("d0", 200)));
        assertEquals(Optional.empty(), sink.source("d0"));
        assertThrows(IllegalArgumentException.class, () -> writer.delete("d0", -1));
    }

    @Test
    @DisplayName("BI-2 a batch has so many changes, or so many units, and waits no longer than its age")
    final void batches() throws Exception {
        BulkWriter writer = open(Bounds.usual().batch(10, 100_000));
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            futures.add(writer.upsert(document("n" + i, "x"), 1));
        }
        for (CompletableFuture<Outcome> future : futures) {
            outcome(future);
        }
        CompletableFuture<Outcome> alone = writer.upsert(document("late", "x"), 1);
        assertFalse(alone.isDone());
        writer.flush(patience());
        assertTrue(sink.batches().stream().allMatch(batch -> batch.size() <= 10), "more than ten at once");
        assertTrue(sink.batches().size() <= 6, () -> sink.batches().size() + " batches for 21 changes");
        writer.close();

        BulkWriter large = open(Bounds.usual().batch(1_000, 5_000));
        for (int i = 0; i < 20; i++) {
            futures.add(large.upsert(document("l" + i, "x".repeat(1_000)), 1));
        }
        large.flush(patience());
        assertTrue(
                sink.batches().stream()
                        .allMatch(batch -> batch.stream()
                                        .mapToInt(
                                                item -> item.source().orElse("").length())
                                        .sum()
                                <= 5_000),
                "more than 5,000 units at once");
        large.close();

        BulkWriter soon = open(Bounds.usual().maxAge(SHORT));
        assertEquals(
                Outcome.WRITTEN,
                soon.upsert(document("aged", "x"), 1).get(patience().toMillis(), TimeUnit.MILLISECONDS));
    }

    @Test
    @DisplayName(
            "BI-3 what is in flight and what is held is bounded; who finds no room in time is told, and nothing is lost")
    final void bounded() throws Exception {
        BulkWriter writer = open(Bounds.usual().batch(1, 100_000).inFlight(2).held(5, SHORT));
        sink.hold();
        List<CompletableFuture<Outcome>> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            taken.add(writer.upsert(document("d" + i, "x"), 1));
        }
        sink.awaitBatches(2);
        assertTimeoutPreemptively(
                patience(), () -> assertThrows(BulkFullException.class, () -> writer.upsert(document("more", "x"), 1)));
        sink.release();
        for (CompletableFuture<Outcome> future : taken) {
            assertEquals(Outcome.WRITTEN, outcome(future));
        }
        assertEquals(2, sink.mostSending());
        assertEquals(Set.of("d0", "d1", "d2", "d3", "d4"), sink.kept().keySet());
        assertEquals(Outcome.WRITTEN, outcome(writer.upsert(document("more", "x"), 1)));
    }

    @Test
    @DisplayName("BI-4 what the engine cannot take now is sent again, alone and after a wait")
    final void refused() throws Exception {
        BulkWriter writer = open(Bounds.usual().inFlight(1));
        sink.refuse("d3", 2);
        sink.refuse("d7", 1);
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            futures.add(writer.upsert(document("d" + i, "x"), 1));
        }
        for (CompletableFuture<Outcome> future : futures) {
            assertEquals(Outcome.WRITTEN, outcome(future));
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(i == 3 ? 3 : i == 7 ? 2 : 1, sink.sent("d" + i), "times d" + i + " was sent");
        }
        assertEquals(2, waits.size(), "waits between attempts");
        assertTrue(waits.stream().allMatch(wait -> !wait.isZero() && !wait.isNegative()), waits::toString);
    }

    @Test
    @DisplayName("BI-5 what the engine will never take becomes a dead letter, once, and nothing beside it")
    final void poison() throws Exception {
        BulkWriter writer = open(Bounds.usual());
        sink.poison("d2");
        sink.poison("d5");
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            futures.add(writer.upsert(document("d" + i, "x"), 1));
        }
        for (int i = 0; i < 10; i++) {
            if (i == 2 || i == 5) {
                DocumentRefusedException refused = failure(DocumentRefusedException.class, futures.get(i));
                assertEquals("d" + i, refused.document().item().id());
            } else {
                assertEquals(Outcome.WRITTEN, outcome(futures.get(i)));
            }
        }
        Set<String> ids = new TreeSet<>();
        dead.forEach(each -> ids.add(each.item().id()));
        assertEquals(Set.of("d2", "d5"), ids);
        assertEquals(2, dead.size());
        assertEquals("because of 422", dead.get(0).reason());
        // Too large as a whole: found by halves.
        sink.takeAtMost(3);
        List<CompletableFuture<Outcome>> halves = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            halves.add(writer.upsert(document("h" + i, "x"), 1));
        }
        for (CompletableFuture<Outcome> future : halves) {
            assertEquals(Outcome.WRITTEN, outcome(future));
        }
        assertEquals(2, dead.size());
    }

    @Test
    @DisplayName("BI-6 of one document the highest version stays, whatever arrives when")
    final void versions() throws Exception {
        BulkWriter writer = open(Bounds.usual().batch(1, 100_000).inFlight(2));
        sink.holdVersion(1);
        CompletableFuture<Outcome> late = writer.upsert(document("a", "old"), 1);
        sink.awaitBatches(1);
        assertEquals(Outcome.WRITTEN, outcome(writer.upsert(document("a", "new"), 2)));
        sink.releaseVersion();
        assertEquals(Outcome.SUPERSEDED, outcome(late));
        assertEquals(Optional.of("new"), sink.source("a"));
        assertEquals(Outcome.WRITTEN, outcome(writer.delete("a", 3)));
        assertEquals(Outcome.SUPERSEDED, outcome(writer.upsert(document("a", "risen"), 2)));
        assertEquals(Optional.empty(), sink.source("a"));
    }

    @Test
    @DisplayName("BI-7 flush waits for all that was taken before, and no longer than it may")
    final void flushes() throws Exception {
        BulkWriter writer = open(Bounds.usual());
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            futures.add(writer.upsert(document("d" + i, "x"), 1));
        }
        writer.flush(patience());
        assertTrue(futures.stream().allMatch(CompletableFuture::isDone), "not all settled by flush");
        sink.hold();
        CompletableFuture<Outcome> held = writer.upsert(document("held", "x"), 1);
        assertTimeoutPreemptively(
                patience(), () -> assertThrows(IndexUnavailableException.class, () -> writer.flush(SHORT)));
        sink.release();
        assertEquals(Outcome.WRITTEN, outcome(held));
        writer.flush(Duration.ZERO);
    }

    @Test
    @DisplayName("BI-8 close drains, refuses what comes after, and is bounded; what it gives up on is not acked")
    final void closes() throws Exception {
        BulkWriter writer = open(Bounds.usual());
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            futures.add(writer.upsert(document("d" + i, "x"), 1));
        }
        writer.close();
        for (CompletableFuture<Outcome> future : futures) {
            assertEquals(Outcome.WRITTEN, future.getNow(Outcome.SUPERSEDED));
        }
        assertThrows(IllegalStateException.class, () -> writer.upsert(document("x", "x"), 1));
        writer.close();

        sink.hold();
        BulkWriter stuck = open(Bounds.usual().closeWait(SHORT));
        List<CompletableFuture<Outcome>> lost = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            lost.add(stuck.upsert(document("s" + i, "x"), 1));
        }
        assertTimeoutPreemptively(patience(), stuck::close);
        for (CompletableFuture<Outcome> future : lost) {
            failure(IndexUnavailableException.class, future);
        }
    }

    @Test
    @DisplayName("BI-9 an engine that refuses all costs attempts, then the future fails; when it is back, all goes on")
    final void refusesAll() throws Exception {
        BulkWriter writer = open(Bounds.usual().batch(1, 100_000).attempts(3));
        sink.answerAll(503);
        List<CompletableFuture<Outcome>> futures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            futures.add(writer.upsert(document("d" + i, "x"), 1));
        }
        for (CompletableFuture<Outcome> future : futures) {
            failure(IndexUnavailableException.class, future);
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(3, sink.sent("d" + i));
        }
        assertEquals(List.of(), List.copyOf(dead));
        sink.answerAll(0);
        sink.fail(2);
        failure(IndexUnavailableException.class, writer.upsert(document("bug", "x"), 1));
        failure(IndexUnavailableException.class, writer.upsert(document("bug", "x"), 1));
        for (int i = 0; i < 6; i++) {
            assertEquals(Outcome.WRITTEN, outcome(writer.upsert(document("d" + i, "x"), 2)));
        }
    }

    @Test
    @DisplayName("BI-10 a lost answer is no ack and no loss: the change is sent again, with the same effect")
    final void lostAnswers() throws Exception {
        BulkWriter writer = open(Bounds.usual().batch(1, 100_000).inFlight(1));
        sink.loseAnswers(2);
        assertEquals(Outcome.WRITTEN, outcome(writer.upsert(document("a", "x"), 1)));
        assertEquals(3, sink.sent("a"));
        sink.loseBatches(2);
        assertEquals(Outcome.WRITTEN, outcome(writer.upsert(document("b", "y"), 1)));
        assertEquals(Optional.of("y"), sink.source("b"));
        sink.loseBatches(1_000);
        failure(IndexUnavailableException.class, writer.upsert(document("c", "z"), 1));
    }
}
