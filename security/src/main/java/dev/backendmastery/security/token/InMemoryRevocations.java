package dev.backendmastery.security.token;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@link Revocations} of this process.
 *
 * <p><b>Threads.</b> Safe for any number; reads do not wait. <b>Cost.</b> An entry for each, until its time is over; every 1,024 writes it looks for
 * those. <b>Not for</b> several processes.
 */
public final class InMemoryRevocations implements Revocations {

    private static final int LOOK_EVERY = 1_024;

    private record Name(String issuer, String name) {}

    private record Before(Instant time, Instant until) {}

    private final InstantSource clock;
    private final Map<Name, Instant> tokens = new ConcurrentHashMap<>();
    private final Map<Name, Before> subjects = new ConcurrentHashMap<>();
    private final AtomicLong writes = new AtomicLong();

    /** Forgets by {@code clock}. */
    public InMemoryRevocations(InstantSource clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public void revoke(String issuer, String id, Instant until) {
        tokens.merge(new Name(issuer, id), until, InMemoryRevocations::later);
        forget();
    }

    @Override
    public void revokeAll(String issuer, String subject, Instant time, Instant until) {
        subjects.merge(
                new Name(issuer, subject),
                new Before(time, until),
                (a, b) -> new Before(later(a.time, b.time), later(a.until, b.until)));
        forget();
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private void forget() {
        if (writes.incrementAndGet() % LOOK_EVERY == 0) {
            Instant now = clock.instant();
            tokens.values().removeIf(until -> until.isBefore(now));
            subjects.values().removeIf(before -> before.until.isBefore(now));
        }
    }

    /** How many it remembers. */
    int size() {
        return tokens.size() + subjects.size();
    }

    @Override
    public boolean isRevoked(String issuer, String id, @Nullable String subject, Instant issuedAt) {
        if (tokens.containsKey(new Name(issuer, id))) {
            return true;
        }
        Before before = subject == null ? null : subjects.get(new Name(issuer, subject));
        // A token says its time in seconds: one of the same second may have been made before.
        return before != null && issuedAt.getEpochSecond() <= before.time.getEpochSecond();
    }
}
