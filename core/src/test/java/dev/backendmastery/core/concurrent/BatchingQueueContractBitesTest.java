package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.concurrent.BatchingQueue.Limits;
import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class BatchingQueueContractBitesTest {

    @Test
    void convictsEachFault() {
        // Side by side: most of the time they wait in vain for what a wrong implementation never does.
        assertAll(Stream.<Executable>of(
                        () -> Kit.convicts(Right.class),
                        () -> Kit.convicts(GivesOutTheNewestFirst.class, "BQ-1", "BQ-3", "BQ-4", "BQ-6", "BQ-8"),
                        () -> Kit.convicts(CountsNoBytes.class, "BQ-2", "BQ-3"),
                        () -> Kit.convicts(WaitsForTheLingerAlways.class, "BQ-3", "BQ-5"),
                        () -> Kit.convicts(LingersFromTheLastElement.class, "BQ-4"),
                        () -> Kit.convicts(IsUnbounded.class, "BQ-5", "BQ-6"),
                        () -> Kit.convicts(KeepsTheRestAtClose.class, "BQ-6"),
                        () -> Kit.convicts(WakesOneAndForgets.class, "BQ-7"),
                        () -> Kit.convicts(FlushesNothing.class, "BQ-8"),
                        () -> Kit.convicts(FlushesWhatComesToo.class, "BQ-8"))
                .parallel());
    }

    /** Right and simple; each fault overrides a decision. */
    static class Simple implements BatchingQueueContract.Batches {
        final Limits limits;
        final Ticker ticker;
        final ReentrantLock lock = new ReentrantLock();
        final Condition changed = lock.newCondition();
        final List<Integer> waiting = new ArrayList<>();
        final List<Long> since = new ArrayList<>();
        int toFlush;
        long added;
        boolean closed;

        Simple(Limits limits, Ticker ticker) {
            this.limits = limits;
            this.ticker = ticker;
        }

        long bytes(int element) {
            return BatchingQueueContract.bytes(element);
        }

        boolean full() {
            return waiting.size() >= limits.maxCount()
                    || waiting.stream().mapToLong(this::bytes).sum() >= limits.maxBytes();
        }

        long startOfLinger() {
            return since.get(0);
        }

        boolean hasRoom() {
            return waiting.size() < limits.maxWaiting();
        }

        boolean flushes() {
            return closed || toFlush > 0;
        }

        int next() {
            return 0;
        }

        void wake() {
            changed.signalAll();
        }

        long nanosUntilReady() {
            if (waiting.isEmpty()) {
                return Long.MAX_VALUE;
            }
            return flushes() || full()
                    ? 0
                    : Math.max(0, limits.linger().toNanos() - (ticker.nanos() - startOfLinger()));
        }

        private boolean add(int element) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            if (!hasRoom()) {
                return false;
            }
            waiting.add(element);
            since.add(ticker.nanos());
            added++;
            wake();
            return true;
        }

        @Override
        public boolean tryAdd(int element) {
            if (bytes(element) > limits.maxBytes()) {
                throw new IllegalArgumentException("too many bytes");
            }
            lock.lock();
            try {
                return add(element);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void add(int element, Duration timeout) throws InterruptedException, TimeoutException {
            long left = timeout.toNanos();
            lock.lockInterruptibly();
            try {
                while (!add(element)) {
                    if (left <= 0) {
                        throw new TimeoutException("no room");
                    }
                    left = changed.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public List<Integer> poll() {
            lock.lock();
            try {
                return nanosUntilReady() == 0 ? batch() : List.of();
            } finally {
                lock.unlock();
            }
        }

        private List<Integer> batch() {
            List<Integer> batch = new ArrayList<>();
            long size = 0;
            while (!waiting.isEmpty()
                    && batch.size() < limits.maxCount()
                    && size + bytes(waiting.get(next())) <= limits.maxBytes()) {
                int index = next();
                int element = waiting.remove(index);
                since.remove(index);
                size += bytes(element);
                batch.add(element);
            }
            toFlush = Math.max(0, toFlush - batch.size());
            changed.signalAll();
            return batch;
        }

        @Override
        public List<Integer> take(Duration timeout) throws InterruptedException {
            long start = System.nanoTime();
            lock.lockInterruptibly();
            try {
                for (; ; ) {
                    long wait = nanosUntilReady();
                    long left = timeout.toNanos() - (System.nanoTime() - start);
                    if (wait == 0) {
                        return batch();
                    }
                    if (left <= 0 || (closed && waiting.isEmpty())) {
                        return List.of();
                    }
                    changed.await(Math.min(left, wait), TimeUnit.NANOSECONDS);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int size() {
            lock.lock();
            try {
                return waiting.size();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public long flush() {
            lock.lock();
            try {
                toFlush = flushed();
                changed.signalAll();
                return added;
            } finally {
                lock.unlock();
            }
        }

        int flushed() {
            return waiting.size();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                closed = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    static final class Right extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker);
        }
    }

    static final class GivesOutTheNewestFirst extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                int next() {
                    return waiting.size() - 1;
                }
            };
        }
    }

    static final class CountsNoBytes extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                long bytes(int element) {
                    return 0;
                }
            };
        }
    }

    static final class WaitsForTheLingerAlways extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                boolean full() {
                    return false;
                }
            };
        }
    }

    static final class LingersFromTheLastElement extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                long startOfLinger() {
                    return since.get(since.size() - 1);
                }
            };
        }
    }

    static final class FlushesNothing extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                int flushed() {
                    return 0;
                }
            };
        }
    }

    static final class FlushesWhatComesToo extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                int flushed() {
                    return Integer.MAX_VALUE;
                }
            };
        }
    }

    static final class IsUnbounded extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                boolean hasRoom() {
                    return true;
                }
            };
        }
    }

    static final class KeepsTheRestAtClose extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                boolean flushes() {
                    return toFlush > 0;
                }

                @Override
                long startOfLinger() {
                    return closed ? ticker.nanos() : super.startOfLinger();
                }
            };
        }
    }

    /** Wakes one sleeper for an element; if that one gives up, nobody watches the element. */
    static final class WakesOneAndForgets extends BatchingQueueContract {
        @Override
        protected Batches create(Limits limits, Ticker ticker) {
            return new Simple(limits, ticker) {
                @Override
                void wake() {
                    changed.signal();
                }
            };
        }
    }
}
