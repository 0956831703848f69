package dev.backendmastery.core.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UlidsTest extends IdGeneratorContract<Ulid> {

    @Override
    protected IdGenerator<Ulid> create(int node, InstantSource clock, Ticker ticker, ClockPolicy policy) {
        return Ulids.of(new SplittableRandom(node)::nextLong, clock, ticker, policy);
    }

    @Override
    protected int idsPerMilli() {
        return 1 << 16;
    }

    @Test
    void readsTheExampleOfTheSpecification() {
        Ulid example = Ulid.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assertEquals(Instant.ofEpochMilli(1_469_922_850_259L), example.timestamp());
        assertEquals("01ARZ3NDEKTSV4RRFFQ69G5FAV", example.toString());
        assertEquals("01563e3a-b5d3-d676-4c61-efb99302bd5b", example.toUuid().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80000000000000000000000000", // one past 128 bits
                "01ARZ3NDEKTSV4RRFFQ69G5FAI",
                "01ARZ3NDEKTSV4RRFFQ69G5FAL",
                "01ARZ3NDEKTSV4RRFFQ69G5FAO",
                "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                "01arz3ndektsv4rrffq69g5fav"
            })
    void refusesWhatIsNotCanonical(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ulid.parse(text));
    }

    @Test
    void readsBackEveryBit() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            Ulid a = new Ulid(random.nextLong(), random.nextLong());
            Ulid b = new Ulid(i % 3 == 0 ? a.high() : random.nextLong(), random.nextLong());
            assertEquals(a, Ulid.parse(a.toString()));
            assertEquals(
                    Integer.signum(a.compareTo(b)), Integer.signum(a.toString().compareTo(b.toString())));
        }
    }

    @Test
    void secureAndFastGrow() {
        for (Ulids ids : new Ulids[] {Ulids.secure(), Ulids.fast()}) {
            Ulid last = ids.next();
            for (int i = 0; i < 10_000; i++) {
                Ulid next = ids.next();
                assertTrue(last.compareTo(next) < 0);
                last = next;
            }
        }
    }
}
