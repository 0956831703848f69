package dev.backendmastery.observability.telemetry;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a context goes from who begins something to who goes on with it. */
@DisplayName("A context")
public abstract class ContextContract {

    private static final ContextKey<String> KEY = ContextKey.named("kit");
    private static final int REUSES = 100_000;

    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    private final ExecutorService foreign = Executors.newSingleThreadExecutor();

    /** That carries the context. */
    protected abstract ScheduledExecutorService carrying(ScheduledExecutorService executor);

    /** That carries the context. */
    protected abstract Executor carrying(Executor executor);

    /** Completes as {@code source}, and carries the context. */
    protected abstract <T> CompletableFuture<T> following(CompletableFuture<T> source);

    @AfterEach
    void stop() throws InterruptedException {
        pool.shutdownNow();
        foreign.shutdownNow();
        assertTrue(pool.awaitTermination(5, SECONDS) && foreign.awaitTermination(5, SECONDS), "somebody hangs");
    }

    private static @Nullable String here() {
        return Context.current().get(KEY);
    }

    private static <T> T in(String value, Callable<T> work) throws Exception {
        return Context.current().with(KEY, value).wrap(work).call();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(5, SECONDS);
    }

    @Test
    @DisplayName("CX-1 goes with a task into an executor, and stays nowhere: 100,000 times on one reused thread")
    void executor() throws Exception {
        ExecutorService carrying = carrying(pool);
        Executor plain = carrying((Executor) pool);
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < REUSES; i++) {
            String value = "v" + i;
            if (i % 2 == 0) {
                answers.add(in(value, () -> carrying.submit(ContextContract::here)));
            } else {
                answers.add(pool.submit(ContextContract::here));
            }
        }
        for (int i = 0; i < REUSES; i++) {
            assertEquals(i % 2 == 0 ? "v" + i : null, get(answers.get(i)), "of what came before");
        }
        CompletableFuture<String> executed = new CompletableFuture<>();
        in("once", () -> {
            plain.execute(() -> executed.complete(here()));
            return null;
        });
        assertEquals("once", get(executed));
        Future<Object> fails = in(
                "thrown",
                () -> carrying.submit(() -> {
                    throw new IllegalStateException(here());
                }));
        assertTrue(String.valueOf(
                        assertThrows(ExecutionException.class, () -> get(fails)).getCause())
                .contains("thrown"));
        assertNull(get(pool.submit(ContextContract::here)), "also after an exception");
        List<Future<String>> all = in("all", () -> carrying.invokeAll(List.of(ContextContract::here)));
        assertEquals("all", get(all.get(0)));
    }

    @Test
    @DisplayName(
            "CX-2 goes with a task that is run later, and not with one that is run again and again: that outlives who began it")
    void scheduled() throws Exception {
        ScheduledExecutorService carrying = carrying(pool);
        Future<String> later = in("later", () -> carrying.schedule(ContextContract::here, 1, TimeUnit.MILLISECONDS));
        assertEquals("later", get(later));
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> thrice = new CompletableFuture<>();
        Future<?> again = in(
                "again",
                () -> carrying.scheduleAtFixedRate(
                        () -> {
                            seen.add(String.valueOf(here()));
                            if (seen.size() == 3) {
                                thrice.complete(null);
                            }
                        },
                        0,
                        1,
                        TimeUnit.MILLISECONDS));
        get(thrice);
        again.cancel(false);
        assertEquals(List.of("null", "null", "null"), seen.subList(0, 3));
        assertNull(get(pool.submit(ContextContract::here)));
    }

    /** What is attached, and what it sees; each is completed on a thread that has a context of its own. */
    private List<@Nullable String> seen(Function<CompletableFuture<String>, CompletableFuture<?>> attach)
            throws Exception {
        CompletableFuture<String> source = new CompletableFuture<>();
        List<@Nullable String> seen = new ArrayList<>();
        CompletableFuture<?> last = in("mine", () -> attach.apply(following(source)));
        var unused = foreign.submit(Context.root().with(KEY, "foreign").wrap(() -> {
            source.complete("done");
            seen.add(here());
        }));
        seen.add(0, String.valueOf(get(last)));
        get(foreign.submit(() -> true));
        return seen;
    }

    @Test
    @DisplayName("CX-4 is that of who attached a continuation, whichever thread completes the future")
    void foreignThread() throws Exception {
        List<String> mine = List.of("mine", "foreign");
        CompletableFuture<String> other = CompletableFuture.completedFuture("other");
        CompletableFuture<String> never = new CompletableFuture<>();
        assertEquals(mine, seen(f -> f.thenApply(value -> here())));
        assertEquals(mine, seen(f -> f.thenApplyAsync(value -> here())));
        assertEquals(mine, seen(f -> f.thenApplyAsync(value -> here(), pool)));
        assertEquals(mine, seen(f -> f.thenCompose(value -> CompletableFuture.completedFuture(here()))));
        assertEquals(mine, seen(f -> f.thenCombine(other, (a, b) -> here())));
        assertEquals(mine, seen(f -> f.applyToEither(never, value -> here())));
        assertEquals(mine, seen(f -> f.handle((value, failure) -> here())));
        assertEquals(mine, seen(f -> f.handleAsync((value, failure) -> here())));
        for (Function<Bucket, Function<CompletableFuture<String>, CompletableFuture<?>>> each : Bucket.KINDS) {
            Bucket bucket = new Bucket();
            assertEquals(
                    "mine",
                    seen(f -> each.apply(bucket).apply(f).thenApply(value -> bucket.seen))
                            .get(0));
        }
        CompletableFuture<String> fails = new CompletableFuture<>();
        CompletableFuture<String> mended = in("mine", () -> following(fails).exceptionally(failure -> here()));
        CompletableFuture<String> composed = in("mine", () -> following(fails)
                .exceptionallyCompose(failure -> CompletableFuture.completedFuture(here())));
        var unused = foreign.submit(() -> fails.completeExceptionally(new IllegalStateException("planted")));
        assertEquals("mine", get(mended));
        assertEquals("mine", get(composed));
    }

    /** What a continuation without a result saw. */
    private static final class Bucket {

        static final List<Function<Bucket, Function<CompletableFuture<String>, CompletableFuture<?>>>> KINDS = List.of(
                bucket -> f -> f.thenAccept(value -> bucket.look()),
                bucket -> f -> f.thenAcceptAsync(value -> bucket.look()),
                bucket -> f -> f.thenRun(bucket::look),
                bucket -> f -> f.thenRunAsync(bucket::look),
                bucket -> f -> f.whenComplete((value, failure) -> bucket.look()),
                bucket -> f -> f.whenCompleteAsync((value, failure) -> bucket.look()),
                bucket -> f -> f.thenAcceptBoth(CompletableFuture.completedFuture(1), (a, b) -> bucket.look()),
                bucket -> f -> f.runAfterBoth(CompletableFuture.completedFuture(1), bucket::look),
                bucket -> f -> f.acceptEither(new CompletableFuture<>(), value -> bucket.look()),
                bucket -> f -> f.runAfterEither(new CompletableFuture<>(), bucket::look));

        volatile @Nullable String seen;

        void look() {
            seen = here();
        }
    }

    @Test
    @DisplayName("CX-5 goes on through a chain, each step with the context of who attached it")
    void chain() throws Exception {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> first = in("one", () -> following(source).thenApply(value -> value + here()));
        CompletableFuture<String> second = in("two", () -> first.thenApply(value -> value + here()));
        CompletableFuture<String> third =
                in("three", () -> second.thenCompose(value -> CompletableFuture.completedFuture(value + here())));
        CompletableFuture<String> fourth = in("four", () -> third.thenApply(value -> value + here()));
        var unused = foreign.submit(() -> source.complete("zero "));
        assertEquals("zero onetwothreefour", get(fourth));
    }

    @Test
    @DisplayName("CX-6 is that of the completing thread again after a continuation, also if that threw")
    void restored() throws Exception {
        assertEquals("foreign", seen(f -> f.thenApply(value -> here())).get(1));
        assertEquals(
                "foreign",
                seen(f -> f.thenApply(value -> {
                                    throw new IllegalStateException("planted");
                                })
                                .exceptionally(failure -> null))
                        .get(1));
        assertNull(get(foreign.submit(ContextContract::here)));
        assertNull(here());
    }

    @Test
    @DisplayName("CX-7 changes no result, no exception and no cancellation")
    void transparent() throws Exception {
        IllegalStateException planted = new IllegalStateException("planted");
        CompletableFuture<String> failed = following(CompletableFuture.failedFuture(planted));
        assertSame(
                planted,
                assertThrows(ExecutionException.class, () -> get(failed)).getCause());
        List<Throwable> told = new ArrayList<>();
        CompletableFuture<String> mended = failed.exceptionally(failure -> {
            told.add(failure);
            return "mended";
        });
        assertEquals("mended", get(mended));
        assertSame(planted, told.get(0));
        assertThrows(CompletionException.class, () -> failed.thenApply(value -> value)
                .join());
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> cancelled = following(source);
        assertTrue(cancelled.cancel(true));
        assertThrows(CancellationException.class, () -> get(cancelled));
        assertTrue(source.isCancelled(), "who waits no longer wants it");
        assertEquals("v", get(following(CompletableFuture.completedFuture("v"))));
    }
}
