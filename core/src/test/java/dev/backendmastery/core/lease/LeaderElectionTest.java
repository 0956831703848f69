package dev.backendmastery.core.lease;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.lease.LeaderElection.Candidacy;
import dev.backendmastery.core.lease.LeaderElection.Listener;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.TimingWheel;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class LeaderElectionTest extends LeaderElectionContract {

    @Override
    protected Election start(Parts parts) {
        LeaderElection election = LeaderElection.start(
                parts.store(), parts.candidacy(), parts.ticker(), parts.timers(), parts.executor(), parts.listener());
        return new Election(election::lease, election::close);
    }

    @Test
    void anExecutorThatRefusesForAWhileCostsNoMoreThanThat() {
        ManualTicker ticker = new ManualTicker();
        TimingWheel timers = TimingWheel.of(Duration.ofMillis(10), ticker, (task, failure) -> {});
        boolean[] refuses = {true};
        Executor executor = task -> {
            if (refuses[0]) {
                throw new RejectedExecutionException("planned");
            }
            task.run();
        };
        try (LeaderElection election = LeaderElection.start(
                new InMemoryLeaseStore(ticker),
                new Candidacy("n", "a", Duration.ofSeconds(3)),
                ticker,
                timers,
                executor,
                new Listener() {
                    @Override
                    public void elected(Lease lease) {}

                    @Override
                    public void lost(Lease lease) {}
                })) {
            ticker.advance(Duration.ofMillis(20));
            timers.advance();
            assertFalse(election.lease().isPresent());
            refuses[0] = false;
            ticker.advance(Duration.ofMillis(1_020));
            timers.advance();
            assertTrue(election.lease().isPresent());
        }
    }

    @Test
    void refusesACandidacyThatNoStoreWouldTake() {
        assertThrows(IllegalArgumentException.class, () -> new Candidacy("", "a", Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Candidacy("n", "", Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Candidacy("n", "a", Duration.ofMillis(11)));
    }
}
