package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a generator of version 7 UUIDs must hold besides. */
@DisplayName("A generator of version 7 UUIDs")
public abstract class UuidV7Contract extends IdGeneratorContract<UUID> {

    @Test
    @DisplayName("ID-13 has the layout of RFC 9562: version 7, variant 10, big-endian milliseconds first")
    void layout() {
        // The time and the leading digits are those of the example in RFC 9562, appendix A.6.
        Instant at = Instant.ofEpochMilli(0x017F22E279B0L);
        IdGenerator<UUID> ids =
                create(1, InstantSource.fixed(at), Ticker.system(), ClockPolicy.borrowing(Duration.ofSeconds(10)));
        for (int i = 0; i < 1_000; i++) {
            UUID id = ids.next();
            assertEquals(7, id.version());
            assertEquals(2, id.variant());
            assertTrue(id.toString().startsWith("017f22e2-79b0-7"), id::toString);
        }
    }
}
