package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.concurrent.BatchingQueue.Limits;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class BatchingQueueTest extends BatchingQueueContract {

    @Override
    protected Batches create(Limits limits, Ticker ticker) {
        return batches(new BatchingQueue<>(limits, BatchingQueueContract::bytes, ticker));
    }

    static BatchingQueueContract.Batches batches(BatchingQueue<Integer> queue) {
        return new Batches() {
            @Override
            public boolean tryAdd(int element) {
                return queue.tryAdd(element);
            }

            @Override
            public void add(int element, Duration timeout) throws InterruptedException, TimeoutException {
                queue.add(element, timeout);
            }

            @Override
            public List<Integer> poll() {
                return queue.poll();
            }

            @Override
            public List<Integer> take(Duration timeout) throws InterruptedException {
                return queue.take(timeout);
            }

            @Override
            public int size() {
                return queue.size();
            }

            @Override
            public long flush() {
                return queue.flush();
            }

            @Override
            public void close() {
                queue.close();
            }
        };
    }

    @Test
    void refusesLimitsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new Limits(0, 1, Duration.ZERO, 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 0, Duration.ZERO, 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 1, Duration.ofNanos(-1), 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(2, 1, Duration.ZERO, 1));
        BatchingQueue<String> queue = new BatchingQueue<>(new Limits(1, 1, Duration.ZERO, 1), element -> -1);
        assertThrows(IllegalArgumentException.class, () -> queue.tryAdd("a"));
    }
}
