package dev.backendmastery.patterns.inbox;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

final class InMemoryInboxTest extends InboxContract<Queue<String>> {

    private final Queue<String> notes = new ConcurrentLinkedQueue<>();

    @Override
    protected Inbox<Queue<String>> create(Duration horizon, InstantSource clock) {
        return new InMemoryInbox<>(notes, horizon, clock);
    }

    @Override
    protected void note(Queue<String> context, String note) {
        context.add(note);
    }

    @Override
    protected List<String> notes(String prefix) {
        return notes.stream().filter(note -> note.startsWith(prefix)).toList();
    }

    @Override
    protected long remembered(Inbox<Queue<String>> inbox) {
        return ((InMemoryInbox<?>) inbox).size();
    }
}
