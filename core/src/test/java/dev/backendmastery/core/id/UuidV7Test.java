package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class UuidV7Test extends UuidV7Contract {

    @Override
    protected IdGenerator<UUID> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        return UuidV7.of(new SplittableRandom(node)::nextLong, clock, ticker, policy);
    }

    @Override
    protected int idsPerMilli() {
        return 1 << 16;
    }

    @Test
    void fillsEveryBitThatTheStandardLeavesOpen() {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(1));
        UuidV7 zeros = UuidV7.of(() -> 0, clock, Ticker.system(), UuidV7.DEFAULT_POLICY);
        UuidV7 ones = UuidV7.of(() -> -1, clock, Ticker.system(), UuidV7.DEFAULT_POLICY);
        assertEquals("00000000-0001-7000-8000-000000000000", zeros.next().toString());
        assertEquals("00000000-0001-7000-8400-000000000000", zeros.next().toString());
        assertEquals("00000000-0001-77ff-bfff-ffffffffffff", ones.next().toString());
        assertEquals("00000000-0001-7800-83ff-ffffffffffff", ones.next().toString());
    }

    @Test
    void readsNoOtherVersion() {
        assertThrows(IllegalArgumentException.class, () -> UuidV7.fast()
                .parse(UUID.nameUUIDFromBytes(new byte[0]).toString()));
    }

    @Test
    void secureAndFastGrow() {
        for (UuidV7 ids : new UuidV7[] {UuidV7.secure(), UuidV7.fast()}) {
            UUID last = ids.next();
            for (int i = 0; i < 10_000; i++) {
                UUID next = ids.next();
                assertTrue(last.compareTo(next) < 0);
                last = next;
            }
        }
    }
}
