package dev.backendmastery.patterns.inbox;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.messaging.log.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class InboxContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(Right.class),
                () -> Kit.convicts(RemembersNothing.class, "IN-1", "IN-2", "IN-4", "IN-5", "IN-7", "IN-8"),
                () -> Kit.convicts(OneGroupForAll.class, "IN-2", "IN-6"),
                () -> Kit.convicts(RemembersBeforeTheEffect.class, "IN-3", "IN-4", "IN-5"),
                () -> Kit.convicts(HidesFailures.class, "IN-3", "IN-5"),
                () -> Kit.convicts(LooksThenActs.class, "IN-4", "IN-5"),
                () -> Kit.convicts(SkipsWhatIsUnderWay.class, "IN-4", "IN-5"),
                () -> Kit.convicts(OneAtATime.class, "IN-6"),
                () -> Kit.convicts(RunsTheTooOld.class, "IN-7"),
                () -> Kit.convicts(SkipsTheTooOld.class, "IN-7"),
                () -> Kit.convicts(ForgetsADayEarly.class, "IN-8"),
                () -> Kit.convicts(NeverForgets.class, "IN-8"),
                () -> Kit.convicts(TakesAnyInput.class, "IN-9"));
    }

    /** The kit on an inbox that is right and simple; each fault overrides a decision. */
    static class Right extends InboxContract<Queue<String>> {
        final Queue<String> notes = new ConcurrentLinkedQueue<>();
        final ConcurrentMap<String, Instant> received = new ConcurrentHashMap<>();
        final ConcurrentMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

        String key(String group, Envelope message) {
            return group + message.id();
        }

        void checkInput(String group, Duration horizon) {
            Inbox.checkGroup(group);
            Inbox.checkHorizon(horizon);
        }

        /** Whether the message may go on. */
        boolean checkTime(Envelope message, Instant now, Duration horizon) {
            Inbox.checkTime(message, now, horizon);
            return true;
        }

        /** Whether the effect may go on, after a wait. */
        boolean enter(String key) {
            lock(key).lock();
            return true;
        }

        void leave(String key) {
            if (lock(key).isHeldByCurrentThread()) {
                lock(key).unlock();
            }
        }

        final ReentrantLock lock(String key) {
            return locks.computeIfAbsent(key, k -> new ReentrantLock());
        }

        void remember(String key, Instant time) {
            received.put(key, time);
        }

        <E extends Exception> void run(Inbox.Effect<? super Queue<String>, E> effect, String key, Instant time)
                throws E {
            effect.in(notes);
            remember(key, time);
        }

        Instant firstKept(Instant now, Duration horizon) {
            return now.minus(horizon);
        }

        @Override
        protected Inbox<Queue<String>> create(Duration horizon, InstantSource clock) {
            checkInput("any", horizon);
            return new Simple(horizon, clock);
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
            return received.size();
        }

        private final class Simple implements Inbox<Queue<String>> {
            private final Duration horizon;
            private final InstantSource clock;

            Simple(Duration horizon, InstantSource clock) {
                this.horizon = horizon;
                this.clock = clock;
            }

            @Override
            public <E extends Exception> boolean receive(
                    String group, Envelope message, Effect<? super Queue<String>, E> effect) throws E {
                checkInput(group, horizon);
                if (!checkTime(message, clock.instant(), horizon)) {
                    return false;
                }
                String key = key(group, message);
                if (received.containsKey(key) || !enter(key)) {
                    return false;
                }
                try {
                    boolean first = !received.containsKey(key);
                    if (first) {
                        run(effect, key, message.time());
                    }
                    return first;
                } finally {
                    leave(key);
                }
            }

            @Override
            public int forget() {
                int before = received.size();
                Instant first = firstKept(clock.instant(), horizon);
                received.values().removeIf(time -> time.isBefore(first));
                return before - received.size();
            }
        }
    }

    static final class RemembersNothing extends Right {
        @Override
        void remember(String key, Instant time) {}
    }

    static final class OneGroupForAll extends Right {
        @Override
        String key(String group, Envelope message) {
            return message.id().toString();
        }
    }

    static final class RemembersBeforeTheEffect extends Right {
        @Override
        <E extends Exception> void run(Inbox.Effect<? super Queue<String>, E> effect, String key, Instant time)
                throws E {
            remember(key, time);
            effect.in(notes);
        }
    }

    static final class HidesFailures extends Right {
        @Override
        @SuppressWarnings("EmptyCatch") // the fault
        <E extends Exception> void run(Inbox.Effect<? super Queue<String>, E> effect, String key, Instant time) {
            try {
                effect.in(notes);
            } catch (Exception hidden) {
            }
            remember(key, time);
        }
    }

    static final class LooksThenActs extends Right {
        @Override
        boolean enter(String key) {
            return true;
        }
    }

    static final class SkipsWhatIsUnderWay extends Right {
        @Override
        boolean enter(String key) {
            return lock(key).tryLock();
        }
    }

    static final class OneAtATime extends Right {
        @Override
        boolean enter(String key) {
            return super.enter("all");
        }

        @Override
        void leave(String key) {
            super.leave("all");
        }
    }

    static final class RunsTheTooOld extends Right {
        @Override
        boolean checkTime(Envelope message, Instant now, Duration horizon) {
            return true;
        }
    }

    static final class SkipsTheTooOld extends Right {
        @Override
        boolean checkTime(Envelope message, Instant now, Duration horizon) {
            return message.time().isAfter(now.minus(horizon));
        }
    }

    static final class ForgetsADayEarly extends Right {
        @Override
        Instant firstKept(Instant now, Duration horizon) {
            return now.minus(horizon).plus(Duration.ofDays(1));
        }
    }

    static final class NeverForgets extends Right {
        @Override
        Instant firstKept(Instant now, Duration horizon) {
            return Instant.EPOCH;
        }
    }

    static final class TakesAnyInput extends Right {
        @Override
        void checkInput(String group, Duration horizon) {}
    }
}
