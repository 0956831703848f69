package dev.backendmastery.observability.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.health.HealthReport.Status;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class HealthTest extends HealthContract {

    @Test
    @DisplayName("HC-15 what is out of its range is refused")
    void arguments() {
        Health.Builder builder = Health.builder().critical("a", () -> {});
        assertThrows(IllegalArgumentException.class, () -> builder.degrading("a", () -> {}));
        assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.maxAge(Duration.ofMinutes(2)));
        assertThrows(IllegalArgumentException.class, () -> builder.hysteresis(0, 1));
    }

    @Test
    @DisplayName("HC-16 closing interrupts what hangs, and is not ready")
    void closes() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Health health = Health.builder()
                .timeout(Duration.ofMillis(50))
                .critical("hangs", () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                })
                .build();
        health.ready();
        health.close();
        assertTrue(interrupted.await(10, TimeUnit.SECONDS));
        assertEquals(Status.DOWN, health.ready().status());
        assertEquals(Status.DOWN, health.started().status());
    }

    @Test
    @DisplayName("Without anything to look at it is up")
    void nothing() {
        try (Health health = Health.builder().build()) {
            assertEquals("{\"status\":\"UP\"}", health.ready().json());
            assertEquals("{\"status\":\"UP\",\"checks\":{}}", health.ready().jsonWithDetails());
        }
    }
}
