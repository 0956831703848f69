package dev.backendmastery.core.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.resilience.OverloadSimulator.Run;
import dev.backendmastery.core.resilience.OverloadSimulator.Stretch;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientLimitTest extends AdaptiveLimitContract {

    @Override
    protected AdaptiveLimit create(Ticker ticker) {
        return GradientLimit.of(GradientLimit.Config.DEFAULT, ticker);
    }

    @Test
    void netflixGradient2ClimbsWhereOursDoesNot() {
        Stretch mild = new Stretch(Duration.ofSeconds(60), 40, Duration.ofMillis(10), 1.1);
        Run peer = OverloadSimulator.run(Netflix.gradient2(), 1, mild);
        double late = peer.mean(Duration.ofSeconds(50), Duration.ofSeconds(60));
        assertTrue(late > 10 * 40, () -> "Gradient2 stood at " + late + ": does the comparison still hold?");
        assertTrue(peer.p99() > 100_000_000, () -> "its callers wait: p99 " + peer.p99());
    }

    @Test
    void aProbeThatLosesItsPermitsEnds() {
        ManualTicker ticker = new ManualTicker();
        GradientLimit limit = GradientLimit.of(new GradientLimit.Config(20, 4, 100), ticker);
        limit.acquire();
        for (int round = 0; round < 20_000; round++) {
            List<Long> permits = new ArrayList<>();
            while (limit.inFlight() < limit.limit()) {
                permits.add(limit.acquire());
            }
            limit.tryAcquire();
            long start = ticker.nanos();
            ticker.advance(Duration.ofMillis(10));
            permits.forEach(permit -> limit.onSuccess(permit, start));
        }
        assertEquals(1, limit.inFlight(), "one never came back");
        assertEquals(100, limit.limit(), "and the limit has found its way all the same");
    }

    @Test
    void refusesWhatItCannotHold() {
        assertThrows(IllegalArgumentException.class, () -> new GradientLimit.Config(20, 0, 100));
        assertThrows(IllegalArgumentException.class, () -> new GradientLimit.Config(20, 4, 3));
        assertThrows(IllegalArgumentException.class, () -> new GradientLimit.Config(101, 4, 100));
    }
}
