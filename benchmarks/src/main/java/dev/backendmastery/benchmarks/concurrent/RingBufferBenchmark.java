package dev.backendmastery.benchmarks.concurrent;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.backendmastery.core.concurrent.MpscRingBuffer;
import dev.backendmastery.core.concurrent.SpscRingBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hundred thousand elements from one thread to another, at the pace of the slower of the two; who finds the buffer full or
 * empty spins, then yields. An offer that nobody polls, or a poll that finds nothing, is no throughput: so not offers are counted, but
 * elements that arrived.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class RingBufferBenchmark {

    private static final int ELEMENTS = 100_000;
    private static final int CAPACITY = 1_024;

    private static final class Slot {
        private @Nullable Object element;
    }

    @Param({
        "ours-spsc",
        "ours-mpsc",
        "jctools-spsc",
        "jctools-mpsc",
        "disruptor-single",
        "disruptor-multi",
        "naive-array-blocking-queue"
    })
    public String impl;

    private final Object element = new Object();
    private Predicate<Object> offer;
    private @Nullable Thread consumer;
    private @Nullable Disruptor<Slot> disruptor;
    private volatile boolean stopped;
    private volatile long arrived;

    @Setup
    public void create() {
        switch (impl) {
            case "ours-spsc" -> {
                var ring = new SpscRingBuffer<Object>(CAPACITY);
                start(ring::offer, ring::poll);
            }
            case "ours-mpsc" -> {
                var ring = new MpscRingBuffer<Object>(CAPACITY);
                start(ring::offer, ring::poll);
            }
            case "jctools-spsc" -> {
                var ring = new SpscVarHandleArrayQueue<Object>(CAPACITY);
                start(ring::offer, ring::poll);
            }
            case "jctools-mpsc" -> {
                var ring = new MpscVarHandleArrayQueue<Object>(CAPACITY);
                start(ring::offer, ring::poll);
            }
            case "naive-array-blocking-queue" -> {
                var queue = new ArrayBlockingQueue<Object>(CAPACITY);
                start(queue::offer, queue::poll);
            }
            case "disruptor-single" -> start(ProducerType.SINGLE);
            case "disruptor-multi" -> start(ProducerType.MULTI);
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    private void start(Predicate<Object> offers, Supplier<@Nullable Object> polls) {
        offer = offers;
        Thread thread = new Thread(
                () -> {
                    long count = 0;
                    int idle = 0;
                    while (!stopped) {
                        if (polls.get() == null) {
                            idle = pause(idle);
                        } else {
                            idle = 0;
                            if (++count % 1_000 == 0) {
                                arrived = count;
                            }
                        }
                    }
                },
                "consumer");
        thread.setDaemon(true);
        thread.start();
        consumer = thread;
    }

    private void start(ProducerType producers) {
        Disruptor<Slot> peer = new Disruptor<>(
                Slot::new,
                CAPACITY,
                task -> {
                    Thread thread = new Thread(task, "consumer");
                    thread.setDaemon(true);
                    return thread;
                },
                producers,
                new YieldingWaitStrategy());
        long[] count = {0};
        EventHandler<Slot> handler = (slot, sequence, endOfBatch) -> {
            slot.element = null;
            if (++count[0] % 1_000 == 0) {
                arrived = count[0];
            }
        };
        peer.handleEventsWith(handler);
        var ring = peer.start();
        offer = given -> ring.tryPublishEvent((slot, sequence, it) -> slot.element = it, given);
        disruptor = peer;
    }

    @TearDown
    public void stop() throws InterruptedException {
        stopped = true;
        if (consumer != null) {
            consumer.join();
        }
        if (disruptor != null) {
            disruptor.halt();
        }
    }

    /** All elements there. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public long handOver() {
        long goal = arrived + ELEMENTS;
        int idle;
        for (int i = 0; i < ELEMENTS; i++) {
            for (idle = 0; !offer.test(element); idle = pause(idle)) {}
        }
        for (idle = 0; arrived < goal; idle = pause(idle)) {}
        return arrived;
    }

    /** Spins, and gives up the processor now and then: with two of them, the other side may be waiting for this one. */
    @SuppressWarnings("ThreadPriorityCheck") // as the Disruptor's yielding strategy does
    private static int pause(int idle) {
        if (idle < 100) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
        return idle + 1;
    }
}
