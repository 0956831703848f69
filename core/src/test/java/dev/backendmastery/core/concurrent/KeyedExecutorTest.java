package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class KeyedExecutorTest extends KeyedExecutorContract {

    @Override
    protected Keyed create(Executor executor, int maxTasks, long maxWeight) {
        return keyed(KeyedExecutor.of(executor, maxTasks, maxWeight, (key, failure) -> {}));
    }

    static Keyed keyed(KeyedExecutor<String> executor) {
        return new Keyed() {
            @Override
            public boolean trySubmit(String key, long weight, Runnable task) {
                return executor.trySubmit(key, weight, task);
            }

            @Override
            public void submit(String key, long weight, Runnable task, Duration timeout)
                    throws InterruptedException, TimeoutException {
                executor.submit(key, weight, task, timeout);
            }

            @Override
            public void park(String key) {
                executor.park(key);
            }

            @Override
            public void resume(String key) {
                executor.resume(key);
            }

            @Override
            public int tasks() {
                return executor.tasks();
            }

            @Override
            public long weight() {
                return executor.weight();
            }

            @Override
            public int keys() {
                return executor.keys();
            }

            @Override
            public void close() {
                executor.close();
            }

            @Override
            public boolean awaitIdle(Duration timeout) throws InterruptedException {
                return executor.awaitIdle(timeout);
            }
        };
    }

    @Test
    void aBusyKeyGivesOthersATurn() {
        Deque<Runnable> queue = new ArrayDeque<>();
        KeyedExecutor<String> executor = KeyedExecutor.of(queue::add, 1_000);
        List<String> ran = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            executor.trySubmit("busy", () -> ran.add("busy"));
        }
        executor.trySubmit("other", () -> ran.add("other"));
        while (!queue.isEmpty()) {
            queue.remove().run();
        }
        assertEquals(KeyedExecutor.TURN, ran.indexOf("other"));
        assertEquals(201, ran.size());
    }

    @Test
    void anExecutorThatClosesBetweenTurnsLosesNoAcceptedTask() {
        Deque<Runnable> queue = new ArrayDeque<>();
        boolean[] closed = {false};
        KeyedExecutor<String> executor = KeyedExecutor.of(
                task -> {
                    if (closed[0]) {
                        throw new RejectedExecutionException("closed");
                    }
                    queue.add(task);
                },
                1_000);
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            executor.trySubmit("k", () -> ran.add(number));
        }
        executor.park("p");
        executor.trySubmit("p", () -> ran.add(-1));
        closed[0] = true;
        queue.remove().run();
        assertEquals(200, ran.size());
        assertThrows(RejectedExecutionException.class, () -> executor.resume("p"));
        closed[0] = false;
        executor.resume("p");
        queue.remove().run();
        assertEquals(-1, ran.get(200));
        assertEquals(0, executor.tasks());
    }

    @Test
    void tellsOfATaskThatThrewAndSurvivesItsListener() {
        List<String> told = new ArrayList<>();
        KeyedExecutor<String> executor = KeyedExecutor.of(Runnable::run, 10, 10, (key, failure) -> {
            told.add(key + ": " + failure.getMessage());
            throw new IllegalStateException("planned, in the listener");
        });
        assertTrue(executor.trySubmit("k", () -> {
            throw new IllegalStateException("planned");
        }));
        assertEquals(List.of("k: planned"), told);
        assertEquals(0, executor.tasks());
    }

    @Test
    void countsUpToBothBoundsAtOnce() throws InterruptedException {
        Deque<Runnable> queue = new ArrayDeque<>();
        KeyedExecutor<String> executor =
                KeyedExecutor.of(queue::add, KeyedExecutor.MOST_TASKS, KeyedExecutor.MOST_WEIGHT, (key, failure) -> {});
        assertTrue(executor.trySubmit("k", KeyedExecutor.MOST_WEIGHT - 1, () -> {}));
        assertTrue(executor.trySubmit("k", 1, () -> {}));
        assertFalse(executor.trySubmit("k", 1, () -> {}));
        assertEquals(2, executor.tasks());
        assertEquals(KeyedExecutor.MOST_WEIGHT, executor.weight());
        queue.remove().run();
        assertEquals(0, executor.tasks());
        assertEquals(0, executor.weight());
        assertTrue(executor.awaitIdle(Duration.ZERO));
    }

    @Test
    void refusesBoundsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> KeyedExecutor.of(Runnable::run, 0));
        assertThrows(
                IllegalArgumentException.class, () -> KeyedExecutor.of(Runnable::run, KeyedExecutor.MOST_TASKS + 1));
        assertThrows(IllegalArgumentException.class, () -> KeyedExecutor.of(Runnable::run, 1, 0, (key, failure) -> {}));
    }
}
