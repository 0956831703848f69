package dev.backendmastery.patterns.idempotency;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.messaging.log.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class IdempotencyContractBitesTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(Right.class),
                () -> Kit.convicts(RemembersNothing.class, "ID-1", "ID-2", "ID-3", "ID-5", "ID-6", "ID-7", "ID-8"),
                () -> Kit.convicts(AnswersInText.class, "ID-1"),
                () -> Kit.convicts(SortsHeaders.class, "ID-1"),
                () -> Kit.convicts(RemembersSuccessOnly.class, "ID-1"),
                () -> Kit.convicts(HasNoScopes.class, "ID-2"),
                () -> Kit.convicts(JoinsScopeAndKey.class, "ID-2"),
                () -> Kit.convicts(TakesAnyContent.class, "ID-3"),
                () -> Kit.convicts(KeepsFailures.class, "ID-4", "ID-7", "ID-9"),
                () -> Kit.convicts(LooksThenActs.class, "ID-5", "ID-6", "ID-7"),
                () -> Kit.convicts(RefusesAtOnce.class, "ID-5", "ID-7"),
                () -> Kit.convicts(WaitsWithoutEnd.class, "ID-6"),
                () -> Kit.convicts(OneAtATime.class, "ID-6"),
                () -> Kit.convicts(NeverExpires.class, "ID-8"),
                () -> Kit.convicts(KeepsHalfTheTime.class, "ID-8"),
                () -> Kit.convicts(TakesAnyInput.class, "ID-9"));
    }

    record Kept(Bytes fingerprint, Answer answer, Instant end) {}

    /** The kit on one that is right and simple; each fault overrides a decision. */
    static class Right extends IdempotencyContract<Queue<String>> {
        final Queue<String> notes = new ConcurrentLinkedQueue<>();
        final ConcurrentMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

        void checkTimes(Duration patience, Duration kept) {
            Idempotency.check(patience, kept);
        }

        String key(Request request) {
            return request.scope() + "\n" + request.key();
        }

        boolean same(Bytes one, Bytes other) {
            return one.equals(other);
        }

        boolean enter(String key, Duration patience) throws InterruptedException {
            return lock(key).tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        void leave(String key) {
            if (lock(key).isHeldByCurrentThread()) {
                lock(key).unlock();
            }
        }

        final ReentrantLock lock(String key) {
            return locks.computeIfAbsent(key, k -> new ReentrantLock());
        }

        boolean toKeep(Answer answer) {
            return true;
        }

        boolean keepsFailures() {
            return false;
        }

        Answer stored(Answer answer) {
            return answer;
        }

        Duration time(Duration kept) {
            return kept;
        }

        @Override
        protected Idempotency<Queue<String>> create(Duration patience, Duration kept, InstantSource clock) {
            checkTimes(patience, kept);
            return new Simple(patience, kept, clock);
        }

        @Override
        protected void note(Queue<String> context, String note) {
            context.add(note);
        }

        @Override
        protected long notes(String note) {
            return Collections.frequency(notes, note);
        }

        private final class Simple implements Idempotency<Queue<String>> {
            private final ConcurrentMap<String, Kept> answers = new ConcurrentHashMap<>();
            private final Duration patience;
            private final Duration kept;
            private final InstantSource clock;

            Simple(Duration patience, Duration kept, InstantSource clock) {
                this.patience = patience;
                this.kept = kept;
                this.clock = clock;
            }

            @Override
            public <E extends Exception> Reply run(Request request, Command<? super Queue<String>, E> command)
                    throws E {
                String key = key(request);
                try {
                    if (!enter(key, patience)) {
                        throw new InProgressException(request);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                try {
                    Kept earlier = answers.get(key);
                    if (earlier != null && earlier.end().isAfter(clock.instant())) {
                        if (!same(earlier.fingerprint(), request.fingerprint())) {
                            throw new KeyReusedException(request);
                        }
                        return new Reply(earlier.answer(), true);
                    }
                    return new Reply(run(command, key, request), false);
                } finally {
                    leave(key);
                }
            }

            private <E extends Exception> Answer run(
                    Command<? super Queue<String>, E> command, String key, Request request) throws E {
                Answer answer = Answer.of(500, "failed");
                boolean keep = keepsFailures();
                try {
                    answer = command.in(notes);
                    keep = toKeep(answer);
                    return answer;
                } finally {
                    if (keep) {
                        Instant end = clock.instant().plus(time(kept));
                        answers.put(key, new Kept(request.fingerprint(), stored(answer), end));
                    }
                }
            }

            @Override
            public long expire() {
                Instant now = clock.instant();
                long before = answers.size();
                answers.values().removeIf(answer -> !answer.end().isAfter(now));
                return before - answers.size();
            }
        }
    }

    static final class RemembersNothing extends Right {
        @Override
        boolean toKeep(Answer answer) {
            return false;
        }
    }

    static final class AnswersInText extends Right {
        @Override
        Answer stored(Answer answer) {
            return new Answer(
                    answer.status(), answer.headers(), Bytes.utf8(answer.body().utf8()));
        }
    }

    static final class SortsHeaders extends Right {
        @Override
        Answer stored(Answer answer) {
            Map<String, String> sorted = new TreeMap<>(answer.headers());
            return new Answer(answer.status(), sorted, answer.body());
        }
    }

    static final class RemembersSuccessOnly extends Right {
        @Override
        boolean toKeep(Answer answer) {
            return answer.status() < 300;
        }
    }

    static final class HasNoScopes extends Right {
        @Override
        String key(Request request) {
            return request.key();
        }
    }

    static final class JoinsScopeAndKey extends Right {
        @Override
        String key(Request request) {
            return request.scope() + request.key();
        }
    }

    static final class TakesAnyContent extends Right {
        @Override
        boolean same(Bytes one, Bytes other) {
            return true;
        }
    }

    static final class KeepsFailures extends Right {
        @Override
        boolean keepsFailures() {
            return true;
        }
    }

    static final class LooksThenActs extends Right {
        @Override
        boolean enter(String key, Duration patience) {
            return true;
        }
    }

    static final class RefusesAtOnce extends Right {
        @Override
        boolean enter(String key, Duration patience) {
            return lock(key).tryLock();
        }
    }

    static final class WaitsWithoutEnd extends Right {
        @Override
        boolean enter(String key, Duration patience) throws InterruptedException {
            lock(key).lockInterruptibly();
            return true;
        }
    }

    static final class OneAtATime extends Right {
        @Override
        boolean enter(String key, Duration patience) throws InterruptedException {
            return super.enter("all", patience);
        }

        @Override
        void leave(String key) {
            super.leave("all");
        }
    }

    static final class NeverExpires extends Right {
        @Override
        Duration time(Duration kept) {
            return Duration.ofDays(3650);
        }
    }

    static final class KeepsHalfTheTime extends Right {
        @Override
        Duration time(Duration kept) {
            return kept.dividedBy(2);
        }
    }

    static final class TakesAnyInput extends Right {
        @Override
        void checkTimes(Duration patience, Duration kept) {}
    }
}
