package dev.backendmastery.patterns.idempotency;

import dev.backendmastery.messaging.log.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * {@link Idempotency} of this process, gone with it.
 *
 * <p><b>Guarantee.</b> As {@link Idempotency}; what a command did before it threw is for the command to undo. <b>Cost.</b> A
 * look-up and the hash of the content for each request; answers are kept in memory until {@link #expire}. <b>Not for</b>
 * effects that outlive the process.
 *
 * @param <C> what commands work in
 */
public final class InMemoryIdempotency<C> implements Idempotency<C> {

    private record Key(String scope, String key) {}

    /** One run of a command; {@code answer} is completed with null if it failed. */
    private static final class Run {
        final Bytes fingerprint;
        final CompletableFuture<@Nullable Answer> answer = new CompletableFuture<>();
        volatile Instant end = Instant.MAX;

        Run(Bytes fingerprint) {
            this.fingerprint = fingerprint;
        }
    }

    private final C context;
    private final Duration patience;
    private final Duration kept;
    private final InstantSource clock;
    private final ConcurrentHashMap<Key, Run> runs = new ConcurrentHashMap<>();

    /**
     * Keys whose commands work in {@code context}.
     *
     * @param patience how long to wait for a command that is being run, from 0 to a minute
     * @param kept how long answers are kept, from a second to 3650 days
     */
    public InMemoryIdempotency(C context, Duration patience, Duration kept, InstantSource clock) {
        Idempotency.check(patience, kept);
        this.context = Objects.requireNonNull(context, "context");
        this.patience = patience;
        this.kept = kept;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public <E extends Exception> Reply run(Request request, Command<? super C, E> command) throws E {
        Run mine = new Run(request.fingerprint());
        Key key = new Key(request.scope(), request.key());
        while (true) {
            Instant now = clock.instant();
            Run first = runs.compute(key, (k, run) -> run == null || !run.end.isAfter(now) ? mine : run);
            if (first == mine) {
                return new Reply(run(key, mine, command), false);
            }
            if (!first.fingerprint.equals(mine.fingerprint)) {
                throw new KeyReusedException(request);
            }
            Answer answer = await(first, request);
            if (answer != null) {
                return new Reply(answer, true);
            }
        }
    }

    private <E extends Exception> Answer run(Key key, Run mine, Command<? super C, E> command) throws E {
        Answer answer = null;
        try {
            answer = Objects.requireNonNull(command.in(context), "answer");
            mine.end = clock.instant().plus(kept);
            return answer;
        } finally {
            if (answer == null) {
                runs.remove(key, mine);
            }
            mine.answer.complete(answer);
        }
    }

    private @Nullable Answer await(Run run, Request request) {
        try {
            return run.answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new InProgressException(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InProgressException(request);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run ends with an answer or with none", e);
        }
    }

    @Override
    public long expire() {
        Instant now = clock.instant();
        long before = runs.size();
        runs.values().removeIf(run -> !run.end.isAfter(now));
        return before - runs.size();
    }
}
