package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.password.PasswordScheme.Argon2id;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CalibrationTest {

    private static final long MIB = 1 << 20;

    /** A machine that takes so many nanoseconds for a KiB. */
    private static Argon2id on(long nanosPerKib, Duration time, long memory) {
        ManualTicker ticker = new ManualTicker();
        HashFunction machine = (scheme, password, salt, length) -> {
            Argon2id one = (Argon2id) scheme;
            ticker.advance(Duration.ofNanos(nanosPerKib * one.memoryKib() * one.iterations()));
            return new byte[length];
        };
        return new Calibration(ticker, machine).calibrate(time, memory);
    }

    @Test
    @DisplayName("CA-1, CA-2 as much memory as is allowed and fits into the time, then as often as fits")
    void fits() {
        assertEquals(new Argon2id(64 << 10, 3, 1), on(1_000, Duration.ofMillis(200), 64 * MIB));
        assertEquals(new Argon2id(1 << 20, 1, 1), on(100, Duration.ofMillis(200), 4_096 * MIB));
        for (long nanos : new long[] {100, 777, 1_000, 1_234}) {
            for (long memory : new long[] {8, 19, 32, 64, 300, 2_000}) {
                for (long millis : new long[] {80, 100, 250, 500}) {
                    Argon2id found = on(nanos, Duration.ofMillis(millis), memory * MIB);
                    assertTrue(found.memory() <= memory * MIB, found::toString);
                    assertTrue(nanos * found.memoryKib() * found.iterations() <= millis * 1_000_000, found::toString);
                    assertTrue(found.memoryKib() * (long) found.iterations() >= 35_840, found::toString);
                    assertTrue(
                            nanos * found.memoryKib() * (found.iterations() + 1) > millis * 1_000_000,
                            () -> "once more would fit: " + found);
                }
            }
        }
    }

    @Test
    @DisplayName("CA-3 never weaker than OWASP asks for")
    void least() {
        assertEquals(Argon2id.OWASP, on(1_000_000, Duration.ofMillis(10), 64 * MIB));
        assertEquals(new Argon2id(8 << 10, 5, 1), on(1_000_000, Duration.ofMillis(10), 8 * MIB));
    }

    @Test
    @DisplayName("Bad input is refused by name; on a real machine it finds something")
    void refuses() {
        Calibration calibration = new Calibration(Ticker.system());
        assertThrows(IllegalArgumentException.class, () -> calibration.calibrate(Duration.ZERO, 64 * MIB));
        assertThrows(IllegalArgumentException.class, () -> calibration.calibrate(Duration.ofMillis(100), 6 * MIB));
        Argon2id found = calibration.calibrate(Duration.ofMillis(60), 16 * MIB);
        assertTrue(found.memoryKib() * (long) found.iterations() >= 35_840, found::toString);
    }
}
