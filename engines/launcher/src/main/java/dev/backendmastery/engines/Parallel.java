package dev.backendmastery.engines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Slow starts at the same time, each on a thread that ends with it. */
final class Parallel {

    private Parallel() {}

    /**
     * Runs all and waits for all.
     *
     * @return the results, in order
     * @throws RuntimeException the first failure, the others suppressed in it
     */
    static <T> List<T> all(List<Supplier<T>> starts) {
        List<FutureTask<T>> tasks =
                starts.stream().map(start -> new FutureTask<T>(start::get)).toList();
        for (FutureTask<T> task : tasks) {
            Thread thread = new Thread(task, "engine-start");
            thread.setDaemon(true);
            thread.start();
        }
        List<T> results = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        for (FutureTask<T> task : tasks) {
            try {
                results.add(task.get());
            } catch (ExecutionException e) {
                failures.add(
                        e.getCause() instanceof RuntimeException known
                                ? known
                                : new IllegalStateException(e.getCause()));
            } catch (InterruptedException e) {
                tasks.forEach(other -> other.cancel(true));
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while engines start", e);
            }
        }
        if (failures.isEmpty()) {
            return results;
        }
        RuntimeException first = failures.get(0);
        failures.subList(1, failures.size()).stream()
                .filter(failure -> failure != first)
                .forEach(first::addSuppressed);
        throw first;
    }
}
