package dev.backendmastery.patterns.inbox;

import dev.backendmastery.messaging.log.Envelope;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * An {@link Inbox} of this process, gone with it.
 *
 * <p><b>Guarantee.</b> As {@link Inbox}; what an effect did before it threw is for the effect to undo. <b>Cost.</b> About
 * 150 bytes for each message within the horizon; a look-up for each message. <b>Not for</b> effects that outlive the process:
 * after a restart everything takes effect again.
 *
 * @param <C> what effects work in
 */
public final class InMemoryInbox<C> implements Inbox<C> {

    private record Key(String group, UUID id, Day day) {}

    private final C context;
    private final Duration horizon;
    private final InstantSource clock;
    private final ConcurrentHashMap<Key, CompletableFuture<Boolean>> received = new ConcurrentHashMap<>();

    /**
     * An inbox whose effects work in {@code context}.
     *
     * @param horizon how old a message may be, from 1 hour to 3650 days
     */
    public InMemoryInbox(C context, Duration horizon, InstantSource clock) {
        this.context = Objects.requireNonNull(context, "context");
        Inbox.checkHorizon(horizon);
        this.horizon = horizon;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public <E extends Exception> boolean receive(String group, Envelope message, Effect<? super C, E> effect) throws E {
        Inbox.checkGroup(group);
        Inbox.checkTime(message, clock.instant(), horizon);
        Key key = new Key(group, message.id(), Day.of(message.time()));
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> other = received.putIfAbsent(key, mine);
        while (other != null) {
            if (other.join()) {
                return false;
            }
            other = received.putIfAbsent(key, mine);
        }
        boolean done = false;
        try {
            effect.in(context);
            done = true;
            return true;
        } finally {
            if (!done) {
                received.remove(key);
            }
            mine.complete(done);
        }
    }

    @Override
    public int forget() {
        Day first = Day.firstKept(clock.instant(), horizon);
        Set<Day> old = received.keySet().stream()
                .map(Key::day)
                .filter(day -> day.number() < first.number())
                .collect(Collectors.toSet());
        received.keySet().removeIf(key -> old.contains(key.day()));
        return old.size();
    }

    /** How many messages it remembers. */
    public int size() {
        return received.size();
    }
}
