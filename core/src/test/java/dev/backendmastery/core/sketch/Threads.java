package dev.backendmastery.core.sketch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Work that several threads start at one moment. */
final class Threads {

    static final int COUNT = 4;

    private Threads() {}

    /** Calls {@code work} with the numbers of the threads, and waits until all are done. */
    static void run(IntConsumer work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(COUNT);
        try {
            CyclicBarrier start = new CyclicBarrier(COUNT);
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < COUNT; thread++) {
                int number = thread;
                done.add(threads.submit(() -> {
                    start.await(10, TimeUnit.SECONDS);
                    work.accept(number);
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get(20, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Where the first calls of all threads wait for each other: what is between a read and a write then meets the others'. */
    static final class Meeting {
        private final CyclicBarrier barrier = new CyclicBarrier(COUNT);
        private final AtomicInteger calls = new AtomicInteger();

        /** Waits if this is one of the first calls, a second at most. */
        void meet() {
            if (calls.getAndIncrement() < COUNT) {
                try {
                    barrier.await(1, TimeUnit.SECONDS);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
