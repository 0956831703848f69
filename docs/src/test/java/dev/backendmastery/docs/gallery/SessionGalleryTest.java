package dev.backendmastery.docs.gallery;

import dev.backendmastery.security.session.InMemorySessionStore;
import dev.backendmastery.security.session.SessionRefusedException;
import dev.backendmastery.security.session.Sessions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A token that was copied, and used by owner and thief. */
final class SessionGalleryTest {

    private Instant now = Instant.parse("2026-03-14T12:00:00Z");

    private static @Nullable String next(Sessions sessions, String token) {
        try {
            return sessions.refresh(token).token();
        } catch (SessionRefusedException e) {
            return null;
        }
    }

    @Test
    void forkingRefresh() throws IOException {
        Deque<Runnable> meanwhile = new ArrayDeque<>();
        ForkingRefresh broken = new ForkingRefresh(() -> {
            if (!meanwhile.isEmpty()) {
                meanwhile.pop().run();
            }
        });
        String copied = broken.signIn("owner");
        List<String> alive = new ArrayList<>();
        meanwhile.push(() -> alive.add(String.valueOf(broken.refresh(copied))));
        alive.add(String.valueOf(broken.refresh(copied)));
        long forked = alive.stream()
                .distinct()
                .filter(token -> broken.refresh(token) != null)
                .count();

        InstantSource clock = () -> now;
        Sessions sessions = Sessions.in(new InMemorySessionStore(), clock)
                .grace(Duration.ofSeconds(10))
                .build();
        String stolen = sessions.signIn("owner", "a laptop", Set.of()).token();
        String owners = String.valueOf(next(sessions, stolen));
        String thiefs = String.valueOf(next(sessions, stolen));
        int branches = owners.equals(thiefs) ? 1 : 2;
        String owned = String.valueOf(next(sessions, owners));
        now = now.plusSeconds(60);
        boolean thiefGoesOn = next(sessions, thiefs) != null;
        boolean ownerGoesOn = next(sessions, owned) != null;
        GalleryTest.shows(
                "ForkingRefresh: owner and thief have 2 sessions, and go on for as long as they like",
                "Sessions:       owner and thief have 1 session, and when the second of them comes it is over for both",
                "ForkingRefresh: owner and thief have " + forked + " sessions, and go on for as long as they like",
                "Sessions:       owner and thief have " + branches
                        + " session, and when the second of them comes it is "
                        + (thiefGoesOn || ownerGoesOn ? "not over" : "over for both"));
    }
}
