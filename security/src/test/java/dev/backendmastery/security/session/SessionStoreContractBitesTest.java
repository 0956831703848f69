package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class SessionStoreContractBitesTest {

    /** A rule that is left out. */
    private enum Fault {
        NONE,
        REPLACES_WHAT_IS_THERE,
        DROPS_SCOPES,
        ADVANCES_FROM_ANY_GENERATION,
        LOOKS_THEN_WRITES,
        ADVANCES_WHAT_HAS_ENDED,
        LAST_END_STANDS,
        ENDS_THE_ONE_THAT_STAYS,
        ENDS_EVERYBODY,
        LISTS_WHAT_HAS_ENDED,
        LISTS_THE_IDLE,
        LISTS_OLDEST_FIRST,
        FORGETS_WHAT_HAS_ENDED,
        FORGETS_NOTHING,
        FORGETS_LATE
    }

    /** A store as one writes it, right unless given a fault. */
    private static final class Plain implements SessionStore {
        private final Map<UUID, StoredSession> sessions = new HashMap<>();
        private final Fault fault;

        Plain(Fault fault) {
            this.fault = fault;
        }

        @Override
        public synchronized void add(StoredSession session) {
            if (sessions.containsKey(session.id()) && fault != Fault.REPLACES_WHAT_IS_THERE) {
                throw new IllegalStateException("there already");
            }
            sessions.put(session.id(), session);
        }

        @Override
        public synchronized Optional<StoredSession> find(UUID id) {
            StoredSession found = sessions.get(id);
            return Optional.ofNullable(
                    found == null || fault != Fault.DROPS_SCOPES || found.generation() == 0
                            ? found
                            : new StoredSession(
                                    id,
                                    found.subject(),
                                    found.device(),
                                    Set.of(),
                                    found.createdAt(),
                                    found.refreshedAt(),
                                    found.generation(),
                                    found.current(),
                                    found.previous(),
                                    found.salt(),
                                    found.seal(),
                                    found.idleUntil(),
                                    found.until(),
                                    found.end()));
        }

        @Override
        public boolean advance(StoredSession next) {
            if (fault == Fault.LOOKS_THEN_WRITES) {
                boolean may = mayAdvance(next);
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                return may && advanced(next);
            }
            synchronized (this) {
                return mayAdvance(next) && advanced(next);
            }
        }

        private synchronized boolean mayAdvance(StoredSession next) {
            StoredSession now = sessions.get(next.id());
            return now != null
                    && (now.end() == null || fault == Fault.ADVANCES_WHAT_HAS_ENDED)
                    && (now.generation() == next.generation() - 1 || fault == Fault.ADVANCES_FROM_ANY_GENERATION);
        }

        private synchronized boolean advanced(StoredSession next) {
            StoredSession now = sessions.get(next.id());
            End end = now == null ? null : now.end();
            sessions.put(next.id(), end == null ? next : next.ended(end));
            return true;
        }

        @Override
        public synchronized boolean end(UUID id, End end) {
            StoredSession now = sessions.get(id);
            if (now == null || (now.end() != null && fault != Fault.LAST_END_STANDS)) {
                return false;
            }
            sessions.put(id, now.ended(end));
            return true;
        }

        @Override
        public synchronized List<UUID> endAll(String subject, @Nullable UUID except, End end) {
            List<UUID> ended = new ArrayList<>();
            for (StoredSession session : List.copyOf(sessions.values())) {
                boolean his = session.subject().equals(subject) || fault == Fault.ENDS_EVERYBODY;
                boolean stays = session.id().equals(except) && fault != Fault.ENDS_THE_ONE_THAT_STAYS;
                if (his && !stays && session.end() == null && end(session.id(), end)) {
                    ended.add(session.id());
                }
            }
            return ended;
        }

        @Override
        public synchronized List<StoredSession> of(String subject, Instant now) {
            Comparator<StoredSession> oldest = Comparator.comparing(StoredSession::createdAt);
            return sessions.values().stream()
                    .filter(session -> session.subject().equals(subject))
                    .filter(session -> session.end() == null || fault == Fault.LISTS_WHAT_HAS_ENDED)
                    .filter(session ->
                            now.isBefore(fault == Fault.LISTS_THE_IDLE ? session.until() : session.expiresAt()))
                    .sorted(fault == Fault.LISTS_OLDEST_FIRST ? oldest : oldest.reversed())
                    .toList();
        }

        @Override
        public synchronized int forget(Instant now) {
            if (fault == Fault.FORGETS_NOTHING) {
                return 0;
            }
            int before = sessions.size();
            sessions.values()
                    .removeIf(session -> (fault == Fault.FORGETS_LATE
                                    ? now.isAfter(session.until())
                                    : !now.isBefore(session.until()))
                            || (fault == Fault.FORGETS_WHAT_HAS_ENDED && session.end() != null));
            return before - sessions.size();
        }
    }

    abstract static class Planted extends SessionStoreContract {
        private final Fault fault;

        Planted(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected SessionStore store() {
            return new Plain(fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(Fault.NONE);
        }
    }

    static final class ReplacesWhatIsThere extends Planted {
        ReplacesWhatIsThere() {
            super(Fault.REPLACES_WHAT_IS_THERE);
        }
    }

    static final class DropsScopes extends Planted {
        DropsScopes() {
            super(Fault.DROPS_SCOPES);
        }
    }

    static final class AdvancesFromAnyGeneration extends Planted {
        AdvancesFromAnyGeneration() {
            super(Fault.ADVANCES_FROM_ANY_GENERATION);
        }
    }

    static final class LooksThenWrites extends Planted {
        LooksThenWrites() {
            super(Fault.LOOKS_THEN_WRITES);
        }
    }

    static final class AdvancesWhatHasEnded extends Planted {
        AdvancesWhatHasEnded() {
            super(Fault.ADVANCES_WHAT_HAS_ENDED);
        }
    }

    static final class LastEndStands extends Planted {
        LastEndStands() {
            super(Fault.LAST_END_STANDS);
        }
    }

    static final class EndsTheOneThatStays extends Planted {
        EndsTheOneThatStays() {
            super(Fault.ENDS_THE_ONE_THAT_STAYS);
        }
    }

    static final class EndsEverybody extends Planted {
        EndsEverybody() {
            super(Fault.ENDS_EVERYBODY);
        }
    }

    static final class ListsWhatHasEnded extends Planted {
        ListsWhatHasEnded() {
            super(Fault.LISTS_WHAT_HAS_ENDED);
        }
    }

    static final class ListsTheIdle extends Planted {
        ListsTheIdle() {
            super(Fault.LISTS_THE_IDLE);
        }
    }

    static final class ListsOldestFirst extends Planted {
        ListsOldestFirst() {
            super(Fault.LISTS_OLDEST_FIRST);
        }
    }

    static final class ForgetsWhatHasEnded extends Planted {
        ForgetsWhatHasEnded() {
            super(Fault.FORGETS_WHAT_HAS_ENDED);
        }
    }

    static final class ForgetsNothing extends Planted {
        ForgetsNothing() {
            super(Fault.FORGETS_NOTHING);
        }
    }

    static final class ForgetsLate extends Planted {
        ForgetsLate() {
            super(Fault.FORGETS_LATE);
        }
    }

    @Test
    void convicts() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(ReplacesWhatIsThere.class, "SS-1"),
                () -> Kit.convicts(DropsScopes.class, "SS-1", "SS-2", "SS-3"),
                () -> Kit.convicts(AdvancesFromAnyGeneration.class, "SS-2"),
                () -> Kit.convicts(LooksThenWrites.class, "SS-2"),
                () -> Kit.convicts(AdvancesWhatHasEnded.class, "SS-3"),
                () -> Kit.convicts(LastEndStands.class, "SS-4"),
                () -> Kit.convicts(EndsTheOneThatStays.class, "SS-5"),
                () -> Kit.convicts(EndsEverybody.class, "SS-5"),
                () -> Kit.convicts(ListsWhatHasEnded.class, "SS-6"),
                () -> Kit.convicts(ListsTheIdle.class, "SS-6"),
                () -> Kit.convicts(ListsOldestFirst.class, "SS-6"),
                () -> Kit.convicts(ForgetsWhatHasEnded.class, "SS-7"),
                () -> Kit.convicts(ForgetsNothing.class, "SS-7"),
                () -> Kit.convicts(ForgetsLate.class, "SS-7"));
    }
}
