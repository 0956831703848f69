package dev.backendmastery.observability.telemetry;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenScopes.class)
final class ContextTest extends ContextContract {

    private static final ContextKey<String> KEY = ContextKey.named("test");

    @Override
    protected ScheduledExecutorService carrying(ScheduledExecutorService executor) {
        return Context.taskWrapping(executor);
    }

    @Override
    protected Executor carrying(Executor executor) {
        return Context.taskWrapping(executor);
    }

    @Override
    protected <T> CompletableFuture<T> following(CompletableFuture<T> source) {
        return ContextFuture.of(source);
    }

    @Test
    @DisplayName("CX-3 goes with a task into a virtual thread, where there are such")
    void virtualThreads() throws Exception {
        Optional<Method> factory = Arrays.stream(Executors.class.getMethods())
                .filter(method -> method.getName().equals("newVirtualThreadPerTaskExecutor"))
                .findAny();
        assumeTrue(factory.isPresent(), "this JDK has no virtual threads");
        ExecutorService plain = (ExecutorService) factory.get().invoke(null);
        try {
            ExecutorService carrying = Context.taskWrapping(plain);
            for (int i = 0; i < 1_000; i++) {
                String value = "v" + i;
                assertEquals(
                        value,
                        Context.root()
                                .with(KEY, value)
                                .wrap(() ->
                                        carrying.submit(() -> Context.current().get(KEY)))
                                .call()
                                .get(5, SECONDS));
                assertNull(plain.submit(() -> Context.current().get(KEY)).get(5, SECONDS));
            }
        } finally {
            plain.shutdownNow();
        }
    }

    @Test
    void whatIsSuppliedHasTheCallersContext() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            CompletableFuture<String> supplied = Context.root()
                    .with(KEY, "mine")
                    .wrap(() -> ContextFuture.supply(() -> Context.current().get(KEY), pool)
                            .thenApply(
                                    value -> value + " and " + Context.current().get(KEY)))
                    .call();
            assertEquals("mine and mine", supplied.get(5, SECONDS));
        } finally {
            pool.shutdownNow();
        }
    }
}
