package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** An engine in memory that keeps versions, and does to a batch what a test tells it to. */
final class ScriptedSink implements BulkSink {

    /** What is there of an id: a version, and a source unless it is deleted. */
    record Kept(long version, Optional<String> source) {}

    private final Map<String, Kept> kept = new HashMap<>();
    private final Map<String, Integer> sent = new HashMap<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private final Set<String> poison = new HashSet<>();
    private final Set<Long> heldVersions = new HashSet<>();
    private final List<List<BulkItem>> batches = new ArrayList<>();
    private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
    private final Semaphore versionGate = new Semaphore(0);
    private final Semaphore arrived = new Semaphore(0);
    private int sending;
    private int mostSending;
    private int wholeStatus;
    private int mostItems = Integer.MAX_VALUE;
    private int lostAnswers;
    private int lostBatches;
    private int bugs;

    @Override
    public String encode(Document document) {
        return document.text("text").orElse("");
    }

    @Override
    public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
        boolean waits;
        synchronized (this) {
            batches.add(List.copyOf(batch));
            sending++;
            mostSending = Math.max(mostSending, sending);
            waits = batch.stream().anyMatch(item -> heldVersions.contains(item.version()));
        }
        arrived.release();
        try {
            gate.acquire();
            gate.release();
            if (waits) {
                versionGate.acquire();
            }
            return answer(batch);
        } finally {
            synchronized (this) {
                sending--;
            }
        }
    }

    private synchronized List<BulkAnswer> answer(List<BulkItem> batch) throws IOException {
        if (bugs > 0) {
            bugs--;
            throw new IllegalStateException("a bug in the sink");
        }
        if (lostBatches > 0) {
            lostBatches--;
            throw new IOException("connection reset before it was read");
        }
        List<BulkAnswer> answers = new ArrayList<>();
        boolean tooMany = batch.size() > mostItems;
        for (BulkItem item : batch) {
            sent.merge(item.id(), 1, Integer::sum);
            int status = wholeStatus != 0 ? wholeStatus : tooMany ? 413 : answer(item);
            answers.add(new BulkAnswer(status, status < 300 ? "" : "because of " + status));
        }
        if (lostAnswers > 0) {
            lostAnswers--;
            throw new IOException("connection reset before the answer");
        }
        return answers;
    }

    private int answer(BulkItem item) {
        if (poison.contains(item.id())) {
            return 422;
        }
        if (refusals.merge(item.id(), -1, Integer::sum) >= 0) {
            return 429;
        }
        Kept there = kept.get(item.id());
        if (there != null && there.version() > item.version()) {
            return 409;
        }
        kept.put(item.id(), new Kept(item.version(), item.source()));
        return 200;
    }

    /** From now on nothing is answered until {@link #release}. */
    void hold() {
        gate.drainPermits();
    }

    void release() {
        gate.release(Integer.MAX_VALUE / 2);
    }

    /** Batches with this version wait until {@link #releaseVersion}. */
    synchronized void holdVersion(long version) {
        heldVersions.add(version);
    }

    void releaseVersion() {
        versionGate.release(1_000);
    }

    /** Waits until so many batches have come since the last call. */
    void awaitBatches(int count) throws InterruptedException {
        if (!arrived.tryAcquire(count, 10, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new AssertionError(arrived.availablePermits() + " of " + count + " batches came");
        }
    }

    synchronized void refuse(String id, int times) {
        refusals.put(id, times);
    }

    synchronized void poison(String id) {
        poison.add(id);
    }

    synchronized void answerAll(int status) {
        wholeStatus = status;
    }

    synchronized void takeAtMost(int items) {
        mostItems = items;
    }

    synchronized void loseAnswers(int count) {
        lostAnswers = count;
    }

    synchronized void loseBatches(int count) {
        lostBatches = count;
    }

    synchronized void fail(int count) {
        bugs = count;
    }

    synchronized Map<String, Kept> kept() {
        return Map.copyOf(kept);
    }

    synchronized Optional<String> source(String id) {
        Kept there = kept.get(id);
        return there == null ? Optional.empty() : there.source();
    }

    synchronized int sent(String id) {
        return sent.getOrDefault(id, 0);
    }

    synchronized List<List<BulkItem>> batches() {
        return List.copyOf(batches);
    }

    synchronized int mostSending() {
        return mostSending;
    }
}
