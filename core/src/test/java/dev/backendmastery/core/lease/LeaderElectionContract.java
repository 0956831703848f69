package dev.backendmastery.core.lease;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.LeaderElection.Candidacy;
import dev.backendmastery.core.lease.LeaderElection.Listener;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.core.time.Timers;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an election must hold, in manual time, on a store that can be made to fail. */
@DisplayName("A leader election")
public abstract class LeaderElectionContract {

    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration STEP = Duration.ofMillis(10);

    private final ManualTicker ticker = new ManualTicker();
    private final TimingWheel timers = TimingWheel.of(STEP, ticker, (task, failure) -> {
        throw new IllegalStateException(failure);
    });
    private final LeaseStore store = new InMemoryLeaseStore(ticker);

    /** What a candidate is made of, as {@link LeaderElection#start} takes it. */
    protected record Parts(
            LeaseStore store,
            Candidacy candidacy,
            Ticker ticker,
            Timers timers,
            Executor executor,
            Listener listener) {}

    /** One candidate: {@link LeaderElection#lease()} and {@link LeaderElection#close()}. */
    protected record Election(Supplier<Optional<Lease>> lease, Runnable close) {}

    /** A candidate that stands from now on; as {@link LeaderElection#start}. */
    protected abstract Election start(Parts parts);

    /** One candidate's way to the store, which can be cut, and which notes when it is asked. */
    private final class Faulty implements LeaseStore {
        private final List<Long> renewals = new ArrayList<>();
        private final AtomicInteger reached = new AtomicInteger();
        private volatile boolean down;
        private volatile CountDownLatch hang = new CountDownLatch(0);

        private void reach() {
            reached.incrementAndGet();
            try {
                assertTrue(hang.await(10, SECONDS));
            } catch (InterruptedException e) {
                throw new LeaseStoreException("interrupted", e);
            }
            if (down) {
                throw new LeaseStoreException("planned", new IllegalStateException());
            }
        }

        @Override
        public Optional<Lease> tryAcquire(String name, String holder, Duration ttl) {
            reach();
            return store.tryAcquire(name, holder, ttl);
        }

        @Override
        public Optional<Lease> renew(Lease lease, Duration ttl) {
            reach();
            renewals.add(ticker.nanos());
            return store.renew(lease, ttl);
        }

        @Override
        public boolean release(Lease lease) {
            reach();
            return store.release(lease);
        }
    }

    private final class Candidate implements Listener {
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        final Faulty way = new Faulty();
        final Election election;
        volatile long lostAt;

        Candidate(String holder, Executor executor) {
            election = LeaderElectionContract.this.start(
                    new Parts(way, new Candidacy("leader", holder, TTL), ticker, timers, executor, this));
        }

        boolean leads() {
            return election.lease().get().isPresent();
        }

        @Override
        public void elected(Lease lease) {
            told.add("elected " + lease.epoch());
        }

        @Override
        public void lost(Lease lease) {
            told.add("lost " + lease.epoch());
            lostAt = ticker.nanos();
        }
    }

    private Candidate candidate(String holder) {
        return new Candidate(holder, Runnable::run);
    }

