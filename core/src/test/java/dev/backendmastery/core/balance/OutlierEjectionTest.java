package dev.backendmastery.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.balance.OutlierEjection.Config;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutlierEjectionTest extends OutlierEjectionContract {

    @Override
    protected LoadBalancer<Integer> create(LoadBalancer<Integer> inner, Config config, Ticker ticker) {
        return OutlierEjection.around(inner, config, ticker);
    }

    @Test
    void refusesWhatItCannotHold() {
        Duration some = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> new Config(0, some, some, 0.3));
        assertThrows(IllegalArgumentException.class, () -> new Config(1, Duration.ZERO, some, 0.3));
        assertThrows(IllegalArgumentException.class, () -> new Config(1, some, Duration.ofMillis(1), 0.3));
        assertThrows(IllegalArgumentException.class, () -> new Config(1, some, some, 1.1));
        OutlierEjection<Integer> balancer =
                OutlierEjection.around(RoundRobin.create(), Config.DEFAULT, Ticker.system());
        balancer.setNodes(List.of(1));
        assertThrows(IllegalArgumentException.class, () -> balancer.setNodes(List.of(2, 2)));
        assertEquals(1, balancer.pick().node());
        assertEquals(List.of(), List.copyOf(balancer.ejected()));
    }
}
