package dev.backendmastery.patterns.idempotency;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

final class InMemoryIdempotencyTest extends IdempotencyContract<Queue<String>> {

    private final Queue<String> notes = new ConcurrentLinkedQueue<>();

    @Override
    protected Idempotency<Queue<String>> create(Duration patience, Duration kept, InstantSource clock) {
        return new InMemoryIdempotency<>(notes, patience, kept, clock);
    }

    @Override
    protected void note(Queue<String> context, String note) {
        context.add(note);
    }

    @Override
    protected long notes(String note) {
        return Collections.frequency(notes, note);
    }
}
