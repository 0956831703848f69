package dev.backendmastery.security.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions.
 *
 * <p><b>Guarantee.</b> What was added is found, as it was (SS-1). Of all that advance a session from one generation, one does (SS-2), and none does
 * once it has ended (SS-3). An end is the first that was said (SS-4). {@link #endAll} ends those of one subject that go on, and says how many (SS-5).
 * {@link #of} gives those that go on, newest first (SS-6). {@link #forget} drops what is over and nothing else (SS-7). All of this also under races.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Errors.</b> Each method throws {@link SessionStoreException} if the store does not answer in bounded time; what was
 * asked may then have been done.
 */
public interface SessionStore {

    /**
     * Keeps a new one.
     *
     * @throws IllegalStateException if there is one of this id; that one stays as it is
     */
    void add(StoredSession session);

    /** The one of this id. */
    Optional<StoredSession> find(UUID id);

    /**
     * Puts {@code next} in the place of the session of its id, if that has not ended and is of the generation before.
     *
     * @return whether it did
     */
    boolean advance(StoredSession next);

    /**
     * Ends the session of this id, if it has not ended.
     *
     * @return whether it did
     */
    boolean end(UUID id, End end);

    /**
     * Ends all of {@code subject} that have not ended, but {@code except}.
     *
     * @return the ids of those that it ended
     */
    List<UUID> endAll(String subject, @Nullable UUID except, End end);

    /** Those of {@code subject} that have not ended and whose time is not over at {@code now}; newest first, of the same moment in any order. */
    List<StoredSession> of(String subject, Instant now);

    /**
     * Drops those whose absolute lifetime was over at {@code now}. Sooner would be too soon: a token that was replaced is known as stolen only while its session is.
     *
     * @return how many
     */
    int forget(Instant now);
}