    private void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(STEP)) {
            ticker.advance(STEP);
            timers.advance();
        }
    }

    @Test
    @DisplayName("LE-1 never has two leaders, while the way to the store comes and goes for each")
    void oneLeader() {
        List<Candidate> candidates = List.of(candidate("a"), candidate("b"), candidate("c"));
        Random random = new Random(1);
        int led = 0;
        for (int i = 0; i < 3_000; i++) {
            pass(STEP);
            if (random.nextInt(40) == 0) {
                Faulty way = candidates.get(random.nextInt(3)).way;
                way.down = !way.down;
            }
            int leaders = 0;
            for (Candidate candidate : candidates) {
                leaders += candidate.leads() ? 1 : 0;
            }
            assertTrue(leaders <= 1, "leaders: " + leaders);
            led += leaders;
        }
        assertTrue(led > 500, "somebody leads most of the time the store is there");
    }

    @Test
    @DisplayName("LE-2 renews each third of the time to live")
    void renewal() {
        Candidate candidate = candidate("a");
        pass(TTL.multipliedBy(4));
        assertTrue(candidate.leads());
        assertTrue(
                candidate.way.renewals.size() >= 10 && candidate.way.renewals.size() <= 13,
                "renewed " + candidate.way.renewals.size());
        for (int i = 1; i < candidate.way.renewals.size(); i++) {
            long gap = candidate.way.renewals.get(i) - candidate.way.renewals.get(i - 1);
            assertTrue(Math.abs(gap - TTL.toNanos() / 3) <= 2 * STEP.toNanos(), "after " + Duration.ofNanos(gap));
        }
    }

    @Test
    @DisplayName("LE-3 tells each gain once, and one loss before the next gain")
    void told() {
        Candidate candidate = candidate("a");
        pass(TTL);
        candidate.way.down = true;
        pass(TTL.multipliedBy(2));
        candidate.way.down = false;
        pass(TTL);
        candidate.election.close().run();
        assertEquals(List.of("elected 1", "lost 1", "elected 2", "lost 2"), List.copyOf(candidate.told));
    }

    @Test
    @DisplayName("LE-4 tells the loss by the deadline, also while the store hangs")
    void hangingStore() throws Exception {
        ExecutorService asking = Executors.newSingleThreadExecutor();
        Candidate candidate = new Candidate("a", asking);
        try {
            for (int i = 0; i < 2_000 && !candidate.leads(); i++) {
                pass(STEP);
                LockSupport.parkNanos(1_000_000);
            }
            Lease lease = candidate.election.lease().get().orElseThrow();
            int before = candidate.way.reached.get();
            candidate.way.hang = new CountDownLatch(1);
            pass(TTL.dividedBy(3).plus(STEP.multipliedBy(2)));
            for (int i = 0; i < 1_000 && candidate.way.reached.get() == before; i++) {
                LockSupport.parkNanos(1_000_000);
            }
            assertTrue(candidate.way.reached.get() > before, "no renewal to hang in");
            pass(TTL.multipliedBy(2).dividedBy(3));
            assertFalse(candidate.leads());
            assertEquals(List.of("elected 1", "lost 1"), List.copyOf(candidate.told));
            assertTrue(candidate.lostAt - lease.deadlineNanos() <= 0, "told after the deadline");
        } finally {
            candidate.way.hang.countDown();
            asking.shutdown();
            assertTrue(asking.awaitTermination(5, SECONDS));
        }
        assertFalse(candidate.leads(), "an answer that comes after the loss does not undo it");
    }

    @Test
    @DisplayName("LE-5 survives a store that fails for less than the time to live")
    void briefFailure() {
        Candidate candidate = candidate("a");
        pass(TTL);
        candidate.way.down = true;
        pass(TTL.dividedBy(2));
        candidate.way.down = false;
        pass(TTL);
        assertTrue(candidate.leads());
        assertEquals(List.of("elected 1"), List.copyOf(candidate.told));
    }

    @Test
    @DisplayName("LE-6 stands again after a loss, and behind another that leads")
    void again() {
        Candidate first = candidate("a");
        pass(STEP.multipliedBy(3));
        Candidate second = candidate("b");
        pass(TTL.multipliedBy(3));
        assertTrue(first.leads());
        assertFalse(second.leads());
        first.election.close().run();
        pass(TTL);
        assertTrue(second.leads());
        Candidate third = candidate("a");
        pass(TTL);
        second.election.close().run();
        pass(TTL);
        assertTrue(third.leads());
    }

    @Test
    @DisplayName("LE-7 gives the lead back when closed, and stays away")
    void close() {
        Candidate candidate = candidate("a");
        pass(TTL);
        candidate.election.close().run();
        assertFalse(candidate.leads());
        Optional<Lease> next = store.tryAcquire("leader", "b", TTL);
        assertTrue(next.isPresent(), "it need not expire first");
        assertTrue(store.release(next.get()));
        pass(TTL.multipliedBy(3));
        assertFalse(candidate.leads());
        candidate.election.close().run();
        assertEquals(List.of("elected 1", "lost 1"), List.copyOf(candidate.told));
    }
}
