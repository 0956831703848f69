package dev.backendmastery.security.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link SessionStore} of this process.
 *
 * <p><b>Guarantee.</b> As {@link SessionStore}. <b>Threads.</b> Safe for any number; reads do not wait. <b>Cost.</b> One entry a session, until {@link #forget};
 * {@link #endAll} and {@link #of} look at all of them. <b>Not for</b> several processes, or sessions that outlive this one.
 */
public final class InMemorySessionStore implements SessionStore {

    private final Map<UUID, StoredSession> sessions = new ConcurrentHashMap<>();

    /** An empty one. */
    public InMemorySessionStore() {}

    @Override
    public void add(StoredSession session) {
        if (sessions.putIfAbsent(session.id(), session) != null) {
            throw new IllegalStateException("session " + session.id() + " is there already");
        }
    }

    @Override
    public Optional<StoredSession> find(UUID id) {
        return Optional.ofNullable(sessions.get(id));
    }

    @Override
    public boolean advance(StoredSession next) {
        StoredSession now = sessions.get(next.id());
        return now != null
                && now.end() == null
                && now.generation() == next.generation() - 1
                && sessions.replace(next.id(), now, next);
    }

    @Override
    public boolean end(UUID id, End end) {
        for (StoredSession now = sessions.get(id); now != null && now.end() == null; now = sessions.get(id)) {
            if (sessions.replace(id, now, now.ended(end))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<UUID> endAll(String subject, @Nullable UUID except, End end) {
        List<UUID> ended = new ArrayList<>();
        for (StoredSession session : sessions.values()) {
            if (session.subject().equals(subject) && !session.id().equals(except) && end(session.id(), end)) {
                ended.add(session.id());
            }
        }
        return ended;
    }

    @Override
    public List<StoredSession> of(String subject, Instant now) {
        return sessions.values().stream()
                .filter(session ->
                        session.subject().equals(subject) && session.end() == null && now.isBefore(session.expiresAt()))
                .sorted(Comparator.comparing(StoredSession::createdAt).reversed())
                .toList();
    }

    @Override
    public int forget(Instant now) {
        int before = sessions.size();
        sessions.values().removeIf(session -> !now.isBefore(session.until()));
        return before - sessions.size();
    }
}
